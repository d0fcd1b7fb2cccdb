"""How a plan is to be saved: where, for how long, and signed by whom."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cmsdeploy.cli.options import Options
from cmsdeploy.errors import InputError, OptionError
from cmsdeploy.model.plan import Plan

__all__ = ["Saving"]


@dataclass(frozen=True)
class Saving:
    """``hours`` None is the usual time; ``key`` is an SSH key, or its public half."""

    path: Path
    hours: float | None = None
    key: Path | None = None

    @classmethod
    def of(cls, out: Path | None, given: Mapping[str, Any]) -> Saving | None:
        """Take it from the options; None where nothing is saved."""
        hours, key = given.get("valid_for"), given.get("sign")
        if out is not None:
            if os.path.lexists(out):  # before the boxes are asked, and not after it
                raise InputError(f"{out} exists", "name another file for the plan")
            return cls(out, hours, key)
        if hours is not None or key is not None:
            raise OptionError("--valid-for and --sign are about a saved plan", "name it with -o")
        return None

    def save(self, plan: Plan, playbook: Path, options: Options) -> None:
        """Write the plan, then its signature. Raises ``InputError`` where either cannot be."""
        from cmsdeploy.cli.plan_signature import sign_plan
        from cmsdeploy.cli.saved_plan import VALID_HOURS, save_plan

        save_plan(self.path, plan, playbook, options, self.hours or VALID_HOURS)
        offer = f"carry it out with: cmsdeploy apply {self.path}"
        if plan.refusals:
            offer = "it is refused in part: make another plan when that is mended"
            if not plan.steps:
                offer = "it is refused, and there is nothing in it to carry out"
        options.console.note(f"saved: {self.path}; {offer}")
        if self.key is not None:
            options.console.note(f"signed: {sign_plan(self.path, self.key)}")

"""``--report FILE``: what a command found, as one HTML file beside its own output."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cmsdeploy.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cmsdeploy.cli.job import Job
    from cmsdeploy.model.step import Problem
    from cmsdeploy.planning.compare import Comparison
    from cmsdeploy.planning.diagnosis import Finding
    from cmsdeploy.planning.tables import Table

__all__ = ["ReportFile", "Told", "report_options"]

F = TypeVar("F", bound="Callable[..., Any]")


def report_options(function: F) -> F:
    """Where to write the HTML report, and in which language."""
    for option in (
        click.option(
            "--lang", type=click.Choice(["en", "fr"]), default="en", help="Of the report."
        ),
        click.option(
            "--report", type=click.Path(path_type=Path), help="Into this new HTML file (0600)."
        ),
    ):
        function = option(function)
    return function


@dataclass(frozen=True)
class Told:
    """What a command that only looks has to say beside the plan. ``kind`` as in ``report.html``."""

    kind: str
    tables: Sequence[Table]
    wrong: Sequence[Problem] = ()
    findings: Sequence[Finding] = ()


@dataclass(frozen=True)
class ReportFile:
    """A new file, born 0600, and its language."""

    path: Path
    language: str = "en"

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> ReportFile | None:
        """What the options of ``report_options`` ask for, taken out of ``given``."""
        path, language = given["report"], given["lang"]
        if path is None:
            return None
        if path.exists():  # before the boxes are asked, and not after a minute of reading
            raise InputError(f"{path} exists", "name another file for the report")
        return cls(path, language)

    def write(
        self, comparison: Comparison, job: Job, playbook: Path, told: Told | None = None
    ) -> None:
        """Write the report of ``comparison``: of its plan, or, with ``told``, of how boxes stand.

        Raises ``InputError`` where the file is there.
        """
        from cmsdeploy.cli.places import template_folders
        from cmsdeploy.cli.private_file import write_private
        from cmsdeploy.cli.topology import clusters_of
        from cmsdeploy.report.html import PlanReport, html_report

        plan = comparison.plan
        report = PlanReport(
            plan,
            job.title,
            clusters_of(job.site.inventory, plan),
            tuple(comparison.summary),
            tuple(comparison.problems if told is None else told.wrong),
            tuple(told.tables if told else ()),
            tuple(told.findings if told else ()),
            told.kind if told else "plan",
        )
        text = html_report(report, language=self.language, search=template_folders(playbook))
        write_private(self.path, text)
        job.site.options.console.note(f"report: {self.path}")

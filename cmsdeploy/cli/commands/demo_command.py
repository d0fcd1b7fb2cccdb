"""``demo``: everything in one go, on simulated boxes: render, plan, apply, verify, plan again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from cmsdeploy.cli.commands.apply_command import run_apply
from cmsdeploy.cli.commands.init_command import make_site
from cmsdeploy.cli.commands.lab_command import lab_of
from cmsdeploy.cli.commands.plan_command import run_plan
from cmsdeploy.cli.commands.render_command import run_render
from cmsdeploy.cli.commands.verify_command import run_verify
from cmsdeploy.cli.options import Options
from cmsdeploy.errors import CmsdeployError

__all__ = ["command"]


@click.command("demo")
@click.option("--keep", type=click.Path(path_type=Path), help="Leave the site in this new folder.")
@click.option(
    "--latency-ms",
    type=click.IntRange(0, 60_000),
    default=20,
    help="What each command takes on a box.",
)
@click.option("-v", "--verbose", count=True, help="Show each read and proof.")
@click.option("--no-color", is_flag=True, help="No colour.")
def command(keep: Path | None, latency_ms: int, verbose: int, no_color: bool) -> int:
    """Build the cluster of TAC 213479 on three simulated boxes, and prove it."""
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory())) / "site"
        make_site(folder)
        given: dict[str, Any] = {
            "inventory": (str(folder / "inventories" / "lab"),),
            "verbose": verbose,
            "no_color": no_color,
            "out": folder / "lab-inventory.yml",
            "cms_version": "2.9.5",
            "switches": (),
            "latency_ms": latency_ms,
        }
        options = Options.of(given)
        lab, out, _ = stack.enter_context(lab_of(options, given))
        options = replace(options, inventory=(out,))
        playbook = folder / "playbooks" / "site.yml"
        resilience = folder / "playbooks" / "xmpp-resilience.yml"
        _part(
            options,
            "1. Render: every command, from blank boxes, no network",
            lambda: run_render(resilience, options, "text", "en"),
        )
        _part(
            options,
            "2. Plan: from the boxes as they are; only reads are sent",
            lambda: run_plan(playbook, options, None, is_detailed=False),
        )
        _part(
            options,
            "3. Apply",
            lambda: run_apply(playbook, options, is_approved=True, is_plan_shown=False),
        )
        _part(
            options,
            "4. Verify: what the boxes say of each other",
            lambda: run_verify(playbook, options),
        )
        _part(
            options,
            "5. Plan again: nothing is left to do",
            lambda: run_plan(playbook, options, None, is_detailed=True),
        )
        console = options.console
        console.result(["", "Seen by the simulated boxes themselves:"])
        for name in lab.boxes:
            with lab.lock:
                login = lab.world.login(name)
            console.result([f"  call bridge of {name}: {login.state}, at {login.server or '-'}"])
        if keep:
            console.note(f"the site is in {keep}; the boxes end with this command")
    return 0


def _part(options: Options, title: str, work: Callable[[], int]) -> None:
    options.console.result(["", title, "-" * len(title)])
    code = work()
    if code:
        raise CmsdeployError(f"the demonstration stopped at: {title} (exit code {code})")

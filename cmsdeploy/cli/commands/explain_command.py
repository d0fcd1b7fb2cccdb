"""``explain RULE``: a rule of a finding or of a refusal at length. Nothing is connected to."""

from __future__ import annotations

import difflib
import json
import shutil
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from cmsdeploy.cli.console import Console
from cmsdeploy.errors import OptionError, printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cmsdeploy.model.explanation import Explanation

__all__ = ["command"]


@click.command("explain")
@click.argument("rule", required=False)
@click.option("--json", "is_json", is_flag=True, help="Machine-readable results.")
@click.option("--no-color", "is_plain", is_flag=True, help="No colour.")
def command(rule: str | None, is_json: bool, is_plain: bool) -> int:
    """Tell RULE at length: what it means, how it shows, what it costs, what to do.

    RULE is what stands in brackets in a finding, such as xmpp/duplicate-peer. Without it all rules
    are listed; with the name of a family (xmpp, dns, ...) those of that family.
    """
    from cmsdeploy.families import families
    from cmsdeploy.planning.explanations import explanations_of
    from cmsdeploy.report.findings import explanation_lines, rule_lines

    rules = explanations_of(family.explanations for family in families().values())
    console = Console.for_terminal(not is_plain)
    family = _of_family(rule, rules)
    if family:
        rules = family
    elif rule is not None:
        name = _chosen(rule, rules)
        rules = {name: rules[name]}
    if is_json:
        console.result([json.dumps({name: asdict(told) for name, told in rules.items()}, indent=2)])
    elif rule is None or family:
        console.told(rule_lines(rules))
    else:
        width = min(shutil.get_terminal_size((100, 24)).columns, 100)
        for name, told in rules.items():
            console.result(explanation_lines(name, told, width))
    return 0


def _of_family(given: str | None, rules: Mapping[str, Explanation]) -> dict[str, Explanation]:
    """The rules before whose stroke ``given`` stands; none for anything else."""
    wanted = (given or "").strip("[]").lower().removesuffix("/")
    if not wanted or wanted in rules:
        return {}
    return {name: told for name, told in rules.items() if name.rpartition("/")[0] == wanted}


def _chosen(given: str, rules: Mapping[str, Explanation]) -> str:
    """The rule that is meant. A part that only one rule has will do, brackets are taken off.

    Raises ``OptionError`` with the nearest rules.
    """
    wanted = given.strip("[]").lower()
    if wanted in rules:
        return wanted
    having = [name for name in rules if wanted and wanted in name.split("/")]
    if len(having) == 1:
        return having[0]
    shorts = {name.rpartition("/")[2]: name for name in rules}
    near = difflib.get_close_matches(wanted, [*rules, *shorts], n=6, cutoff=0.5)
    meant = having or list(dict.fromkeys(shorts.get(name, name) for name in near))[:3]
    hint = (
        f"did you mean {' or '.join(meant)}?" if meant else "list all rules with: cmsdeploy explain"
    )
    raise OptionError(f"there is no rule {printable(given, 60)!r}", hint)

"""``dns``: the records of the XMPP servers: checked, printed for others, updated.

Nothing here logs in to a box, unless ``check --boxes`` asks each one what it finds itself.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import click

from cmsdeploy.cli.options import Options, common_options
from cmsdeploy.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cmsdeploy.cli.job import Job, Site
    from cmsdeploy.cli.planned import Planned
    from cmsdeploy.model.step import Problem

__all__ = ["command"]

_LIMIT = click.option("-l", "--limit", help="Only the clusters of these hosts.")
_FORMATS = ("bind", "windows", "powershell", "mmp")
_WIDTH = 100
_WRONG = 2


@click.group("dns")
def command() -> None:
    """The records by which call bridges and clients find the XMPP servers."""


@command.command("check")
@_LIMIT
@click.option("--boxes", is_flag=True, help="Log in, and ask each box what it finds itself.")
@common_options
def check(boxes: bool, **given: object) -> int:
    """Ask every name server and every resolver or view, and say what is wrong.

    Name servers are those of xmpp_dns_servers; where there are none, the NS records of the zone.
    Exit code 2 where something is wrong.
    """
    options = Options.of(given)
    site = _site(options)
    job = _job(site, "dns check", are_servers_found=True, are_boxes_asked=boxes)
    planned = _looked(job)
    planned.observation.close()
    problems = planned.comparison.problems
    unread = [str(look.error) for look in planned.observation.look.values() if look.error]
    code = _code(planned)
    if options.is_json:
        options.console.result([json.dumps(_as_json(planned, unread, code), indent=2)])
        return code
    options.console.told([*_tables(job, planned), "", *planned.comparison.summary, ""])
    options.console.told([line for problem in problems for line in _problem_lines(problem)])
    options.console.result([f"unread  {line}" for text in unread for line in text.splitlines()])
    if not code:
        options.console.result([_all_is_well(problems)])
    return code


@command.command("zone")
@_LIMIT
@click.option(
    "--format", "form", type=click.Choice(_FORMATS), default="bind", help="For which program."
)
@common_options
def zone(form: str, **given: object) -> int:
    """Print the wanted records for somebody else's name server. Asks nobody."""
    from cmsdeploy.model.records import RecordSet, Update
    from cmsdeploy.planning.compare import compare
    from cmsdeploy.planning.look import blank_look
    from cmsdeploy.report.zone_text import zone_lines

    options = Options.of(given)
    # What is printed depends on no server; one is needed for the plan to be made at all.
    job = _job(_site(options), "dns zone", {"servers": ["127.0.0.1"]})
    plan = compare(job.stages, blank_look(job.stages, job.registry), job.registry).plan
    zones: dict[str, list[RecordSet]] = {}
    for step in plan.steps:
        if isinstance(step.action, Update) and step.action.after is not None:
            zones.setdefault(step.action.zone, []).append(step.action.after)
    options.console.result(list(zone_lines(form, zones)))
    return 0


@command.command("update")
@_LIMIT
@click.option("-C", "--check", "is_check", is_flag=True, help="Only show what would change.")
@click.option("-y", "--yes", "--auto-approve", "is_approved", is_flag=True, help="Ask nothing.")
@common_options
def update(is_check: bool, is_approved: bool, **given: object) -> int:
    """Show what would change, ask once, and change it (RFC 2136, signed with xmpp_dns_key).

    Each change takes effect only if the records are still what the plan was made from.
    """
    from cmsdeploy.cli.commands.apply_command import carry_out_job
    from cmsdeploy.cli.planned import refusal_code, shown_plan

    options = Options.of(given)
    job = _job(_site(options), "dns update", is_key_needed=True)
    if not is_check:
        return carry_out_job(job, None, is_approved)
    planned = _looked(job)
    planned.observation.close()
    if options.is_json:
        options.console.result([json.dumps(planned.plan.as_json(), indent=2)])
    else:
        options.console.told(shown_plan(planned.plan))
    return refusal_code(planned.plan.refusals, dict(planned.observation.look))


def _site(options: Options) -> Site:
    from cmsdeploy.cli.job import load_site

    return load_site(options)


def _job(
    site: Site,
    title: str,
    extra: dict[str, object] | None = None,
    *,
    are_servers_found: bool = False,
    are_boxes_asked: bool = False,
    is_key_needed: bool = False,
) -> Job:
    from cmsdeploy.cli.dns_stage import dns_job

    given = dict(extra or {})
    named = [host for host in site.inventory.hosts if site.inventory.node(host, "xmpp_dns_servers")]
    if "servers" not in given and not named:
        if not are_servers_found:
            raise InputError(
                "the inventory does not say which name server takes updates",
                "write xmpp_dns_servers: [ADDRESS, …], the primary first",
            )
        given |= _found(site)
    return dns_job(site, given, title, are_boxes_asked=are_boxes_asked, is_key_needed=is_key_needed)


def _found(site: Site) -> dict[str, object]:
    """The name servers of the one zone of the inventory, asked of the resolvers."""
    from cmsdeploy.cli.dns_stage import parameters_of
    from cmsdeploy.cli.name_servers import found_servers, own_resolvers

    hosts = site.inventory.hosts_in("xmpp_servers")
    zones = {str(parameters_of(site, host).get("zone")) for host in hosts}
    if len(zones) != 1:
        raise InputError(
            "the inventory has several zones and names no name servers",
            "write xmpp_dns_servers for each cluster, or name one cluster by --limit",
        )
    named = parameters_of(site, hosts[0]).get("resolvers")
    resolvers = tuple(map(str, named)) if isinstance(named, list) else own_resolvers()
    return {"servers": list(found_servers(f"{zones.pop().rstrip('.')}.", resolvers))}


def _looked(job: Job) -> Planned:
    from cmsdeploy.cli.planned import look_and_plan
    from cmsdeploy.cli.progress import Progress

    options = job.site.options
    return look_and_plan(job, Progress(options.console, options.verbosity, is_json=False))


def _code(planned: Planned) -> int:
    from cmsdeploy.cli.planned import errors_of

    errors = [look.error for look in planned.observation.look.values() if look.error]
    code = 0
    for error in errors:
        code |= error.exit_code
    return code | (_WRONG if errors_of(planned.comparison.problems) else 0)


def _tables(job: Job, planned: Planned) -> list[str]:
    from cmsdeploy.planning.tables import standing
    from cmsdeploy.report.tables import table_lines

    look, comparison = planned.observation.look, planned.comparison
    tables = standing(job.stages, look, job.registry, comparison)
    if not job.are_boxes_asked:
        tables = tuple(table for table in tables if not table.is_by_box)
    width = max(shutil.get_terminal_size((_WIDTH, 24)).columns, 40)
    return list(table_lines(tables, width))


def _all_is_well(notes: Sequence[Problem]) -> str:
    """The last line where nothing is wrong; what is to note is not denied by it."""
    if any(note.rule.endswith("/wrong-ttl") for note in notes):
        return "All records lead where they should, wherever we asked; see the notes above."
    return "All records are as wanted, wherever we asked."


def _problem_lines(problem: Problem) -> list[str]:
    from cmsdeploy.errors import printable
    from cmsdeploy.model.step import Severity

    word = "wrong" if problem.severity is Severity.ERROR else "note "
    lines = [f"{word}  [{problem.rule}] {printable(problem.text)}"]
    return lines + ([f"         next: {printable(problem.fix)}"] if problem.fix else [])


def _as_json(planned: Planned, unread: list[str], code: int) -> dict[str, object]:
    return {
        "version": 1,
        "exit_code": code,
        "summary": list(planned.comparison.summary),
        "unread": unread,
        "findings": [
            {
                "rule": problem.rule,
                "severity": problem.severity.value,
                "cluster": problem.cluster,
                "host": problem.host,
                "text": problem.text,
                "next": problem.fix,
                "evidence": [
                    {"command": one.command, "seen": one.seen} for one in problem.evidence
                ],
            }
            for problem in planned.comparison.problems
        ],
    }

"""What is wrong by somebody's logs alone, and what they do not show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cmsdeploy.errors import printable
from cmsdeploy.families.contract import LogReader
from cmsdeploy.families.first_fact import VERSION, understand_version
from cmsdeploy.model.action import Reply
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.logged import Logged
from cmsdeploy.model.reply_text import Verdict, failures, judge
from cmsdeploy.model.secret import Secret
from cmsdeploy.model.step import Problem
from cmsdeploy.planning.compare import Registry
from cmsdeploy.planning.diagnosis import Diagnosis, in_order, said
from cmsdeploy.planning.explanations import explanations_of

__all__ = ["LogDiagnosis", "diagnose_logs", "secrets_in"]

_WORD = re.compile(r"[a-z][a-z_-]{0,30}")
_LONGEST = 160


@dataclass(frozen=True)
class LogDiagnosis:
    """``not_seen`` says in words what was not in the logs and would have told more, and what of
    them was not understood. Without ``is_of_a_box`` nothing in them was: no prompt, and no line
    that any family knows."""

    diagnosis: Diagnosis
    not_seen: tuple[str, ...]
    is_of_a_box: bool = True


def secrets_in(logs: Mapping[str, Logged], registry: Registry) -> tuple[Secret, ...]:
    """What the logs show and nobody may repeat."""
    return tuple(
        secret
        for family in registry.values()
        if isinstance(family, LogReader)
        for secret in family.log_secrets(logs)
    )


def diagnose_logs(
    logs: Mapping[str, Logged], registry: Registry, hosts: Sequence[str] = ()
) -> LogDiagnosis:
    """Ask every family that reads logs. ``hosts`` are the names of an inventory, where there is
    one: those that no prompt shows are said to be missing."""
    readers = [family for family in registry.values() if isinstance(family, LogReader)]
    problems = [problem for family in readers for problem in family.log_findings(logs)]
    problems += [*_of_versions(logs, registry), *_of_failures(logs)]
    told = explanations_of(family.explanations for family in registry.values())
    found = in_order([said(problem, told) for problem in dict.fromkeys(problems)])
    is_known = any(logs) or any([*one.not_in_log(logs)] != [*one.not_in_log({})] for one in readers)
    not_seen = tuple(dict.fromkeys(_not_seen(logs, readers, hosts)))
    return LogDiagnosis(found, not_seen, is_known or bool(found.findings))


def _not_seen(
    logs: Mapping[str, Logged], readers: Sequence[LogReader], hosts: Sequence[str]
) -> Iterator[str]:
    shown = {name.partition(".")[0].lower() for name in logs if name}
    missing = [host for host in hosts if host.partition(".")[0].lower() not in shown]
    if missing:
        yield f"anything of {', '.join(missing)}, which the inventory has"
    for family in readers:
        yield from family.not_in_log(logs)
    yield "how the boxes stand now: a log is as old as it is"


def _of_versions(logs: Mapping[str, Logged], registry: Registry) -> Iterator[Problem]:
    """A family's commands on a box whose version does not have them."""
    for host, logged in logs.items():
        reply = logged.last(VERSION.line)
        version = understand_version(Reply(reply.text)) if reply else None
        used = {one.line.split()[0] for one in logged.replies if one.line.split()}
        for name, family in registry.items():
            if version is not None and name in used and version not in family.versions:
                yield Problem(
                    host,
                    "version/outside",
                    f"CMS {version} is outside what {name!r} is for: {family.versions.reason}",
                    evidence=(Evidence(host, VERSION.line, str(version)),),
                    likelihood=95,
                )


def _of_failures(logs: Mapping[str, Logged]) -> Iterator[Problem]:
    """The newest reply to each command, where it says that it failed."""
    for host, logged in logs.items():
        for line in dict.fromkeys(one.line for one in logged.replies):
            reply = logged.last(line)
            verdict = judge(reply.text) if reply else Verdict.SILENT
            if reply is None or verdict not in (Verdict.FAILED, Verdict.UNKNOWN_COMMAND):
                continue
            words = "; ".join(failures(reply.text)) or "unknown command"
            command = _shown(line)
            yield Problem(
                host,
                "log/refused",
                f"the box refused `{command}`: {printable(words, _LONGEST)}",
                evidence=(Evidence(host, command, f"a failure ({reply.place})"),),
                likelihood=40,
            )


def _shown(line: str) -> str:
    """The words of a command that are surely no value: what somebody typed may be a secret."""
    words = line.split()
    known = []
    for word in words[:3]:
        if not _WORD.fullmatch(word):
            break
        known.append(word)
    return " ".join([*known, *(["…"] if len(words) > len(known) else [])])

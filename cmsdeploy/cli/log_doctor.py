"""``doctor --from-log``: no box is reached, and no inventory is needed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cmsdeploy.cli.log_files import read_texts
from cmsdeploy.cli.options import Options
from cmsdeploy.errors import InputError, printable

if TYPE_CHECKING:
    from cmsdeploy.planning.log_diagnosis import LogDiagnosis

__all__ = ["run_from_logs", "told"]

_WIDTH = 100
_PASTE = (
    "paste what a terminal shows, with the prompts (cb1> xmpp cluster status, xmpp callbridge list,"
    " xmpp), an event log of Web Admin, or the zone file"
)


def run_from_logs(paths: Sequence[Path], given: Mapping[str, object]) -> int:
    """Read, find, show. 0 without a finding, 2 with one. Raises ``InputError`` where nothing in
    the files is a log of a box."""
    from cmsdeploy.cli.job import load_site

    named = given.get("inventory")
    options = Options.of(given if named else {**given, "inventory": (os.devnull,)})
    texts = [each for path in paths for each in read_texts(path)]
    hosts = tuple(load_site(options).inventory.hosts) if named else ()
    is_healthy, lines = told(texts, hosts, is_json=options.is_json, is_strict=True)
    options.console.result(lines)
    return 0 if is_healthy else 2


def told(
    texts: Sequence[tuple[str, str]],
    hosts: Sequence[str] = (),
    *,
    is_json: bool = False,
    is_strict: bool = False,
) -> tuple[bool, list[str]]:
    """Whether nothing was found in ``texts``, and what is to be printed: no secret of them.

    With ``is_strict`` it raises ``InputError`` where nothing in them is a log of a box: to say that
    nothing is wrong would be a false comfort.
    """
    from cmsdeploy.families import families
    from cmsdeploy.model.logged import by_host
    from cmsdeploy.planning.log_diagnosis import diagnose_logs, secrets_in
    from cmsdeploy.session.log_reader import read_log
    from cmsdeploy.session.redaction import Redactor

    logs = by_host(one for name, text in texts for one in read_log(text, name))
    registry = families()
    redactor = Redactor()
    redactor.add(*secrets_in(logs, registry))
    found = diagnose_logs(logs, registry, hosts)
    if is_strict and not found.is_of_a_box:
        names = ", ".join(name for name, _ in texts)
        raise InputError(f"{printable(names, 300)}: nothing in it is a log of a box", _PASTE)
    if is_json:
        return found.diagnosis.is_healthy, [redactor.redact(json.dumps(_as_json(found), indent=2))]
    lines = _lines(found, tuple(filter(None, logs)))
    return found.diagnosis.is_healthy, [redactor.shown(line) for line in lines]


def _lines(found: LogDiagnosis, hosts: Sequence[str]) -> list[str]:
    from cmsdeploy.report.findings import finding_lines

    width = min(shutil.get_terminal_size((_WIDTH, 24)).columns, _WIDTH)
    lines = [f"boxes in the log: {', '.join(hosts) or 'none is named by a prompt'}", ""]
    lines += finding_lines(found.diagnosis, width)
    if found.diagnosis.is_healthy:
        lines += ["No finding in what the log shows.", ""]
    return [*lines, "Not seen:", *(f"  {each}" for each in found.not_seen)]


def _as_json(found: LogDiagnosis) -> dict[str, object]:
    from cmsdeploy.report.findings import diagnosis_as_json

    return {
        "version": 1,
        "is_healthy": found.diagnosis.is_healthy,
        "findings": diagnosis_as_json(found.diagnosis),
        "not_seen": list(found.not_seen),
    }

"""What the evidence of a first finding says, word for word: a person reads it before the fix."""

from __future__ import annotations

import pytest

from tests.doctor.clinic import Doctor, healthy, wanted_of
from tests.doctor.table import FAULTS

_LISTS = "lists 10.0.0.2:5222"
_STANDS = [f"cb{n}: xmpp: Enabled: false, Clustered: true" for n in (1, 2, 3)]
_SETTINGS = "cb2: GET /api/v1/system/configuration/xmpp"
_STATUS = "xmpp cluster status"
# Fault, finding, and its evidence.
SAID = [
    ("member_was_reset", "xmpp/dead-peer cb2",
     ["cb2: xmpp: Clustered: false", f"cb1: {_STATUS}: {_LISTS}", f"cb3: {_STATUS}: {_LISTS}"]),
    ("most_are_stopped", "xmpp/stopped cb1", _STANDS[:1]),
    ("all_are_stopped", "xmpp/nobody-runs cb1", _STANDS),
    ("member_was_removed", "xmpp/same-peers cb2", [f"cb2: {_STATUS}: {_LISTS}"]),
    ("member_was_removed", "xmpp/same-leader cb1",
     [f"cb1: {_STATUS}: names 10.0.0.1:5222", f"cb2: {_STATUS}: names no leader",
      f"cb3: {_STATUS}: names 10.0.0.1:5222"]),
    ("login_has_another_domain", "callbridge/domain-differs cb2",
     [f"{_SETTINGS}: domain is example.com"]),
    ("login_goes_to_another_server", "callbridge/server-differs cb2",
     [f"{_SETTINGS}: server address is 10.0.0.77"]),
    ("login_is_not_set", "callbridge/login-missing cb2", [f"{_SETTINGS}: uniqueName is empty"]),
    ("member_is_cut_off", "callbridge/log cb2",
     ["cb2: get log (its end): disconnected, connection failure, in the last minute"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "finding", "said"), SAID)
def test_evidence_says_box_command_and_what_was_seen(
    name: str, finding: str, said: list[str]
) -> None:
    """So that anybody can look at the same."""
    world = healthy(3)
    for deed in next(fault.deeds for fault in FAULTS if fault.name == name):
        deed(world)
    world.advance(200)
    findings = Doctor(world, wanted_of(3)).diagnosis().findings
    (problem,) = [
        one.problem for one in findings if f"{one.problem.rule} {one.problem.host}" == finding
    ]
    assert [f"{one.host}: {one.command}: {one.seen}" for one in problem.evidence] == said

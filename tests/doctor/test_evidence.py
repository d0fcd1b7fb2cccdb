"""What the evidence of a first finding says, word for word: a person reads it before the fix."""

from __future__ import annotations

import pytest

from tests.doctor.clinic import Doctor, healthy, wanted_of
from tests.doctor.table import FAULTS

_LISTS = "lists 10.0.0.2:5222"
SAID = {
    "member_was_reset": (
        "xmpp/dead-peer", "cb2: xmpp: Clustered: false",
        f"cb1: xmpp cluster status: {_LISTS}", f"cb3: xmpp cluster status: {_LISTS}",
    ),
    "most_are_stopped": ("xmpp/stopped", "cb1: xmpp: Enabled: false, Clustered: true"),
    "all_are_stopped": (
        "xmpp/nobody-runs", *(f"cb{n}: xmpp: Enabled: false, Clustered: true" for n in (1, 2, 3)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_evidence_says_box_command_and_what_was_seen(name: str) -> None:
    """So that anybody can look at the same."""
    world = healthy(3)
    for deed in next(fault.deeds for fault in FAULTS if fault.name == name):
        deed(world)
    world.advance(200)
    first = Doctor(world, wanted_of(3)).diagnosis().findings[0].problem
    evidence = [f"{one.host}: {one.command}: {one.seen}" for one in first.evidence]
    assert (first.rule, *evidence) == SAID[name]

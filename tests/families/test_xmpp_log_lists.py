"""A list of call bridges in a log: whether it is all of it, and what can be read of a cut one."""

from __future__ import annotations

import pytest

from cmsdeploy.families.xmpp.commands import BRIDGE_LIST
from cmsdeploy.families.xmpp.facts import Bridge
from cmsdeploy.families.xmpp.log_lists import is_understood, readable_bridges
from cmsdeploy.model.logged import Logged, LoggedReply
from cmsdeploy.model.secret import Secret
from tests.families.cases import reply_in

WHOLE = reply_in("xmpp-callbridge-list.txt")
ONE, TWO = "a" * 16 + "Ab1", "b" * 16 + "Ab1"


def _logged(text: str) -> Logged:
    return Logged("cb1", (LoggedReply(BRIDGE_LIST.line, text),))


@pytest.mark.parametrize(
    ("logged", "own", "is_whole"),
    [
        (Logged("cb1"), "", True),
        (_logged("FAILURE: no\n"), "", True),
        (_logged("Unknown command: xmpp\n"), "", True),
        (_logged(WHOLE), WHOLE, True),
        (_logged(WHOLE + WHOLE), WHOLE, False),
        (_logged("words\n"), "words\n", False),
        (_logged(WHOLE.rstrip()[:-3]), WHOLE.rstrip()[:-3], False),
    ],
)
def test_a_list_is_understood_or_said_not_to_be(logged: Logged, own: str, is_whole: bool) -> None:
    """None, and one that the box refused, hide nothing; a cut one may."""
    assert is_understood(logged, own) is is_whole


def test_records_that_are_whole_bear_witness() -> None:
    """Without a secret, twice, or with the half of one at the end, a record says nothing."""
    text = (
        f"Domain : before\nCallbridge : one\nDomain : d.example\nSecret : {ONE}\nSecret : other\n"
        "callbridge : none\nDomain : d.example\n"
        f"Callbridge : odd\nSecret : short\nCallbridge : twice\nSecret : {TWO}\n"
        f"Callbridge : twice\nSecret : {TWO}\nCallbridge : last\nSecret : "
    )
    whole = {"one": Bridge("d.example", Secret(ONE)), "odd": Bridge("", Secret("short"))}
    assert readable_bridges(f"{text}{TWO}\n") == {**whole, "last": Bridge("", Secret(TWO))}
    assert readable_bridges(f"{text}{TWO[:9]}\n") == whole
    assert readable_bridges("") == {}

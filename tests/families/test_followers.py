"""What a call bridge has to show when a server is stopped on purpose."""

from __future__ import annotations

import pytest

from cmsdeploy.families.callbridge.calls import SETTINGS, WITNESSES
from cmsdeploy.families.callbridge.drill import followers
from cmsdeploy.families.callbridge.facts import CallbridgeState
from cmsdeploy.families.callbridge.news import Connection, News
from cmsdeploy.families.callbridge.spec import CallbridgeSpec

SPEC = CallbridgeSpec("default", "cb1", "tptac9.com", "")
LEAVING = CallbridgeSpec("default", "cb1", "tptac9.com", "", is_leaving=True)
STOPPED = frozenset({"cb2", "10.0.0.2"})
WORKS, MOVES = "the call bridge is logged in", "the call bridge is logged in, to another server"


def _held(server: str) -> CallbridgeState:
    return CallbridgeState(news=News(Connection.HELD, server))


QUIET = CallbridgeState(news=News(Connection.QUIET))
NO_ALARM = CallbridgeState(has_alarm=False)
FAILING = CallbridgeState(news=News(Connection.FAILING, "dns error"))
UNSEEN = CallbridgeState()


@pytest.mark.parametrize(
    ("spec", "state", "text"),
    [
        (SPEC, _held("cb1"), WORKS),
        (SPEC, _held(""), WORKS),
        (SPEC, _held("cb2"), MOVES),
        (SPEC, _held("cb2.tptac9.com"), MOVES),
        (SPEC, _held("10.0.0.2"), MOVES),
        (SPEC, _held("cb1.cb2"), WORKS),
        (SPEC, _held("10.0.0.20"), WORKS),
        (SPEC, QUIET, WORKS),
        (SPEC, NO_ALARM, WORKS),
        (SPEC, FAILING, None),
        (SPEC, UNSEEN, None),
        (LEAVING, _held("cb2"), None),
    ],
)
def test_who_has_to_follow(spec: CallbridgeSpec, state: CallbridgeState, text: str | None) -> None:
    """One that shows a login and keeps it; it moves where it was on that server."""
    found = followers({"cb1": spec}, {"cb1": state}, STOPPED)
    assert {host: sentence.text for host, sentence in found.items()} == (
        {"cb1": text} if text else {}
    )
    assert all(sentence.reads == (SETTINGS, *WITNESSES) for sentence in found.values())


@pytest.mark.parametrize(
    ("before", "after", "holds"),
    [
        (_held("cb2"), _held("cb2"), False),
        (_held("cb2"), _held("cb2.tptac9.com"), False),
        (_held("cb2"), _held("cb1"), True),
        (_held("cb2"), QUIET, True),
        (_held("cb2"), FAILING, False),
        (_held("cb2"), UNSEEN, False),
        (_held("cb1"), _held("cb1"), True),
        # It was not there, so it may go there.
        (_held("cb1"), _held("cb2"), True),
        (NO_ALARM, FAILING, False),
    ],
)
def test_when_it_has_followed(before: CallbridgeState, after: CallbridgeState, holds: bool) -> None:
    """A login that works, and not with the server that is stopped where it was there before."""
    found = followers({"cb1": SPEC}, {"cb1": before}, STOPPED)
    assert found["cb1"].holds(after) is holds


def test_one_that_is_left_out_does_not_hide_the_next() -> None:
    """Each host of its own."""
    desired = {"cb1": LEAVING, "cb2": SPEC, "cb3": SPEC}
    observed = {"cb1": _held("cb2"), "cb2": UNSEEN, "cb3": _held("cb3")}
    assert list(followers(desired, observed, STOPPED)) == ["cb3"]

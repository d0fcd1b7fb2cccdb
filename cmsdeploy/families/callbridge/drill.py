"""What a call bridge has to do when a server is stopped: log in to another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cmsdeploy.families.callbridge.calls import SETTINGS, WITNESSES
from cmsdeploy.families.callbridge.facts import CallbridgeState
from cmsdeploy.families.callbridge.news import Connection
from cmsdeploy.families.callbridge.spec import CallbridgeSpec
from cmsdeploy.model.step import Sentence

__all__ = ["followers"]


def followers(
    desired: Mapping[str, CallbridgeSpec],
    observed: Mapping[str, CallbridgeState],
    names: frozenset[str],
) -> Mapping[str, Sentence]:
    """For each call bridge that shows its login: it works, and not with a server of ``names``."""
    found = {}
    for host, spec in desired.items():
        state = observed[host]
        if spec.is_leaving or not state.is_seen:
            continue
        is_moved = _is_on(state, names)
        text = "the call bridge is logged in" + (", to another server" if is_moved else "")
        found[host] = Sentence(text, (SETTINGS, *WITNESSES), _works(names if is_moved else None))
    return found


def _is_on(state: CallbridgeState, names: frozenset[str]) -> bool:
    held = state.news.connection is Connection.HELD
    return held and bool({state.news.detail, state.news.detail.partition(".")[0]} & names)


def _works(names: frozenset[str] | None) -> Callable[[CallbridgeState], bool]:
    def works(state: CallbridgeState) -> bool:
        return state.is_seen and (names is None or not _is_on(state, names))

    return works

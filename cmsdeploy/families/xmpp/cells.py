"""What the tables of ``verify`` show of a server, and of the secrets that it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from cmsdeploy.families.secret_names import CALL_BRIDGES
from cmsdeploy.families.xmpp.facts import XmppState
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.service_findings import in_service_cell
from cmsdeploy.families.xmpp.spec import XmppSpec
from cmsdeploy.model.cell import BOXES, Cell
from cmsdeploy.model.secret import UNKNOWN, Secret

__all__ = ["cells_of"]


def cells_of(group: Group) -> Iterator[Cell]:
    """The columns of each server, then the matrix: call bridge by server. Some servers of the group
    may be missing: what cannot be read is left out, and the rest is shown."""
    usual = Counter(state.leader for state in group.states.values() if state.leader)
    leader = max(usual, key=lambda named: usual[named]) if usual else None
    listed = frozenset(peer for state in group.states.values() for peer in state.peers)
    for host in group.states:
        yield from _of_server(group, host, leader, listed)
    names = dict.fromkeys(name for spec in group.specs.values() for name in spec.bridges)
    settled = {name: _usual_secret(group, name) for name in names}
    for name in settled:
        for host, state in group.states.items():
            text, is_wrong = _held(name, state, settled)
            secret = _secret(state, name)
            yield Cell(CALL_BRIDGES, group.cluster, name, host, text, host, is_wrong, secret)


def _usual_secret(group: Group, name: str) -> Secret | None:
    """What most servers hold for a call bridge; None where none holds any."""
    found = (_secret(state, name) for state in group.states.values())
    held = Counter(secret for secret in found if secret is not None)
    return max(held, key=lambda secret: held[secret]) if held else None


def _secret(state: XmppState, name: str) -> Secret | None:
    bridge = None if state.bridges is UNKNOWN else state.bridges.get(name)
    return bridge.secret if bridge is not None and isinstance(bridge.secret, Secret) else None


def _of_server(
    group: Group, host: str, leader: str | None, listed: frozenset[str]
) -> Iterator[Cell]:
    spec, state = group.specs[host], group.states[host]
    running = {True: "running", False: "stopped"}
    role = state.role or ("unknown" if state.enabled is UNKNOWN else running[state.enabled])
    different = len(set(state.peers))
    is_twice = different != len(state.peers)
    peers = f"{len(state.peers)}, one twice" if is_twice else str(different)
    files, is_differing = _files(spec, state)
    for column, text, is_wrong in (
        ("state", role, state.enabled is False),
        ("leader", (state.leader or "none").removesuffix(":5222"), state.leader != leader),
        ("peers", peers, is_twice or different != len(listed)),
        ("files", files, is_differing),
        *in_service_cell(spec, state),
    ):
        yield Cell(BOXES, group.cluster, host, column, text, host, is_wrong)


def _files(spec: XmppSpec, state: XmppState) -> tuple[str, bool]:
    """The first role whose file is another than wanted."""
    for role in ("key", "certificate", "bundle", "trust"):
        shown, wanted = getattr(state, role), getattr(spec, role)
        if shown is UNKNOWN:
            return "unknown", False
        if shown != wanted:
            return f"{role} {shown or 'none'}", True
    return "as wanted", False


def _held(name: str, state: XmppState, settled: Mapping[str, Secret | None]) -> tuple[str, bool]:
    """What a server holds for a call bridge, beside what most servers hold."""
    if state.bridges is UNKNOWN:
        return "unknown", False
    bridge = state.bridges.get(name)
    if bridge is None:
        return "missing", True
    if bridge.secret == settled[name]:
        return "same", False
    whose = (other for other, secret in settled.items() if secret == bridge.secret)
    other = next(whose, "")
    return (f"that of {other}" if other else "another"), True

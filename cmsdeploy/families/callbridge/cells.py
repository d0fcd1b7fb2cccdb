"""What the tables of ``verify`` show of a login: a column by box, the API beside the servers."""

from __future__ import annotations

from collections.abc import Iterator

from cmsdeploy.families.callbridge.facts import CallbridgeState
from cmsdeploy.families.callbridge.news import Connection
from cmsdeploy.families.callbridge.spec import CallbridgeSpec
from cmsdeploy.families.secret_names import CALL_BRIDGES
from cmsdeploy.model.cell import BOXES, Cell
from cmsdeploy.model.secret import UNKNOWN

__all__ = ["cells_of"]


def cells_of(host: str, spec: CallbridgeSpec, state: CallbridgeState) -> Iterator[Cell]:
    """One cell for the box, one for the call bridge."""
    is_absent = state.is_failing or state.name == ""
    yield Cell(BOXES, spec.cluster, host, "login", _login(state), host, is_absent)
    is_set = state.has_settings(spec.name, spec.domain, spec.server_address)
    yield Cell(
        CALL_BRIDGES,
        spec.cluster,
        spec.name,
        "API",
        _setting(spec, state),
        host,
        state.has_api and not is_set,
        None if state.shown_secret is UNKNOWN else state.shown_secret,
    )


def _login(state: CallbridgeState) -> str:
    if state.name == "":
        return "not set"
    if state.is_failing:
        return state.news.detail or "alarm"
    if state.news.connection is Connection.HELD:
        return "logged in"
    return "no failure" if state.is_seen else "unknown"


def _setting(spec: CallbridgeSpec, state: CallbridgeState) -> str:
    """The first field that is not as wanted; the name where all are."""
    if not state.has_api:
        return "by hand"
    wanted = (spec.name, spec.domain, spec.server_address)
    fields = (state.name, state.domain, state.server_address)
    for want, field, what in zip(wanted, fields, ("name", "domain", "server"), strict=True):
        if field is UNKNOWN:
            return f"{what} unknown"
        if field != want:
            return f"{what} {field or 'empty'}"
    return "set"

"""`/callBridges`: the call bridge cluster as this box knows it (mmp 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .answers import ApiAnswer, Query, created, element, paged, refused, unknown_field, xml
from .system import identifier

if TYPE_CHECKING:
    from ..box import Box

PLACE = "/api/v1/callBridges"
_FIELDS = ("name", "address", "sipDomain", "callBridgeGroup")  # mmp 9


def get_all(box: Box, query: Query) -> ApiAnswer:
    """SEEN: api-callbridges."""
    items = [
        f'<callBridge id="{_id(box, name)}">{element("name", name)}</callBridge>'
        for name in box.call_bridges
    ]
    return paged("callBridges", items, query, int(box.world.switches["api-page-size"]))


def get_one(box: Box, identity: str, _query: Query) -> ApiAnswer:
    """SEEN: api-trace-requests."""
    name = _name_of(box, identity)
    if name is None:
        return _missing()
    values = {"name": name, "address": box.call_bridges[name], "sipDomain": "", **_more(box, name)}
    return xml(
        "callBridge",
        [element(n, v) for n, v in values.items() if n != "id"],
        f' id="{identity}"',
    )


def post(box: Box, query: Query) -> ApiAnswer:
    """POST gives 200 and the place of the object (SEEN: api-post-response)."""
    name = query.form.get("name", "")
    refusal = _refusal(box, query, name)
    if refusal:
        return refusal
    box.call_bridges[name] = ""
    box.call_bridge_details[name] = {"id": identifier(box, f"{name}-{len(box.audit)}")}
    _fill(box, name, query)
    return created(f"{PLACE}/{_id(box, name)}")


def put(box: Box, identity: str, query: Query) -> ApiAnswer:
    """Change what is named; the id stays."""
    name = _name_of(box, identity)
    if name is None:
        return _missing()
    new = query.form.get("name", name)
    refusal = _refusal(box, query, new, old=name)
    if refusal:
        return refusal
    address, details = box.call_bridges.pop(name), box.call_bridge_details.pop(name, {})
    box.call_bridges[new] = address
    box.call_bridge_details[new] = {**details, "id": identity}
    _fill(box, new, query)
    return ApiAnswer(200)


def delete(box: Box, identity: str, _query: Query) -> ApiAnswer:
    """DELETE gives 200 with an empty body (TAC-213812)."""
    name = _name_of(box, identity)
    if name is None:
        return _missing()
    del box.call_bridges[name]
    box.call_bridge_details.pop(name, None)
    return ApiAnswer(200)


def _refusal(box: Box, query: Query, name: str, old: str | None = None) -> ApiAnswer | None:
    unknown = [field for field in query.form if field not in _FIELDS]
    if unknown and box.world.switches["api-unknown-field"] == "refused":
        return unknown_field(unknown[0])
    if not name:
        return refused('parameterError parameter="name" error="missing"')  # guess
    if name in box.call_bridges and name != old:
        return refused("duplicateCallBridgeName")  # guess after duplicateCoSpaceUri
    return None


def _fill(box: Box, name: str, query: Query) -> None:
    if "address" in query.form:
        box.call_bridges[name] = query.form["address"]
    more = {n: query.form[n] for n in ("sipDomain", "callBridgeGroup") if n in query.form}
    box.call_bridge_details.setdefault(name, {}).update(more)


def _more(box: Box, name: str) -> dict[str, str]:
    return box.call_bridge_details.get(name, {})


def _id(box: Box, name: str) -> str:
    return _more(box, name).get("id") or identifier(box, name)


def _name_of(box: Box, identity: str) -> str | None:
    return next((name for name in box.call_bridges if _id(box, name) == identity), None)


def _missing() -> ApiAnswer:
    return refused("callBridgeDoesNotExist")  # after coSpaceDoesNotExist (SEEN)

"""Which request belongs to which function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from . import call_bridges, system
from .answers import ApiAnswer, Query, refused

if TYPE_CHECKING:
    from ..box import Box

_PREFIX = "/api/v1"
_XMPP = "/system/configuration/xmpp"
_CLUSTER = "/system/configuration/cluster"
_BRIDGE = "/callBridges/"
_Handler = Callable[["Box", Query], ApiAnswer]
_HANDLERS: dict[tuple[str, str], _Handler] = {
    ("GET", _XMPP): system.get_xmpp,
    ("PUT", _XMPP): system.put_xmpp,
    ("GET", _CLUSTER): system.get_cluster,
    ("PUT", _CLUSTER): system.put_cluster,
    ("GET", "/system/status"): system.get_status,
    ("GET", "/system/alarms"): system.get_alarms,
    ("GET", "/system/database"): system.get_database,
    ("GET", "/callBridges"): call_bridges.get_all,
    ("POST", "/callBridges"): call_bridges.post,
}
_ONE_BRIDGE: dict[str, Callable[[Box, str, Query], ApiAnswer]] = {
    "GET": call_bridges.get_one,
    "PUT": call_bridges.put,
    "DELETE": call_bridges.delete,
}
# Where real boxes have these pages is not known; the addresses are guesses.
_PAGES: dict[str, Callable[[Box], str]] = {
    "/status": lambda box: box.status_page(),
    "/eventlog": lambda box: box.event_log(),
}


def handle(box: Box, method: str, path: str, form: Mapping[str, str]) -> ApiAnswer:
    """Answer one request. Objects that the version lacks, and unknown ones, are 404."""
    place, _, words = path.partition("?")
    if method == "GET" and place in _PAGES:
        return ApiAnswer(200, {"Content-Type": "text/plain"}, _PAGES[place](box))
    name = place.removeprefix(_PREFIX).rstrip("/")
    if not path.startswith(_PREFIX + "/") or (name == _XMPP and box.lacks_xmpp):
        # mmp 9: the xmpp object is absent from 3.0. Status and tag are a guess.
        return refused("unrecognisedObject", 404)
    query = Query(form, dict(parse_qsl(words, keep_blank_values=True)))
    handler = _HANDLERS.get((method, name))
    if handler:
        return handler(box, query)
    if name.startswith(_BRIDGE) and method in _ONE_BRIDGE:
        return _ONE_BRIDGE[method](box, name.removeprefix(_BRIDGE), query)
    is_known = name.startswith(_BRIDGE) or any(name == known for _, known in _HANDLERS)
    return refused("unrecognisedObject", 405 if is_known else 404)

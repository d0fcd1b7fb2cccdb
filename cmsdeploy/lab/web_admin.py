"""The Web Admin API of one box: XML in answers, form fields in requests (mmp 9).

Knows objects and their elements; HTTP, TLS and log-in are the wire's.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from .login import log_in

if TYPE_CHECKING:
    from .box import Box

_PREFIX = "/api/v1"
_DECLARATION = '<?xml version="1.0"?>'  # SEEN: api-get-response
_XML_HEADERS = {"Content-Type": "text/xml"}  # SEEN: api-get-response


@dataclass(frozen=True)
class ApiAnswer:
    """Answer of the API: HTTP status, the headers that carry meaning, the XML text."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


def unauthorised() -> ApiAnswer:
    """Answer to a request without, or with wrong, credentials (SEEN: api-trace-401)."""
    return ApiAnswer(401, {"WWW-Authenticate": 'Basic realm="acano"'})


def refused(tag: str, status: int = 400) -> ApiAnswer:
    """Answer with failure details (SEEN: api-failure-missing-object)."""
    body = f"{_DECLARATION}<failureDetails><{tag} /></failureDetails>"
    return ApiAnswer(status, _XML_HEADERS, body)


def _element(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>"


def _xml(root: str, elements: Iterable[str], attributes: str = "") -> ApiAnswer:
    body = f"{_DECLARATION}<{root}{attributes}>{''.join(elements)}</{root}>"
    return ApiAnswer(200, _XML_HEADERS, body)


def _get_xmpp(box: Box, _form: Mapping[str, str]) -> ApiAnswer:
    # Names and root SEEN in POSTMAN; unset = empty element SEEN for <cluster>.
    is_shown = box.world.switches["api-shows-secret"] == "yes"
    settings = box.xmpp_settings.items()
    return _xml("xmpp", [_element(n, v) for n, v in settings if n != "sharedSecret" or is_shown])


def _put_xmpp(box: Box, form: Mapping[str, str]) -> ApiAnswer:
    unknown = [name for name in form if name not in box.xmpp_settings]
    if unknown:
        # The tag is a guess; the shape is SEEN.
        return refused(f'parameterError parameter="{escape(unknown[0])}" error="unrecognised"')
    box.xmpp_settings.update(form)
    return ApiAnswer(200)  # TAC-213812: PUT gives 200 with an empty body


def _get_status(box: Box, _form: Mapping[str, str]) -> ApiAnswer:
    # Elements and their order SEEN: api-trace-requests. The count of bridges as a hint is a guess.
    seconds = int(box.world.seconds)
    values = {
        "softwareVersion": box.version,
        "uptimeSeconds": str(seconds),
        "activated": "true",
        "clusterEnabled": "true" if len(box.call_bridges) > 1 else "false",
        "callLegsActive": "0",
        "callLegsMaxActive": "0",
    }
    return _xml("status", [_element(name, value) for name, value in values.items()])


def _get_alarms(box: Box, _form: Mapping[str, str]) -> ApiAnswer:
    alarms: list[str] = []
    if box.world.switches["api-xmpp-alarm"] == "shown" and not box.lacks_xmpp:
        state = log_in(box.world, box).state
        if state not in ("registered", "not configured"):
            # Layout SEEN: api-alarms. The type is a guess.
            inner = _element("type", "xmppConnectionFailure") + _element("activeTimeSeconds", "1")
            alarms.append(f'<alarm id="{_guid(box, "alarm")}">{inner}</alarm>')
    return _xml("alarms", alarms, f' total="{len(alarms)}"')


def _get_call_bridges(box: Box, _form: Mapping[str, str]) -> ApiAnswer:
    # SEEN: api-callbridges.
    items = [
        f'<callBridge id="{_guid(box, name)}">{_element("name", name)}</callBridge>'
        for name in box.call_bridges
    ]
    return _xml("callBridges", items, f' total="{len(items)}"')


def _get_call_bridge(box: Box, identity: str) -> ApiAnswer:
    # SEEN: api-trace-requests.
    for name, address in box.call_bridges.items():
        if _guid(box, name) == identity:
            values = {"name": name, "address": address, "sipDomain": ""}
            elements = [_element(n, v) for n, v in values.items()]
            return _xml("callBridge", elements, f' id="{identity}"')
    return refused("callBridgeDoesNotExist")


def _guid(box: Box, name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.{box.name}.invalid"))


_Handler = Callable[["Box", Mapping[str, str]], ApiAnswer]
_XMPP = "/system/configuration/xmpp"
_HANDLERS: dict[tuple[str, str], _Handler] = {
    ("GET", _XMPP): _get_xmpp,
    ("PUT", _XMPP): _put_xmpp,
    ("GET", "/system/status"): _get_status,
    ("GET", "/system/alarms"): _get_alarms,
    ("GET", "/callBridges"): _get_call_bridges,
}


def handle(box: Box, method: str, path: str, form: Mapping[str, str]) -> ApiAnswer:
    """Answer one request. Objects that the version lacks, and unknown ones, are 404."""
    name = path.partition("?")[0].removeprefix(_PREFIX).rstrip("/")
    if not path.startswith(_PREFIX + "/") or (name == _XMPP and box.lacks_xmpp):
        # mmp 9: the xmpp object is absent from 3.0. Status and tag are a guess.
        return refused("unrecognisedObject", 404)
    handler = _HANDLERS.get((method, name))
    if handler:
        return handler(box, form)
    if method == "GET" and name.startswith("/callBridges/"):
        return _get_call_bridge(box, name.rpartition("/")[2])
    is_known = any(name == known for _, known in _HANDLERS)
    return refused("unrecognisedObject", 405 if is_known else 404)

"""Objects below `/system`: status, settings, alarms, database (mmp 9)."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from .. import database
from .answers import ApiAnswer, Query, element, paged, unknown_field, xml

if TYPE_CHECKING:
    from ..box import Box

# SEEN MIV, POSTMAN: the fields of the cluster settings.
_CLUSTER = (
    "uniqueName", "peerLinkBitRate", "participantLimit", "loadLimit",
    "newConferenceLoadLimitBasisPoints", "existingConferenceLoadLimitBasisPoints",
    "maxPeerVideoStreams",
)  # fmt: skip


def get_xmpp(box: Box, _query: Query) -> ApiAnswer:
    """Names and root SEEN in POSTMAN; unset = empty element SEEN for <cluster>."""
    is_shown = box.world.switches["api-shows-secret"] == "yes"
    settings = box.xmpp_settings.items()
    return xml("xmpp", [element(n, v) for n, v in settings if n != "sharedSecret" or is_shown])


def put_xmpp(box: Box, query: Query) -> ApiAnswer:
    """TAC-213812: PUT gives 200 with an empty body."""
    return _put(box, query, box.xmpp_settings, tuple(box.xmpp_settings))


def get_cluster(box: Box, _query: Query) -> ApiAnswer:
    """Root and names SEEN in MIV and POSTMAN."""
    return xml("cluster", [element(n, box.cluster_settings.get(n, "")) for n in _CLUSTER])


def put_cluster(box: Box, query: Query) -> ApiAnswer:
    """As every PUT."""
    return _put(box, query, box.cluster_settings, _CLUSTER)


def _put(box: Box, query: Query, kept: dict[str, str], names: tuple[str, ...]) -> ApiAnswer:
    unknown = [name for name in query.form if name not in names]
    if unknown and box.world.switches["api-unknown-field"] == "refused":
        return unknown_field(unknown[0])
    kept.update({name: value for name, value in query.form.items() if name in names})
    return ApiAnswer(200)


def get_status(box: Box, _query: Query) -> ApiAnswer:
    """Elements and their order SEEN: api-trace-requests."""
    by_database = box.world.switches["api-cluster-enabled"] == "by-database"
    is_clustered = database.cluster_of(box) is not None if by_database else _has_peers(box)
    suffix = " (1)" if box.world.switches["api-version-suffix"] == "build" else ""
    now = box.world.started + timedelta(seconds=box.world.seconds + box.clock_offset)
    values = {
        "softwareVersion": f"{box.version}{suffix}",
        "uptimeSeconds": str(int(box.uptime)),
        "cdrTime": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "activated": "true",
        "clusterEnabled": "true" if is_clustered else "false",
        "callLegsActive": "0",
        "callLegsMaxActive": "0",
    }
    return xml("status", [element(name, value) for name, value in values.items()])


def _has_peers(box: Box) -> bool:
    return len(box.call_bridges) > 1


def get_alarms(box: Box, query: Query) -> ApiAnswer:
    """Layout SEEN: api-alarms. That a failed login raises one, and its type, are guesses."""
    alarms: list[str] = []
    if box.world.switches["api-xmpp-alarm"] == "shown" and box.link.is_failing:
        seconds = str(max(1, int(box.world.seconds - box.link.since)))
        inner = element("type", "xmppConnectionFailure") + element("activeTimeSeconds", seconds)
        alarms.append(f'<alarm id="{identifier(box, "alarm")}">{inner}</alarm>')
    return paged("alarms", alarms, query, int(box.world.switches["api-page-size"]))


def get_database(box: Box, _query: Query) -> ApiAnswer:
    """CODE MIV: node data stand as attributes two levels down; all names are guesses."""
    found = database.cluster_of(box)
    if found is None:
        return xml("database", [element("clustered", "disabled")])
    nodes = "".join(
        f"<node hostname={quoteattr(box.world.boxes[name].address)}"
        f' up="{_word(database.is_reached(box.world, name))}"'
        f' master="{_word(name == found.primary)}" />'
        for name in found.nodes
    )
    return xml("database", [element("clustered", "enabled"), f"<cluster>{nodes}</cluster>"])


def _word(value: bool) -> str:
    return "true" if value else "false"


def identifier(box: Box, name: str) -> str:
    """Give the same id for the same object of the same box."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.{box.name}.invalid"))

"""What one box shows about its XMPP server, understood.

Known layouts: ``xmpp callbridge list`` and ``xmpp cluster status`` (transcripts, CMS 2.2.5). The
layout of plain ``xmpp`` is not known from any source (mmp.md 4.1, RECALL; ``Enabled : true`` is
relied on by a working program), so each of its fields may be missing and is then unknown.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from cmsdeploy.families.xmpp.commands import BRIDGE_LIST, CLUSTER_STATUS, STATUS
from cmsdeploy.families.xmpp.seen import Seen, understand_seen
from cmsdeploy.model.action import Command, Replies
from cmsdeploy.model.reply_text import Verdict, failures, fields, judge
from cmsdeploy.model.secret import UNKNOWN, Secret, SecretRef, Unknown

__all__ = ["Bridge", "XmppState", "after_disable", "understand"]

_NONE = "none"
_PEERS = "List of peers"
_PEER = re.compile(r"(?P<peer>\S+:\d{1,5})(?P<leader> \(Leader\))?")
# What a box without call bridges prints is not known: nothing, or a sentence that says so.
_NO_BRIDGES = re.compile(r"(?:there are )?no call ?bridges?\b[^:]*", re.IGNORECASE)
_RECORD = re.compile(r"\*{3,}")
_INTERFACE = re.compile(r"\binterface\b", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})/\d{1,2}(?!\d)")


@dataclass(frozen=True)
class Bridge:
    """A call bridge as one server lists it. ``secret`` is a name in predictions."""

    domain: str
    secret: Secret | SecretRef


@dataclass(frozen=True)
class XmppState:
    """One server.

    ``role`` is the word after ``State:``, None where the box shows none (not running, or in no
    cluster). ``peers`` are as listed, duplicates kept, ``leader`` among them;
    ``has_strange_peers`` says that the list holds a line that is no peer, and then none is
    believed. ``runs`` is what the line ``STATUS`` says, where there is one. ``addresses`` are the
    box's own, ``lacking`` the interfaces that it says it does not have. ``seen`` is what it
    presents in service, None where nobody was to look. The last four fields are predictions that
    no reply shows: ``is_initialized`` (this box founded the cluster), ``expected_peers`` (how many
    peers it will list), ``is_stopped_for_sure`` (a disable was sent since the look) and
    ``is_member`` (what the group's other output says of a box that is stopped).
    """

    enabled: bool | Unknown = UNKNOWN
    clustered: bool | Unknown = UNKNOWN
    domain: str | Unknown = UNKNOWN
    listen: frozenset[str] | Unknown = UNKNOWN
    key: str | Unknown = UNKNOWN
    certificate: str | Unknown = UNKNOWN
    bundle: str | Unknown = UNKNOWN
    trust: str | Unknown = UNKNOWN
    bridges: Mapping[str, Bridge] | Unknown = UNKNOWN
    role: str | None = None
    peers: tuple[str, ...] = ()
    leader: str | None = None
    has_strange_peers: bool = False
    runs: bool | Unknown = UNKNOWN
    addresses: frozenset[str] = frozenset()
    lacking: frozenset[str] = frozenset()
    seen: Seen | None = None
    is_initialized: bool = False
    expected_peers: int = 0
    is_stopped_for_sure: bool = False
    is_member: bool = False

    @property
    def peer_count(self) -> int:
        """How many different peers the box lists, or is expected to list."""
        return max(len(set(self.peers)), self.expected_peers)

    @property
    def has_leader(self) -> bool:
        """Whether this box is in, or will be in, a cluster that has a leader."""
        return self.leader is not None or self.expected_peers > 0

    @property
    def is_leader(self) -> bool:
        return self.role == "LEADER"

    def facts(self) -> Mapping[str, Any]:
        """What plans rest on. Secrets appear as the names of the bridges that have one."""
        plain = ("enabled", "clustered", "domain", "key", "certificate", "bundle", "trust")
        shown: dict[str, Any] = {name: _shown(getattr(self, name)) for name in plain}
        shown["listen"] = "unknown" if self.listen is UNKNOWN else sorted(self.listen)
        shown["callbridges"] = "unknown" if self.bridges is UNKNOWN else sorted(self.bridges)
        shown["state"] = self.role
        shown["peers"] = sorted(self.peers)
        shown["leader"] = self.leader
        if self.seen is not None:
            presented = self.seen.presented
            shown["presents"] = "not seen" if presented is UNKNOWN else presented
        return shown


def _shown(value: bool | str | Unknown) -> bool | str:
    return "unknown" if value is UNKNOWN else value


def understand(replies: Replies) -> XmppState:
    """Make a state of the replies to the four reads of this family."""
    state = XmppState()
    if STATUS in replies:
        state = _with_status(state, replies[STATUS].text)
    if BRIDGE_LIST in replies:
        state = replace(state, bridges=_bridges(replies[BRIDGE_LIST].text))
    if CLUSTER_STATUS in replies:
        state = _with_cluster(state, replies[CLUSTER_STATUS].text)
    own = (
        found
        for read, reply in replies.items()
        if isinstance(read, Command) and read.words[0] == "ipv4"
        for found in _ADDRESS.findall(reply.text.partition("Routes:")[0])
    )
    addresses = frozenset(address for address in own if _is_address(address))
    seen, lacking = understand_seen(replies), _lacking(replies)
    return replace(state, addresses=addresses, lacking=lacking, domain=_domain(state), seen=seen)


def _lacking(replies: Replies) -> frozenset[str]:
    # No source shows the sentence; another failure (a user that may not ask) says nothing. Nor does
    # any failure for a name that is no letter: a server may listen on what `ipv4` does not know.
    return frozenset(
        read.words[1]
        for read, reply in replies.items()
        if isinstance(read, Command) and read.words[0] == "ipv4" and len(read.words[1]) == 1
        if any(_INTERFACE.search(text) for text in failures(reply.text))
    )


def after_disable(state: XmppState) -> XmppState:
    """The state of a server that was just stopped."""
    seen = state.seen
    return replace(
        state,
        enabled=False,
        is_stopped_for_sure=True,
        role=None,
        leader=None,
        peers=(),
        expected_peers=0,
        seen=None if seen is None else replace(seen, presented=UNKNOWN, why_not="it is stopped"),
    )


def _is_address(text: str) -> bool:
    try:
        return not ipaddress.ip_address(text).is_unspecified
    except ValueError:
        return False


def _domain(state: XmppState) -> str | Unknown:
    # The bridges carry the domain too; that is a SEEN layout, the status is not.
    if state.domain is not UNKNOWN or state.bridges is UNKNOWN:
        return state.domain
    domains = {bridge.domain for bridge in state.bridges.values()}
    return domains.pop() if len(domains) == 1 else UNKNOWN


def _with_status(state: XmppState, text: str) -> XmppState:
    if judge(text) is not Verdict.SILENT:
        return state
    found = {label.lower(): value for label, value in fields(text).items()}
    return replace(
        state,
        enabled=_truth(found.get("enabled")),
        clustered=_truth(found.get("clustered")),
        domain=_name(found, "domain"),
        listen=_names(found, "listening interfaces", "interface whitelist"),
        key=_name(found, "key file"),
        certificate=_name(found, "certificate file"),
        bundle=_name(found, "ca bundle file"),
        trust=_name(found, "trust bundle"),
        runs=_runs(found.get("status", "")),
    )


def _runs(status: str) -> bool | Unknown:
    # As `webadmin` prints it: `STATUS : webadmin running` (transcript webadmin-status).
    if not status.endswith("running"):
        return UNKNOWN
    return not status.endswith("not running")


def _truth(value: str | None) -> bool | Unknown:
    return {"true": True, "enabled": True, "false": False, "disabled": False}.get(
        (value or "").lower(), UNKNOWN
    )


def _name(found: Mapping[str, str], label: str) -> str | Unknown:
    value = found.get(label)
    if value is None:
        return UNKNOWN
    return "" if value.lower() == _NONE else value


def _names(found: Mapping[str, str], *labels: str) -> frozenset[str] | Unknown:
    for label in labels:
        if label in found:
            return frozenset(word for word in found[label].split() if word.lower() != _NONE)
    return UNKNOWN


def _bridges(text: str) -> Mapping[str, Bridge] | Unknown:
    """Read the records; anything outside the known grammar makes the whole list unknown."""
    if judge(text) is not Verdict.SILENT:
        return UNKNOWN
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) == 1 and _NO_BRIDGES.fullmatch(lines[0]):
        return {}
    records: list[list[str]] = []
    for line in lines:
        if _RECORD.fullmatch(line):
            records.append([])
        elif records:
            records[-1].append(line)
        else:
            return UNKNOWN
    bridges: dict[str, Bridge] = {}
    for record in records:
        found = fields("\n".join(record))
        is_whole = set(found) == {"Callbridge", "Domain", "Secret"} and len(record) == 3
        if not is_whole or not all(found.values()) or found["Callbridge"] in bridges:
            return UNKNOWN
        bridges[found["Callbridge"]] = Bridge(found["Domain"], Secret(found["Secret"]))
    return bridges


def _with_cluster(state: XmppState, text: str) -> XmppState:
    found = fields(text)
    role = found.get("State")
    if judge(text) is not Verdict.SILENT or role is None:
        return state
    lines = _lines_of_peers(text)
    listed = [match for line in lines if (match := _PEER.fullmatch(line))]
    if len(listed) < len(lines):
        return replace(state, role=role, clustered=True, has_strange_peers=True)
    leaders = [match["peer"] for match in listed if match["leader"]]
    is_known_role = role in ("LEADER", "FOLLOWER")
    return replace(
        state,
        role=role,
        clustered=True,
        enabled=True if state.enabled is UNKNOWN and is_known_role else state.enabled,
        peers=tuple(match["peer"] for match in listed),
        # Two leaders in one list is nothing that we understand; rules report what is left.
        leader=leaders[0] if len(set(leaders)) == 1 else None,
        key=_first_known(state.key, _name(found, "Key file")),
        certificate=_first_known(state.certificate, _name(found, "Certificate file")),
        trust=_first_known(_name(found, "Trust bundle"), state.trust),
    )


def _lines_of_peers(text: str) -> list[str]:
    """What stands between the heading of the list and the next field."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    start = next((place for place, line in enumerate(lines) if line == _PEERS), len(lines))
    listed = takewhile(lambda line: not fields(line), lines[start + 1 :])
    return list(listed)


def _first_known(first: str | Unknown, second: str | Unknown) -> str | Unknown:
    return second if first is UNKNOWN else first

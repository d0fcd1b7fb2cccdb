"""A cluster as a picture: call bridges, the name they follow, XMPP servers, who leads.

From top to bottom: the call bridges, in groups that log in by the same way; the way (the SRV name,
or a server's address); the servers. Below them, who leads and who follows; where nothing was seen
yet, who founds the cluster and who joins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cmsdeploy.model.phrase import Phrase
from cmsdeploy.report.graph_svg import Box, Line, Picture, Say, Text, fitted, in_english

__all__ = ["Bridge", "Cluster", "Server", "Way", "topology", "ways"]

_MARGIN = 24
_WIDTH, _HEIGHT, _GAP = 200, 62, 36
_BRIDGE_WIDTH, _BRIDGE_HEIGHT, _BRIDGE_GAP = 150, 42, 14
_PER_ROW = 4
_BUS, _TRACK, _TRACKS = 46, 7, 5
_FOLLOWS, _HAS_ADDRESS = "Call bridges that follow DNS", "Call bridges with an address"
_SRV = "_xmpp-component._tcp."


@dataclass(frozen=True)
class Server:
    """An XMPP server. ``role`` is what was seen, "" where nobody looked; ``addresses`` are the
    names by which call bridges may be sent to it; ``wrong`` is what speaks against it."""

    name: str
    address: str = ""
    role: str = ""
    is_founder: bool = False
    addresses: tuple[str, ...] = ()
    wrong: str = ""

    @property
    def is_leader(self) -> bool:
        return self.role == "leader"


@dataclass(frozen=True)
class Bridge:
    """A call bridge on ``host``. ``server_address`` is empty where it follows DNS; ``login`` says
    in words how its login stands, "" where nobody looked."""

    name: str
    host: str
    server_address: str = ""
    login: str = ""
    wrong: str = ""


@dataclass(frozen=True)
class Cluster:
    """The XMPP servers of one cluster and the call bridges that log in to them."""

    name: str
    domain: str = ""
    servers: tuple[Server, ...] = ()
    bridges: tuple[Bridge, ...] = ()

    @property
    def center(self) -> Server | None:
        """The one server that the others follow; or that they will join, where none leads."""
        leaders = [server for server in self.servers if server.is_leader]
        if len(leaders) == 1:
            return leaders[0]
        founders = [server for server in self.servers if server.is_founder]
        is_seen = any(server.role in ("leader", "follower") for server in self.servers)
        return founders[0] if founders and not is_seen else None


@dataclass(frozen=True)
class Way:
    """How ``bridges`` come to ``servers``: by the SRV name, or by one address."""

    text: str
    is_srv: bool
    bridges: tuple[Bridge, ...]
    servers: tuple[Server, ...]


def ways(cluster: Cluster) -> tuple[Way, ...]:
    """The ways of ``cluster``, that of DNS first."""
    addresses = dict.fromkeys(bridge.server_address for bridge in cluster.bridges)
    found = []
    for address in sorted(addresses, key=lambda one: (one != "", one)):
        bridges = tuple(one for one in cluster.bridges if one.server_address == address)
        servers = cluster.servers
        if address:
            named = (address, address.rpartition(":")[0])
            servers = tuple(
                one for one in servers if {one.name, one.address, *one.addresses} & set(named)
            )
        text = address or f"{_SRV}{cluster.domain or '…'}"
        found.append(Way(text, not address, bridges, servers))
    return tuple(found)


def topology(clusters: Sequence[Cluster], say: Say = in_english) -> Picture:
    """Draw ``clusters``, one below the other, in the words of ``say``."""
    boxes: list[Box] = []
    lines: list[Line] = []
    texts: list[Text] = []
    top, widest = float(_MARGIN), 460.0
    for cluster in clusters:
        width = max(_width(cluster), 460.0)
        panel = _Panel(cluster, top + 34, width, say)
        title = say("Cluster {name}").format(name=cluster.name) + (
            f", {cluster.domain}" if cluster.domain else ""
        )
        texts.append(Text(_MARGIN, top + 18, fitted(title, 600, 16), 16, "bold"))
        boxes += panel.boxes()
        lines += panel.lines()
        texts += panel.texts()
        top = panel.bottom + _MARGIN
        widest = max(widest, width + 2 * _MARGIN, 2 * _MARGIN + len(title[:80]) * 9.5)
    if not clusters:
        texts.append(Text(_MARGIN, top + 18, say("No XMPP servers and no call bridges."), 14))
        top += 40
    names = ", ".join(cluster.name for cluster in clusters)
    title = say("Topology of {names}" if names else "Topology").format(names=names)
    return Picture(widest, top, title, tuple(boxes), tuple(lines), tuple(texts))


def _group_width(way: Way) -> float:
    columns = min(len(way.bridges), _PER_ROW)
    grid = columns * _BRIDGE_WIDTH + (columns - 1) * _BRIDGE_GAP + 2 * _BRIDGE_GAP
    return max(grid, 360 if way.is_srv else 190)


def _width(cluster: Cluster) -> float:
    groups = [_group_width(way) for way in ways(cluster)]
    above = sum(groups) + _GAP * (len(groups) - 1)
    servers = len(cluster.servers)
    return max(above, servers * _WIDTH + (servers - 1) * _GAP + 2 * _BRIDGE_GAP)


class _Panel:
    """One cluster on the paper, from ``top`` down."""

    def __init__(self, cluster: Cluster, top: float, width: float, say: Say) -> None:
        self._say = say
        self._cluster = cluster
        self._ways = ways(cluster)
        rows = max((-(-len(way.bridges) // _PER_ROW) for way in self._ways), default=0)
        self._top = top
        self._grid = rows * (_BRIDGE_HEIGHT + _BRIDGE_GAP) + _BRIDGE_GAP + 10 if rows else 0.0
        self._way_top = top + self._grid + 28
        self._frame_top = self._way_top + 34 + _BUS if rows else top
        self._servers_top = self._frame_top + 30
        self.bottom = self._servers_top + _HEIGHT + (48 if cluster.center else 20)
        groups = [_group_width(way) for way in self._ways]
        left = _MARGIN + (width - sum(groups) - _GAP * (len(groups) - 1)) / 2
        self._lefts = [left + sum(groups[:n]) + n * _GAP for n in range(len(groups))]
        count = len(cluster.servers)
        row = count * _WIDTH + (count - 1) * _GAP
        self._first = _MARGIN + (width - row) / 2
        self._frame = (self._first - _BRIDGE_GAP, row + 2 * _BRIDGE_GAP)

    def _server_left(self, server: Server) -> float:
        return self._first + self._cluster.servers.index(server) * (_WIDTH + _GAP)

    def boxes(self) -> Iterator[Box]:
        """Every box, frames first."""
        for way, left in zip(self._ways, self._lefts, strict=True):
            width = _group_width(way)
            name = self._say(_FOLLOWS if way.is_srv else _HAS_ADDRESS)
            caption = Text(left + 10, self._top + 17, fitted(name, width - 16, 11), 11, "dim")
            yield Box(left, self._top, width, self._grid, "lane", name, (caption,), is_frame=True)
            yield from self._bridges(way, left, width)
            yield self._way(way, left + width / 2)
        if self._cluster.servers:
            left, width = self._frame
            caption = Text(left + 10, self._frame_top + 19, self._say("XMPP servers"), 11, "dim")
            height = self.bottom - self._frame_top
            texts = (caption,)
            yield Box(left, self._frame_top, width, height, "lane", "", texts, is_frame=True)
        yield from map(self._server, self._cluster.servers)

    def _bridges(self, way: Way, left: float, width: float) -> Iterator[Box]:
        columns = min(len(way.bridges), _PER_ROW)
        grid = columns * _BRIDGE_WIDTH + (columns - 1) * _BRIDGE_GAP
        first = left + (width - grid) / 2
        for number, bridge in enumerate(way.bridges):
            x = first + number % _PER_ROW * (_BRIDGE_WIDTH + _BRIDGE_GAP)
            y = self._top + 24 + number // _PER_ROW * (_BRIDGE_HEIGHT + _BRIDGE_GAP)
            on = self._say("on {name}").format(name=bridge.host)
            state = self._say(bridge.wrong or bridge.login) or on
            style = "wrong" if bridge.wrong else "good" if bridge.login else "box"
            room = _BRIDGE_WIDTH - 16
            texts = (
                Text(x + 8, y + 18, fitted(bridge.name, room, 12), 12, "bold"),
                Text(x + 8, y + 33, fitted(state, room, 10), 10, "dim"),
            )
            said = ": ".join(filter(None, (bridge.name, on, self._say(bridge.login))))
            wrong = f"; {self._say(bridge.wrong)}" if bridge.wrong else ""
            title = f"call bridge {said}{wrong}"
            yield Box(x, y, _BRIDGE_WIDTH, _BRIDGE_HEIGHT, style, title, texts)

    def _way(self, way: Way, middle: float) -> Box:
        width = 350.0 if way.is_srv else 180.0
        text = f"SRV {way.text}" if way.is_srv else way.text
        shown = fitted(text, width - 16, 11, is_mono=True)
        texts = (Text(middle, self._way_top + 21, shown, 11, "mono", "middle"),)
        style = "wait" if way.servers else "wrong"
        nowhere = self._say("no server of this cluster")
        title = text if way.servers else f"{text}: {nowhere}"
        return Box(middle - width / 2, self._way_top, width, 34, style, title, texts)

    def _server(self, server: Server) -> Box:
        x, y = self._server_left(server), self._servers_top
        words = server.role or ("founds the cluster" if server.is_founder else "")
        role = self._say(server.wrong or words or "not looked at")
        style = "wrong" if server.wrong else "good" if server.role in _WELL else "box"
        style = "found" if style == "box" and server.is_founder else style
        room = _WIDTH - 20
        texts = (
            Text(x + 10, y + 19, fitted(server.name, room, 13), 13, "bold"),
            Text(x + 10, y + 36, fitted(server.address, room, 11, is_mono=True), 11, "mono dim"),
            Text(x + 10, y + 53, fitted(role, room, 11), 11, "bold" if server.is_leader else ""),
        )
        known = (server.address, self._say(words), self._say(server.wrong))
        about = "; ".join(filter(None, known))
        said = Phrase("XMPP server {name}: {about}", name=server.name, about=about)
        return Box(x, y, _WIDTH, _HEIGHT, style, self._say(said), texts)

    def lines(self) -> Iterator[Line]:
        """From bridges to their way, from the way to servers, and between servers."""
        for number, (way, left) in enumerate(zip(self._ways, self._lefts, strict=True)):
            middle = left + _group_width(way) / 2
            top = self._top + self._grid
            number_of = len(way.bridges)
            title = Phrase("{number} call bridges log in by {way}", number=number_of, way=way.text)
            yield Line(((middle, top), (middle, self._way_top)), "after", self._say(title))
            yield from self._to_servers(way, middle, (number % _TRACKS + 1) * _TRACK)
        center = self._cluster.center
        if center is None:
            return
        bottom = self._servers_top + _HEIGHT
        x = self._server_left(center) + _WIDTH / 2
        for server in self._cluster.servers:
            if server is center:
                continue
            other = self._server_left(server) + _WIDTH / 2
            path = ((x, bottom), (x, bottom + 20), (other, bottom + 20), (other, bottom))
            names = {"server": server.name, "other": center.name}
            title = Phrase("{server} follows {other}", **names)
            if not center.is_leader:
                path, title = path[::-1], Phrase("{server} joins {other}", **names)
            yield Line(path, "", self._say(title))

    def _to_servers(self, way: Way, middle: float, track: float) -> Iterator[Line]:
        start = self._way_top + 34
        across = start + 3 + track
        for server in way.servers:
            x = self._server_left(server) + _WIDTH / 2 + (0 if way.is_srv else track - 4 * _TRACK)
            title = self._say(Phrase("{way} leads to {server}", way=way.text, server=server.name))
            path = ((middle, start), (middle, across), (x, across), (x, self._servers_top))
            yield Line(path, "" if way.is_srv else "play", title)

    def texts(self) -> Iterator[Text]:
        """What the lines below the servers mean."""
        center = self._cluster.center
        if center and len(self._cluster.servers) > 1:
            words = self._say(f"the others {'follow' if center.is_leader else 'join'} {{name}}")
            left, _ = self._frame
            shown = fitted(words.format(name=center.name), 400, 11)
            yield Text(left + 10, self.bottom - 9, shown, 11, "dim")


_WELL = frozenset({"leader", "follower"})

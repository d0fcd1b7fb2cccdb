"""The steps of a plan as lanes: a column for each box, time from top to bottom.

A row is a level of the graph, so what stands side by side may happen side by side. Lines between
boxes leave a step at its side, run down in the gutter beside the lane, and across in the gap above
the row of the step that waits. What waits for the playbook waits at a dotted line across the lanes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cmsdeploy.model.gathering import gathered
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.report.graph import Edge, EdgeKind, GraphStep, PlanGraph
from cmsdeploy.report.graph_svg import Box, Line, Picture, Say, Text, cut, fitted, in_english

__all__ = ["lanes"]

_WIDTH, _HEIGHT = 246, 38
_GUTTER, _GAP = 64, 26
_MARGIN, _HEAD = 24, 78
_LEGEND = 46
_TRACKS, _TRACK = 9, 6
_STYLES = {
    EdgeKind.NEXT: "",
    EdgeKind.NEEDS: "secret",
    EdgeKind.AFTER: "after",
    EdgeKind.PLAY: "play",
}
# How far above a row each kind crosses the lanes, so that no two kinds lie upon each other.
_ACROSS = {EdgeKind.NEEDS: 12, EdgeKind.AFTER: 7, EdgeKind.PLAY: 18}


@dataclass
class _Panel:
    """One cluster: its lanes, and where its rows are. ``top`` is the y of the first row."""

    lanes: Mapping[str, int]
    rows: Mapping[int, int]
    top: float

    @property
    def bottom(self) -> float:
        return self.top + len(self.rows) * (_HEIGHT + _GAP)

    def left(self, step: GraphStep) -> float:
        return _MARGIN + _GUTTER + self.lanes[step.host] * (_WIDTH + _GUTTER)

    def upper(self, step: GraphStep) -> float:
        return self.top + self.rows[step.level] * (_HEIGHT + _GAP)


def lanes(graph: PlanGraph, say: Say = in_english) -> Picture:
    """Lay ``graph`` out, one cluster below the other, in the words of ``say``."""
    boxes: list[Box] = []
    lines: list[Line] = []
    texts: list[Text] = []
    top, widest = float(_MARGIN), 460.0
    steps = gathered(graph.steps, lambda step: step.cluster)
    edges = gathered(graph.edges, lambda edge: edge.target.cluster)
    for cluster, hosts in graph.hosts.items():
        own = steps[cluster]
        levels = sorted({step.level for step in own})
        panel = _Panel(
            {host: number for number, host in enumerate(hosts)},
            {level: number for number, level in enumerate(levels)},
            top + _HEAD,
        )
        texts.append(
            Text(
                _MARGIN,
                top + 20,
                fitted(say("Cluster {name}").format(name=cluster), 500, 16),
                16,
                "bold",
            )
        )
        boxes += [*_frames(panel, own, top + 30, say), *(_box(panel, step, say) for step in own)]
        inside = edges.get(cluster, [])
        lines += [*_lines(panel, inside, say), *_barriers(panel, inside, say)]
        texts += _from_elsewhere(panel, inside, say)
        widest = max(widest, 2 * _MARGIN + _GUTTER + len(hosts) * (_WIDTH + _GUTTER))
        top = panel.bottom + _MARGIN
    if not graph.steps:
        texts.append(Text(_MARGIN, top + 20, say("No steps."), 14))
        top += 40
    legend, keys = _legend(graph, top, say)
    return Picture(
        widest,
        top + _LEGEND,
        say("The plan: {number} steps by box").format(number=len(graph.steps)),
        tuple(boxes),
        (*lines, *legend),
        (*texts, *keys),
    )


def _frames(panel: _Panel, steps: list[GraphStep], top: float, say: Say) -> Iterator[Box]:
    own = gathered(steps, lambda step: step.host)
    for host, number in panel.lanes.items():
        left = _MARGIN + _GUTTER + number * (_WIDTH + _GUTTER) - 8
        count = len(own.get(host, []))
        middle = left + 8 + _WIDTH / 2
        said = say("1 step" if count == 1 else "{number} steps").format(number=count)
        texts = (
            Text(middle, top + 19, fitted(host, _WIDTH, 13), 13, "bold", "middle"),
            Text(middle, top + 34, said, 10, "dim", "middle"),
        )
        height = panel.bottom - top
        yield Box(left, top, _WIDTH + 16, height, "lane", host, texts, is_frame=True)


def _box(panel: _Panel, step: GraphStep, say: Say) -> Box:
    left, upper = panel.left(step), panel.upper(step)
    number = str(step.number)
    room = _WIDTH - 22 - 8 * len(number)
    line, why = say(step.line), say(step.why)
    texts = (
        Text(left + 8, upper + 16, number, 11, "dim"),
        Text(
            left + 14 + 8 * len(number),
            upper + 16,
            fitted(line, room, 11, is_mono=True),
            11,
            "mono",
        ),
        Text(left + 14 + 8 * len(number), upper + 30, cut(why, room, 10), 10, "dim"),
    )
    style = "wait" if step.kind == "wait" else "box" if step.risk == "safe" else step.risk
    title = say(
        Phrase(
            "{number} on {host}: {line}. {why}. Risk: {risk}",
            number=step.number,
            host=step.host,
            line=line,
            why=why,
            risk=say(step.risk),
        )
    )
    return Box(left, upper, _WIDTH, _HEIGHT, style, title, texts)


def _lines(panel: _Panel, edges: list[Edge], say: Say) -> Iterator[Line]:
    tracks: dict[tuple[float, str], float] = {}
    used: dict[float, int] = {}

    def track(gutter: float, source: str) -> float:
        # What leaves one step runs together; what leaves different steps runs side by side.
        if (gutter, source) not in tracks:
            number = used[gutter] = used.get(gutter, -1) + 1
            place = number % _TRACKS  # the middle first, then left and right of it in turn
            tracks[gutter, source] = (place + 1) // 2 * _TRACK * (-1 if place % 2 else 1)
        return gutter + tracks[gutter, source]

    for edge in edges:
        source, target = edge.source, edge.target
        if source.cluster != target.cluster or edge.kind is EdgeKind.PLAY:
            continue
        if edge.kind is EdgeKind.NEXT:
            x = panel.left(source) + _WIDTH / 2
            yield Line(((x, panel.upper(source) + _HEIGHT), (x, panel.upper(target))))
            continue
        is_right = panel.lanes[target.host] > panel.lanes[source.host]
        out = panel.left(source) + (_WIDTH if is_right else 0)
        into = panel.left(target) + (0 if is_right else _WIDTH)
        near = track(out + _GUTTER / 2 * (1 if is_right else -1), source.identity)
        far_gutter = into + _GUTTER / 2 * (-1 if is_right else 1)
        far = near if abs(far_gutter - near) < _GUTTER / 2 else track(far_gutter, source.identity)
        start, end = panel.upper(source) + _HEIGHT / 2, panel.upper(target) + _HEIGHT / 2
        across = panel.upper(target) - _ACROSS[edge.kind]
        points = [(out, start), (near, start)]
        points += [] if far == near else [(near, across), (far, across)]
        yield Line((*points, (far, end), (into, end)), _STYLES[edge.kind], _said(edge, say))


def _barriers(panel: _Panel, edges: list[Edge], say: Say) -> Iterator[Line]:
    """One line for all that wait for the same steps because the playbook says so.

    A line for each edge was rejected: between two plays every box waits for every other one.
    """
    waiting: dict[int, list[GraphStep]] = {}
    for edge in edges:
        if edge.kind is EdgeKind.PLAY and edge.source.cluster == edge.target.cluster:
            steps = waiting.setdefault(panel.rows[edge.target.level], [])
            steps += [edge.source, edge.target]
    for row, steps in waiting.items():
        ends = [panel.left(step) for step in steps]
        y = panel.top + row * (_HEIGHT + _GAP) - _ACROSS[EdgeKind.PLAY]
        order = say(EdgeKind.PLAY.value)
        said = say(Phrase("{order}: what stands below waits for what stands above", order=order))
        yield Line(((min(ends) - 8, y), (max(ends) + _WIDTH + 8, y)), "play", said, has_tip=False)


def _said(edge: Edge, say: Say) -> str:
    source, target = edge.source, edge.target
    return say(
        Phrase(
            "{target} after {source}: {reason}",
            target=f"{target.host} [{target.number}]",
            source=f"{source.host} [{source.number}]",
            reason=" ".join(
                [say(edge.kind.value), *([", ".join(edge.secrets)] if edge.secrets else [])]
            ),
        )
    )


def _from_elsewhere(panel: _Panel, edges: list[Edge], say: Say) -> Iterator[Text]:
    """What waits for another cluster is said in the gap above it, once."""
    for target in dict.fromkeys(edge.target for edge in edges):
        others = [edge.source for edge in edges if edge.target == target]
        outside = [one for one in others if one.cluster != target.cluster]
        if outside:
            names = ", ".join(f"{one.host} [{one.number}]" for one in outside)
            shown = fitted(say("after {names}").format(names=names), _WIDTH / 2, 10)
            place = panel.left(target) + _WIDTH / 2 + 6
            yield Text(place, panel.upper(target) - 6, shown, 10, "dim")


def _legend(graph: PlanGraph, top: float, say: Say) -> tuple[list[Line], list[Text]]:
    lines, texts = [], []
    x, y = float(_MARGIN), top + 20
    for kind in EdgeKind:
        if any(edge.kind is kind for edge in graph.edges):
            is_barrier = kind is EdgeKind.PLAY
            lines.append(Line(((x, y), (x + 30, y)), _STYLES[kind], has_tip=not is_barrier))
            words = say(kind.value)
            texts.append(Text(x + 36, y + 4, words, 11, "dim"))
            x += 36 + len(words) * 6.2 + 24
    return lines, texts

"""Pictures: well-formed, nothing upon anything else, nothing of a name acted upon."""

from __future__ import annotations

import itertools
import subprocess
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmsdeploy.model.action import Manual
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.step import Step
from cmsdeploy.report.graph import PlanGraph, graph_of
from cmsdeploy.report.graph_dot import plan_dot, topology_dot
from cmsdeploy.report.graph_lanes import lanes
from cmsdeploy.report.graph_mermaid import plan_mermaid, topology_mermaid
from cmsdeploy.report.graph_svg import Box, Line, Picture, crossings, fitted, overlaps, svg
from cmsdeploy.report.graph_topology import Bridge, Cluster, Server, topology
from tests.report.hostile import PAYLOADS
from tests.report.test_graph import written

SVG = "{http://www.w3.org/2000/svg}"
CHILDREN = {"svg", "g", "title", "style", "rect", "path", "polygon", "text"}


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans of some boxes in some clusters, whose steps need any earlier ones."""
    steps: list[Step] = []
    hosts = [(f"h{n}", f"c{draw(st.integers(0, 2))}") for n in range(draw(st.integers(1, 7)))]
    for number in range(draw(st.integers(0, 25))):
        host, cluster = draw(st.sampled_from(hosts))
        own = [step.identity for step in steps if step.host == host][-1:]
        others = draw(st.lists(st.sampled_from(steps), max_size=3)) if steps else []
        family = draw(st.sampled_from(["pki", "xmpp"]))
        needs = {*own, *(step.identity for step in others)}
        risk = draw(st.sampled_from(["safe", "disruptive", "destructive"]))
        name = f"{host}/{family}/{number}"
        steps.append(written(name, *sorted(needs), cluster=cluster, risk=risk))
    return Plan(tuple(host for host, _ in hosts), tuple(steps))


def servers(count: int, role: str = "") -> tuple[Server, ...]:
    first = Server("s0", "10.0.0.1", "leader" if role else "", is_founder=True)
    rest = (Server(f"s{n}", f"10.0.0.{n + 1}", role) for n in range(1, count))
    return (first, *rest)[:count]


@st.composite
def clusters(draw: st.DrawFn) -> Cluster:
    """Up to seven servers and thirty call bridges, some of which have an address."""
    addresses = st.sampled_from(["", "", "", "10.0.0.1", "10.0.0.3:5222", "elsewhere"])
    bridges = tuple(
        Bridge(f"b{n}", f"h{n}", draw(addresses), draw(st.sampled_from(["", "logged in"])))
        for n in range(draw(st.integers(0, 30)))
    )
    role = draw(st.sampled_from(["", "follower"]))
    return Cluster("paris", "example.com", servers(draw(st.integers(0, 7)), role), bridges)


def clean(picture: Picture) -> ElementTree.Element:
    """The parsed SVG of a picture in which nothing lies on anything else, or outside."""
    assert list(overlaps(picture)) == []
    assert list(crossings(picture)) == []
    for box in picture.boxes:
        assert min(box.x, box.y) >= 0
        assert box.x + box.width <= picture.width
        assert box.y + box.height <= picture.height
    for x, y in itertools.chain.from_iterable(line.points for line in picture.lines):
        assert 0 <= x <= picture.width
        assert 0 <= y <= picture.height
    root = ElementTree.fromstring(svg(picture))
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= CHILDREN
    return root


@settings(max_examples=60)
@given(plans())
def test_no_lane_picture_has_an_overlap(plan: Plan) -> None:
    """Every step has its box, whatever needs what."""
    root = clean(lanes(graph_of(plan)))
    shown = [text.text for text in root.iter(f"{SVG}text") if text.get("class") == "mono"]
    assert len(shown) == len(plan.steps)


@settings(max_examples=60)
@given(st.lists(clusters(), max_size=3))
def test_no_cluster_picture_has_an_overlap(drawn: list[Cluster]) -> None:
    """Servers and call bridges of any number, with and without addresses."""
    root = clean(topology(drawn))
    names = [text.text for text in root.iter(f"{SVG}text")]
    for cluster in drawn:
        assert {server.name for server in cluster.servers} <= set(names)
        assert {bridge.name for bridge in cluster.bridges} <= set(names)


def test_the_checks_find_what_they_look_for() -> None:
    """Two boxes on one place, and a line through a box."""
    box = Box(10, 10, 100, 40)
    beside = replace(box, x=110)
    assert not [*overlaps(Picture(300, 300, "", (box, beside)))]
    assert [*overlaps(Picture(300, 300, "", (box, replace(box, x=100))))]
    through = Line(((0, 30), (200, 30)))
    assert [*crossings(Picture(300, 300, "", (box,), (through,)))]
    assert not [*crossings(Picture(300, 300, "", (box,), (Line(((0, 50), (200, 50))),)))]


def test_a_text_fits_and_keeps_both_ends() -> None:
    """Two long names that differ at their end stay two names."""
    first, second = (fitted(f"very-long-name-of-a-server-{n}", 100, 11) for n in (1, 2))
    assert first != second
    assert len(first) <= 100 / (11 * 0.5)


def test_leaders_are_followed_and_founders_are_joined() -> None:
    """The line between servers means what was seen; with two leaders there is none."""
    seen = Cluster("c", servers=servers(3, "follower"))
    titles = [line.title for line in topology([seen]).lines]
    assert titles == ["s1 follows s0", "s2 follows s0"]
    blank = [line.title for line in topology([Cluster("c", servers=servers(3))]).lines]
    assert blank == ["s1 joins s0", "s2 joins s0"]
    split = replace(seen, servers=tuple(replace(one, role="leader") for one in seen.servers))
    assert not topology([split]).lines


def test_a_bridge_with_an_address_goes_to_that_server_alone() -> None:
    """An address of no server of the cluster leads nowhere, and is marked."""
    bridges = (Bridge("b1", "h1", "10.0.0.2"), Bridge("b2", "h2", "nowhere"))
    picture = topology([Cluster("c", "x.org", servers(3), bridges)])
    titles = [line.title for line in picture.lines if "leads to" in line.title]
    assert titles == ["10.0.0.2 leads to s1"]
    assert [box.title for box in picture.boxes if box.style == "wrong"] == [
        "nowhere: no server of this cluster"
    ]


class TestHostile:
    """Names are checked long before; here nothing relies on it."""

    @pytest.mark.parametrize("payload", PAYLOADS)
    def test_svg(self, payload: str) -> None:
        """The same elements as with a plain name."""
        plain = clean(_everything("plain"))
        hostile = clean(_everything(payload))
        tags = [[element.tag for element in root.iter()] for root in (plain, hostile)]
        assert tags[0] == tags[1]

    @pytest.mark.parametrize("payload", PAYLOADS)
    def test_mermaid(self, payload: str) -> None:
        """Inside quotes stands nothing but letters, digits and harmless marks."""
        for plain, hostile in zip(_texts("plain")[2:], _texts(payload)[2:], strict=True):
            assert len(plain.splitlines()) == len(hostile.splitlines())
            for line in hostile.splitlines():
                assert line.count('"') in (0, 2)
                inside = line.split('"')[1] if '"' in line else ""
                assert not set(inside) & set("<>`\\$&{}[]()|'%")

    def test_dot_by_graphviz(self) -> None:
        """graphviz finds as many nodes as with plain names; all payloads in one go."""
        counts = []
        for payloads in ([*PAYLOADS], ["plain"] * len(PAYLOADS)):
            texts = "\n".join("\n".join(_texts(one)[:2]) for one in payloads)
            done = subprocess.run(
                ["dot", "-Tplain"], input=texts, capture_output=True, text=True, check=True
            )
            assert done.stderr == ""
            words = [line.split(" ", 1)[0] for line in done.stdout.split("\n")]
            counts.append((words.count("node"), words.count("edge")))
        assert counts[0] == counts[1]


def _everything(name: str) -> Picture:
    one = lanes(_graph(name))
    two = topology([_cluster(name)])
    return Picture(2000, 2000, name, (*one.boxes,), (), (*one.texts, *two.texts))


def _graph(name: str) -> PlanGraph:
    step = written("a/xmpp/1", action=Manual(name), host=name, cluster=name, why=name)
    return graph_of(Plan((name,), (step,)))


def _cluster(name: str) -> Cluster:
    server = Server(name, name, name, is_founder=True, wrong=name)
    return Cluster(name, name, (server,), (Bridge(name, name, "", name, name),))


def _texts(name: str) -> tuple[str, str, str, str]:
    graph = _graph(name)
    own = [_cluster(name)]
    return plan_dot(graph), topology_dot(own), plan_mermaid(graph), topology_mermaid(own)

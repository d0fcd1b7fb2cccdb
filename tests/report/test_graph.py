"""The graph of a plan keeps the edges that say something, and names where each comes from."""

from __future__ import annotations

import pytest

from cmsdeploy.model.action import Action, Answer, Call, Command
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.secret import SecretRef
from cmsdeploy.model.step import Risk, Step
from cmsdeploy.report.graph import EdgeKind, PlanGraph, graph_of

RUNS = Command.of("xmpp", "enable")


def written(identity: str, *needs: str, action: Action = RUNS, **more: str) -> Step:
    """One step; ``identity`` is host/family/rung, ``makes`` the name of a secret."""
    host, family, _ = identity.split("/")
    makes = SecretRef(more["makes"]) if "makes" in more else None
    return Step(
        identity,
        more.get("host", host),
        family,
        action,
        more.get("why", "the XMPP server runs"),
        risk=Risk(more.get("risk", "safe")),
        cluster=more.get("cluster", "default"),
        needs=frozenset(needs),
        makes=makes,
    )


def graph(*steps: Step) -> PlanGraph:
    return graph_of(Plan(tuple(dict.fromkeys(step.host for step in steps)), steps))


def edges(of: PlanGraph) -> set[tuple[str, str, EdgeKind]]:
    return {(edge.source.identity, edge.target.identity, edge.kind) for edge in of.edges}


CB1 = SecretRef("callbridge/cb1")
TYPED = Command(("xmpp", "callbridge", "add-secret", "cb1"), answer=Answer("Enter it", CB1))
LOGIN = Call("PUT", "/api", secrets=(("sharedSecret", CB1),))
MAKER = written("a/xmpp/add1", makes="callbridge/cb1")
LAST_MAKER = written("a/xmpp/add2", "a/xmpp/add1", makes="callbridge/cb2")


def test_steps_of_one_box_follow_each_other() -> None:
    """An edge to an earlier step of the same box adds nothing."""
    found = graph(
        written("a/xmpp/1"),
        written("a/xmpp/2", "a/xmpp/1"),
        written("a/xmpp/3", "a/xmpp/1", "a/xmpp/2"),
    )
    assert edges(found) == {
        ("a/xmpp/1", "a/xmpp/2", EdgeKind.NEXT),
        ("a/xmpp/2", "a/xmpp/3", EdgeKind.NEXT),
    }
    assert [step.level for step in found.steps] == [0, 1, 2]


@pytest.mark.parametrize(
    "user",
    [
        written("b/xmpp/secret", "a/xmpp/add2", action=TYPED),
        written("b/callbridge/login", "a/xmpp/add2", action=LOGIN),
    ],
)
def test_a_secret_comes_from_the_last_of_its_makers(user: Step) -> None:
    """Makers that follow each other are read together; an answer and a field both use it."""
    found = graph(MAKER, LAST_MAKER, user)
    edge = next(edge for edge in found.edges if edge.target.host == "b")
    assert (edge.kind, edge.secrets) == (EdgeKind.NEEDS, ("callbridge/cb1",))
    assert edge.source.identity == "a/xmpp/add2"


def test_a_box_that_has_waited_is_not_told_again() -> None:
    """What came before the step that was waited for is done, too."""
    found = graph(
        written("a/xmpp/1"),
        written("a/xmpp/2", "a/xmpp/1"),
        written("b/xmpp/1", "a/xmpp/2"),
        written("b/xmpp/2", "b/xmpp/1", "a/xmpp/1"),
    )
    assert ("a/xmpp/2", "b/xmpp/1", EdgeKind.AFTER) in edges(found)
    assert not any(source == "a/xmpp/1" for source, target, _ in edges(found) if target[0] == "b")


def test_an_edge_between_families_is_the_play() -> None:
    """A family never speaks of another's steps, so the playbook must have."""
    found = graph(written("a/pki/1"), written("b/xmpp/1", "a/pki/1"))
    assert edges(found) == {("a/pki/1", "b/xmpp/1", EdgeKind.PLAY)}


def test_a_need_that_the_limit_left_out_is_no_edge() -> None:
    """A plan may name a step that it does not hold."""
    assert edges(graph(written("b/xmpp/1", "gone/xmpp/1"))) == set()

"""The order of commands: both documents, and what a live cluster may be asked for."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import pytest

from cmsdeploy.families import families
from cmsdeploy.lab import World
from cmsdeploy.model.action import Command, Wait
from cmsdeploy.model.step import Risk, Step
from tests.contract.deployment import CERTIFICATE, Deployment, names
from tests.contract.engineer import Engineer, blank_world
from tests.contract.wire import Cut, Fuse, Killed
from tests.families.cases import case

NEW = {**CERTIFICATE, "key": "new.key", "cert": "new.cer", "trust": "new.cer"}


def lines(steps: tuple[Step, ...]) -> list[str]:
    """One line for each step, with its box and the secret that is typed."""
    return [f"{step.host}> {step.action.line}{_typed(step)}" for step in steps]


def _typed(step: Step) -> str:
    answer = step.action.answer if isinstance(step.action, Command) else None
    return f"   <- {answer.secret}" if answer else ""


def from_blank(wanted: Deployment) -> tuple[Step, ...]:
    """The steps from boxes out of the carton."""
    family = families()["xmpp"]
    desired = {host: family.spec(wanted.server(host), wanted.site(host)) for host in wanted.servers}
    blank = {host: family.blank(spec) for host, spec in desired.items()}
    return family.steps(desired, blank, frozenset()).steps


def deployed(wanted: Deployment, in_world: World | None = None) -> World:
    """A world in which ``wanted`` was carried out."""
    world = blank_world(wanted) if in_world is None else in_world
    report = Engineer(world, wanted).run().report
    assert report is not None
    assert report.errors == {}
    return world


def planned(world: World, wanted: Deployment) -> tuple[Step, ...]:
    """The steps of family xmpp in a plan for ``world`` as it is; there is no refusal."""
    plan = Engineer(world, wanted).plan().plan
    assert plan.refusals == ()
    return tuple(step for step in plan.steps if step.family == "xmpp")


@pytest.mark.parametrize("recipe", ["tac-217319", "tac-213479"])
def test_the_whole_order_of_a_document(recipe: str) -> None:
    """The case files hold every command, box by box, as the documents have them, without reset."""
    wanted = [line for line in case(f"order-{recipe}.txt").splitlines() if line[:1] != "#"]
    assert lines(from_blank(Deployment(recipe=recipe))) == wanted


@pytest.mark.parametrize("recipe", ["tac-217319", "tac-213479"])
@pytest.mark.parametrize(("servers", "bridges"), [(1, 1), (3, 7), (5, 2)])
def test_the_server_is_stopped_before_the_cluster_is_enabled(
    recipe: str, servers: int, bridges: int
) -> None:
    """The French edition lost that command: it is always there, on every box."""
    wanted = Deployment(tuple(names(servers)), tuple(names(bridges)), recipe=recipe)
    steps = from_blank(wanted)
    for host in wanted.servers:
        own = [step.action.line for step in steps if step.host == host]
        assert own[own.index("xmpp cluster enable") - 1] == "xmpp disable"


def test_only_the_first_server_makes_secrets_and_all_others_type_them() -> None:
    """Steps 5 and 7 of TAC 213479, with more call bridges than servers."""
    steps = from_blank(Deployment(tuple(names(3)), tuple(names(7))))
    makers = [step for step in steps if step.makes]
    users = [step for step in steps if step.uses]
    assert [step.host for step in makers] == ["cb1"] * 7
    assert sorted((s.host, str(*s.uses)) for s in users) == sorted(
        (host, f"callbridge/{name}") for host in ("cb2", "cb3") for name in names(7)
    )


def test_another_first_server_founds_the_cluster() -> None:
    """The inventory may name it."""
    steps = from_blank(Deployment(first="cb2"))
    founders = [step.host for step in steps if step.action.line == "xmpp cluster initialize"]
    joined = [step.action.line for step in steps if "join" in step.action.line]
    assert founders == ["cb2"]
    assert joined == ["xmpp cluster join 10.0.0.2"] * 2


def test_a_bridge_is_added_to_a_live_cluster_without_stopping_anything() -> None:
    """One server makes the secret, the others get it, nothing else is touched."""
    three = tuple(names(3))
    world = deployed(Deployment(three, three), blank_world(Deployment(three, tuple(names(4)))))
    steps = planned(world, Deployment(three, tuple(names(4))))
    assert lines(steps) == [
        "cb1> xmpp callbridge add cb4",
        "cb2> xmpp callbridge add-secret cb4   <- callbridge/cb4",
        "cb3> xmpp callbridge add-secret cb4   <- callbridge/cb4",
    ]


def test_a_bridge_that_is_not_wanted_is_taken_away() -> None:
    """The risk is named: its call bridge loses its login."""
    world = deployed(Deployment())
    steps = planned(world, Deployment(bridges=("cb1", "cb2"), absent=("cb3",)))
    assert lines(steps) == [f"{host}> xmpp callbridge del cb3" for host in names(3)]
    assert {step.risk for step in steps} == {Risk.DISRUPTIVE}


def test_two_servers_are_added_one_after_the_other() -> None:
    """The fifth joins when the fourth is seen in the cluster; the old ones are not touched."""
    five = tuple(names(5))
    world = deployed(Deployment(five[:3], five), blank_world(Deployment(five, five)))
    steps = planned(world, Deployment(five, five))
    by_identity = {step.identity: step for step in steps}
    assert {step.host for step in steps} == {"cb4", "cb5"}
    assert "cb4/xmpp/agreed" in by_identity["cb5/xmpp/cluster-join"].needs
    assert not any(step.makes for step in steps)


def test_new_certificates_are_rolled_out_followers_first_and_the_leader_last() -> None:
    """One server at a time: each waits until all members before it are seen again with a leader."""
    world = deployed(Deployment())
    leader = next(iter(world.clusters.values())).leader
    steps = planned(world, Deployment(certificate=NEW))
    stops = [step for step in steps if step.action.line == "xmpp disable"]
    order = sorted(stops, key=lambda step: len(_waits_before(step, steps)))
    assert [len(_waits_before(step, steps)) for step in order] == [0, 1, 2]
    assert order[-1].host == leader
    assert {step.risk for step in stops} == {Risk.DISRUPTIVE}
    for step in stops:
        assert "logins on this box move or drop" in step.why
        assert ("another one becomes the leader" in step.why) == (step.host == leader)
        own = [line for line in lines(steps) if line.startswith(step.host)]
        assert own == [
            f"{step.host}> xmpp disable",
            f"{step.host}> xmpp certs new.key new.cer root.cer",
            f"{step.host}> xmpp cluster trust new.cer",
            f"{step.host}> xmpp enable",
            f"{step.host}> wait until it names a leader among 3 or more peers",
        ]


def _waits_before(step: Step, steps: tuple[Step, ...]) -> set[str]:
    """The waits of other hosts that edges hold before ``step``."""
    by_identity = {each.identity: each for each in steps}
    found: set[str] = set()
    open_needs = list(step.needs)
    while open_needs:
        need = open_needs.pop()
        if need in by_identity and need not in found:
            found.add(need)
            open_needs.extend(by_identity[need].needs)
    return {n for n in found if isinstance(by_identity[n].action, Wait)}


@pytest.mark.parametrize("count", [3, 5])
def test_a_cluster_keeps_its_majority_while_certificates_change(count: int) -> None:
    """At no write of the roll-out is more than one member stopped, and always somebody leads."""
    boxes = tuple(names(count))
    world = deployed(Deployment(boxes, boxes))
    wanted = Deployment(boxes, boxes, certificate=NEW)
    whole = Engineer(copy.deepcopy(world), wanted)
    whole.run(_backwards)
    for number in range(1, whole.fuse.writes + 1):
        there = copy.deepcopy(world)
        fuse = Fuse(number, Cut.KILLED_AFTER)
        with pytest.raises(Killed):
            Engineer(there, wanted, fuse=fuse).run(_backwards)
        assert sum(not box.xmpp.is_enabled for box in there.boxes.values()) <= 1
        there.advance(0.0)
        assert next(iter(there.clusters.values())).leader is not None


def _backwards(steps: Sequence[Step]) -> Sequence[Step]:
    return steps[::-1]


def test_a_stopped_member_is_started_before_others_are_stopped() -> None:
    """Of three with one stopped, that one is changed and seen again first."""
    world = deployed(Deployment())
    world.boxes["cb3"].execute("xmpp disable")
    steps = planned(world, Deployment(certificate=NEW))
    stops = [step for step in steps if step.action.line == "xmpp disable"]
    assert [step.host for step in stops] == ["cb2", "cb1"]
    assert all(
        any(wait.startswith("cb3/") for wait in _waits_before(step, steps)) for step in stops
    )


def test_the_secret_of_most_servers_counts() -> None:
    """Scenario 2: the first server is the one that is wrong, so it is not believed."""
    world = deployed(Deployment())
    right = copy.deepcopy(world.boxes["cb2"].xmpp.callbridges)
    world.boxes["cb1"].xmpp.callbridges["cb1"] = right["cb3"]
    steps = planned(world, Deployment())
    assert lines(steps) == [
        "cb1> xmpp callbridge del cb1",
        "cb1> xmpp callbridge add-secret cb1   <- callbridge/cb1",
    ]
    deployed(Deployment(), world)
    assert world.boxes["cb1"].xmpp.callbridges == right


def test_no_plan_resets_a_server() -> None:
    """`xmpp reset` of a member leaves a duplicate peer (CSCvi67717): it is in no ladder at all."""
    for recipe in ("tac-217319", "tac-213479"):
        assert not any("reset" in line for line in lines(from_blank(Deployment(recipe=recipe))))

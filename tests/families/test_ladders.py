"""Law 6: the ``then`` of a rung makes its own ``holds`` true; and how a ladder is climbed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmsdeploy.families import families
from cmsdeploy.families.callbridge.facts import CallbridgeState
from cmsdeploy.families.callbridge.ladder import rungs as login_rungs
from cmsdeploy.families.ladder import Ladder, Rung, climb
from cmsdeploy.families.pki.facts import PkiState
from cmsdeploy.families.pki.ladder import file_rung
from cmsdeploy.families.xmpp.facts import Bridge, XmppState
from cmsdeploy.families.xmpp.ladder import rungs as server_rungs
from cmsdeploy.families.xmpp.place import Place
from cmsdeploy.model.action import Command, Wait
from cmsdeploy.model.secret import UNKNOWN, Secret, SecretRef
from cmsdeploy.model.step import Risk, Step
from tests.contract.deployment import Deployment

WANTED = Deployment(absent=("stranger",))
FAMILIES = families()


def _maybe(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([UNKNOWN, *values])


_SECRETS = st.sampled_from([Secret("one"), Secret("two"), SecretRef("callbridge/cb1")])
_BRIDGES = st.dictionaries(
    st.sampled_from(["cb1", "cb2", "stranger"]), st.builds(Bridge, st.just("d"), _SECRETS)
)
_PEERS = st.lists(st.sampled_from(["10.0.0.1:5222", "10.0.0.2:5222", "10.0.0.3:5222"]))
SERVERS = st.builds(
    XmppState,
    enabled=_maybe(True, False),
    clustered=_maybe(True, False),
    domain=_maybe("", "tptac9.com", "other"),
    listen=_maybe(frozenset(), frozenset("a"), frozenset("ab")),
    key=_maybe("", "node.key"),
    certificate=_maybe("", "node.cer"),
    bundle=_maybe("", "root.cer"),
    trust=_maybe("", "node.cer"),
    bridges=_BRIDGES | st.just(UNKNOWN),
    role=st.sampled_from([None, "LEADER", "FOLLOWER", "CANDIDATE"]),
    peers=_PEERS.map(tuple),
    leader=st.sampled_from([None, "10.0.0.1:5222"]),
    is_initialized=st.booleans(),
    expected_peers=st.integers(0, 3),
    is_stopped_for_sure=st.booleans(),
    is_member=st.booleans(),
)
_SETTLED = st.dictionaries(st.just("cb3"), st.none(), min_size=1).flatmap(  # cb3 is on no server
    lambda rest: st.tuples(*[st.none() | _SECRETS.filter(lambda s: isinstance(s, Secret))] * 2).map(
        lambda two: {"cb1": two[0], "cb2": two[1], **rest}
    )
)
PLACES = st.builds(
    Place,
    joins=st.none() | st.just("10.0.0.1"),
    is_founder=st.booleans(),
    makes_secrets=st.booleans(),
    is_live=st.booleans(),
    expected=st.integers(2, 5),
    settled=_SETTLED,
)
LOGINS = st.builds(
    CallbridgeState,
    has_api=st.booleans(),
    name=_maybe("", "cb1"),
    domain=_maybe("", "tptac9.com"),
    server_address=_maybe("", "10.0.0.9"),
    has_alarm=_maybe(True, False),
    is_pending=st.booleans(),
)
_NAMES = st.sampled_from(["node.key", "node.cer", "root.cer"])
FILES = st.builds(
    PkiState,
    names=st.frozensets(_NAMES) | st.just(UNKNOWN),
    contents=st.dictionaries(_NAMES, st.builds(Secret, st.text(max_size=3))),
    used=st.frozensets(_NAMES),
)


def assert_law_6(rungs: list[Rung[Any]], state: Any) -> None:
    for rung in rungs:
        state = _reached(rung, state)


def _reached(rung: Rung[Any], state: Any) -> Any:
    """Where a climb stands after ``rung``; the law has to hold wherever the rung is come to."""
    given = rung.given
    there = state if given is None or given.holds(state) else _reached(given, state)
    assert rung.holds(rung.then(there)), rung.name
    return state if rung.holds(state) else rung.then(there)


def _assert_climbs(rungs: list[Rung[Any]], state: Any) -> None:
    steps, after = climb([Ladder("cb1", "family", "default", state, rungs)])
    identities = [step.identity for step in steps]
    assert len(identities) == len(set(identities))
    again, _ = climb([Ladder("cb1", "family", "default", after["cb1"], rungs)])
    assert [step.identity for step in again] == []


@settings(derandomize=True, max_examples=500, deadline=None)
@given(SERVERS, PLACES, st.sampled_from(["tac-217319", "tac-213479"]))
def test_the_rungs_of_a_server(state: XmppState, place: Place, recipe: str) -> None:
    """Law 6 for every rung of every place, over states that no box may ever have."""
    wanted = replace(WANTED, recipe=recipe)
    spec = FAMILIES["xmpp"].spec(wanted.server("cb1"), wanted.site("cb1"))
    assert_law_6(list(server_rungs(spec, state, place)), state)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(LOGINS, st.booleans())
def test_the_rungs_of_a_login(state: CallbridgeState, is_made: bool) -> None:
    """Law 6 for the login of a call bridge, and its ladder is climbed once."""
    spec = FAMILIES["callbridge"].spec(WANTED.bridge("cb1"), WANTED.site("cb1"))
    made = frozenset([SecretRef("callbridge/cb1")] if is_made else [])
    rungs = list(login_rungs(spec, state, made))
    assert_law_6(rungs, state)
    _assert_climbs(rungs, state)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(FILES)
def test_the_rungs_of_files(state: PkiState) -> None:
    """Law 6 for files, and their ladder is climbed once."""
    spec = FAMILIES["pki"].spec(WANTED.certificates("cb1"), WANTED.site("cb1"))
    rungs = [file_rung(spec, file) for file in spec.files]
    assert_law_6(rungs, state)
    _assert_climbs(rungs, state)


def test_the_rung_of_a_raw_command() -> None:
    """Law 6 for the escape hatch."""
    family = FAMILIES["mmp"]
    spec = family.spec(WANTED.gate("cb1"), WANTED.site("cb1"))
    outcome = family.steps({"cb1": spec}, {"cb1": family.blank(spec)}, frozenset())
    assert len(outcome.steps) == 1
    again = family.steps({"cb1": spec}, outcome.predicted, frozenset())
    assert again.steps == ()


@pytest.mark.parametrize("recipe", ["tac-217319", "tac-213479"])
@pytest.mark.parametrize("servers", [1, 3, 5])
def test_a_predicted_cluster_needs_nothing(servers: int, recipe: str) -> None:
    """A rendering that is made twice over its own prediction is empty the second time."""
    boxes = tuple(f"cb{number}" for number in range(1, servers + 1))
    wanted = Deployment(boxes, boxes, recipe=recipe)
    family = FAMILIES["xmpp"]
    desired = {host: family.spec(wanted.server(host), wanted.site(host)) for host in boxes}
    blank = {host: family.blank(spec) for host, spec in desired.items()}
    outcome = family.steps(desired, blank, frozenset())
    identities = [step.identity for step in outcome.steps]
    assert len(identities) == len(set(identities))
    predicted = cast("Mapping[str, XmppState]", outcome.predicted)
    for host, spec in desired.items():
        place = Place(expected=1, settled=dict.fromkeys(spec.bridges))
        rungs = list(server_rungs(spec, predicted[host], place))
        assert [
            each.name for each in rungs if not each.holds(predicted[host]) and each.name != "agreed"
        ] == []


# -- the climb itself, on a ladder of two lamps -----------------------------------------------


@dataclass(frozen=True)
class Lamps:
    """What a toy box shows."""

    power: bool = False
    lit: frozenset[str] = field(default_factory=frozenset)

    def facts(self) -> Mapping[str, Any]:
        """Everything."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def _power(is_on: bool) -> Rung[Lamps]:
    name = "on" if is_on else "off"
    return Rung(
        name=name,
        why=f"power is {name}",
        holds=lambda s: s.power is is_on,
        action=Command.of("power", name),
        then=lambda s: replace(s, power=is_on),
        evidence=(Command.of("power"),),
    )


def _lamp(name: str, is_on: bool = True, makes: SecretRef | None = None) -> Rung[Lamps]:
    return Rung(
        name=name,
        why=f"lamp {name} is lit",
        holds=lambda s: name in s.lit,
        action=Command.of("lamp", name),
        then=lambda s: replace(s, lit=s.lit | {name}),
        given=_power(is_on),
        makes=makes,
        evidence=(Command.of("lamps"),),
    )


def _climbed(state: Lamps, *rungs: Rung[Lamps]) -> tuple[Step, ...]:
    return climb([Ladder("box", "lamps", "default", state, rungs)])[0]


def _lines(steps: tuple[Step, ...]) -> Iterator[str]:
    return (step.action.line for step in steps)


def test_the_dance_between_on_and_off_is_derived() -> None:
    """A rung whose given does not hold puts it before itself, as often as needed, numbered."""
    steps = _climbed(Lamps(), _lamp("a"), _lamp("b", False), _lamp("c"), _power(True))
    assert list(_lines(steps)) == [
        "power on",
        "lamp a",
        "power off",
        "lamp b",
        "power on",
        "lamp c",
    ]
    assert [step.identity for step in steps][-2:] == ["box/lamps/on-2", "box/lamps/c"]


def test_a_rung_that_holds_costs_nothing() -> None:
    """Nor does what it would have been given."""
    assert _climbed(Lamps(lit=frozenset("a")), _lamp("a")) == ()


def test_each_step_needs_the_one_before_it() -> None:
    """The first edge: the previous rung of the same host."""
    steps = _climbed(Lamps(), _lamp("a"), _lamp("b"))
    assert [step.needs for step in steps] == [
        frozenset(),
        {"box/lamps/on"},
        {"box/lamps/a"},
    ]


def test_a_rung_comes_after_rungs_of_other_hosts_that_are_climbed() -> None:
    """The edge ``after``: the last step of the named rung, and none where it was not climbed."""
    late = replace(_lamp("late"), after=(("first", "a"), ("first", "z"), ("absent", "a")))
    ladders = [
        Ladder("second", "lamps", "default", Lamps(power=True), (late,)),
        Ladder("first", "lamps", "default", Lamps(power=True), (_lamp("a"),)),
    ]
    steps, _ = climb(ladders)
    assert steps[0].needs == {"first/lamps/a"}


def test_a_proof_asks_for_what_still_stands() -> None:
    """What was true on the way and is over is not asked for; makers are judged among themselves."""
    reference = SecretRef("lamp/a")
    steps = _climbed(Lamps(), _lamp("a", makes=reference), _lamp("b", False))
    proofs = [step.proof for step in steps]
    texts = [[each.text for each in proof.sentences] if proof else [] for proof in proofs]
    assert texts == [
        ["power is on"],
        ["lamp a is lit"],
        ["lamp a is lit", "power is off"],
        ["lamp a is lit", "power is off", "lamp b is lit"],
    ]


def test_waiting_is_proved_by_what_it_waits_for() -> None:
    """A step that waits has a sentence of its own, or nothing could end it."""
    family = FAMILIES["xmpp"]
    wanted = Deployment()
    desired = {h: family.spec(wanted.server(h), wanted.site(h)) for h in wanted.servers}
    blank = {host: family.blank(spec) for host, spec in desired.items()}
    waits = [
        step
        for step in family.steps(desired, blank, frozenset()).steps
        if isinstance(step.action, Wait)
    ]
    assert len(waits) == 3
    for step in waits:
        assert step.proof is not None
        assert step.proof.own is not None
        assert step.risk is Risk.SAFE

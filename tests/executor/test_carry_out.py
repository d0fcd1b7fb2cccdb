"""One step on one box: lost replies, waiting, missing secrets, and what may fail."""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import cast

import pytest

from cmsdeploy.errors import DeadlineError, DeviceError, HostError
from cmsdeploy.executor.apply import walk
from cmsdeploy.executor.clock import pauses
from cmsdeploy.executor.walking import before_questions
from cmsdeploy.model.action import Answer, Command, Manual
from cmsdeploy.model.event import EventKind
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.model.step import Step
from tests.contract.deployment import Deployment
from tests.contract.engineer import Engineer, Outcome, blank_world
from tests.contract.wire import Cut, Fuse
from tests.executor.boxes import Site, step

WANTED = Deployment(("cb1",), ("cb1",))
SECRET = SecretRef("callbridge/cb1")


def _cut_at(line: str, cut: Cut) -> tuple[Engineer, Outcome]:
    """Run, with the wire cut at the first write that is ``line`` on the box."""
    whole = Engineer(blank_world(WANTED), WANTED)
    whole.run()
    writes = [entry.text for entry in whole.world.boxes["cb1"].audit if entry.is_write]
    engineer = Engineer(blank_world(WANTED), WANTED, fuse=Fuse(writes.index(line) + 1, cut))
    return engineer, engineer.run()


def _texts(outcome: Outcome, kind: EventKind) -> list[str]:
    return [event.text for event in outcome.events if event.kind is kind]


@pytest.mark.parametrize(
    "line", ["xmpp domain tptac9.com", "xmpp enable", "xmpp callbridge add cb1"]
)
def test_a_lost_reply_with_effect_is_seen_and_the_run_goes_on(line: str) -> None:
    """A new look shows that it is done: nothing is sent twice, and people are told."""
    engineer, outcome = _cut_at(line, Cut.LOST_AFTER)
    assert outcome.report is not None
    assert outcome.report.errors == {}
    assert "a new look shows that it is done" in "".join(_texts(outcome, EventKind.WARNING))
    sent = [entry.text for entry in engineer.world.boxes["cb1"].audit if entry.is_write]
    usual = blank_world(WANTED)
    Engineer(usual, WANTED).run()
    assert sent == [entry.text for entry in usual.boxes["cb1"].audit if entry.is_write]


@pytest.mark.parametrize(
    "line", ["xmpp domain tptac9.com", "xmpp enable", "xmpp callbridge add cb1"]
)
def test_a_lost_reply_without_effect_stops_and_is_never_sent_again(line: str) -> None:
    """The step is unknown, the rest of the cluster is skipped, the next run decides."""
    engineer, outcome = _cut_at(line, Cut.LOST_BEFORE)
    assert outcome.report is not None
    assert list(outcome.report.errors) == ["cb1"]
    assert _texts(outcome, EventKind.STEP_UNKNOWN) == ["the connection ended"]
    sent = [entry.text for entry in engineer.world.boxes["cb1"].audit if entry.is_write]
    assert line not in sent
    assert engineer.again().run().report is not None
    assert engineer.again().plan().plan.is_empty


def test_a_wait_that_is_over_says_what_the_box_shows() -> None:
    """How long, until what, and the facts: a person can go on from there."""
    world = blank_world(WANTED)
    world.election_seconds = 10_000.0
    outcome = Engineer(world, WANTED).run()
    assert outcome.report is not None
    error = outcome.report.errors["cb1"]
    assert isinstance(error, DeadlineError)
    assert re.search(
        r"waited 90 s until it names a leader, and it is not so; the box shows: ", str(error)
    )
    assert "state=CANDIDATE" in str(error)
    assert "next: look at the box, then run apply again" in str(error)
    assert not any(secret in str(error) for secret in world.boxes["cb1"].xmpp.callbridges.values())
    waiting = [event.seconds for event in outcome.events if event.kind is EventKind.WAITING]
    assert waiting == [5.0 * number for number in range(19)]


def test_an_election_that_takes_its_time_is_waited_for() -> None:
    """Seconds without a leader are no failure."""
    world = blank_world(WANTED)
    world.election_seconds = 30.0
    engineer = Engineer(world, WANTED)
    outcome = engineer.run()
    assert outcome.report is not None
    assert outcome.report.errors == {}
    assert engineer.again().plan().plan.is_empty


def test_pauses_grow_and_end_with_the_deadline() -> None:
    """The first look comes at once, the last one when the time is over."""
    started = time.monotonic()
    waited = list(pauses(0.2))
    assert waited[0] == 0.0
    assert waited == sorted(waited)
    assert 0.2 <= waited[-1] <= time.monotonic() - started < 2.0
    assert list(pauses(0.0)) == [0.0]


@dataclass(frozen=True)
class _Stroke:
    """An action of a later version."""

    line: str
    kind: str = "stroke"


def _step(action: Command | Manual) -> Step:
    return Step("a/toy/one", "a", "toy", action, "why")


def test_a_secret_that_nobody_has_is_not_sent_as_nothing() -> None:
    """The step fails with the name of the secret, and nothing reaches the box."""
    site = Site("a")
    action = Command(("add",), answer=Answer("secret?", SecretRef("callbridge/cb1")))
    with pytest.raises(DeviceError, match="callbridge/cb1 was not found") as error:
        site.carrier().carry_out(_step(action))
    assert site.sent == []
    assert (error.value.host, error.value.step) == ("a", "toy/one")


def test_what_a_person_has_to_do_is_told() -> None:
    """A manual step is a warning with the sentence, and nothing is sent."""
    site = Site("a")
    site.carrier().carry_out(_step(Manual("set the login in Web Admin")))
    warnings = [event.text for event in site.events if event.kind is EventKind.WARNING]
    assert warnings == ["by hand: set the login in Web Admin"]
    assert site.sent == []


def test_an_action_that_nobody_can_do_is_an_error_in_words() -> None:
    """A kind of action that this version does not know is not passed over."""
    with pytest.raises(DeviceError, match="stroke steps cannot be carried out"):
        Site("a").carrier().carry_out(_step(cast("Manual", _Stroke("stroke the box"))))


def _refuse() -> None:
    raise DeviceError("the box says: FAILURE: already done")


@pytest.mark.parametrize("may_fail", [True, False])
def test_only_a_command_that_may_fail_may_fail(may_fail: bool) -> None:
    """What a cut run may have done already is noted; any other refusal of the box stops us."""
    site = Site("a", found=_refuse)
    action = Command(("found",), may_fail=may_fail)
    if may_fail:
        site.carrier().carry_out(_step(action))
        assert any("the next look decides" in event.text for event in site.events)
    else:
        with pytest.raises(HostError, match="already done"):
            site.carrier().carry_out(_step(action))


def test_a_step_is_announced_before_it_is_sent() -> None:
    """Intended, then sent, then done, in this order."""
    order: list[str] = []
    site = Site("a", go=lambda: order.append("sent"))
    carrier = site.carrier(lambda event: order.append(event.kind.value))
    carrier.carry_out(_step(Command.of("go")))
    assert order == ["step-intended", "sent", "step-done"]


def test_nothing_is_read_twice_for_proofs_without_a_change_between() -> None:
    """A proof rests on what was read after our last change, and then it is not read again."""
    wanted = Deployment(("cb1", "cb2", "cb3"), ("cb1", "cb2", "cb3"))
    engineer = Engineer(blank_world(wanted), wanted)
    engineer.run()
    for box in engineer.world.boxes.values():
        since: Counter[str] = Counter()
        for entry in box.audit:
            if entry.is_write:
                assert set(since.values()) <= {1}, (box.name, since)
                since.clear()
            elif entry.kind == "command":
                since[entry.text] += 1
        # After the last change come the last proofs and the last look.
        assert set(since.values()) <= {1, 2}, (box.name, since)


def _asking(identity: str, needs: str = "") -> Step:
    """A step whose command asks for a secret that is known."""
    plain = step(identity, needs)
    assert isinstance(plain.action, Command)
    answer = Answer("Enter callbridge secret", SECRET)
    return replace(plain, action=replace(plain.action, answer=answer))


def test_the_step_before_a_question_opens_what_the_question_needs() -> None:
    """Of the same box, whatever lies between on others; a first step has none before it."""
    steps = [
        step("a/one"), step("b/one"), _asking("a/two", "a/one b/one"), _asking("a/three", "a/two"),
        step("a/four", "a/three"), _asking("c/first"),
    ]  # fmt: skip
    ahead = before_questions(steps)
    assert ahead == {"a/one", "a/two"}
    site = Site("a", "b", "c")
    carrier = site.carrier()
    carrier.before_questions = ahead
    carrier.secrets[SECRET] = Secret("kvgP1SRzWVabhiPVAb1")
    walk(steps, carrier, site.events.append)
    assert site.sessions["a"].prepared == [1, 2]
    assert site.sessions["b"].prepared == site.sessions["c"].prepared == []


def test_nobody_waits_for_the_preparation_of_another_box() -> None:
    """Where others build on the step, it is proved, and the shell is opened when it is needed."""
    steps = [replace(step("a/one"), family="mmp"), _asking("a/two", "a/one")]
    site = Site("a")
    carrier = replace(
        site.carrier(), points=frozenset({"a/one"}), before_questions=before_questions(steps)
    )
    carrier.secrets[SECRET] = Secret("kvgP1SRzWVabhiPVAb1")
    walk(steps, carrier, site.events.append)
    assert site.sessions["a"].prepared == []

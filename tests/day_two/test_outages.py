"""What nobody can do without an outage: other domain, other interfaces, a cluster founded anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache

import pytest

from cmsdeploy.families.xmpp.spec import Rebuild
from cmsdeploy.model.step import Risk, Step
from cmsdeploy.planning.stage import Stage
from tests.contract.engineer import Outcome, digest
from tests.contract.sampling import sampled
from tests.contract.wire import Cut, Fuse, Killed
from tests.day_two.bookings import BOOKINGS, Booking, Night, cluster_of, left_over
from tests.day_two.shipped import Booked
from tests.doctor.table import FAULTS

_BY_BOOK = {one.playbook: one for one in BOOKINGS}
_DOMAIN, _INTERFACE, _ROLLED_BACK = (
    _BY_BOOK[name] for name in ("change-domain", "change-interface", "rebuild-cluster")
)
_CHANGES = (_DOMAIN, _INTERFACE)
_HEALTHY = Booking("nothing happened", "rebuild-cluster", cluster_of)
_FAULTS = {one.name: one for one in FAULTS}
# What another domain does to a member, to its records, and what a reset takes along.
_OF_DOMAIN = (
    ("settings-of-a-member", "lost"),
    ("callbridge-record-domain", "kept"),
    ("reset-clears-certs-and-domain", "yes"),
    ("xmpp-status-shows-clustered", "no"),
    ("xmpp-status-layout", "minimal"),
)
_NIGHTS = [
    pytest.param(_DOMAIN, {}, id="domain"),
    pytest.param(_INTERFACE, {}, id="interface", marks=pytest.mark.long),
    *(
        pytest.param(_DOMAIN, {switch: position}, id=f"{switch} {position}", marks=pytest.mark.long)
        for switch, position in _OF_DOMAIN
    ),
    pytest.param(
        _INTERFACE, {"settings-of-a-member": "lost"}, marks=pytest.mark.long, id="interface lost"
    ),
    pytest.param(_ROLLED_BACK, {}, id="rollback", marks=pytest.mark.long),
    pytest.param(
        _ROLLED_BACK, {"rollback-clustering": "on"}, marks=pytest.mark.long, id="stays on"
    ),
    pytest.param(_ROLLED_BACK, {"rollback-clustering": "remembered"}, id="rollback remembered"),
]
# By default some writes of some nights are cut, one in each part of the way; in a long run some of
# each night, in every way.
_USUAL = (3, Cut.KILLED_AFTER, 3)
_CAMPAIGNS = [
    _USUAL,
    *(
        pytest.param(5, cut, size, marks=pytest.mark.long, id=f"{cut.value}, {size}")
        for cut in Cut
        for size in (3, 5)
    ),
]
_SIZES = [3, pytest.param(5, marks=pytest.mark.long)]
_nights = pytest.mark.parametrize(("booking", "switches"), _NIGHTS)


def _is_well(outcome: Outcome) -> bool:
    return outcome.plan.refusals == () and (outcome.report is None or outcome.report.errors == {})


def _secrets(night: Night) -> list[dict[str, str]]:
    return [dict(box.xmpp.callbridges) for box in night.world.boxes.values()]


@_nights
@pytest.mark.parametrize("size", _SIZES)
def test_it_ends_verified_and_every_member_returns(
    booking: Booking, switches: dict[str, str], size: int
) -> None:
    """Done, proved, nothing left; and the secrets are the ones from before."""
    night = Night(booking, size, switches=switches)
    old = _secrets(night)
    assert _is_well(night.run())
    assert left_over(night.engineer().afterwards()) == []
    assert _secrets(night) == old
    (cluster,) = night.world.clusters.values()
    assert len(cluster.peers) == size
    assert not any(peer.is_ghost for peer in cluster.peers)
    assert night.watch.moments[-1].has_majority
    assert night.watch.moments[-1].lost == ()
    assert night.run().report is None


@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("booking", _CHANGES, ids=lambda one: one.playbook)
def test_nobody_is_reset_while_somebody_of_the_old_cluster_runs(
    booking: Booking, size: int
) -> None:
    """By the edges alone, whatever order the steps come in; and secrets are taken over before."""
    outcome = Night(booking, size).run(Fuse())
    steps = {step.identity: step for step in outcome.plan.steps}
    stops = {step.identity for step in steps.values() if step.risk is Risk.OUTAGE}
    assert len(stops) == size
    resets = [step for step in steps.values() if step.action.line == "xmpp reset"]
    assert len(resets) == size
    for reset in resets:
        before = _before(steps, reset)
        assert stops <= before
        if reset.host != "cb1":
            assert {f"cb1/xmpp/callbridge-cb{n}" for n in range(1, size + 1)} <= before
    (founding,) = (one for one in steps.values() if one.action.line == "xmpp cluster initialize")
    assert {reset.identity for reset in resets} <= _before(steps, founding)


def _before(steps: dict[str, Step], step: Step) -> set[str]:
    found, waiting = set[str](), list(step.needs)
    while waiting:
        found.add(name := waiting.pop())
        waiting += steps[name].needs - found
    return found


@cache
def _whole(booking: Booking, size: int, switches: tuple[tuple[str, str], ...]) -> tuple[int, str]:
    night, fuse = Night(booking, size, switches=dict(switches)), Fuse()
    assert _is_well(night.run(fuse))
    return fuse.writes, digest(night.world)


def _cut_on_the_way(
    booking: Booking, size: int, switches: dict[str, str], cut: Cut, most: int
) -> Iterable[tuple[int, Night, str]]:
    writes, end = _whole(booking, size, tuple(switches.items()))
    key = (booking.title, size, switches, cut)
    for number in sampled(range(1, writes + 1), most, key):
        night = Night(booking, size, switches=switches)
        with suppress(Killed):
            night.run(Fuse(number, cut))
        yield number, night, end


@_nights
@pytest.mark.parametrize(("most", "cut", "size"), _CAMPAIGNS)
@pytest.mark.timeout(1800)
def test_killed_on_the_way_it_goes_on(
    booking: Booking, switches: dict[str, str], most: int, cut: Cut, size: int
) -> None:
    """The same end as without the cut, the secrets included."""
    for number, night, end in _cut_on_the_way(booking, size, switches, cut, most):
        assert _is_well(night.run()), number
        assert left_over(night.engineer().afterwards()) == [], number
        assert digest(night.world) == end, number


@pytest.mark.parametrize(
    "booking", [_DOMAIN, pytest.param(_INTERFACE, marks=pytest.mark.long)], ids=["domain", "listen"]
)
@pytest.mark.parametrize("most", [4, pytest.param(30, marks=pytest.mark.long)])
@pytest.mark.timeout(1800)
def test_the_whole_site_does_not_make_a_cut_run_worse(booking: Booking, most: int) -> None:
    """It writes nothing, or it goes on to the end; and then the playbook itself goes on."""
    ends = []
    for number, night, end in _cut_on_the_way(booking, 3, {}, Cut.KILLED_AFTER, most):
        before = night.sent
        site = Booked(night.world, night.engineer().wanted, book="site", site=night.written)
        outcome = site.run()
        night.world.advance(200)
        if outcome.plan.refusals:
            assert night.sent == before, number
            assert any("playbooks/" in one.text for one in outcome.plan.refusals), number
        else:
            assert outcome.report is None or outcome.report.errors == {}, number
        ends.append(bool(outcome.plan.refusals))
        assert _is_well(night.run()), number
        assert digest(night.world) == end, number
    # Refused as long as some server is in the old cluster, and never again after that.
    first_done = ends.index(False, ends.index(True))
    assert not any(ends[first_done:])


@dataclass
class Allowing(Booked):
    """Somebody who wrote other words into the playbook."""

    risks: frozenset[Risk] = frozenset()
    rebuild: Rebuild | None = None

    def stages(self) -> list[Stage]:
        """As in the file, with the words of this person."""
        return [self._stage(stage) for stage in super().stages()]

    def _stage(self, stage: Stage) -> Stage:
        if stage.family != "xmpp" or stage.is_check:
            return stage
        wanted = stage.desired
        if self.rebuild is not None:
            wanted = {host: replace(spec, rebuild=self.rebuild) for host, spec in wanted.items()}
        permission = replace(stage.permission, risks=self.risks | {Risk.SAFE})
        return replace(stage, desired=wanted, permission=permission)


def _allowing(night: Night, *risks: Risk, rebuild: Rebuild | None = None) -> Allowing:
    known = night.engineer()
    return Allowing(
        night.world,
        known.wanted,
        book=night.booking.playbook,
        site=night.written,
        risks=frozenset(risks),
        rebuild=rebuild,
    )


def _rules(outcome: Outcome) -> Sequence[str]:
    return sorted({one.rule for one in outcome.plan.refusals})


@pytest.mark.parametrize("booking", _CHANGES, ids=lambda one: one.playbook)
def test_without_the_word_it_is_refused_and_says_how_long(booking: Booking) -> None:
    """Nothing is written; the length stands in the refusal and in the note."""
    night = Night(booking, 3)
    outcome = _allowing(night, Risk.DISRUPTIVE, Risk.DESTRUCTIVE).run()
    assert _rules(outcome) == ["permission/outage"]
    said = "XMPP of cluster default is down for about 180 s"
    assert all(said in one.text for one in outcome.plan.refusals)
    assert any(said in one.text for one in outcome.comparison.notes)
    assert night.sent == []


@pytest.mark.parametrize("booking", _CHANGES, ids=lambda one: one.playbook)
def test_the_whole_site_names_the_playbook(booking: Booking) -> None:
    """A live cluster is not taken down by the way."""
    night = Night(booking, 3)
    site = Booked(night.world, night.engineer().wanted, book="site", site=night.written)
    outcome = site.run()
    assert outcome.plan.refusals
    assert all(f"playbooks/{booking.playbook}.yml" in one.text for one in outcome.plan.refusals)
    assert night.sent == []


def test_a_cluster_that_is_well_is_left_alone_until_the_outage_is_allowed() -> None:
    """As shipped nothing is done and a person is told; asked for, it wants the word; with it, it is
    done each time."""
    night = Night(_HEALTHY, 3)
    outcome = night.run()
    assert outcome.plan.is_empty
    assert [one.rule for one in outcome.comparison.notes] == ["xmpp/well"]
    usual = (Risk.DISRUPTIVE, Risk.DESTRUCTIVE)
    refused = _allowing(night, *usual, rebuild=Rebuild.ASKED).run()
    assert _rules(refused) == ["permission/outage"]
    assert night.sent == []
    old = _secrets(night)
    done = _allowing(night, *usual, Risk.OUTAGE, rebuild=Rebuild.ASKED)
    assert _is_well(done.run())
    assert left_over(done.afterwards()) == []
    assert any(text == "xmpp reset" for text in night.sent)
    assert _secrets(night) == old


@pytest.mark.parametrize(
    "name",
    ["member_was_reset_and_joined_again", "all_are_stopped", "secret_differs"],
)
def test_what_is_broken_is_founded_anew(name: str) -> None:
    """Wrong lists of peers and clusters that nobody leads; a secret that differs stops nobody."""
    night = Night(_HEALTHY, 3, _FAULTS[name])
    assert _is_well(night.run())
    assert left_over(night.engineer().afterwards()) == []
    assert ("xmpp reset" in night.sent) is (name != "secret_differs")


@pytest.mark.parametrize("booking", [*_CHANGES, _HEALTHY], ids=lambda one: one.playbook)
def test_a_member_that_is_cut_off_stops_it_at_the_first_look(booking: Booking) -> None:
    """It would not come back: nobody may be stopped before that is mended."""
    night = Night(booking, 3, _FAULTS["member_is_cut_off"])
    outcome = night.run()
    assert "xmpp/member-lost" in _rules(outcome)
    assert night.sent == []


def test_a_peer_of_nobody_stops_it() -> None:
    """A fourth server would go on in the old cluster, and be a second one."""
    five = replace(cluster_of(5), servers=("cb1", "cb2", "cb3"))
    night = Night(replace(_DOMAIN, written=lambda _: replace(five, common=_moved())), 5)
    outcome = night.run()
    assert "xmpp/unknown-peer" in _rules(outcome)
    assert "10.0.0.4:5222, 10.0.0.5:5222" in " ".join(one.text for one in outcome.plan.refusals)
    assert night.sent == []


def _moved() -> dict[str, object]:
    return dict(_DOMAIN.written(3).common)


def test_a_server_that_leaves_is_another_night() -> None:
    """One change at a time."""
    written = replace(_DOMAIN.written(5), words={"cb5": {"xmpp_state": "absent"}})
    night = Night(replace(_DOMAIN, written=lambda _: replace(written, is_undersized=True)), 5)
    assert "xmpp/leaves-meanwhile" in _rules(night.run())
    assert night.sent == []

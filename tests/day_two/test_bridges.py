"""Call bridges get new secrets, come and go; and a cluster is given up."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

import pytest

from cmsdeploy.lab.watching import Watch
from cmsdeploy.model.step import Severity
from cmsdeploy.planning.stage import Stage
from tests.contract.deployment import Deployment, names
from tests.contract.engineer import Engineer, Outcome
from tests.contract.registration import stages_of
from tests.contract.sampling import sampled
from tests.contract.wire import Cut, Fuse, Killed
from tests.day_two.bookings import cluster_of
from tests.day_two.changes import CHANGES, FAMILIES, Change, Night
from tests.day_two.shipped import shipped
from tests.doctor.table import FAULTS, LOGINS, SECRETS, Fault

_SIZES = (3, 5)
# How many writes of each kind a long run cuts, beside what is cut by default.
_CUTS = 12
# The families of rotate-secrets.yml in its order: before anything is rotated, and in each turn.
_MENDED = ("xmpp", "dns", "callbridge")
_TURNED = ("xmpp", "callbridge")
_WANTED = {"cluster": "wanted"}
_STILL = Change("nothing", 3, 3, lambda was: replace(was, more=_WANTED))
_EVERY_CUT = [
    Cut.KILLED_AFTER,
    *(pytest.param(cut, marks=pytest.mark.long) for cut in Cut if cut is not Cut.KILLED_AFTER),
]


@dataclass
class Rotating(Engineer):
    """Somebody with the changing tasks of rotate-secrets.yml: servers, records and logins are
    mended, then one turn for each. Preflight and the checks at the end are left out."""

    turns: tuple[str, ...] = ()

    def stages(self) -> list[Stage]:
        found = stages_of(replace(self.wanted, must_boxes_agree=True), _MENDED)
        for turn in self.turns:
            more: Mapping[str, object] = {**self.wanted.more, "rotate": [turn]}
            now = stages_of(replace(self.wanted, more=more), _TURNED)
            found += [replace(stage, play=len(found) + n) for n, stage in enumerate(now)]
        return found


def _night(size: int, fault: Fault | None = None, **switches: str) -> Night:
    change = replace(_STILL, size=size, boxes=size)
    return Night(change, fault, {name.replace("_", "-"): on for name, on in switches.items()})


def _rotate(night: Night, turns: tuple[str, ...], fuse: Fuse | None = None) -> Outcome:
    outcome = Rotating(night.world, night.wanted, _MENDED, fuse or Fuse(), turns=turns).run()
    night.world.advance(200)
    return outcome


def _secrets(night: Night) -> list[Mapping[str, str]]:
    return [dict(box.xmpp.callbridges) for box in night.world.boxes.values()]


def _wrong(night: Night) -> list[str]:
    again = Engineer(night.world, night.wanted, ("xmpp", "callbridge")).plan()
    errors = [one.text for one in again.problems if one.severity is Severity.ERROR]
    return [*(step.identity for step in again.plan.steps), *errors]


def _most_lost(watch: Watch | None) -> int:
    assert watch is not None
    return max(len(moment.lost) for moment in watch.moments)


@pytest.mark.parametrize("size", _SIZES)
def test_every_secret_is_new_and_one_login_at_a_time_is_set(size: int) -> None:
    """Nobody else notices, no server stops, and nothing is left to do."""
    night = _night(size)
    old = _secrets(night)[0]
    outcome = _rotate(night, tuple(names(size)))
    assert outcome.plan.refusals == ()
    assert outcome.report is not None
    assert outcome.report.errors == {}
    new = _secrets(night)
    assert all(one == new[0] for one in new)
    assert not set(new[0].values()) & set(old.values())
    assert _wrong(night) == []
    assert _most_lost(night.world.watch) <= 1
    assert night.is_majority_kept
    assert not any("disable" in text for text in night.written)


def test_one_alone_gets_a_new_secret() -> None:
    """Who is not named keeps the old one."""
    night = _night(3)
    old = _secrets(night)[0]
    _rotate(night, ("cb2",))
    new = _secrets(night)[0]
    assert {name for name in old if old[name] != new[name]} == {"cb2"}


@pytest.mark.parametrize("cut", _EVERY_CUT)
@pytest.mark.parametrize("size", [3, pytest.param(5, marks=pytest.mark.long)])
@pytest.mark.timeout(900)
def test_a_rotation_that_is_cut_is_mended_by_any_later_run(size: int, cut: Cut) -> None:
    """With the same request, and without one: the secrets agree, every login is seen, and at no
    moment were two call bridges without login."""
    turns = tuple(names(size))
    fuse = Fuse()
    _rotate(_night(size), turns, fuse)
    is_whole = cut is Cut.KILLED_AFTER and size == _SIZES[0]
    places = range(1, fuse.writes + 1)
    for number in places if is_whole else sampled(places, _CUTS, (size, cut)):
        for later in (turns, ()):
            night = _night(size)
            with suppress(Killed):
                _rotate(night, turns, Fuse(number, cut))
            night.world.advance(200)
            outcome = _rotate(night, later)
            assert outcome.plan.refusals == (), (number, later)
            assert outcome.report is None or outcome.report.errors == {}, (number, later)
            assert _wrong(night) == [], (number, later)
            assert len({tuple(sorted(one.items())) for one in _secrets(night)}) == 1
            assert _most_lost(night.world.watch) <= 1, (number, later)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(one, marks=() if one in (*SECRETS, *LOGINS) else pytest.mark.long)
        for one in FAULTS
    ],
    ids=lambda fault: fault.name,
)
@pytest.mark.parametrize("size", [3, pytest.param(5, marks=pytest.mark.long)])
def test_a_rotation_from_a_fault_ends_well_or_refuses(fault: Fault, size: int) -> None:
    """What is broken is mended before anything is rotated, or nothing is written; or a login that
    cannot work is waited for. The last two are no failure of the rotation: a person has to act."""
    night = _night(size, fault)
    assert night.watch.moments
    lost = len(night.watch.moments[-1].lost)
    try:
        outcome = _rotate(night, tuple(names(size)))
    except BaseException as error:
        raise AssertionError(fault.name) from error
    if outcome.plan.refusals:
        assert night.written == []
        return
    assert outcome.report is not None
    if outcome.report.errors:
        # A login that cannot work: it was waited for, before any secret was touched.
        assert not any(text.startswith("xmpp callbridge add ") for text in night.written)
        return
    assert _wrong(night) == []
    assert _most_lost(night.world.watch) <= max(lost, 1)


def test_the_stages_are_those_of_the_shipped_playbook() -> None:
    """Families and order of the tasks that may change a cluster: one more there is one here."""
    rotating = replace(cluster_of(3), extra={"xmpp_rotate": "all"})
    book = shipped(rotating).stages("rotate-secrets")
    turns = Rotating(_night(3).world, _night(3).wanted, turns=tuple(names(3)))
    changing = [one.family for one in book if not one.is_check and one.family in FAMILIES]
    assert changing == [one.family for one in turns.stages()]


def test_more_than_one_in_a_task_is_refused() -> None:
    """One task is one moment without a login."""
    wanted = Deployment(more={"rotate": ["cb1", "cb2"]})
    with pytest.raises(Exception, match="more than one call bridge"):
        stages_of(wanted, ("xmpp",))


def _changed(night: Night, wanted: Deployment, fuse: Fuse | None = None) -> Outcome:
    night.wanted = wanted
    outcome = Engineer(night.world, wanted, ("xmpp", "callbridge"), fuse or Fuse()).run()
    night.world.advance(200)
    return outcome


@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("cut", _EVERY_CUT)
def test_a_call_bridge_comes_and_goes(size: int, cut: Cut) -> None:
    """Nobody else loses a login; cut at every write, the same end."""
    before = _night(size).wanted
    # A box of its own that is no server.
    boxes = tuple(names(size + 1))
    added = replace(before, bridges=boxes, others=boxes)
    removed = replace(before, others=boxes, absent=(boxes[-1],))
    for wanted in (added, removed):
        fuse = Fuse()
        _changed(_with_bridge(size), wanted, fuse)
        for number in range(1, fuse.writes + 1):
            night = _with_bridge(size)
            with suppress(Killed):
                _changed(night, wanted, Fuse(number, cut))
            outcome = _changed(night, wanted)
            assert outcome.plan.refusals == ()
            assert _wrong(night) == []
            assert _most_lost(night.world.watch) == 0
            assert night.is_majority_kept
            known = {frozenset(night.world.boxes[name].xmpp.callbridges) for name in wanted.servers}
            assert known == {frozenset(wanted.bridges)}


def _with_bridge(size: int) -> Night:
    night = Night(replace(_STILL, size=size, boxes=size + 1))
    night.world.watch = night.watch = Watch()
    return night


def _given_up(size: int, fuse: Fuse, night: Night | None = None) -> tuple[Night, Outcome | None]:
    night = night or _night(size)
    night.wanted = replace(
        night.wanted,
        leaving=night.wanted.servers,
        more={"state": "purged", "dead_entries": "removed", "cluster": "wanted"},
        absent_logins=night.wanted.bridges,
    )
    outcome = None
    with suppress(Killed):
        outcome = Engineer(night.world, night.wanted, ("callbridge", "xmpp"), fuse).run()
    night.world.advance(200)
    return night, outcome


@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("cut", _EVERY_CUT)
@pytest.mark.timeout(600)
def test_a_cluster_that_is_given_up_leaves_nothing(size: int, cut: Cut) -> None:
    """Logins first, the leader last, and no entry is left behind anywhere; cut at every step."""
    fuse = Fuse()
    _given_up(size, fuse)
    for number in (0, *range(1, fuse.writes + 1)):
        night, _ = _given_up(size, Fuse(number, cut))
        _, outcome = _given_up(size, Fuse(), night)
        assert outcome is not None
        assert outcome.plan.refusals == (), number
        assert outcome.report is None or outcome.report.errors == {}, number
        again = Engineer(night.world, night.wanted, ("callbridge", "xmpp")).plan()
        assert again.plan.is_empty, number
        assert night.world.clusters == {}
        for box in night.world.boxes.values():
            xmpp = box.xmpp
            assert (xmpp.domain, xmpp.key_file, xmpp.callbridges) == (None, None, {})
            assert (xmpp.is_enabled, xmpp.is_cluster_enabled) == (False, False)
            assert set(box.xmpp_settings.values()) == {""}


def test_the_changes_have_names_of_their_own() -> None:
    """The table is read by name."""
    assert len({change.name for change in CHANGES}) == len(CHANGES)

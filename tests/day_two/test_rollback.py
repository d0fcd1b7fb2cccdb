"""A run is taken back: as it was, or said why not; a majority runs at every moment."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import pytest

from cmsdeploy.families import families
from cmsdeploy.families.undoing import way_back
from cmsdeploy.lab import World
from cmsdeploy.lab.watching import Watch
from cmsdeploy.model.event import EventKind
from cmsdeploy.model.step import Risk
from cmsdeploy.model.undo import Undoing
from cmsdeploy.planning.rollback import DoneStep, Ran, WayBackOfRun, rolled_back
from cmsdeploy.planning.stage import Stage
from tests.contract import renewing
from tests.contract.deployment import Deployment, names
from tests.contract.engineer import Engineer, Outcome, blank_world
from tests.contract.wire import Cut, Fuse, Killed
from tests.day_two.changes import CHANGES, FAMILIES, Change, Night
from tests.e2e.site import site_of

ALL = frozenset(Risk)
WANTED = Deployment(tuple(names(3)), tuple(names(3)))


def ran_of(outcome: Outcome) -> Ran:
    """What a run did, as its journal and the plan beside it say it."""
    ended = {one.step for one in outcome.events if one.kind is EventKind.STEP_DONE}
    steps = tuple(
        DoneStep(s.identity, s.host, s.cluster, s.family, s.action.line, is_sure=True)
        for s in outcome.plan.steps
        if s.identity in ended and s.action.kind != "wait"
    )
    return Ran(steps, json.loads(json.dumps(outcome.plan.as_json()))["facts"])


@dataclass
class Returning(Engineer):
    """Somebody who takes ``ran`` back."""

    ran: Ran = field(default_factory=lambda: Ran((), {}))

    @property
    def way(self) -> WayBackOfRun:
        return rolled_back(super().stages(), self.ran, ALL, families())

    def stages(self) -> list[Stage]:
        return list(self.way.stages)


def _settings(world: World) -> dict[str, tuple[object, ...]]:
    """What counts of each box: what it serves, with whom, for whom. Files stay."""
    found: dict[str, tuple[object, ...]] = {}
    for name, box in world.boxes.items():
        if not box.is_powered:
            continue
        xmpp = box.xmpp
        found[name] = (
            xmpp.domain,
            sorted(xmpp.interfaces),
            xmpp.certificate_file,
            xmpp.is_enabled,
            sorted(xmpp.callbridges),
            sorted(box.execute("xmpp cluster status").text.splitlines()[1:5]),
            box.xmpp_settings,
        )
    return found


def _blank() -> World:
    world = blank_world(WANTED)
    world.watch = Watch()
    return world


def _returned(world: World, wanted: Deployment, ran: Ran, chosen: Sequence[str]) -> Returning:
    engineer = Returning(world, wanted, tuple(chosen), ran=ran)
    outcome = engineer.run()
    assert outcome.plan.refusals == ()
    assert outcome.report is None or outcome.report.errors == {}
    world.advance(200)
    assert Returning(world, wanted, tuple(chosen), ran=ran).plan().plan.is_empty
    return engineer


def test_a_first_deployment_is_taken_back() -> None:
    """Boxes are out of the carton again but for their files; the second plan is empty."""
    world = _blank()
    before = _settings(world)
    outcome = Engineer(world, WANTED, FAMILIES).run()
    assert _settings(world) != before
    world.advance(200)
    _returned(world, WANTED, ran_of(outcome), FAMILIES)
    assert _settings(world) == before
    assert not any(box.execute("backup list").text for box in world.boxes.values())


@cache
def _writes() -> int:
    engineer = Engineer(_blank(), WANTED, FAMILIES)
    engineer.run()
    return engineer.fuse.writes


@pytest.mark.parametrize("number", [1, 12, 16, 20, 24, 28, 32, 36, 40, 44, 47])
def test_a_deployment_that_was_cut_is_taken_back(number: int) -> None:
    """Wherever it was killed: what was done is taken back, what was not done is not done."""
    world = _blank()
    before = _settings(world)
    engineer = Engineer(world, WANTED, FAMILIES, Fuse(min(number, _writes()), Cut.KILLED_AFTER))
    plan = engineer.plan().plan
    with suppress(Killed):
        engineer.run()
    # A journal that was cut names the steps; here all of them may be done.
    steps = tuple(
        DoneStep(s.identity, s.host, s.cluster, s.family, s.action.line, is_sure=False)
        for s in plan.steps
    )
    ran = Ran(steps, json.loads(json.dumps(plan.as_json()))["facts"])
    world.advance(200)
    _returned(world, WANTED, ran, FAMILIES)
    assert _settings(world) == before


@cache
def _taken_back(change: Change) -> tuple[World, Deployment, Ran, dict[str, tuple[object, ...]]]:
    night = Night(change)
    before = _settings(night.world)
    outcome = night.run()
    return night.world, night.wanted, ran_of(outcome), before


# What is left of the members after each change, and who is back afterwards.
_BACK = {
    "three grow to five": 3,
    "five lose two": 5,
    "five lose a leader and another": 5,
    "three become one": 3,
}


_REFUSED = {"xmpp/two-servers", "xmpp/majority"}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_a_change_is_taken_back_or_it_is_said_why_not(change: Change) -> None:
    """By the lab's own record a majority runs at every moment; the members are those from before.
    Where that would leave two servers, or none of more than half, it is refused in words."""
    found, wanted, ran, before = _taken_back(change)
    world = copy.deepcopy(found)
    world.watch = watch = Watch()
    world.settle()
    engineer = Returning(world, wanted, change.families, ran=ran)
    outcome = engineer.run()
    world.advance(200)
    assert all(moment.has_majority for moment in watch.moments)
    if engineer.way.against:
        assert outcome.plan.steps == ()
        assert all(len(text) > 40 for text in engineer.way.against.values())
        return
    if change.name not in _BACK:
        # What was there before was a cluster with a dead member.
        assert {one.rule for one in outcome.plan.refusals} <= _REFUSED
        assert outcome.report is None or outcome.report.errors == {}
        return
    assert outcome.plan.refusals == ()
    assert outcome.report is not None
    assert outcome.report.errors == {}
    if change.name in _BACK:
        (cluster,) = (one for one in world.clusters.values() if len(one.peers) > 1)
        assert len(cluster.peers) == _BACK[change.name]
        after = _settings(world)
        assert {n: one[:5] for n, one in after.items()} == {n: one[:5] for n, one in before.items()}


@pytest.mark.parametrize("number", range(1, 30, 4))
def test_a_rollback_that_was_cut_goes_on(number: int) -> None:
    """Killed after a write of its own, and planned again from a new look."""
    change = CHANGES[0]
    found, wanted, ran, _ = _taken_back(change)
    world = copy.deepcopy(found)
    world.watch = watch = Watch()
    world.settle()
    fuse = Fuse(number, Cut.KILLED_AFTER)
    with suppress(Killed):
        Returning(world, wanted, change.families, fuse, ran=ran).run()
    world.advance(200)
    _returned(world, wanted, ran, change.families)
    assert all(moment.has_majority for moment in watch.moments)


@pytest.mark.parametrize("change", [None, *CHANGES], ids=lambda change: getattr(change, "name", ""))
def test_every_rung_knows_what_takes_it_back(change: Change | None) -> None:
    """No step of any plan falls to the row for what nobody has said."""
    engineer = Engineer(_blank(), WANTED, FAMILIES) if change is None else Night(change).engineer()
    plan = engineer.plan().plan
    assert plan.steps
    said = {}
    for step in plan.steps:
        rung = step.identity.split("/", 2)[2]
        undo = way_back(step.family).undo(rung, plan.facts[step.host][step.family])
        said[step.identity] = undo.text
    assert [name for name, text in said.items() if text.startswith("nobody has said")] == []
    missing = way_back("xmpp").undo("something-new", {})
    assert missing.mark is Undoing.NOT_REVERSIBLE
    assert missing.text.startswith("nobody has said")


# family, rung, what was before, mark, a piece of the text
MARKS = [
    ("xmpp", "domain", {"domain": "old.com"}, Undoing.REVERSIBLE, "(it was old.com)"),
    ("xmpp", "listen-2", {"listen": ["a", "b"]}, Undoing.REVERSIBLE, "listen"),
    ("xmpp", "certs", {"state": "LEADER"}, Undoing.NOT_REVERSIBLE, "renew-certificates.yml"),
    ("xmpp", "certs", {"certificate": "a.cer"}, Undoing.REVERSIBLE, "(it was a.cer)"),
    ("xmpp", "callbridge-cb1-del", {}, Undoing.COMPENSABLE, "new secret"),
    ("xmpp", "callbridge-cb1", {}, Undoing.REVERSIBLE, "callbridge del"),
    ("xmpp", "reset", {}, Undoing.COMPENSABLE, "joins again"),
    ("xmpp", "callbridge-a", {"callbridges": ["a"]}, Undoing.COMPENSABLE, "it stays"),
    ("xmpp", "cluster-join", {"clustered": True}, Undoing.REVERSIBLE, "it stays"),
    ("xmpp", "cluster-left", {"clustered": True}, Undoing.COMPENSABLE, "joins again"),
    ("callbridge", "login", {"name": ""}, Undoing.REVERSIBLE, "emptied"),
    ("callbridge", "login", {"name": "was"}, Undoing.COMPENSABLE, "(it was was)"),
    ("callbridge", "login-by-hand", {}, Undoing.COMPENSABLE, "a person"),
    ("pki", "file-a.cer", {"files": ["a.cer"]}, Undoing.NOT_REVERSIBLE, "upload the old one"),
    ("pki", "file-a.cer", {"files": []}, Undoing.COMPENSABLE, "stays on the box"),
    ("dns", "A-x.com", {"10.0.0.9 x.com. A": "none"}, Undoing.COMPENSABLE, "there was none"),
    ("mmp", "anything", {}, Undoing.NOT_REVERSIBLE, "raw command"),
    ("nobody", "anything", {}, Undoing.NOT_REVERSIBLE, "nobody has said"),
]


@pytest.mark.parametrize(("family", "rung", "before", "mark", "text"), MARKS)
def test_marks(family: str, rung: str, before: dict[str, object], mark: Undoing, text: str) -> None:
    """What takes a rung back depends on what was before it."""
    undo = way_back(family).undo(rung, before)
    assert (undo.mark, text in undo.text) == (mark, True), undo


MEMBER = {"state": "FOLLOWER", "clustered": True, "callbridges": ["cb1"]}
ALONE = {"state": None, "clustered": False, "enabled": True, "callbridges": ["cb1"]}
BLANK: dict[str, object] = {
    "state": None,
    "clustered": False,
    "enabled": False,
    "callbridges": [],
    "domain": "",
}
# What was before on all three servers, what was done on the first, and why nothing is put back.
AGAINST = [
    (MEMBER, {"certs"}, "renew-certificates.yml"),
    (MEMBER, {"trust-both-2"}, "renew-certificates.yml"),
    (MEMBER, {"cluster-initialize"}, "founded anew"),
    (ALONE, {"cluster-enable"}, "backup rollback NAME"),
    (MEMBER, {"callbridge-cb1"}, ""),
    (BLANK, {"certs", "cluster-initialize"}, ""),
]


@pytest.mark.parametrize(("before", "done", "said"), AGAINST)
def test_what_cannot_be_put_back_is_said(
    before: dict[str, object], done: set[str], said: str
) -> None:
    """For the whole cluster: half of it would be worse than none."""
    former = way_back("xmpp").former
    assert former is not None
    stages = Engineer(_blank(), WANTED, FAMILIES).stages()
    desired = next(stage.desired for stage in stages if stage.family == "xmpp")
    found = former(desired, dict.fromkeys(desired, before), {"cb1": frozenset(done)})
    assert (said in found.against.get("default", ""), bool(found.against)) == (True, bool(said))
    assert set(found.wanted) == (set() if said else set(desired))


def test_new_certificates_of_a_live_cluster_are_not_taken_back_by_half() -> None:
    """The run is shown, and no step is planned: old and new would have to be trusted in between."""
    world = renewing.deployed(3)
    wanted = renewing.generation("new", 3)
    outcome = Engineer(world, wanted, ("pki", "xmpp")).run()
    assert outcome.report is not None
    assert outcome.report.errors == {}
    world.advance(200)
    back = Returning(world, wanted, ("pki", "xmpp"), ran=ran_of(outcome))
    assert back.stages() == []
    assert "renew-certificates.yml" in back.way.against["default"]
    marks = {undo.mark for step, undo in back.way.undone if step.rung.startswith("certs")}
    assert marks == {Undoing.NOT_REVERSIBLE}


def test_an_old_secret_does_not_come_back() -> None:
    """Nothing is planned, and it is said of each step why."""
    world = _blank()
    Engineer(world, WANTED, FAMILIES).run()
    world.advance(200)
    wanted = replace(WANTED, more={"rotate": ["cb2"]})
    outcome = Engineer(world, wanted, FAMILIES).run()
    assert outcome.report is not None
    assert outcome.report.errors == {}
    world.advance(200)
    back = Returning(world, wanted, FAMILIES, ran=ran_of(outcome))
    assert back.plan().plan.is_empty
    assert back.way.undone
    assert {undo.mark for _, undo in back.way.undone} == {Undoing.COMPENSABLE}


def test_over_real_ssh_a_run_is_shown_saved_and_taken_back(tmp_path: Path) -> None:
    """Refused without the grant; then a plan like any other. No secret is in any of the files."""
    with site_of(tmp_path / "site") as site:
        nothing = site.run("rollback")
        assert (nothing.returncode, "no run" in nothing.stderr) == (3, True)
        assert site.run("apply", site.playbook, "--yes").returncode == 0
        before, secrets = site.writes(), site.secrets()
        refused = site.run("rollback")
        assert (refused.returncode, "--allow destructive" in refused.stderr) == (7, True)
        assert "compensable" in refused.stdout
        planned = site.run("rollback", "--allow", "destructive", "-o", "back.plan")
        assert planned.returncode == 0, planned.stderr
        assert site.writes() == before
        written = [site.folder / "back.plan", *(site.folder / "state" / "journal").iterdir()]
        assert len(written) == 3
        assert all(path.stat().st_mode & 0o777 == 0o600 for path in written)
        texts = [planned.stdout, *(path.read_text() for path in written)]
        assert not any(secret in text for secret in secrets for text in texts)
        done = site.run("apply", "--yes", "back.plan")
        assert done.returncode == 0, done.stdout + done.stderr
        assert site.secrets() == set()
        assert all(box.xmpp.domain is None for box in site.lab.world.boxes.values())
        again = site.run("rollback")
        assert (again.returncode, "apply the playbook again" in again.stderr) == (7, True)
        older = site.run("rollback", str(site.journals()[0]))
        assert (older.returncode, "a later run" in older.stderr) == (7, True)
        plan = site.journals()[0].with_suffix(".plan")
        plan.write_text(plan.read_text().replace("tptac9", "tptac8", 1))
        assert site.run("rollback", str(site.journals()[0])).returncode == 8

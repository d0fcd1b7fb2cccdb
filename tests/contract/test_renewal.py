"""New certificates on a live cluster: what holds at every moment, and wherever a run is cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from cmsdeploy.lab import World
from cmsdeploy.model.local_file import LocalFile
from cmsdeploy.model.secret import Secret
from cmsdeploy.model.step import Risk, Severity
from cmsdeploy.planning.stage import Permission
from tests.contract.campaign import cut_everywhere
from tests.contract.deployment import Deployment
from tests.contract.engineer import Engineer, Outcome, written
from tests.contract.renewing import (
    OWN,
    SHARED,
    deployed,
    generation,
    local,
    watched,
)
from tests.contract.wire import Cut, Fuse

CHECKED = "trust-checked-while-running"
_SHORT = ((OWN, Cut.KILLED_AFTER), (SHARED, Cut.LOST_BEFORE))
# What writes during a renewal; the other families have nothing to do.
WRITING = ("pki", "xmpp")
# How many cuts a long run makes of each kind, with three servers and with five (sampling.py).
_THREE, _FIVE = 24, 24
SHAPES = [(3, OWN), (3, SHARED), (5, OWN), (5, SHARED)]


def _renewed(world: World, wanted: Deployment) -> Outcome:
    for box in world.boxes.values():
        box.audit.clear()
    outcome = Engineer(world, wanted).run()
    assert outcome.plan.refusals == ()
    assert outcome.report is not None
    assert outcome.report.errors == {}
    return outcome


def _is_settled(world: World, wanted: Deployment) -> bool:
    again = Engineer(world, wanted).plan()
    errors = [each for each in again.problems if each.severity is Severity.ERROR]
    return again.plan.is_empty and again.plan.refusals == () and errors == []


def _presented(world: World) -> dict[str, bytes]:
    return {name: box.xmpp.in_force.certificate for name, box in world.boxes.items()}


def _new(wanted: Deployment) -> dict[str, object]:
    return {name: local(wanted.files_of(name)["cert"]).content for name in wanted.servers}


@pytest.mark.parametrize(("servers", "kind"), SHAPES)
@pytest.mark.parametrize("checked", ["yes", "no"])
def test_a_majority_runs_and_trusts_each_other_at_every_moment(
    servers: int, kind: Mapping[str, str], checked: str
) -> None:
    """By the lab's own record; and no moment at which two servers refuse logins."""
    world = deployed(servers, kind, {CHECKED: checked})
    watch = watched(world)
    wanted = generation("new", servers, kind)
    _renewed(world, wanted)
    assert len(watch.moments) > servers
    assert [one for one in watch.moments if not one.has_majority] == []
    assert [one for one in watch.moments if len(one.refusing) > 1] == []
    assert [one for one in watch.moments if one.lost] == []
    assert _presented(world) == _new(wanted)
    assert _is_settled(world, wanted)


def test_the_record_shows_a_cluster_that_falls_apart() -> None:
    """New certificates by hand, without the trust that goes before them: the gate can fail."""
    world = deployed(3)
    Engineer(world, generation("new", 3)).plan()
    watch = watched(world)
    for name in ("cb2", "cb3"):
        box = world.boxes[name]
        for ending in ("key", "cer"):
            content = local(f"{name}-new.{ending}").content
            box.write_file(f"{name}-new.{ending}", _plain(content))
        for line in ("disable", f"certs {name}-new.key {name}-new.cer root.cer", "enable"):
            box.execute(f"xmpp {line}")
    assert not watch.moments[-1].has_majority
    assert len(watch.moments[-1].refusing) > 1


def _plain(content: bytes | Secret | None) -> bytes:
    return content.reveal() if isinstance(content, Secret) else content or b""


@pytest.mark.parametrize("servers", [3, 5])
def test_followers_first_and_the_leader_last_in_each_of_three_rounds(servers: int) -> None:
    """Who leads is what the first look saw."""
    world = deployed(servers)
    outcome = _renewed(world, generation("new", servers))
    stops = [step.host for step in outcome.plan.steps if step.action.line == "xmpp disable"]
    order = [*list(world.boxes)[1:], "cb1"]
    assert stops == order * 3
    risks = {step.risk for step in outcome.plan.steps if step.action.line == "xmpp disable"}
    assert risks == {Risk.DISRUPTIVE}


def test_the_old_files_are_kept_and_no_file_is_written_over() -> None:
    """There is a way back until somebody takes it away."""
    world = deployed(3)
    before = {name: dict(_files(world, name)) for name in world.boxes}
    _renewed(world, generation("new", 3))
    for name, files in before.items():
        assert files.items() <= _files(world, name).items()


def _files(world: World, name: str) -> dict[str, bytes | None]:
    root = world.boxes[name].files
    return {file: root.get(file) for file in root.names()}


@pytest.mark.parametrize(
    ("kind", "cut"),
    [
        pytest.param(kind, cut, marks=() if (kind, cut) in _SHORT else pytest.mark.long)
        for kind in (OWN, SHARED)
        for cut in Cut
    ],
)
def test_a_renewal_that_is_cut_anywhere_goes_on(kind: Mapping[str, str], cut: Cut) -> None:
    """Laws 2 and 3, at every write: the same end, no refusal, nothing twice."""
    new = generation("new", 3, kind)
    most = None if (kind, cut) in _SHORT else _THREE
    assert cut_everywhere(deployed(3, kind), new, (cut,), WRITING, most, (kind, cut)) == []


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", [OWN, SHARED])
@pytest.mark.parametrize("switch", [{}, {CHECKED: "no"}, {"settings-while-enabled": "accepted"}])
def test_a_renewal_of_five_that_is_cut_anywhere_goes_on(
    kind: Mapping[str, str], switch: Mapping[str, str]
) -> None:
    """The same for five servers, and where real boxes may be otherwise."""
    start = deployed(5, kind, switch)
    new = generation("new", 5, kind)
    assert cut_everywhere(start, new, tuple(Cut), WRITING, _FIVE, (kind, switch)) == []


BOTH = {**OWN, "trust": "both.cer"}
_ROUND = ("cb2", "cb3", "cb1")


def _both(name: str) -> LocalFile:
    """Old and new certificates of all servers, joined by hand as the document does."""
    joined = (local("trust-old.cer"), local("trust-new.cer"))
    text = b"".join(_plain(one.content) for one in joined)
    return replace(joined[0], name=name, content=text, identity="sha256:both")


def _leads(world: World, name: str) -> bool:
    return any(cluster.leader == name for cluster in world.clusters.values())


def _read_both(name: str, source: str | None) -> LocalFile:
    return _both(name) if name == "both.cer" else local(name, source)


def test_a_trust_file_that_has_old_and_new_needs_no_other() -> None:
    """Two rounds are enough, and no file is made for the change."""
    world = deployed(3)
    watch = watched(world)
    wanted = replace(generation("new", 3, BOTH), reads=_read_both)
    outcome = _renewed(world, wanted)
    stops = [step.host for step in outcome.plan.steps if step.action.line == "xmpp disable"]
    assert stops == [*_ROUND, *_ROUND]
    assert [file for file in world.boxes["cb1"].list_files() if "change" in file] == []
    assert [one for one in watch.moments if not one.has_majority] == []
    assert _is_settled(world, wanted)


def replaced_in_place(world: World, trust: str) -> Deployment:
    """New keys and certificates under the names of the old ones, and nobody was restarted."""

    def read(name: str, source: str | None) -> LocalFile:
        found = _both(name) if name == trust else local(name.replace("-old", "-new"), source)
        return replace(found, name=name)

    wanted = replace(generation("old", len(world.boxes), {**OWN, "trust": trust}), reads=read)
    for name, box in world.boxes.items():
        for file in (f"{name}-old.cer", f"{name}-old.key"):
            box.write_file(file, _plain(read(file, None).content))
    return wanted


def test_files_that_were_changed_without_a_restart_are_taken_into_service() -> None:
    """Each server is stopped once, as a disruptive step, followers first; all trust both by now."""
    world = deployed(3)
    Engineer(world, replace(generation("old", 3, BOTH), reads=_read_both)).run()
    watch = watched(world)
    wanted = replaced_in_place(world, "both.cer")
    order = sorted(world.boxes, key=lambda name: _leads(world, name))
    calm = replace(wanted, permission=Permission())
    refused = {refusal.rule for refusal in Engineer(world, calm).plan().plan.refusals}
    assert refused == {"permission/disruptive"}
    outcome = _renewed(world, wanted)
    restarts = [step for step in outcome.plan.steps if step.action.line == "xmpp disable"]
    assert [step.identity for step in restarts] == [f"{name}/xmpp/restart" for name in order]
    assert {step.risk for step in restarts} == {Risk.DISRUPTIVE}
    assert "it was not restarted since" in restarts[0].why
    assert [one for one in watch.moments if not one.has_majority] == []
    assert _presented(world) == {name: local(f"{name}-new.cer").content for name in world.boxes}
    assert _is_settled(world, wanted)


@pytest.mark.parametrize("checked", ["yes", "no"])
def test_files_that_were_changed_in_place_before_the_others_trust_them(checked: str) -> None:
    """Where the servers check each other, the first one that is restarted is no peer any more: the
    run stops there, and the others keep the majority."""
    world = deployed(3, OWN, {CHECKED: checked})
    watch = watched(world)
    wanted = replaced_in_place(world, "trust-old.cer")
    for box in world.boxes.values():
        box.write_file("trust-old.cer", _plain(local("trust-new.cer").content))
    wanted = replace(
        wanted, reads=lambda n, s: replace(local(n.replace("-old", "-new"), s), name=n)
    )
    report = Engineer(world, wanted).run().report
    assert report is not None
    assert list(report.errors) == (["cb2"] if checked == "yes" else [])
    assert [one for one in watch.moments if not one.has_majority] == []
    assert _is_settled(world, wanted) == (checked == "no")


def test_a_certificate_that_is_not_served_stops_the_run_at_the_first_server() -> None:
    """Renewed is not said: the sentence names what was to be seen, and nobody else is changed."""
    world = deployed(3)
    world.boxes["cb2"].xmpp_trouble.keeps_old = True
    wanted = generation("new", 3)
    outcome = Engineer(world, wanted).run()
    assert outcome.report is not None
    assert list(outcome.report.errors) == ["cb2"]
    error = outcome.report.errors["cb2"]
    assert "until 10.0.0.2:5222 presents certificate" in error.cause
    old = {name: local(f"{name}-old.cer").content for name in world.boxes}
    assert _presented(world) == old
    assert world.boxes["cb1"].xmpp.certificate_file == "cb1-old.cer"
    world.boxes["cb2"].xmpp_trouble.keeps_old = False
    _renewed(world, wanted)
    assert _is_settled(world, wanted)


def test_a_port_that_cannot_be_seen_refuses_a_renewal_before_anything_is_written() -> None:
    """The text names the port, the cause and the word that switches the look off."""
    world = deployed(3)
    for box in world.boxes.values():
        box.audit.clear()
    world.boxes["cb3"].xmpp_trouble.is_closed = True
    plan = Engineer(world, generation("new", 3)).plan().plan
    assert [(each.host, each.rule) for each in plan.refusals] == [("cb3", "xmpp/not-seen")]
    assert "tls 10.0.0.3:5222 (starttls xmpp): 10.0.0.3 port 5222 refuses" in plan.refusals[0].text
    assert "xmpp_seen_at: none" in plan.refusals[0].text
    assert plan.steps == ()
    assert written(world) == {name: [] for name in world.boxes}


def test_what_was_not_seen_is_not_called_seen() -> None:
    """On a cluster with nothing to change: one problem for each box, and the look is a step."""
    world = deployed(3)
    world.boxes["cb3"].xmpp_trouble.is_closed = True
    comparison = Engineer(world, generation("old", 3)).plan()
    assert [step.identity for step in comparison.plan.steps] == ["cb3/xmpp/seen"]
    found = [(each.host, each.rule) for each in comparison.problems]
    assert found == [("cb3", "xmpp/not-seen-in-service")]
    assert any("cb3 presents: not seen" in line for line in comparison.summary)


def test_a_look_that_is_switched_off_is_said() -> None:
    """A note and no error: unknown is a value, and it is not the value renewed."""
    world = deployed(3)
    comparison = Engineer(world, generation("old", 3, seen_at="none")).plan()
    assert comparison.plan.is_empty
    notes = {(each.host, each.rule, each.severity) for each in comparison.problems}
    assert notes == {
        (name, "xmpp/not-seen-in-service", Severity.NOTE) for name in ("cb1", "cb2", "cb3")
    }


def test_a_trust_file_that_lacks_a_server_is_refused() -> None:
    """It would part the cluster: nobody is a peer of a server whose leaf nobody trusts."""
    world = deployed(3)
    kind = {**OWN, "trust": "cb1-%s.cer"}
    plan = Engineer(world, generation("new", 3, kind)).plan().plan
    assert {refusal.rule for refusal in plan.refusals} == {"xmpp/trust-lacks"}
    assert "cb2-new.cer of cb2" in plan.refusals[0].text


def test_a_member_that_somebody_stopped_is_to_be_started_first() -> None:
    """Nobody can see what it served, so nobody can be told to trust it."""
    world = deployed(5)
    world.boxes["cb4"].execute("xmpp disable")
    plan = Engineer(world, generation("new", 5)).plan().plan
    assert {(each.host, each.rule) for each in plan.refusals} == {("cb4", "xmpp/stopped-member")}
    world.boxes["cb4"].execute("xmpp enable")
    _renewed(world, generation("new", 5))


def test_what_an_earlier_run_wrote_down_counts_where_a_member_is_stopped() -> None:
    """A run is killed while cb2 is down, and somebody takes the file for the change off cb3: it is
    made anew with the leaf that cb2 comes back with, which nobody can see."""
    world = deployed(3)
    wanted = generation("new", 3)
    start = Engineer(world, wanted).plan().plan
    writes = [step for step in start.steps if step.action.kind in ("upload", "command")]
    stop = next(n for n, one in enumerate(writes, 1) if one.action.line == "xmpp disable")
    Engineer(world, wanted, fuse=Fuse(stop, Cut.KILLED_AFTER)).run_until_cut()
    assert not world.boxes["cb2"].xmpp.is_enabled
    name = next(file for file in world.boxes["cb3"].list_files() if "change" in file)
    before = world.boxes["cb3"].files.get(name)
    world.boxes["cb3"].remove_file(name)
    watch = watched(world)
    _renewed(world, wanted)
    assert world.boxes["cb3"].files.get(name) == before
    assert [one for one in watch.moments if not one.has_majority] == []
    assert _is_settled(world, wanted)


def test_two_servers_are_not_looked_at_in_one_place() -> None:
    """A word that was written for all servers would restart one for what another presents."""
    world = deployed(3)
    plan = Engineer(world, generation("old", 3, seen_at="10.0.0.1:5222")).plan().plan
    found = [(refusal.host, refusal.rule) for refusal in plan.refusals]
    assert found == [("cb2", "xmpp/seen-at-one-place"), ("cb3", "xmpp/seen-at-one-place")]
    assert plan.steps == ()
    # Ports of their own help behind one address too, and IPv6 has no form without brackets.
    for text in (refusal.text for refusal in plan.refusals):
        assert "xmpp_seen_at with a port of its own, or none" in text
        assert "{{ xmpp_address }}" not in text

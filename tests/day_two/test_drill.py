"""The leader is stopped on purpose: timed, brought back whatever happens, or not stopped at all."""

from __future__ import annotations

import copy
import fcntl
import json
import os
import signal
import subprocess
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from cmsdeploy.errors import CmsdeployError, DeviceError, InputError, RefusedError
from cmsdeploy.executor.drill import Driller
from cmsdeploy.lab import Fault, World
from cmsdeploy.model.drill import Drilled, Measured
from cmsdeploy.model.event import Event, EventKind
from cmsdeploy.planning.drill import Rehearsal, rehearsal
from cmsdeploy.report.drilled import drilled_as_json, drilled_lines, drilled_promises
from cmsdeploy.report.junit import junit_lines
from tests.contract.deployment import Deployment, names
from tests.contract.engineer import Engineer, blank_world
from tests.day_two.changes import FAMILIES
from tests.e2e.site import Site, site_of

_PERMISSION = "--yes-stop-the-leader"


def _deployed(size: int) -> tuple[World, Deployment]:
    wanted = Deployment(tuple(names(size)), tuple(names(size)))
    world = blank_world(wanted)
    Engineer(world, wanted, FAMILIES).run()
    world.advance(200)
    return world, wanted


WORLD, WANTED = _deployed(3)


def _stops(line: str, *hosts: str) -> Callable[[World], None]:
    def deed(world: World) -> None:
        for host in hosts:
            world.boxes[host].execute(line)
        world.advance(5)

    return deed


# What happened to a healthy cluster of three, the cluster that is named, and what is said.
AGAINST: list[tuple[Callable[[World], None], str | None, str]] = [
    (_stops("xmpp disable", "cb3"), None, "not every server"),
    (_stops("xmpp disable", "cb1", "cb2", "cb3"), None, "0 leaders"),
    (_stops("xmpp cluster remove", "cb3"), None, "not every server"),
    (_stops("version", "cb1"), "nobody", "no cluster 'nobody'"),
    (_stops("version", "cb1"), "n" * 300, f"no cluster '{'n' * 80}… (220 more characters)'"),
]


@pytest.mark.parametrize(("deed", "cluster", "said"), AGAINST)
def test_it_is_refused_at_the_look(
    deed: Callable[[World], None], cluster: str | None, said: str
) -> None:
    """In words that a person can act on; nothing is written."""
    world = copy.deepcopy(WORLD)
    deed(world)
    engineer = Engineer(world, WANTED, FAMILIES)
    stages = engineer.stages()
    with pytest.raises((RefusedError, InputError)) as raised:
        rehearsal(stages, engineer.look(stages).look, cluster)
    assert said in raised.value.cause
    assert raised.value.action


def test_one_server_is_no_cluster_for_a_drill() -> None:
    """Without it nobody is left."""
    world, wanted = _deployed(1)
    engineer = Engineer(world, wanted, FAMILIES)
    stages = engineer.stages()
    with pytest.raises(RefusedError, match="needs three"):
        rehearsal(stages, engineer.look(stages).look, None)


def _held(
    world: World, within: float = 5.0, hear: Callable[[Event], None] = lambda _: None
) -> tuple[Driller, Rehearsal]:
    engineer = Engineer(world, WANTED, FAMILIES)
    stages = engineer.stages()
    seen = engineer.look(stages)
    found = rehearsal(stages, seen.look, None)
    return Driller(found, seen.boxes, hear, within), found


def _leaders(world: World) -> list[str]:
    return [
        name
        for name, box in world.boxes.items()
        if box.execute("xmpp cluster status").text.startswith("State: LEADER")
    ]


def test_another_leads_and_the_old_one_comes_back() -> None:
    """Every member is there again, and the call bridge that lost its server is on another one."""
    world = copy.deepcopy(WORLD)
    events: list[Event] = []
    driller, found = _held(world, hear=events.append)
    drilled = driller.hold()
    assert drilled.is_well
    assert _leaders(world) != [found.drill.host]
    assert len(_leaders(world)) == 1
    assert {one.host for one in drilled.followed} == set(names(3))
    moved = [one for one in drilled.followed if "another server" in one.text]
    assert [one.host for one in moved] == [found.drill.host]
    told = [(one.kind, one.step) for one in events]
    assert told == [
        (kind, f"{found.drill.host}/drill/xmpp-{word}")
        for word in ("disable", "enable")
        for kind in (EventKind.STEP_INTENDED, EventKind.STEP_DONE)
    ]


def test_nobody_takes_over_in_time() -> None:
    """The deadline passes, and it is started all the same."""
    world = copy.deepcopy(WORLD)
    world.election_seconds = 1000.0
    driller, found = _held(world, within=0.8)
    drilled = driller.hold()
    assert not drilled.is_well
    assert [one.seconds for one in drilled.taken_over] == [None, None]
    assert world.boxes[found.drill.host].xmpp.is_enabled
    lines = list(drilled_lines(drilled))
    assert any("it was not seen within 1 s that another server leads" in line for line in lines)


def test_ctrl_c_in_the_middle_brings_it_back() -> None:
    """The looking ends at once, the starting does not."""
    world = copy.deepcopy(WORLD)
    world.election_seconds = 1000.0

    def hear(event: Event) -> None:
        if event.kind is EventKind.STEP_DONE and "disable" in event.step:
            raise KeyboardInterrupt

    driller, found = _held(world, within=0.5, hear=hear)
    drilled = driller.hold()
    assert drilled.was_interrupted
    assert world.boxes[found.drill.host].xmpp.is_enabled


@pytest.mark.parametrize("kind", [EventKind.STEP_INTENDED, EventKind.STEP_DONE])
def test_the_first_ctrl_c_while_it_is_started_leaves_nothing_stopped(kind: EventKind) -> None:
    """Before `xmpp enable` is sent, and after: it runs, and nothing is sent twice."""
    world = copy.deepcopy(WORLD)
    sent: list[str] = []

    def hear(event: Event) -> None:
        sent.extend([event.step] if event.kind is EventKind.STEP_DONE else [])
        if event.kind is kind and "enable" in event.step and not driller.result.was_interrupted:
            raise KeyboardInterrupt

    driller, found = _held(world, hear=hear)
    drilled = driller.hold()
    assert drilled.was_interrupted
    assert world.boxes[found.drill.host].xmpp.is_enabled
    assert sum("enable" in step for step in sent) == 1


def test_where_it_does_not_start_the_command_is_told() -> None:
    """After so many seconds a person has to type it."""
    world = copy.deepcopy(WORLD)

    def hear(event: Event) -> None:
        if event.kind is EventKind.STEP_DONE:
            world.boxes[event.host].execute("xmpp domain none")

    driller, found = _held(world, within=0.5, hear=hear)
    driller.seconds_to_start = 0.3
    with pytest.raises(CmsdeployError) as raised:
        driller.hold()
    assert isinstance(raised.value, DeviceError)
    assert raised.value.action == f"on {found.drill.host}, type: xmpp enable"


def test_what_was_measured_is_told_in_three_ways() -> None:
    """Late is late in each of them."""
    _, found = _held(copy.deepcopy(WORLD))
    late = Measured("cb2", "xmpp", "another server leads", None)
    good = Measured("cb3", "xmpp", "another server leads", 1.2345)
    drilled = Drilled(found.drill, 60.0, (late, good), (), (good,), 2.0)
    assert not drilled.is_well
    assert any("> 60 s" in line for line in drilled_lines(drilled))
    assert json.loads(json.dumps(drilled_as_json(drilled)))["taken_over"][0]["seconds"] is None
    root = ET.fromstring("\n".join(junit_lines(drilled_promises(drilled), "drill")))
    assert (root.get("tests"), root.get("failures")) == ("3", "1")
    assert root.findall(".//testcase")[1].get("time") in ("1.234", "1.235", "0")


def _drill(site: Site, *words: str) -> subprocess.CompletedProcess[str]:
    return site.run("drill", site.playbook, *words)


def _running(site: Site) -> list[str]:
    with site.lab.lock:
        return [name for name, box in site.lab.world.boxes.items() if box.xmpp.is_enabled]


def test_over_real_ssh(tmp_path: Path) -> None:
    """Refused without permission, where nothing is deployed, beside another run; then held. Killed
    in the middle, the playbook heals it."""
    with site_of(tmp_path / "site") as site:
        assert _drill(site).returncode == 7
        early = _drill(site, _PERMISSION, "-y")
        assert (early.returncode, "doctor" in early.stderr) == (7, True)
        assert all(lines == [] for lines in site.writes().values())
        assert site.run("apply", site.playbook, "--yes").returncode == 0
        assert _drill(site, _PERMISSION).returncode == 3  # nobody to ask
        before = site.writes()
        lock = next((site.folder / "state" / "locks").glob("*.lock"))
        descriptor = os.open(lock, os.O_RDWR)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        assert _drill(site, _PERMISSION, "-y").returncode == 9
        os.close(descriptor)
        assert site.writes() == before
        with site.lab.lock:
            site.lab.world.timing.election = 1.0
        # The reply to the first start is lost; it is looked at before anything is sent again.
        site.lab.faults("cb1").add(Fault("drop-after", "xmpp enable"))
        held = _drill(site, _PERMISSION, "-y", "--json", "--junit", "drill.xml")
        assert held.returncode == 0, held.stdout + held.stderr
        told = json.loads(held.stdout)
        assert (told["stopped"], told["wrong"]) == ("cb1", [])
        assert all(one["seconds"] >= 0.5 for one in told["taken_over"])
        assert 'failures="0"' in (site.folder / "drill.xml").read_text()
        with site.lab.lock:
            site.lab.world.timing.election = 2.0
        _killed_in_the_middle(site)
        assert len(_running(site)) == 2
        time.sleep(2.5)  # for another leader
        healed = site.run("apply", site.playbook, "--yes")
        assert healed.returncode == 0, healed.stdout + healed.stderr
        assert len(_running(site)) == 3


def _killed_in_the_middle(site: Site) -> None:
    process = subprocess.Popen(
        site.command("drill", site.playbook, _PERMISSION, "-y"),
        env=site.environment_of_process(),
        cwd=site.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 30
    while len(_running(site)) == 3 and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait(30)

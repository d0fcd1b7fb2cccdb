"""Looking at all boxes: one that fails keeps nobody, one that is not ours is asked for no more."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from cmsdeploy.errors import UnreachableError
from cmsdeploy.executor.observe import Observer
from cmsdeploy.families import families
from cmsdeploy.model.action import Call, Read, Reply
from cmsdeploy.model.event import Event, EventKind
from cmsdeploy.model.host import Host
from cmsdeploy.session.contract import Session
from tests.contract.deployment import Deployment
from tests.contract.engineer import Engineer, blank_world
from tests.contract.registration import stages_of
from tests.executor.boxes import Obedient

WANTED = Deployment()


@dataclass
class _Away(Obedient):
    """A box to which there is no way."""

    def read(self, read: Read) -> Reply:
        raise UnreachableError("no route")


@pytest.mark.parametrize("forks", [1, 20])
def test_an_error_of_one_host_is_in_its_look(forks: int) -> None:
    """The others are read to the end."""
    engineer = Engineer(blank_world(WANTED), WANTED)

    def open_session(host: Host) -> Session:
        return _Away({}) if host.name == "cb2" else engineer.session(host)

    events: list[Event] = []
    hosts = {name: WANTED.host(name) for name in WANTED.boxes}
    observer = Observer(families(), open_session, events.append, forks)
    observation = observer.observe(stages_of(WANTED), hosts)
    assert {name: bool(seen.error) for name, seen in observation.look.items()} == {
        "cb1": False, "cb2": True, "cb3": False,
    }  # fmt: skip
    assert str(observation.look["cb2"].error) == "cb2: no route"
    kinds = {event.host: event.kind for event in events}
    assert kinds["cb2"] is EventKind.HOST_UNREACHABLE
    assert kinds["cb1"] is kinds["cb3"] is EventKind.HOST_READ
    observation.close()


def test_a_second_look_sees_what_has_changed() -> None:
    """Nothing of the first look is kept."""
    engineer = Engineer(blank_world(WANTED), WANTED)
    hosts = {name: WANTED.host(name) for name in WANTED.boxes}
    observer = Observer(families(), engineer.session, lambda _: None)
    first = observer.observe(stages_of(WANTED), hosts)
    engineer.world.boxes["cb1"].execute("xmpp domain other.com")
    second = observer.again(first)
    assert first.look["cb1"].states["xmpp"].domain == ""
    assert second.look["cb1"].states["xmpp"].domain == "other.com"


def test_a_box_without_web_admin_is_not_asked_over_the_api() -> None:
    """Its families see no answer, and the login is left to a person."""
    engineer = Engineer(blank_world(WANTED), WANTED, ("xmpp", "callbridge"))
    hosts = {name: Host(name, WANTED.address(name)) for name in WANTED.boxes}
    observer = Observer(families(), engineer.session, lambda _: None)
    observation = observer.observe(engineer.stages(), hosts)
    assert not any(isinstance(read, Call) for read in observation.boxes["cb1"].replies)
    assert observation.look["cb1"].states["callbridge"].has_api is False


def test_each_read_is_sent_once() -> None:
    """Two families that want the same reply share it."""
    engineer = Engineer(blank_world(WANTED), WANTED)
    engineer.plan()
    asked = [entry.text for entry in engineer.world.boxes["cb1"].audit]
    assert len(asked) == len(set(asked))
    assert asked[0] == "version"

"""New certificates together with all that may come between: cuts, a change of mind, growth."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from cmsdeploy.certificates.describe import describe
from cmsdeploy.lab import World
from cmsdeploy.model.local_file import LocalFile
from cmsdeploy.model.step import Severity
from tests.contract.campaign import cut_everywhere
from tests.contract.deployment import Deployment, names
from tests.contract.engineer import Engineer
from tests.contract.names import add_name_servers
from tests.contract.renewing import OWN, SHARED, deployed, generation, local, watched
from tests.contract.sampling import sampled
from tests.contract.wire import Cut, Fuse

WRITING = ("pki", "xmpp")
# How many nights, and how many cuts of each kind, a long run makes (sampling.py).
_NIGHTS, _CUTS = 60, 40
_SWITCHES = {
    "trust-checked-while-running": ("yes", "yes", "no"),
    "settings-while-enabled": ("refused", "accepted"),
    "election-winner": ("rotating", "first-joined", "last-joined"),
}


def _is_settled(world: World, wanted: Deployment) -> bool:
    again = Engineer(world, wanted, WRITING).plan()
    errors = [each for each in again.problems if each.severity is Severity.ERROR]
    return again.plan.is_empty and again.plan.refusals == () and errors == []


def _ends_well(world: World, wanted: Deployment) -> None:
    outcome = Engineer(world, wanted, WRITING).run()
    assert outcome.plan.refusals == ()
    assert outcome.report is None or outcome.report.errors == {}
    assert _is_settled(world, wanted)


def _started_by_hand(world: World, wanted: Deployment) -> None:
    """Who changes his mind after a cut may be told to start the server that is stopped: what it
    served was written down for the other end only."""
    for refusal in Engineer(world, wanted, WRITING).plan().plan.refusals:
        assert refusal.rule == "xmpp/stopped-member"
        assert "xmpp enable" in refusal.text
        world.boxes[refusal.host].execute("xmpp enable")


def _cut_again_and_again(seed: int) -> None:
    """Up to four runs that are cut anywhere, in any way; now and then somebody wants the old
    certificates back. Then one run to the end; and the record of the whole night."""
    chance = random.Random(seed)
    servers, kind = chance.choice([3, 3, 5]), chance.choice([OWN, SHARED])
    switches = {name: chance.choice(positions) for name, positions in _SWITCHES.items()}
    world = deployed(servers, kind, switches)
    watch = watched(world)
    wanted = generation("new", servers, kind)
    for _ in range(chance.randint(1, 4)):
        fuse = Fuse(chance.randint(1, 30 * servers), chance.choice(list(Cut)))
        outcome = Engineer(world, wanted, WRITING, fuse).run_until_cut()
        assert outcome is None or outcome.plan.refusals == ()
        if chance.random() < 0.1:
            wanted = generation("old", servers, kind)
            _started_by_hand(world, wanted)
    _ends_well(world, wanted)
    assert [one for one in watch.moments if not one.has_majority] == []
    assert [one for one in watch.moments if len(one.refusing) > 1] == []


@pytest.mark.parametrize("seed", range(10))
def test_a_night_of_cuts(seed: int) -> None:
    """A majority at every moment, never two servers without logins, and the wanted end."""
    _cut_again_and_again(seed)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_five_hundred_nights_of_cuts() -> None:
    """The same, as a campaign: these nights by lot, and all of them where it is whole."""
    for seed in sampled(range(10, 510), _NIGHTS):
        _cut_again_and_again(seed)


def _exact(name: str, source: str | None = None) -> LocalFile:
    """``trust3-new.cer`` has the leaves of three servers and no others."""
    if not name.startswith("trust"):
        return local(name, source)
    made = name.partition("-")[2]
    leaves = (local(f"{host}-{made}").content for host in names(int(name[5])))
    text = b"".join(one for one in leaves if isinstance(one, bytes))
    return describe(name, f"files/{name}", text)


def _of_five_boxes(name: str, servers: int) -> Deployment:
    kind = {**OWN, "trust": f"trust{servers}-%s.cer"}
    wanted = generation(name, servers, kind)
    return replace(wanted, reads=_exact, others=tuple(names(5)))


def _blank_five() -> World:
    world = World(checks_certificates=True)
    for number, name in enumerate(names(5), start=1):
        world.add_box(name, f"10.0.0.{number}")
    add_name_servers(world, _of_five_boxes("old", 3).domain)
    return world


def _three_of_five() -> World:
    world = _blank_five()
    _ends_well(world, _of_five_boxes("old", 3))
    return world


@pytest.mark.parametrize("name", ["old", "new"])
def test_a_cluster_that_grows_trusts_the_newcomers_before_they_join(name: str) -> None:
    """With the certificates that it has, and together with new ones."""
    world = _three_of_five()
    watch = watched(world)
    _ends_well(world, _of_five_boxes(name, 5))
    assert [one for one in watch.moments if not one.has_majority] == []


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", ["old", "new"])
@pytest.mark.parametrize("cut", Cut)
def test_growth_that_is_cut_anywhere_goes_on(name: str, cut: Cut) -> None:
    """Laws 2 and 3, with certificates that are checked."""
    wanted = _of_five_boxes(name, 5)
    assert cut_everywhere(_three_of_five(), wanted, (cut,), WRITING, _CUTS, (name, cut)) == []


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("cut", Cut)
def test_a_first_deployment_that_is_cut_anywhere_goes_on(cut: Cut) -> None:
    """Laws 2 and 3, with a look at every certificate."""
    wanted = _of_five_boxes("old", 5)
    assert cut_everywhere(_blank_five(), wanted, (cut,), WRITING, _CUTS, cut) == []

"""Keys that a box makes itself: made once, never over another, wherever a run was cut."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

import pytest

from cmsdeploy.families import families
from cmsdeploy.families.pki.facts import PkiState
from cmsdeploy.families.pki.spec import PkiSpec
from cmsdeploy.lab import World
from cmsdeploy.model.action import Command, Manual
from cmsdeploy.model.certificate_order import CertificateOrder, FoundCertificate, FoundRequest
from cmsdeploy.model.secret import Secret
from tests.contract.deployment import Deployment, TestSite
from tests.contract.engineer import Engineer, blank_world
from tests.contract.wire import Cut, Fuse, Killed

NEW = {"key": "new.key", "cert": "new.cer", "bundle": "root.cer", "trust": "new.cer"}
PKI = families()["pki"]


@dataclass
class Folder:
    """The site: what was fetched, and whether the authority has answered. ``killed`` says when the
    process ends while a request is stored: before or after."""

    kept: dict[str, Secret] = field(default_factory=dict)
    is_answered: bool = False
    killed: str = ""

    def keep(self, host: str, content: Secret | None) -> None:
        """Store a request, once."""
        assert content is not None
        assert host not in self.kept
        when, self.killed = self.killed, ""
        if when == "before":
            raise Killed
        self.kept[host] = content
        if when == "after":
            raise Killed


@dataclass(frozen=True)
class AskingSite(TestSite):
    """A site whose key is made by the box."""

    __test__ = False

    folder: Folder = field(default_factory=Folder)
    name: str = "new"

    def certificate(self, order: CertificateOrder) -> FoundCertificate:
        """The files beside the key, once the answer is there."""
        if order.request is None:
            return super().certificate(order)
        kept = self.folder.kept.get(self.host)
        found = FoundRequest(
            ("CN:tptac9.com",),
            f"files/{self.host}-{self.name}.csr",
            None if kept is None else kept.reveal(),
            keep=lambda content: self.folder.keep(self.host, content),
        )
        whole = super().certificate(replace(order, request=None))
        files = {role: file for role, file in whole.files.items() if role != "key"}
        if kept is None or not self.folder.is_answered:
            return FoundCertificate({}, whole.names, (), found, "the certificate")
        return FoundCertificate(files, whole.names, (), found)


@dataclass(frozen=True)
class Asking(Deployment):
    """A deployment with a request on every server."""

    folder: Folder = field(default_factory=Folder)

    def site(self, name: str) -> TestSite:
        """A site with the folder."""
        return AskingSite(name, self.cluster, folder=self.folder)

    def certificates(self, name: str) -> dict[str, object]:
        """The files, and the request."""
        return {"certificate": dict(NEW), "csr": {"name": "new"}}


def asked(world: World) -> dict[str, int]:
    """How often each box was told to make a key."""
    return {
        name: sum(e.text.startswith("pki csr") and not e.text.endswith("?") for e in box.audit)
        for name, box in world.boxes.items()
    }


def keys(world: World) -> dict[str, object]:
    """The keys that the boxes hold."""
    return {name: box.files.get("new.key") for name, box in world.boxes.items()}


def finish(world: World, wanted: Asking) -> None:
    """From wherever it stands to the end: the request, the answer, the files."""
    second = Engineer(world, wanted, ("pki",)).run()
    assert second.plan.refusals == ()
    assert second.report is None or second.report.errors == {}
    made = keys(world)
    assert all(made.values())
    assert set(wanted.folder.kept) == set(wanted.servers)
    waiting = Engineer(world, wanted, ("pki",)).plan()
    assert {type(step.action) for step in waiting.plan.steps} == {Manual}
    assert waiting.waiting == {"default": "the certificate"}
    wanted.folder.is_answered = True
    converge(world, wanted)
    assert keys(world) == made
    assert set(asked(world).values()) == {1}


def converge(world: World, wanted: Asking) -> None:
    """One run, and nothing is left to do."""
    run = Engineer(world, wanted, ("pki",)).run()
    assert run.plan.refusals == ()
    assert run.report is None or run.report.errors == {}
    assert Engineer(world, wanted, ("pki",)).plan().plan.is_empty


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("cut", Cut)
def test_a_request_that_is_cut_anywhere_goes_on(cut: Cut, number: int) -> None:
    """No key is made twice, none is lost, and the second run brings every request here."""
    wanted = Asking()
    world = blank_world(wanted)
    Engineer(world, wanted, ("pki",), Fuse(number, cut)).run_until_cut()
    finish(world, wanted)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_that_ends_while_a_request_is_stored_goes_on(when: str) -> None:
    """The box has made the key, and the site has the request or not yet."""
    wanted = Asking(folder=Folder(killed=when))
    world = blank_world(wanted)
    Engineer(world, wanted, ("pki",)).run_until_cut()
    finish(world, wanted)


def test_the_upload_of_an_answer_that_is_cut_anywhere_goes_on() -> None:
    """E11: at every write of the upload the old key is there, and so is the one of the box."""
    places = 0
    for cut in Cut:
        for number in range(1, 100):
            wanted = Asking()
            world = blank_world(wanted)
            for box in world.boxes.values():
                box.write_file("old.key", b"the key in use")
            Engineer(world, wanted, ("pki",)).run()
            made = keys(world)
            wanted.folder.is_answered = True
            engineer = Engineer(world, wanted, ("pki",), Fuse(number, cut))
            engineer.run_until_cut()
            assert keys(world) == made
            assert {box.files.get("old.key") for box in world.boxes.values()} == {b"the key in use"}
            converge(world, wanted)
            if engineer.fuse.writes < number:
                break
            places += 1
    print(f"E11: killed at {places} of {places} writes of the upload, old files present: 100 %")
    assert places == 24


def _generated(random_source: random.Random) -> tuple[PkiSpec, PkiState, str]:
    name = random_source.choice(("xmpp", "xmpp-2027", "a_b", "live"))
    endings = ("key", "csr", "cer", "crt", "pem")
    stems = ("xmpp", "xmpp-2027", "a_b", "live", "other")
    every = [f"{stem}.{ending}" for stem in stems for ending in endings]
    names = frozenset(random_source.sample(every, random_source.randint(0, 8)))
    used = frozenset(random_source.sample(sorted(every), random_source.randint(0, 2)))
    folder = Folder(kept={"cb1": Secret(b"request\n")} if random_source.random() < 0.3 else {})
    contents = {
        one: Secret(random_source.choice((b"request\n", b"another\n")))
        for one in names
        if random_source.random() < 0.7 and not one.endswith(".key")
    }
    site = AskingSite("cb1", folder=folder, name=name)
    given = {"certificate": {**NEW, "key": f"{name}.key"}, "csr": {"name": name}}
    spec = PKI.spec(given, site)
    if random_source.random() < 0.5:  # a request that stands on the box is not ours
        found = replace(spec.request.found, is_as_wanted=lambda _: False)
        spec = replace(spec, request=replace(spec.request, found=found))
    return spec, PkiState(names=names, contents=contents, used=used), name


def _makes_a_key(state: PkiState, spec: PkiSpec, name: str) -> tuple[bool, bool]:
    """Whether the plan makes a key, and whether it does so although it should not."""
    outcome = PKI.steps({"cb1": spec}, {"cb1": state}, frozenset())
    makes = not outcome.refusals and any(
        isinstance(step.action, Command) and step.action.words[:3] == ("pki", "csr", name)
        for step in outcome.steps
    )
    seen = {*state.used, *(state.names if isinstance(state.names, frozenset) else ())}
    return makes, makes and any(one.rpartition(".")[0] == name for one in seen)


def test_no_plan_writes_over_a_key() -> None:
    """E12: of 1,000 generated boxes none loses a key to a request; requests are made, too."""
    random_source = random.Random(12)
    results = []
    for _ in range(1000):
        spec, state, name = _generated(random_source)
        results.append(_makes_a_key(state, spec, name))
    made, over = (sum(column) for column in zip(*results, strict=True))
    print(f"E12: {over} of 1,000 generated inventories write over a key ({made} make a new one)")
    assert over == 0
    assert made > 100


def test_the_count_of_overwritten_keys_can_fail() -> None:
    """Without the refusals the same boxes would lose keys: the test above can see it."""
    random_source = random.Random(12)
    lost = 0
    for _ in range(200):
        spec, state, name = _generated(random_source)
        blind = replace(state, names=frozenset(), contents={}, used=frozenset())
        outcome = PKI.steps({"cb1": spec}, {"cb1": blind}, frozenset())
        makes = any(isinstance(step.action, Command) for step in outcome.steps)
        lost += makes and f"{name}.key" in (state.names if state.names else ())
    assert lost > 10

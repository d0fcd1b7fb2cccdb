"""A cluster that somebody deployed in some way, read as `import` reads it, and planned again."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cmsdeploy import playbook as playbooks
from cmsdeploy.cli.console import Console
from cmsdeploy.cli.found_boxes import found_boxes
from cmsdeploy.cli.imported_site import ImportedSite, imported
from cmsdeploy.cli.job import Site
from cmsdeploy.cli.options import Options
from cmsdeploy.executor.observe import Observer
from cmsdeploy.families import families
from cmsdeploy.inventory import load
from cmsdeploy.lab import World
from cmsdeploy.model.host import Host
from cmsdeploy.planning.compare import Comparison, compare
from cmsdeploy.session.contract import Session
from cmsdeploy.session.redaction import Redactor
from tests.contract.deployment import Deployment, names
from tests.contract.engineer import Engineer, blank_world
from tests.contract.wire import Fuse, open_session
from tests.day_two.shipped import PLAYBOOKS

__all__ = ["Imported", "Mixture", "deployed", "drawn"]

_DOMAINS = ("tptac9.com", "example.com", "video.example.org", "a-b.co", "xn--bcher-kva.example")
_OWN_PLAYBOOKS = (PLAYBOOKS / "imported.yml",)
_RECIPES = ("tac-217319", "tac-213479")
_VERSIONS = ("2.1.4", "2.2.5", "2.3.1", "2.5.4", "2.6.3", "2.9.5")
# One for all; one for each, trusted by a file that joins them; a chain; letters of both cases.
_CERTIFICATES: tuple[Mapping[str, str], ...] = (
    {"key": "node.key", "cert": "node.cer", "bundle": "root.cer", "trust": "node.cer"},
    {"key": "{host}.key", "cert": "{host}.cer", "bundle": "root.cer", "trust": "joined.cer"},
    {"key": "{host}.key", "cert": "{host}.crt", "bundle": "chain.cer", "trust": "trust-all.cer"},
    {"key": "XMPP_1.key", "cert": "XMPP_1.crt", "trust": "XMPP_1.crt"},
)
_LISTENS = (("a",), ("a",), ("b",), ("a", "b"))


@dataclass(frozen=True)
class Mixture:
    """What was deployed, on which version, by boxes that behave so."""

    wanted: Deployment
    version: str = "2.9.5"
    switches: Mapping[str, str] = field(default_factory=dict)


def drawn(seed: int) -> Mixture:
    """A cluster by lot: three or five servers, three to eight call bridges, and all the rest."""
    lot = random.Random(seed)
    servers = tuple(names(lot.choice((3, 5))))
    bridges = tuple(sorted(lot.sample(names(8), lot.randint(3, 8))))
    wanted = Deployment(
        servers,
        bridges,
        first=lot.choice(servers),
        recipe=lot.choice(_RECIPES),
        domain=lot.choice(_DOMAINS),
        listen=lot.choice(_LISTENS),
        certificate=lot.choice(_CERTIFICATES),
        others=tuple(names(8)),
    )
    return Mixture(wanted, lot.choice(_VERSIONS))


def deployed(mixture: Mixture) -> World:
    """The boxes, when somebody has carried it out."""
    world = blank_world(mixture.wanted, mixture.switches, mixture.version)
    families_used = ("pki", "xmpp", "dns", "callbridge")
    outcome = Engineer(world, mixture.wanted, families_used).run()
    assert outcome.plan.refusals == ()
    assert outcome.report is not None
    assert outcome.report.errors == {}
    world.advance(200)
    return world


@dataclass(frozen=True)
class _LabSite(Site):
    """The boxes of a world, as a person has them in an inventory without a word about XMPP."""

    world: World
    wanted: Deployment
    with_webadmin: bool = True

    def host(self, name: str) -> Host:
        """The box, with the way in."""
        found = self.wanted.host(name)
        return found if self.with_webadmin else Host(name, found.address)

    def open_session(self, host: Host) -> Session:
        """A session to the simulated box of that name."""
        return open_session(self.world.boxes[host.name], host, Fuse(), Redactor())


@dataclass(frozen=True)
class Imported:
    """What `import` wrote about a world into ``folder``, and what is planned from it."""

    world: World
    folder: Path
    made: ImportedSite

    @classmethod
    def of(
        cls, world: World, wanted: Deployment, folder: Path, *, with_webadmin: bool = True
    ) -> Imported:
        """Read every box of the world and write the site."""
        console = Console.for_terminal(is_color_allowed=False)
        options = Options.of({"inventory": (folder,), "console": console})
        site = _LabSite(options, load([Path("cb1,")]), world, wanted, with_webadmin)
        boxes = found_boxes(site, list(world.boxes), 1)
        made = imported(boxes, {one.name: one.read_text("utf-8") for one in _OWN_PLAYBOOKS})
        for name, text in made.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return cls(world, folder, made)

    @property
    def text(self) -> str:
        """Everything that was written."""
        return "\n".join(self.made.files.values())

    def planned(self) -> Comparison:
        """The plan of the imported playbook, from the boxes as they are."""
        # As the head of the inventory says; the boxes of these tests ask for none.
        os.environ.setdefault("CMSDEPLOY_PASSWORD", "the password of a simulated box")
        inventory = load([self.folder / "inventory.yml"], playbook_folder=self.folder / "playbooks")
        book = playbooks.load(self.folder / "playbooks" / "imported.yml", inventory)
        inventory.check(exceptions=frozenset(book.permission_names()))
        stages = playbooks.stages(book, inventory)
        hosts = {name: inventory.box(name) for name in inventory.hosts}
        observer = Observer(families(), self._session, lambda _: None, forks=1)
        return compare(stages, observer.observe(stages, hosts).look, families())

    def _session(self, host: Host) -> Session:
        return open_session(self.world.boxes[host.name], host, Fuse(), Redactor())

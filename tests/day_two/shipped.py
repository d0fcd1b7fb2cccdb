"""The shipped playbooks themselves, read from their files, on simulated boxes without a wire.

A site is written as a person writes one: an inventory, ``files/`` with real certificates, and the
playbooks. Its stages are those of the command line; only the sockets are missing.
"""

from __future__ import annotations

import base64
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from cmsdeploy import playbook as playbooks
from cmsdeploy.certificates.authority import Authority
from cmsdeploy.executor.observe import Observation, Observer
from cmsdeploy.families import families
from cmsdeploy.inventory import Inventory, load
from cmsdeploy.model.host import Host
from cmsdeploy.planning.compare import Comparison, carried_out, compare
from cmsdeploy.planning.stage import Stage
from tests.contract.deployment import DOMAIN, names
from tests.contract.engineer import Engineer
from tests.contract.names import KEY_BYTES, PRIMARY, SECONDARY

__all__ = [
    "MOVED_DOMAIN",
    "PLAYBOOKS",
    "Booked",
    "Shipped",
    "Written",
    "address",
    "shipped",
    "site_files",
]

PLAYBOOKS = Path(__file__).parent.parent.parent / "cmsdeploy" / "examples" / "playbooks"
MOVED_DOMAIN = f"video.{DOMAIN}"
CERTIFICATES = {"key": "node.key", "cert": "node.cer", "bundle": "root.cer", "trust": "node.cer"}
_MOST = 8
_PASSWORD = "the password of a simulated box"
_TEMPORARY: list[tempfile.TemporaryDirectory[str]] = []

Words = Mapping[str, object]


def address(name: str) -> str:
    """``cb3`` has 10.0.0.3, for ever."""
    return f"10.0.0.{name.removeprefix('cb')}"


@cache
def site_files() -> dict[str, bytes]:
    """One certificate for all servers, one for another domain, and the authority of both."""
    authority = Authority()
    issued, moved = (authority.issue(one, names(_MOST)) for one in (DOMAIN, MOVED_DOMAIN))
    return {
        "node.key": issued.key,
        "node.cer": issued.certificate,
        "moved.key": moved.key,
        "moved.cer": moved.certificate,
        "root.cer": authority.root,
    }


@dataclass(frozen=True)
class Written:
    """What a person has in the inventory. ``words`` are variables of single hosts, ``common`` those
    of every one; ``extra`` is what ``-e`` says."""

    servers: tuple[str, ...]
    bridges: tuple[str, ...]
    words: Mapping[str, Words] = field(default_factory=dict)
    common: Words = field(default_factory=dict)
    extra: Words = field(default_factory=dict)
    is_undersized: bool = False

    @property
    def text(self) -> str:
        """The inventory as a file. JSON is YAML, and so is this."""
        names = dict.fromkeys((*self.servers, *self.bridges))
        everybody = {
            "ansible_user": "admin",
            "ansible_password": _PASSWORD,
            "cms_webadmin": {"port": 443},
            "xmpp_domain": DOMAIN,
            "xmpp_listen": "a",
            "xmpp_certificate": CERTIFICATES,
            "xmpp_dns_servers": [PRIMARY, SECONDARY],
            "xmpp_dns_key": {"name": "deploy", "secret": _key()},
            **self.common,
        }
        hosts = {
            name: {"ansible_host": address(name), **self.words.get(name, {})} for name in names
        }
        groups: dict[str, object] = {
            "xmpp_servers": {"hosts": {name: {} for name in self.servers}},
            "callbridges": {"hosts": {name: {} for name in self.bridges}},
        }
        return yaml.safe_dump(
            {"all": {"hosts": hosts, "vars": everybody, "children": groups}}, sort_keys=False
        )


def _key() -> str:
    return base64.b64encode(KEY_BYTES).decode()


@cache
def _folder() -> Path:
    """A site with the shipped playbooks and the files, made once; gone with the process."""
    made = tempfile.TemporaryDirectory(prefix="day-two-")
    _TEMPORARY.append(made)
    folder = Path(made.name)
    shutil.copytree(PLAYBOOKS, folder / "playbooks")
    (folder / "files").mkdir()
    for name, content in site_files().items():
        path = folder / "files" / name
        path.touch(0o600)
        path.write_bytes(content)
    return folder


class Shipped:
    """One inventory of the site; ``stages`` are those of a shipped playbook for it."""

    def __init__(self, written: Written, folder: Path | None = None) -> None:
        self.written = written
        self.folder = folder or _folder()
        path = self.folder / "hosts.yml"
        path.write_text(written.text, encoding="utf-8")
        self.inventory: Inventory = load(
            [path],
            extra=dict(written.extra),
            playbook_folder=self.folder / "playbooks",
            allow_plain_secrets=True,
        )
        self._stages: dict[str, tuple[Stage, ...]] = {}

    def stages(self, name: str) -> tuple[Stage, ...]:
        """The stages of ``playbooks/NAME.yml``, as ``apply`` makes them."""
        if name not in self._stages:
            book = playbooks.load(self.folder / "playbooks" / f"{name}.yml", self.inventory)
            granted = set(book.permission_names())
            granted |= {"undersized"} if self.written.is_undersized else set()
            self.inventory.check(exceptions=frozenset(granted))
            self._stages[name] = playbooks.stages(book, self.inventory)
        return self._stages[name]

    @property
    def hosts(self) -> dict[str, Host]:
        """Every box of the inventory."""
        return {name: self.inventory.box(name) for name in self.inventory.hosts}


@cache
def _shipped(text: str, written: _Hashed) -> Shipped:
    return Shipped(written.written)


@dataclass(frozen=True)
class _Hashed:
    """Two inventories that read the same are the same."""

    text: str
    written: Written = field(compare=False)


def shipped(written: Written) -> Shipped:
    """The site of an inventory, read once."""
    return _shipped(written.text, _Hashed(written.text + str(written.extra), written))


@dataclass
class Booked(Engineer):
    """Somebody with one shipped playbook."""

    book: str = "site"
    site: Written = field(default_factory=lambda: Written((), ()))

    def stages(self) -> list[Stage]:
        """The tasks, as they stand in the file."""
        return list(shipped(self.site).stages(self.book))

    def look(self, stages: Sequence[Stage]) -> Observation:
        """Look at every box of the inventory."""
        hosts = shipped(self.site).hosts
        return Observer(families(), self.session, lambda _: None, forks=1).observe(stages, hosts)

    def afterwards(self) -> Comparison:
        """What is left when everything was carried out, as ``apply`` looks at the end."""
        registry = families()
        stages = carried_out(self.stages(), registry)
        return compare(stages, self.look(stages).look, registry)

"""What most commands begin with: the inventory, the playbook, and the stages they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cmsdeploy.cli.console import ask_secret
from cmsdeploy.cli.options import Options
from cmsdeploy.families import families
from cmsdeploy.families.contract import Family
from cmsdeploy.model.host import Host
from cmsdeploy.model.secret import Secret
from cmsdeploy.session.redaction import Redactor

if TYPE_CHECKING:
    from cmsdeploy.inventory import Inventory
    from cmsdeploy.planning.stage import Stage
    from cmsdeploy.session.contract import Session

__all__ = ["Job", "Site", "load_site"]


@dataclass(frozen=True)
class Site:
    """An inventory with the options it was loaded by."""

    options: Options
    inventory: Inventory
    redactor: Redactor

    @cached_property
    def _asked(self) -> tuple[Secret | None, Secret | None]:
        options = self.options
        password = ask_secret("SSH password") if options.is_password_asked else None
        passphrase = ask_secret("Key passphrase") if options.is_passphrase_asked else None
        return password, passphrase

    def host(self, name: str) -> Host:
        """The box ``name``, with its secrets, which the redactor knows from now on."""
        password, passphrase = self._asked
        host = self.inventory.box(
            name, password=password, passphrase=passphrase, user=self.options.user
        )
        found = (host.login.password, host.login.key_passphrase)
        webadmin = host.webadmin.password if host.webadmin else None
        self.redactor.add(*(secret for secret in (*found, webadmin) if secret is not None))
        return host

    def open_session(self, host: Host) -> Session:
        """A session that connects when it is first used."""
        from cmsdeploy.session import open_box

        return open_box(host, known_hosts=self.options.known_hosts, redactor=self.redactor)

    def limited(self) -> frozenset[str] | None:
        """The hosts of ``--limit``; None without one. Raises ``InputError`` for unknown names."""
        limit = self.options.limit
        return None if limit is None else frozenset(self.inventory.select(limit))


@dataclass(frozen=True)
class Job:
    """A site with the stages of one playbook."""

    site: Site
    title: str
    stages: tuple[Stage, ...]

    @property
    def registry(self) -> Mapping[str, Family[Any, Any]]:
        return families()

    @cached_property
    def hosts(self) -> dict[str, Host]:
        """The boxes that the stages speak of."""
        names = dict.fromkeys(name for stage in self.stages for name in stage.desired)
        return {name: self.site.host(name) for name in names}

    @classmethod
    def load(cls, playbook: Path, options: Options, is_content_needed: bool = True) -> Job:
        """Read inventory and playbook; raise ``InputError`` before anything is connected."""
        from cmsdeploy import playbook as playbooks

        site = load_site(options, playbook.absolute().parent)
        book = playbooks.load(playbook, site.inventory)
        site.inventory.check(exceptions=book.permission_names())
        stages = playbooks.stages(
            book,
            site.inventory,
            tags=options.tags,
            skip_tags=options.skip_tags,
            is_content_needed=is_content_needed,
            say=_teller(options),
        )
        site.limited()
        return cls(site, playbook.name, stages)


def load_site(options: Options, playbook_folder: Path | None = None) -> Site:
    """Read the inventory; its warnings are shown."""
    from cmsdeploy.inventory import load

    inventory = load(
        options.inventory,
        extra=options.extra_variables(),
        playbook_folder=playbook_folder,
        allow_plain_secrets=options.are_plain_secrets_allowed,
    )
    for warning in inventory.warnings:
        options.console.note(f"warning: {warning}")
    return Site(options, inventory, Redactor())


def _teller(options: Options) -> Callable[[str], None]:
    return options.console.note

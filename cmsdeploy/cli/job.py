"""What most commands begin with: the inventory, the playbook, and the stages they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cmsdeploy.cli.console import ask_secret
from cmsdeploy.cli.options import Options
from cmsdeploy.errors import InputError, printable

if TYPE_CHECKING:
    from cmsdeploy.families.contract import Family
    from cmsdeploy.inventory import Inventory
    from cmsdeploy.model.host import Host
    from cmsdeploy.model.secret import Secret
    from cmsdeploy.model.step import Problem
    from cmsdeploy.planning.stage import Stage
    from cmsdeploy.session.contract import Session
    from cmsdeploy.session.redaction import Redactor

__all__ = ["Job", "Site", "load_site"]


@dataclass(frozen=True)
class Site:
    """An inventory with the options it was loaded by."""

    options: Options
    inventory: Inventory

    @cached_property
    def redactor(self) -> Redactor:
        """What knows all secrets of this run, and takes them out of texts."""
        # Imported here: to show an inventory, none of what speaks to a box is needed.
        from cmsdeploy.session.redaction import Redactor

        redactor = Redactor()
        self.options.console.masks.append(redactor.masked)
        return redactor

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

    def address_of(self, name: str) -> Host:
        """The box ``name`` without any secret: where it is, for those who do not log in."""
        from cmsdeploy.inventory.boxes import word_value
        from cmsdeploy.model.host import Host

        variables = self.inventory.variables(name)
        port = word_value(variables, name, "ansible_port") or 22
        address = word_value(variables, name, "ansible_host")
        return Host(name, address, int(port), cluster=self.inventory.cluster(name))

    def open_session(self, host: Host) -> Session:
        """A session that connects when it is first used."""
        from cmsdeploy.session import open_box

        return open_box(host, known_hosts=self.options.known_hosts, redactor=self.redactor)

    def limited(self) -> frozenset[str] | None:
        """The hosts of ``--limit``; None without one. Raises ``InputError`` for unknown names."""
        limit = self.options.limit
        if limit is None:
            return None
        hosts = self.inventory.limit(limit)
        if not hosts:
            raise InputError(
                f"--limit {printable(limit, 80)!r} leaves no host", "name a host or a group"
            )
        return hosts


@dataclass(frozen=True)
class Job:
    """A site with the stages of one playbook, or of one command.

    ``are_boxes_asked`` is False where no box is logged in to: then no password is asked for.
    ``notes`` are what those are told of the inventory who only look.
    """

    site: Site
    title: str
    stages: tuple[Stage, ...]
    are_boxes_asked: bool = True
    notes: tuple[Problem, ...] = ()

    @property
    def registry(self) -> Mapping[str, Family[Any, Any]]:
        from cmsdeploy.families import families

        return families()

    @property
    def clusters(self) -> dict[str, str]:
        """The cluster of every box that the stages speak of, in their order."""
        return {name: stage.clusters[name] for stage in self.stages for name in stage.desired}

    @cached_property
    def hosts(self) -> dict[str, Host]:
        """The boxes that the stages speak of."""
        names = dict.fromkeys(name for stage in self.stages for name in stage.desired)
        of = self.site.host if self.are_boxes_asked else self.site.address_of
        return {name: of(name) for name in names}

    @classmethod
    def load(
        cls,
        playbook: Path,
        options: Options,
        is_content_needed: bool = True,
        *,
        is_only_read: bool = False,
    ) -> Job:
        """Read inventory and playbook; raise ``InputError`` before anything is connected. Where
        ``is_only_read``, a wrong number of servers is a note: it is no reason not to look."""
        from cmsdeploy import playbook as playbooks
        from cmsdeploy.cli.person import person_of
        from cmsdeploy.inventory.rules import ANY_NUMBER

        site = load_site(options, playbook.absolute().parent)
        site.limited()  # before a playbook says or asks anything
        book = playbooks.load(playbook, site.inventory)
        granted = book.permission_names()
        site.inventory.check(exceptions=granted | ({ANY_NUMBER} if is_only_read else set()))
        stages = playbooks.stages(
            book,
            site.inventory,
            tags=options.tags,
            skip_tags=options.skip_tags,
            is_content_needed=is_content_needed,
            start_at=options.start_at,
            person=person_of(options),
        )
        if options.rollback is not None:
            from cmsdeploy.cli.taken_back import taken_back

            stages = taken_back(stages, options).stages
        if not is_only_read:
            return cls(site, playbook.name, stages)
        looking = tuple(replace(stage, is_only_read=True) for stage in stages)
        return cls(site, playbook.name, looking, notes=_number_notes(site.inventory, granted))

    def load_wire(self) -> None:
        """Load the library that sessions need, where boxes are asked."""
        if self.are_boxes_asked:
            from cmsdeploy.session import load_wire

            load_wire()


def _number_notes(inventory: Inventory, granted: frozenset[str]) -> tuple[Problem, ...]:
    from cmsdeploy.inventory.rules import wrong_numbers
    from cmsdeploy.planning.numbers import number_note

    return tuple(
        number_note(host, cluster, problem.cause, problem.action)
        for host, cluster, problem in wrong_numbers(inventory, granted)
    )


def load_site(options: Options, playbook_folder: Path | None = None) -> Site:
    """Read the inventory; its warnings are shown."""
    from cmsdeploy.inventory import load

    keyring = options.keyring()
    inventory = load(
        options.inventory,
        extra=options.extra_variables(keyring),
        playbook_folder=playbook_folder,
        allow_plain_secrets=options.are_plain_secrets_allowed,
        allow_open_files=options.are_open_files_allowed,
        keyring=keyring,
    )
    for warning in inventory.warnings:
        options.console.note(f"warning: {warning}")
    return Site(options, inventory)

"""The options that several commands share, and the record that they make."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cmsdeploy.cli.console import Console, ask_secret
from cmsdeploy.cli.places import known_hosts_files
from cmsdeploy.errors import InputError, OptionError, printable

if TYPE_CHECKING:
    from cmsdeploy.inventory.keyring import Keyring

__all__ = [
    "Options",
    "common_options",
    "keyring_of",
    "playbook_options",
    "vault_ids",
    "vault_options",
]

F = TypeVar("F", bound=Callable[..., Any])
_MOST_FORKS = 500


@dataclass(frozen=True)
class Options:
    """What was given on the command line, checked. ``is_repair`` plans what the doctor's findings
    ask for, and nothing else; ``is_diff`` shows before and after of each object; ``backup`` is the
    folder for the backups that are made before anything is changed. ``rollback`` is the journal of
    the run that is taken back, and ``rollback_allows`` the risks that are granted for it."""

    inventory: tuple[Path, ...]
    limit: str | None = None
    extra: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    skip_tags: tuple[str, ...] = ()
    start_at: str | None = None
    is_step: bool = False
    forks: int = 20
    user: str | None = None
    is_password_asked: bool = False
    is_passphrase_asked: bool = False
    vault_ids: tuple[str, ...] = ()
    known_hosts: tuple[Path, ...] = ()
    are_plain_secrets_allowed: bool = False
    are_open_files_allowed: bool = False
    verbosity: int = 0
    is_json: bool = False
    is_repair: bool = False
    is_diff: bool = False
    backup: Path | None = None
    rollback: Path | None = None
    rollback_allows: tuple[str, ...] = ()
    console: Console = field(default_factory=Console)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Options:
        """Make the record of what click collected; missing options keep their defaults."""
        known_hosts = tuple(Path(path) for path in given.get("known_hosts") or ())
        return cls(
            inventory=_inventory(given.get("inventory") or ()),
            limit=_limit(given.get("limit")),
            extra=tuple(given.get("extra_vars") or ()),
            tags=_words(given.get("tags") or ()),
            skip_tags=_words(given.get("skip_tags") or ()),
            start_at=given.get("start_at_task"),
            is_step=bool(given.get("step")),
            forks=given.get("forks") or 20,
            user=given.get("user"),
            is_password_asked=bool(given.get("ask_pass")),
            is_passphrase_asked=bool(given.get("ask_passphrase")),
            vault_ids=vault_ids(given),
            known_hosts=known_hosts or known_hosts_files(),
            are_plain_secrets_allowed=bool(given.get("allow_plain_secrets")),
            are_open_files_allowed=bool(given.get("allow_open_files")),
            verbosity=min(int(given.get("verbose") or 0), 4),
            is_json=bool(given.get("json")),
            is_repair=bool(given.get("repair")),
            is_diff=bool(given.get("diff")),
            backup=given.get("backup"),
            console=Console.for_terminal(not given.get("no_color")),
        )

    def keyring(self) -> Keyring:
        """The vault passwords that were named; each is asked for when it is first needed."""
        return keyring_of(self.vault_ids, self.console)

    def extra_variables(self, keyring: Keyring | None = None) -> dict[str, Any]:
        """The variables of ``-e``: ``name=text``, a JSON object, or ``@FILE`` in YAML or JSON.

        Those of a file are nodes with their places.
        """
        variables: dict[str, Any] = {}
        for text in self.extra:
            if text.startswith("@"):
                variables.update(_file(Path(text[1:]), keyring))
            elif text.lstrip().startswith("{"):
                variables.update(_json_object(text))
            else:
                variables.update(_pairs(text))
        return variables


def _inventory(given: tuple[str, ...]) -> tuple[Path, ...]:
    if given:
        return tuple(Path(path) for path in given)
    from_environment = os.environ.get("CMSDEPLOY_INVENTORY")
    if from_environment:
        return tuple(Path(path) for path in from_environment.split(os.pathsep) if path)
    if Path("inventory.yml").exists():
        return (Path("inventory.yml"),)
    raise OptionError("no inventory is named", "name one with -i, or set CMSDEPLOY_INVENTORY")


def _limit(text: str | None) -> str | None:
    if text is not None and not text.strip(" ,:"):
        raise OptionError("the limit is empty", "leave --limit out, or name a host or a group")
    return text


def _words(given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for text in given for word in text.split(",") if word)


def _file(path: Path, keyring: Keyring | None) -> dict[str, Any]:
    from cmsdeploy.inventory.variable_files import load_variables

    variables = load_variables(path, keyring)
    if not variables:
        raise OptionError(f"-e @{path} holds no variables", "write name: value in it")
    return dict(variables)


def _json_object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise OptionError("-e begins with { and is not JSON", "quote it for the shell") from None
    if not isinstance(found, dict):
        raise OptionError("-e has to be a JSON object", 'write -e \'{"name": "value"}\'')
    return found


def _pairs(text: str) -> dict[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise OptionError(
            f"-e {printable(name, 40)!r} is not name=value", "write -e name=value or -e @FILE"
        )
    lowered = name.lower()
    if any(word in lowered for word in ("password", "passphrase", "secret")):
        raise OptionError(
            f"-e {name}=… would put a secret on the command line, where every user sees it",
            "let -k ask for the password of the boxes; another secret belongs into a vault, or is"
            " taken from lookup('env', …)",
        )
    return {name: value}


def vault_ids(given: Mapping[str, Any]) -> tuple[str, ...]:
    """All vault passwords that the options name, each as ``label@source``."""
    files = tuple(given.get("vault_password_file") or ())
    from_environment = os.environ.get("CMSDEPLOY_VAULT_PASSWORD_FILE")
    if from_environment and not files:
        files = (from_environment,)
    asked = ("default@prompt",) if given.get("ask_vault_pass") else ()
    return (*(given.get("vault_id") or ()), *(f"default@{path}" for path in files), *asked)


def keyring_of(ids: Sequence[str], console: Console) -> Keyring:
    """The passwords that ``ids`` name. Raises ``OptionError`` for one that does not read."""
    from cmsdeploy.inventory.keyring import Keyring

    def warn(warning: InputError) -> None:
        console.note(f"warning: {warning}")

    if not ids:
        return Keyring(warn=warn)
    # Imported here: most runs open no vault.
    from cmsdeploy.inventory.vault_passwords import passwords_of

    try:
        return Keyring(passwords_of(ids, ask_secret, warn), warn)
    except InputError as error:
        raise OptionError(error.cause, error.action) from None


def vault_options(function: F) -> F:
    """Where vault passwords come from; none of these takes a password itself."""
    for option in reversed(
        (
            click.option(
                "-J",
                "--ask-vault-pass",
                "--ask-vault-password",
                is_flag=True,
                help="Ask for a vault password.",
            ),
            click.option(
                "--vault-password-file",
                "--vault-pass-file",
                multiple=True,
                help="A private file, or a program.",
            ),
            click.option("--vault-id", multiple=True, help="LABEL@prompt, LABEL@FILE or @PROGRAM."),
        )
    ):
        function = option(function)
    return function


def common_options(function: F) -> F:
    """Inventory, user, secrets, host keys, output: for every command that speaks of hosts."""
    function = vault_options(function)
    for option in reversed(
        (
            click.option("-i", "--inventory", multiple=True, help="File, folder or h1,h2."),
            click.option("-e", "--extra-vars", multiple=True, help="name=value, JSON or @FILE."),
            click.option(
                "-f",
                "--forks",
                type=click.IntRange(1, _MOST_FORKS),
                default=20,
                help="Boxes worked on side by side.",
            ),
            click.option("-u", "--user", help="User where the inventory names none."),
            click.option("-k", "--ask-pass", is_flag=True, help="Ask for the SSH password."),
            click.option("--ask-passphrase", is_flag=True, help="Ask for the key's passphrase."),
            click.option("--known-hosts", multiple=True, help="Instead of ~/.ssh/known_hosts."),
            click.option(
                "--allow-plain-secrets",
                is_flag=True,
                help="Only warn of secrets that stand in clear in the inventory.",
            ),
            click.option(
                "--allow-open-files",
                is_flag=True,
                help="Only warn of files into which anybody may write.",
            ),
            click.option("-v", "--verbose", count=True, help="Say more; never more secrets."),
            click.option("--json", is_flag=True, help="Machine-readable results."),
            click.option("--no-color", is_flag=True, help="No colour."),
        )
    ):
        function = option(function)
    return function


def playbook_options(function: F) -> F:
    """What narrows a playbook."""
    for option in reversed(
        (
            click.option("-l", "--limit", help="Hosts that may be written to; all are read."),
            click.option("-t", "--tags", multiple=True, help="Only tasks with these tags."),
            click.option("--skip-tags", multiple=True, help="No tasks with these tags."),
        )
    ):
        function = option(function)
    return function

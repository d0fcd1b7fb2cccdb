"""``exec PATTERN -- COMMAND``: one command on many boxes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import click

from cmsdeploy.cli.job import Site, load_site
from cmsdeploy.cli.options import Options, common_options
from cmsdeploy.cli.places import state_folder
from cmsdeploy.errors import CmsdeployError, HostError, LockLostError, RefusedError, printable
from cmsdeploy.executor.lock import Lock, locked
from cmsdeploy.families import families
from cmsdeploy.model.action import Command
from cmsdeploy.model.host import Host

__all__ = ["command"]

# Commands that ask for a secret before they do anything (transcript
# xmpp-callbridge-add-secret-prompt; TAC 213821 for users). Nobody would answer here, and a secret
# that somebody typed into many boxes at once could not be taken back.
_ASKING = (("xmpp", "callbridge", "add-secret"), ("user", "add"), ("passwd",))


@click.command("exec")
@common_options
@click.option("--write", "is_write_allowed", is_flag=True, help="Allow commands that change.")
@click.argument("pattern")
@click.argument("words", nargs=-1, required=True)
def command(pattern: str, words: tuple[str, ...], is_write_allowed: bool, **given: Any) -> int:
    """Run one MMP command on the hosts of PATTERN; secrets in the replies are masked.

    Write `--` before the command: cmsdeploy exec xmpp_servers -- xmpp cluster status
    """
    options = Options.of(given)
    asked = _command(words, is_write_allowed)
    site = load_site(options)
    hosts = [site.host(name) for name in site.inventory.select(pattern)]
    is_read = _is_read(asked.words)
    with ExitStack() as stack:
        lock = None
        if not is_read:
            lock = stack.enter_context(locked(hosts, state_folder() / "locks", "exec --write"))
        workers = max(1, min(options.forks, len(hosts)))
        pool = stack.enter_context(ThreadPoolExecutor(max_workers=workers))
        replies = list(pool.map(lambda host: _ask(site, host, asked, lock), hosts))
    if options.is_json:
        options.console.result([json.dumps(reply.as_json()) for reply in replies])
    else:
        options.console.result(line for reply in replies for line in reply.lines())
    errors = [reply.error for reply in replies if reply.error is not None]
    if any(isinstance(error, LockLostError) for error in errors):
        return LockLostError.exit_code
    code = 0
    for error in errors:
        code |= error.exit_code
    return code


@dataclass(frozen=True)
class _Reply:
    """What one box said, redacted; or why it said nothing."""

    host: str
    text: str = ""
    error: CmsdeployError | None = None

    def lines(self) -> Iterator[str]:
        yield f"{self.host}:"
        if self.error is not None:
            yield from (f"  {line}" for line in str(self.error).splitlines())
        yield from (f"  {printable(line)}" for line in self.text.splitlines())

    def as_json(self) -> dict[str, Any]:
        return {
            "host": self.host,
            "text": self.text,
            "error": str(self.error) if self.error else None,
        }


def _command(words: tuple[str, ...], is_write_allowed: bool) -> Command:
    # The shell may have split the line or not: one argument "xmpp cluster status" means the same.
    split = tuple(words[0].split()) if len(words) == 1 else words
    asked = Command(split, shows_secrets=any(f.shows_secrets(split) for f in families().values()))
    if split[:2] == ("xmpp", "reset"):
        raise RefusedError(
            "`xmpp reset` of a member leaves a duplicate peer (CSCvi67717): it is not sent",
            "write xmpp_state: absent for the server, and apply playbooks/remove-server.yml",
        )
    if any(split[: len(asking)] == asking for asking in _ASKING):
        raise RefusedError(
            f"{printable(asked.line)!r} asks for a secret, and nobody answers here",
            "let a playbook set the secrets of call bridges; anything else in a shell on the box",
        )
    if not is_write_allowed and not _is_read(split):
        raise RefusedError(
            f"{printable(asked.line)!r} is not known to only read",
            "add --write if it shall be sent all the same",
        )
    return asked


def _is_read(words: tuple[str, ...]) -> bool:
    return any(family.is_read(words) for family in families().values())


def _ask(site: Site, host: Host, asked: Command, lock: Lock | None) -> _Reply:
    """Read, or with ``lock`` change."""
    session = site.open_session(host)
    try:
        if lock is None:
            reply = session.read(asked)
        else:
            lock.check(host.name)
            reply = session.perform(asked, {})
        return _Reply(host.name, site.redactor.redact(reply.text))
    except LockLostError as error:
        return _Reply(host.name, error=error)
    except HostError as error:
        error.host = error.host or host.name
        return _Reply(host.name, error=error)
    finally:
        session.close()

"""``hosts trust``: look at host keys, compare, and only then store them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cmsdeploy.cli.job import load_site
from cmsdeploy.cli.options import Options, common_options
from cmsdeploy.errors import HostError, IdentityError
from cmsdeploy.model.host import Host

__all__ = ["command"]

_SCAN_SECONDS = 15.0


@click.group("hosts")
def command() -> None:
    """Host keys of the boxes."""


@command.command("trust")
@common_options
@click.option("-y", "--yes", "is_approved", is_flag=True, help="Store without asking.")
@click.argument("patterns", nargs=-1, required=True)
def trust(patterns: tuple[str, ...], is_approved: bool, **given: Any) -> int:
    """Show the host keys of PATTERNS and store them in known_hosts when you say yes.

    Compare each fingerprint with the one on the console of the box: whoever answers here may not
    be the box.
    """
    options = Options.of(given)
    site = load_site(options)
    names = dict.fromkeys(name for one in patterns for name in site.inventory.select(one))
    code, lines = 0, []
    for name in names:
        host = site.host(name)
        try:
            found = _scanned(host)
        except HostError as error:
            options.console.error(f"{name}: {error}")
            code |= error.exit_code
            continue
        for shown, _ in found:
            options.console.result([f"{name:<16} {host.address}:{host.port}  {shown}"])
        if _is_another_known(options.known_hosts, host, found):
            options.console.error(
                f"{name}: another key of this kind is known for {host.address}:{host.port}; if the"
                f" box was really replaced, first: {_forget(host)}"
            )
            code |= IdentityError.exit_code
            continue
        lines += [line for _, line in found]
    target = options.known_hosts[0]
    if lines and (is_approved or options.console.confirm(f"Store them in {target}?")):
        _store(target, lines)
        options.console.note(f"{len(lines)} stored in {target}")
    return code


def _scanned(host: Host) -> list[tuple[str, str]]:
    """The fingerprint to show and the line to store, for each key that the box offers."""
    from cmsdeploy.transport.contract import Deadline
    from cmsdeploy.transport.known_hosts import fingerprint, line_for
    from cmsdeploy.transport.ssh import scan_host_key

    found = []
    for key_type, encoded in scan_host_key(host.address, host.port, Deadline(_SCAN_SECONDS)):
        key = base64.b64decode(encoded)
        shown = f"{key_type}  {fingerprint(key)}"
        found.append((shown, line_for(host.address, host.port, key_type, key)))
    return found


def _is_another_known(files: Sequence[Path], host: Host, found: Sequence[tuple[str, str]]) -> bool:
    from cmsdeploy.transport.known_hosts import Verdict, match

    texts = [path.read_text("utf-8", "replace") for path in files if path.is_file()]
    for _, line in found:
        key_type, encoded = line.split()[-2:]
        key = base64.b64decode(encoded)
        for text in texts:
            if match(text, host.address, host.port, key_type, key).verdict is Verdict.CHANGED:
                return True
    return False


def _forget(host: Host) -> str:
    place = host.address if host.port == 22 else f"[{host.address}]:{host.port}"
    return f"ssh-keygen -R '{place}'"


def _store(path: Path, lines: list[str]) -> None:
    from cmsdeploy.transport.known_hosts import append_line

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    present = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for line in lines:
        if line.strip() not in present:
            append_line(path, line)

"""Files that ``certs`` writes: bundles, requests from an inventory, signed certificates."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cmsdeploy.certificates.armour import blocks_in
from cmsdeploy.certificates.chains import Arrangement, arrange
from cmsdeploy.certificates.new_files import refuse_present, write_new_files
from cmsdeploy.certificates.reading import Reading
from cmsdeploy.certificates.requests import Wanted
from cmsdeploy.certificates.server_names import is_name
from cmsdeploy.certificates.signing import create_authority, open_authority
from cmsdeploy.certificates.signing_request import read_request
from cmsdeploy.cli.certificate_files import holdings_without_files, moment, read_named
from cmsdeploy.errors import CmsdeployError, InputError, OptionError, printable
from cmsdeploy.inventory.reading import read_bytes
from cmsdeploy.model.secret import Secret

if TYPE_CHECKING:
    from cmsdeploy.cli.job import Site

__all__ = ["sign_requests", "wanted_of", "write_arranged"]

_LIMIT = 1 << 20


def write_arranged(
    files: Sequence[Path], out: Path, kind: str, passphrase: Secret | None, *, is_forced: bool
) -> Iterator[str]:
    """Write ``out`` and say what is in it. Raises :class:`InputError` before anything is written
    where a private key is among the certificates, or the chain has a gap."""
    readings = read_named(files, passphrase)
    for reading in readings:
        _refuse_key(reading)
    every = [one for reading in readings for one in reading.certificates]
    arranged = arrange(every, Arrangement(kind), moment(None))
    _write_over(out, arranged.pem, is_forced=is_forced)
    yield f"{printable(str(out), 200)}  {len(arranged.certificates)} certificates ({kind})"
    for number, one in enumerate(arranged.certificates, start=1):
        yield f"  {number}. {one.subject}, until {one.not_after:%Y-%m-%d}"
    twice = len(every) - len(set(every))
    if twice:
        yield f"note    {twice} given more than once; written once"
    for one in arranged.unused:
        yield f"note    {one.subject} is not needed, and left out"


def _refuse_key(reading: Reading) -> None:
    # PKCS#12 always carries the key along; of it the certificates are taken and nothing else.
    if reading.key is not None and reading.form != "PKCS#12":
        raise InputError(
            f"{reading.source} holds a private key",
            "leave it out; a bundle with a key would give the key away",
        )


def _write_over(path: Path, content: bytes, *, is_forced: bool) -> None:
    """Write a file that everybody may read; at no moment is it there by half."""
    if not os.path.lexists(path):
        write_new_files({path: content}, {path: 0o644})
        return
    present = read_bytes(path, _LIMIT, is_link_allowed=False)
    if present == content:
        return
    if not is_forced:
        refuse_present([path])
    if any(block.is_private_key for block in blocks_in(printable(str(path), 200), present)):
        raise InputError(f"{printable(str(path), 200)} holds a private key", "name another file")
    waiting = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    write_new_files({waiting: content}, {waiting: 0o644})
    try:
        waiting.replace(path)
    except OSError as error:
        waiting.unlink(missing_ok=True)
        raise CmsdeployError(f"{path} cannot be written: {error.strerror}") from None


def wanted_of(
    site: Site | None, common_name: str, names: Sequence[str], fields: Sequence[str], key_kind: str
) -> Wanted:
    """The request that was asked for; of a ``site`` the domain and the names of its servers."""
    subject = dict(_field(text) for text in fields)
    if site is None:
        return Wanted(common_name, tuple(names), subject, key_kind)
    servers = holdings_without_files(site.inventory, site.limited())
    domains = dict.fromkeys(one.domain for one in servers)
    if len(domains) != 1 or "" in domains:
        raise InputError(
            f"the servers have {len(domains)} XMPP domains: {', '.join(domains) or 'none'}",
            "make one request for each, with --limit, or say --cn",
        )
    # No authority signs short names, and few sign addresses: those are for --san.
    every = [name for one in servers for name in one.server.names]
    found = [name for name in every if "." in name and is_name(name)]
    return Wanted(next(iter(domains)), (*found, *names), subject, key_kind)


def _field(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise OptionError(f"--field {printable(text, 60)!r} is not NAME=value", "write O=Company")
    return name, value


def sign_requests(
    requests: Sequence[Path], folder: Path, days: int, *, is_created: bool
) -> Iterator[str]:
    """Sign each request, and write its certificate beside it as ``.crt``."""
    now = moment(None)
    # Everything that can be refused comes before an authority is made for it.
    contents = {path: read_bytes(path, _LIMIT) for path in requests}
    for path, content in contents.items():
        read_request(printable(str(path), 200), content)
    targets = {path: path.with_suffix(".crt") for path in requests}
    refuse_present(list(targets.values()))
    if is_created and not (folder / "root.crt").exists():
        create_authority(folder, now)
        yield f"{printable(str(folder), 200)}  new authority; whoever reads this folder can issue"
    authority = open_authority(folder)
    made = {
        target: authority.sign(printable(str(path), 200), contents[path], now, days)
        for path, target in targets.items()
    }
    write_new_files(made, dict.fromkeys(made, 0o644))
    for target in made:
        yield f"{printable(str(target), 200)}  signed by {authority.certificate.subject}"
    yield f"{printable(str(authority.bundle), 200)}  goes beside it as the bundle"

"""Is it the box that was named? Asked after the key exchange and before any authentication."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cmsdeploy.errors import IdentityError, InputError, printable
from cmsdeploy.model.host import Host
from cmsdeploy.transport.known_hosts import (
    Match,
    Verdict,
    fingerprint,
    key_types,
    match,
    strongest,
)

__all__ = ["KnownHosts", "check_host_key"]

_LARGEST = 16 * 1024 * 1024


@dataclass(frozen=True)
class KnownHosts:
    """The texts of some ``known_hosts`` files, read once."""

    files: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, paths: Sequence[Path]) -> KnownHosts:
        """Read ``paths``. A file that is not there is empty; one that cannot be read is an error,
        because its ``@revoked`` lines might be what matters."""
        return cls(tuple((str(path), _text(path)) for path in paths))

    def key_types(self, host: Host) -> tuple[str, ...]:
        """The types of the keys known for ``host``."""
        found = (key_types(text, host.address, host.port) for _, text in self.files)
        return tuple(dict.fromkeys(kind for kinds in found for kind in kinds))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise InputError(
            f"{printable(str(path))} cannot be read: {error.strerror}", "mend its permissions"
        ) from None
    if len(content) > _LARGEST:
        raise InputError(f"{printable(str(path))} is larger than 16 MiB", "name another file")
    return content.decode("utf-8", "surrogateescape")


def check_host_key(host: Host, known: KnownHosts, key_type: str, key: bytes) -> None:
    """Return if ``key`` is the one of ``host``; raise ``IdentityError`` otherwise.

    A fingerprint in the inventory decides alone; only a ``@revoked`` line still counts against it.
    """
    results = [match(text, host.address, host.port, key_type, key) for _, text in known.files]
    index, found = strongest(results)
    if found.verdict is Verdict.REVOKED:
        raise _revoked(host, key_type, key, _place(known, index, found))
    if host.host_key is not None:
        if not hmac.compare_digest(_bare(host.host_key), _bare(fingerprint(key))):
            raise _changed(host, key_type, key, (host.host_key,), "the inventory")
    elif found.verdict is Verdict.CHANGED:
        raise _changed(host, key_type, key, found.expected, _place(known, index, found))
    elif found.verdict is Verdict.UNKNOWN:
        raise _unknown(host, key_type, key)


def _bare(text: str) -> bytes:
    return text.strip().rstrip("=").encode()


def _place(known: KnownHosts, index: int, found: Match) -> str:
    return f"{printable(known.files[index][0])} line {', '.join(map(str, found.lines))}"


def _seen(host: Host, key_type: str, key: bytes) -> str:
    return f"{host.name} ({host.address} port {host.port}) shows {key_type} {fingerprint(key)}"


def _unknown(host: Host, key_type: str, key: bytes) -> IdentityError:
    return IdentityError(
        f"the host key is not known: {_seen(host, key_type, key)}; no password was sent",
        "compare it with the key on the box's console (`ssh-keygen -lf` prints the same form), "
        f"then `cmsdeploy hosts trust {host.name}`",
    )


def _changed(
    host: Host, key_type: str, key: bytes, expected: tuple[str, ...], place: str
) -> IdentityError:
    wanted = " or ".join(printable(text, 120) for text in dict.fromkeys(expected))
    return IdentityError(
        f"the host key has changed: {_seen(host, key_type, key)}, and {place} expects {wanted}; "
        "no password was sent",
        "find out why: was the box installed anew? Compare with the key on its console "
        "(`ssh-keygen -lf`); only then take the old line out and "
        f"`cmsdeploy hosts trust {host.name}`",
    )


def _revoked(host: Host, key_type: str, key: bytes, place: str) -> IdentityError:
    return IdentityError(
        f"the host key is revoked: {_seen(host, key_type, key)}, and {place} revokes it; "
        "no password was sent",
        "somebody may hold the key of this box: give the box a new one on its console, look at it "
        f"there (`ssh-keygen -lf`), then `cmsdeploy hosts trust {host.name}`",
    )

"""BIND for these tests: a primary, a secondary, two views, a resolver, all on loopback."""

from __future__ import annotations

import base64
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.lab_dns.programs import Key, Place, program, short
from tests.ports import free_port

__all__ = ["DOMAIN", "KEY", "Server", "bind", "forwarding", "primary", "secondary", "two_views"]

DOMAIN = "tptac9.com"
KEY = Key("deploy.", b"0123456789abcdef0123456789abcdef")
_START_SECONDS = 20.0
_HEAD = (
    "$TTL 600\n"
    "@ IN SOA ns1 hostmaster 10 3600 600 86400 {negative}\n"
    "@ IN NS ns1\n"
    "ns1 IN A 127.0.0.1\n"
)


@dataclass(frozen=True)
class Server:
    """One running ``named``; ``folder`` holds its files and its log."""

    place: Place
    folder: Path
    more: tuple[Place, ...] = field(default=())

    @property
    def words(self) -> str:
        """As an inventory names it."""
        return f"{self.place.address}#{self.place.port}"


def zone_file(lines: Sequence[str], negative: int = 300) -> str:
    """A zone with its SOA and name server, and these lines."""
    return _HEAD.format(negative=negative) + "".join(f"{line}\n" for line in lines)


@contextmanager
def bind(
    folder: Path,
    configuration: str,
    places: Sequence[Place],
    probe: str,
) -> Iterator[Server]:
    """Run ``named``; ``probe`` is a zone that it has to answer for before anybody asks."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "named.conf").write_text(configuration)
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(
            [program("named"), "-g", "-n", "1", "-c", str(folder / "named.conf")],
            stdout=log, stderr=log, cwd=folder,
        )  # fmt: skip
    try:
        end = time.monotonic() + _START_SECONDS
        while not all(short(place, probe, "SOA") for place in places):
            if running.poll() is not None or time.monotonic() > end:
                pytest.fail(f"named does not answer:\n{(folder / 'log').read_text()}")
            time.sleep(0.05)
        yield Server(places[0], folder, tuple(places[1:]))
    finally:
        running.terminate()
        running.wait(_START_SECONDS)


def _place(address: str = "127.0.0.1") -> Place:
    return Place(address, free_port())


def _options(folder: Path, place: Place, more: str = "") -> str:
    return (
        f'options {{ directory "{folder}"; pid-file none; session-keyfile none; '
        f"listen-on port {place.port} {{ 127.0.0.1; }}; dnssec-validation no; {more} }};\n"
        "controls { };\n"
    )


def _key(key: Key) -> str:
    secret = base64.b64encode(key.secret).decode()
    return f'key "{key.name}" {{ algorithm {key.algorithm}; secret "{secret}"; }};\n'


@contextmanager
def primary(
    folder: Path,
    lines: Sequence[str] = (),
    negative: int = 300,
    key: Key = KEY,
) -> Iterator[Server]:
    """A primary of ``tptac9.com`` that ``key`` may update."""
    folder.mkdir(parents=True, exist_ok=True)
    place = _place()
    (folder / "zone").write_text(zone_file(lines, negative))
    configuration = (
        _key(key)
        + _options(folder, place, "recursion no; listen-on-v6 { none; }; notify no;")
        + f'zone "{DOMAIN}" {{ type primary; file "{folder}/zone"; check-names ignore; '
        f'allow-update {{ key "{key.name}"; }}; allow-transfer {{ any; }}; }};\n'
    )
    with bind(folder, configuration, [place], DOMAIN) as server:
        yield server


@contextmanager
def secondary(folder: Path, of: Server) -> Iterator[Server]:
    """A secondary that fetches once, when it starts, and is never told of a change."""
    folder.mkdir(parents=True, exist_ok=True)
    place = _place()
    configuration = _options(folder, place, "recursion no; listen-on-v6 { none; }; notify no;") + (
        f'zone "{DOMAIN}" {{ type secondary; file "{folder}/zone"; masterfile-format text; '
        f"primaries {{ 127.0.0.1 port {of.place.port}; }}; allow-notify {{ none; }}; "
        "min-refresh-time 86400; };\n"
    )
    with bind(folder, configuration, [place], DOMAIN) as server:
        yield server


@contextmanager
def two_views(folder: Path, inside: Sequence[str], outside: Sequence[str]) -> Iterator[Server]:
    """One server with two views: who comes by IPv4 sees the one, who comes by IPv6 the other."""
    folder.mkdir(parents=True, exist_ok=True)
    place = _place()
    (folder / "inside").write_text(zone_file(inside))
    (folder / "outside").write_text(zone_file(outside))
    views = "".join(
        f'view "{name}" {{ match-destinations {{ {address}; }}; recursion no; '
        f'zone "{DOMAIN}" {{ type primary; file "{folder}/{name}"; check-names ignore; '
        f'allow-update {{ key "{KEY.name}"; }}; }}; }};\n'
        for name, address in (("inside", "127.0.0.1"), ("outside", "::1"))
    )
    more = f"listen-on-v6 port {place.port} {{ ::1; }}; notify no;"
    configuration = _key(KEY) + _options(folder, place, more) + views
    with bind(folder, configuration, [place, Place("::1", place.port)], DOMAIN) as server:
        yield server


@contextmanager
def forwarding(folder: Path, to: Server) -> Iterator[Server]:
    """A resolver that asks ``to`` and remembers what it was told."""
    folder.mkdir(parents=True, exist_ok=True)
    place = _place()
    more = (
        "recursion yes; listen-on-v6 { none; }; forward only; empty-zones-enable no; "
        f"forwarders {{ 127.0.0.1 port {to.place.port}; }};"
    )
    with bind(folder, _options(folder, place, more), [place], DOMAIN) as server:
        yield server

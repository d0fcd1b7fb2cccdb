"""The programs that judge the lab's DNS: dig and nsupdate as clients, BIND's named as a referee."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ports import free_port

_PATH = os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/usr/local/sbin", "/sbin"])
_PACKAGES = {"dig": "bind9-dnsutils", "nsupdate": "bind9-dnsutils", "named": "bind9"}
_START_SECONDS = 20.0


def program(name: str) -> str:
    """The path of a program; a missing one fails the test, with the package that has it."""
    found = shutil.which(name, path=_PATH)
    if not found:
        pytest.fail(f"{name} is missing: apt-get install {_PACKAGES[name]}")
    return found


@dataclass(frozen=True)
class Place:
    """A name server to ask."""

    address: str
    port: int


def dig(place: Place, *words: str) -> str:
    """What dig prints, without the lines that change."""
    done = subprocess.run(
        [program("dig"), f"@{place.address}", "-p", str(place.port), "+time=2", "+tries=1", *words],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    return done.stdout


def short(place: Place, *words: str) -> list[str]:
    """The data of the answers, sorted."""
    lines = dig(place, "+short", *words).splitlines()
    return sorted(line for line in lines if not line.startswith(";"))


def status(place: Place, *words: str) -> str:
    """The response code as dig names it."""
    text = dig(place, *words)
    return text.split("status: ")[1].split(",")[0] if "status: " in text else text


def transferred(place: Place, zone: str) -> list[str]:
    """All records of a zone by AXFR, sorted, blanks made one, the SOA once.

    Names in lower case: which of two spellings of one name is kept is nobody's promise.
    """
    lines = dig(place, "+onesoa", "+nocmd", "+nostats", "+nocomments", zone, "AXFR").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith(";")]
    return sorted(
        " ".join(
            word if row[3] == "TXT" and place > 3 else word.lower()
            for place, word in enumerate(row)
        )
        for row in rows
    )


@dataclass(frozen=True)
class Key:
    """A TSIG key in clear, made for a test."""

    name: str
    secret: bytes
    algorithm: str = "hmac-sha256"

    @property
    def words(self) -> str:
        """As nsupdate's -y wants it."""
        return f"{self.algorithm}:{self.name}:{base64.b64encode(self.secret).decode()}"


def nsupdate(place: Place, lines: list[str], key: Key | None) -> str:
    """Send one update over TCP and give the response code or what nsupdate complains of."""
    text = "\n".join([f"server {place.address} {place.port}", *lines, "send", "answer", ""])
    signed = ["-y", key.words] if key else []
    done = subprocess.run(
        [program("nsupdate"), "-v", "-t", "5", *signed], input=text,
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    return said.split("status: ")[1].split(",")[0] if "status: " in said else said.strip()


@contextmanager
def named(folder: Path, zones: dict[str, str], key: Key) -> Iterator[Place]:
    """Run BIND with these zones, which the key may update and everybody may transfer."""
    # named listens on the very addresses of the interfaces only, not on others of 127/8.
    place = Place("127.0.0.1", free_port())
    (folder / "named.conf").write_text(_configuration(folder, place, zones, key))
    for zone, text in zones.items():
        (folder / f"{zone}zone").write_text(text)
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(
            [program("named"), "-g", "-n", "1", "-c", str(folder / "named.conf")],
            stdout=log, stderr=log, cwd=folder,
        )  # fmt: skip
    try:
        _await(running, place, next(iter(zones)), folder)
        yield place
    finally:
        running.terminate()
        running.wait(_START_SECONDS)


def _await(running: subprocess.Popen[bytes], place: Place, zone: str, folder: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while not short(place, zone, "SOA"):
        if running.poll() is not None or time.monotonic() > end:
            pytest.fail(f"named does not answer:\n{(folder / 'log').read_text()}")
        time.sleep(0.1)


def _configuration(folder: Path, place: Place, zones: dict[str, str], key: Key) -> str:
    listed = "".join(
        f'zone "{zone}" {{ type primary; file "{folder}/{zone}zone"; check-names ignore; '
        f'allow-update {{ key "{key.name}"; }}; allow-transfer {{ any; }}; notify no; '
        "};\n"
        for zone in zones
    )
    secret = base64.b64encode(key.secret).decode()
    return (
        f'key "{key.name}" {{ algorithm {key.algorithm}; secret "{secret}"; }};\n'
        f'options {{ directory "{folder}"; pid-file none; session-keyfile none; recursion no; '
        f"listen-on port {place.port} {{ {place.address}; }}; listen-on-v6 {{ none; }}; "
        "dnssec-validation no; minimal-responses no; };\n"
        "controls { };\n"
        f"{listed}"
    )

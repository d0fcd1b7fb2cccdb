"""C3: never looser than OpenSSH. Its look-up tool and its client are the referees."""

from __future__ import annotations

import base64
import random
import re
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cmsdeploy.errors import IdentityError
from cmsdeploy.transport.host_key import KnownHosts
from cmsdeploy.transport.known_hosts import entries_for
from cmsdeploy.transport.ssh import connect
from tests.promises.numbers import reached
from tests.transport.sshd import KINDS, Sshd, make_key, public_key, sshd
from tests.transport.test_known_hosts import PATTERNS, _hashed

NAMES = ("cb1", "cb2", "cb1.example.com", "10.1.1.1", "[cb1]:2222")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with sshd(tmp_path_factory.mktemp("verdicts") / "server") as running:
        make_key(running.folder / "other_ed25519")
        yield running


def _spelled(path: Path) -> str:
    key_type, key = public_key(path)
    return f"{key_type} {base64.b64encode(key).decode()}"


def _names(chance: random.Random, token: str) -> str:
    host, _, port = token.strip("[").partition("]:")
    listed = [
        token, token.upper(), "*", f"[{host}]:*", "[*]:" + (port or "22"), f"!{token}", host,
        f"*,!{token}", f"[127.0.0.?]:{port}", _hashed(token), _hashed(token) + "x", _hashed(host),
        f"{token},other", f"other,{token}", f",{token}", f"{token},", f"[{host}]:{port}0", "!*",
        f" {token}", f"\t{token}", f"{token}\x00", f"{token}é",
    ]  # fmt: skip
    return chance.choice([*listed, token, token, chance.choice(PATTERNS)])


def _line(chance: random.Random, token: str, keys: list[str]) -> str:
    marker = chance.choice(["", "", "", "", "", "@revoked ", "@cert-authority ", "@revoked\t"])
    marker = chance.choice([marker, marker, marker, "@Revoked ", "@ revoked ", " @revoked "])
    key = chance.choice(keys)
    key = chance.choice(
        [key, key, key, key, key[:-3], key.replace(" ", "  "), key + "=", key.upper()]
    )
    rest = chance.choice(["", "", " comment", " # x", "\r", " " * 40])
    blank = chance.choice([" ", "\t", "  "])
    return f"{marker}{_names(chance, token)}{blank}{key}{rest}"


def _file(seed: int, token: str, keys: list[str]) -> bytes:
    chance = random.Random(seed)
    lines = [_line(chance, token, keys) for _ in range(chance.randint(1, 6))]
    end = chance.choice(["\n", "\n", "\n", "\r\n", "\r"])
    text = chance.choice(["", "", "", "\ufeff", "\n\n"]) + end.join(lines)
    text += chance.choice([end, end, "", "\\"])
    content = text.encode()
    if chance.random() < 0.1:
        place = chance.randrange(len(content))
        content = content[:place] + chance.choice([b"\xff", b"\x00", b"\xc3"]) + content[place:]
    return content[: chance.randint(1, len(content))] if chance.random() < 0.1 else content


def _is_taken_by_ssh(server: Sshd, known: Path) -> bool:
    done = subprocess.run(
        ["ssh", "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes",
         "-o", f"UserKnownHostsFile={known}", "-o", "GlobalKnownHostsFile=/dev/null",
         "-o", "UpdateHostKeys=no", "-o", "IdentitiesOnly=yes", "-i", str(server.folder / "user"),
         "-p", str(server.port), "127.0.0.1", "true"],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    return done.returncode == 0


def _is_taken_by_us(server: Sshd, known: Path) -> bool:
    try:
        connect(server.host(), known_hosts=[known]).close()
    except IdentityError:
        return False
    return True


def _verdicts(server: Sshd, folder: Path, seeds: range) -> tuple[list[int], list[int], int]:
    """Seeds where we are looser, those where we are stricter, and how many both took."""
    keys = [_spelled(server.folder / f"host_{kind}") for kind in KINDS]
    keys += [_spelled(server.folder / "other_ed25519"), keys[0], keys[0]]
    token, looser, stricter, both = f"[127.0.0.1]:{server.port}", [], [], 0
    for seed in seeds:
        known = folder / f"known{seed}"
        known.write_bytes(_file(seed, token, keys))
        ours = _is_taken_by_us(server, known)
        # Where we refuse nobody can be looser; the client is asked only about what we take, and
        # about every fourth of the rest, to know how much stricter we are.
        if not ours and seed % 4:
            continue
        theirs = _is_taken_by_ssh(server, known)
        looser += [seed] if ours and not theirs else []
        stricter += [seed] if theirs and not ours else []
        both += ours and theirs
    return looser, stricter, both


MANY = pytest.param(range(1000, 1600), marks=[pytest.mark.long, pytest.mark.timeout(1500)])


@pytest.mark.parametrize("seeds", [range(40), MANY], ids=str)
def test_no_file_makes_us_looser_than_ssh(server: Sshd, tmp_path: Path, seeds: range) -> None:
    """The whole way: the same file, the same server, and both log in or do not."""
    looser, stricter, both = _verdicts(server, tmp_path, seeds)
    assert looser == []
    assert both >= len(seeds) // 8
    assert len(stricter) <= len(seeds) // 4, stricter
    reached("C3", f"{len(seeds)} verdicts: looser 0, stricter {len(stricter)}, both took {both}")


def test_a_key_that_has_changed_is_not_hidden_by_another_that_is_right(
    server: Sshd, tmp_path: Path
) -> None:
    """The RSA key is right and stands first; the Ed25519 key, which OpenSSH prefers, is another."""
    token, known = f"[127.0.0.1]:{server.port}", tmp_path / "known"
    lines = [f"{token} {_spelled(server.folder / name)}" for name in ("host_rsa", "other_ed25519")]
    known.write_text(lines[0] + "\n")
    assert (_is_taken_by_us(server, known), _is_taken_by_ssh(server, known)) == (True, True)
    known.write_text("\n".join(lines) + "\n")
    assert (_is_taken_by_us(server, known), _is_taken_by_ssh(server, known)) == (False, False)


def _found_by_openssh(path: Path, token: str) -> list[tuple[int, str]]:
    said = subprocess.run(
        ["ssh-keygen", "-l", "-F", token, "-f", str(path)],
        check=False, capture_output=True, text=True, errors="replace",
    ).stdout  # fmt: skip
    lines = re.findall(r"^# Host .* found: line (\d+) ?(.*)$", said, re.MULTILINE)
    return [(int(number), mark.strip()) for number, mark in lines]


MARKS = {"": "", "@revoked": "REVOKED", "@cert-authority": "CA"}


def _looked_up(
    seeds: Sequence[int], folder: Path, keys: list[str]
) -> tuple[list[object], list[object]]:
    """One file of the pieces of ``seeds``, and one name: lines that count with us and not with
    them, and revocations that we lose."""
    seed = seeds[0]
    token = NAMES[seed % len(NAMES)]
    path = folder / f"known{seed}"
    path.write_bytes(b"".join(_file(each, token, keys) for each in seeds))
    host, _, port = token.strip("[").partition("]:")
    ((_, text),) = KnownHosts.of([path]).files
    ours = [(e.number, MARKS[e.marker]) for e in entries_for(text, host, int(port or 22))]
    theirs = _found_by_openssh(path, token)
    path.unlink()
    looser: list[object] = [(seed, each) for each in ours if not each[1] and each not in theirs]
    lost: list[object] = [
        (seed, each) for each in theirs if each[1] == "REVOKED" and each not in ours
    ]
    return looser, lost


# Each piece is a file in the default run. In the long one most are put together by twenty-one, or
# a hundred thousand of their processes would take longer than all that they are asked.
_SINGLE = [(seed,) for seed in range(250)]
_PIECES = range(10_000, 108_000)
_MANY = [
    *((seed,) for seed in range(1000, 3000)),
    *(_PIECES[at : at + 21] for at in range(0, len(_PIECES), 21)),
]


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("files", [_SINGLE, pytest.param(_MANY, marks=pytest.mark.long)], ids=len)
def test_no_line_counts_that_openssh_does_not_find(
    server: Sshd, tmp_path: Path, files: list[Sequence[int]]
) -> None:
    """A plain line that counts with us is one of theirs; a revocation of theirs is never lost."""
    keys = [_spelled(server.folder / f"host_{kind}") for kind in KINDS]
    # Most of the time is that of their process: two are asked side by side.
    with ThreadPoolExecutor(max_workers=2) as pool:
        found = list(pool.map(lambda seeds: _looked_up(seeds, tmp_path, keys), files))
    assert [each for looser, _ in found for each in looser] == []
    assert [each for _, lost in found for each in lost] == []
    pieces = sum(map(len, files))
    told = f"{pieces} look-ups in {len(files)} files" if pieces > len(files) else f"{pieces} files"
    reached("C3", f"{told}: looser 0, lost revocations 0, crashes 0")

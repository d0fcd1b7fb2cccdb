"""known_hosts by tables, and against OpenSSH's own reader on generated files."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import random
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmsdeploy.transport.known_hosts import (
    Match,
    Verdict,
    append_line,
    entries_for,
    fingerprint,
    key_types,
    line_for,
    match,
    strongest,
    warnings,
)


def _key(kind: str, content: bytes) -> bytes:
    parts = [kind.encode(), content]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _spelled(key: bytes) -> str:
    return base64.b64encode(key).decode()


ED = "ssh-ed25519"
ECDSA = "ecdsa-sha2-nistp256"
ONE = _key(ED, b"1" * 32)
TWO = _key(ED, b"2" * 32)
OTHER = _key(ECDSA, b"3" * 65)
ONE_LINE = f"{ED} {_spelled(ONE)}"


def _hashed(token: str, salt: bytes = b"s" * 20) -> str:
    digest = hmac.new(salt, token.encode(), hashlib.sha1).digest()
    return f"|1|{_spelled(salt)}|{_spelled(digest)}"


KNOWN = {
    "plain": "cb1 {}",
    "one of a list": "x,cb1,y {}",
    "upper case": "CB1 {}",
    "star": "*1 {}",
    "only a star": "* {}",
    "question mark": "c?1 {}",
    "stars": "c**1 {}",
    "negation of another": "*,!cb2 {}",
    "hashed": _hashed("cb1") + " {}",
    "comment": "cb1 {} admin@host with blanks",
    "leading blanks and tabs": " \t cb1\t {}",
    "carriage return": "cb1 {}\r",
    "behind bad lines": "garbage\n@nonsense cb1 {}\n# cb1\n\ncb1 {}",
    "behind another key": f"cb1 {ED} {_spelled(TWO)}\ncb1 {{}}",
    "with another host revoked": f"@revoked cb2 {ONE_LINE}\ncb1 {{}}",
    "with another key revoked": f"@revoked * {ED} {_spelled(TWO)}\ncb1 {{}}",
}
UNKNOWN = {
    "empty": "",
    "another host": "cb2 {}",
    "negated": "*,!cb1 {}",
    "negated first": "!cb1,* {}",
    "only negated": "!cb2 {}",
    "longer": "cb11 {}",
    "shorter": "cb {}",
    "another port": "[cb1]:2222 {}",
    "default port in brackets": "[cb1]:22 {}",
    "commented": "#cb1 {}",
    "certificate authority": "@cert-authority * {}",
    "hash of another": _hashed("cb2") + " {}",
    "hash with a short salt": _hashed("cb1", b"short") + " {}",
    "hash in a list": _hashed("cb1") + ",cb1 {}",
    "hash with bad base64": "|1|====|==== {}",
    "hash of another kind": _hashed("cb1").replace("|1|", "|2|") + " {}",
    "unknown marker": "@trusted cb1 {}",
    "two markers": "@revoked @cert-authority cb1 {}",
    "byte order mark": "\ufeffcb1 {}",
    "no key": f"cb1 {ED}",
    "bad base64": f"cb1 {ED} AAAA!",
    "padding too long": "cb1 {}=",
    "zero byte behind the host": "cb1\0 {}",
    "bytes that are no text": "cb1 ssh-\udcff {}",
    "cut key": f"cb1 {ED} {_spelled(ONE[:-1])}",
    "another type in front": f"cb1 {ECDSA} {_spelled(ONE)}",
    "old format with numbers": "cb1 1024 35 1234567890",
}


@pytest.mark.parametrize("name", KNOWN)
def test_known(name: str) -> None:
    """The last line is the one that counts."""
    text = KNOWN[name].format(*[ONE_LINE] * 2)
    found = match(text, "cb1", 22, ED, ONE)
    assert found == Match(Verdict.KNOWN, (text.count("\n") + 1,))


@pytest.mark.parametrize("name", UNKNOWN)
def test_unknown(name: str) -> None:
    """Nothing speaks of this host and this key."""
    text = UNKNOWN[name].replace("{}", ONE_LINE)
    assert match(text, "cb1", 22, ED, ONE) == Match(Verdict.UNKNOWN)


def test_changed_names_what_was_expected() -> None:
    """Another key, and another type of key, for all pairs of types."""
    text = f"cb1 {ED} {_spelled(TWO)}\ncb1 {ECDSA} {_spelled(OTHER)}\n"
    expected = (fingerprint(TWO), fingerprint(OTHER))
    assert match(text, "cb1", 22, ED, ONE) == Match(Verdict.CHANGED, (1, 2), expected)
    kinds = [ED, ECDSA, "ssh-rsa", "ecdsa-sha2-nistp384"]
    for known in kinds:
        for shown in kinds:
            line = line_for("cb1", 22, known, _key(known, b"k" * 32))
            verdict = match(line, "cb1", 22, shown, _key(shown, b"k" * 32)).verdict
            assert verdict is (Verdict.KNOWN if known == shown else Verdict.CHANGED)


def test_revoked_outweighs_known() -> None:
    """In whatever order, in whatever file."""
    lines = [f"@revoked * {ONE_LINE}", f"cb1 {ONE_LINE}"]
    assert match("\n".join(lines), "cb1", 22, ED, ONE) == Match(Verdict.REVOKED, (1,))
    assert match("\n".join(reversed(lines)), "cb1", 22, ED, ONE) == Match(Verdict.REVOKED, (2,))
    files = [match(line, "cb1", 22, ED, ONE) for line in reversed(lines)]
    assert strongest(files) == (1, Match(Verdict.REVOKED, (1,)))


def test_strongest_of_nothing_is_unknown() -> None:
    """And known in one file is known."""
    assert strongest([])[1].verdict is Verdict.UNKNOWN
    changed, known = Match(Verdict.CHANGED, (1,)), Match(Verdict.KNOWN, (2,))
    assert strongest([Match(Verdict.UNKNOWN), changed, known]) == (2, known)


def test_ports_are_other_servers() -> None:
    """A line for one port says nothing about another."""
    text = f"[cb1]:2222 {ONE_LINE}\n"
    assert match(text, "cb1", 2222, ED, ONE).verdict is Verdict.KNOWN
    assert match(text, "CB1", 2222, ED, ONE).verdict is Verdict.KNOWN
    assert match(f"cb1 {ONE_LINE}", "cb1", 2222, ED, ONE).verdict is Verdict.UNKNOWN
    assert line_for("CB1", 2222, ED, ONE) == f"[cb1]:2222 {ONE_LINE}"


def test_key_types_of_plain_lines_only() -> None:
    """What the server is asked for first."""
    text = (
        f"cb1 {ECDSA} {_spelled(OTHER)}\n@cert-authority * {ONE_LINE}\n"
        f"cb1 {ECDSA} {_spelled(OTHER)}\ncb2 {ONE_LINE}\n"
    )
    assert key_types(text, "cb1", 22) == (ECDSA,)


def test_bad_lines_are_named() -> None:
    """By number; they never stop the reading of the others."""
    text = f"\ufeffcb0 {ONE_LINE}\n@odd cb1 {ONE_LINE}\ncb1\n# fine\ncb1 {ED} AAAA\ncb1 {ONE_LINE}"
    found = warnings(text)
    assert [re.findall(r"line (\d+)", warning)[0] for warning in found] == ["1", "2", "3", "5"]


def test_a_pattern_of_stars_is_matched_at_once() -> None:
    """No pattern takes longer than its length times the name's."""
    pattern = "*a" * 400 + "b"
    assert match(f"{pattern} {ONE_LINE}", "a" * 250, 22, ED, ONE).verdict is Verdict.UNKNOWN


@given(st.text(), st.text())
def test_any_text_is_read(text: str, host: str) -> None:
    """No file makes the reader fail, and none makes a key known that it does not hold."""
    assert match(text, host, 22, ED, ONE).verdict is Verdict.UNKNOWN
    warnings(text)


def test_appending(tmp_path: Path) -> None:
    """Born 0600 whatever the mask; lines that are there stay, torn ends are mended."""
    path = tmp_path / "new" / "known_hosts"
    before = os.umask(0)
    try:
        append_line(path, line_for("cb1", 22, ED, ONE))
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    path.write_text("# torn")
    append_line(path, line_for("cb1", 22, ED, ONE))
    assert path.read_text() == f"# torn\ncb1 {ONE_LINE}\n"


# -- the referee -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Real keys, as type and base64."""
    folder = tmp_path_factory.mktemp("keys")
    found = []
    for kind in ("ed25519", "ecdsa", "rsa"):
        path = folder / kind
        command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path)]
        subprocess.run(command, check=True)
        found.append(" ".join(path.with_suffix(".pub").read_text().split()[:2]))
    return found


def test_fingerprints_are_those_of_ssh_keygen(keys: list[str], tmp_path: Path) -> None:
    """For each kind of key."""
    for number, key in enumerate(keys):
        path = tmp_path / f"{number}.pub"
        path.write_text(key + "\n")
        said = subprocess.run(
            ["ssh-keygen", "-lf", str(path)], check=True, capture_output=True, text=True
        ).stdout
        assert said.split()[1] == fingerprint(base64.b64decode(key.split()[1]))


NAMES = ["cb1", "CB1", "cb2", "cb1.example.com", "10.1.1.1", "fe80::1"]
PATTERNS = [
    *NAMES, "cb?", "cb*", "*", "*.example.com", "10.1.1.*", "!cb1", "!cb*", "[cb1]:2222",
    "[cb1]:22", "[*]:2222", "[cb?]:*", "", "*1", "c*b*1*", "??1", "!", ",", "[CB1]:2222",
]  # fmt: skip


def _random_line(chance: random.Random, keys: list[str]) -> str:
    def hashed() -> str:
        token = chance.choice(["cb1", "cb2", "[cb1]:2222", "10.1.1.1"])
        salt = chance.randbytes(chance.choice([20, 20, 20, 19]))
        return _hashed(token, salt) + chance.choice(["", "", "x"])

    listed = ",".join(chance.choices(PATTERNS, k=chance.randint(1, 4)))
    hosts = hashed() if chance.random() < 0.3 else listed
    marker = chance.choice(["", "", "", "", "@revoked ", "@cert-authority ", "@odd ", "@revoked"])
    blank = chance.choice([" ", " ", "\t", "  "])
    rest = chance.choice(["", " comment", " two words", "\t"])
    return chance.choice(
        [f"{marker}{hosts}{blank}{chance.choice(keys)}{rest}"] * 8
        + [f"#{hosts} {keys[0]}", "", "   ", "garbage", f"  {hosts} {keys[0]}", f"{hosts} ssh-rsa"]
    )


@pytest.mark.parametrize("seed", range(40))
def test_lines_found_are_those_that_openssh_finds(
    seed: int, keys: list[str], tmp_path: Path
) -> None:
    """240 look-ups: the same lines, with the same markers."""
    chance = random.Random(seed)
    text = "\n".join(_random_line(chance, keys) for _ in range(30)) + "\n"
    path = tmp_path / "known_hosts"
    path.write_text(text)
    for host, port in [*[(name, 22) for name in NAMES[:5]], ("cb1", 2222)]:
        wanted = f"[{host}]:{port}" if port != 22 else host
        # OpenSSH's client lowers the name before it looks; its look-up tool leaves that to us.
        said = subprocess.run(
            ["ssh-keygen", "-l", "-F", wanted.lower(), "-f", str(path)],
            check=False, capture_output=True, text=True,
        ).stdout  # fmt: skip
        theirs = re.findall(r"^# Host .* found: line (\d+) ?(.*)$", said, re.MULTILINE)
        words = {"": "", "@revoked": "REVOKED", "@cert-authority": "CA"}
        ours = [(str(e.number), words[e.marker]) for e in entries_for(text, host, port)]
        assert ours == [(number, mark.strip()) for number, mark in theirs], (host, text)


def test_what_openssh_takes_for_revoked_is_revoked() -> None:
    """A zero byte ends its strings, and it skips carriage returns inside a key."""
    for line in (f"@revoked cb1\0 {ONE_LINE}", f"@revoked cb1 {ONE_LINE}\0", "@revoked * {}\r\r x"):
        text = line.format(ONE_LINE) + f"\ncb1 {ONE_LINE}\n"
        assert match(text, "cb1", 22, ED, ONE).verdict is Verdict.REVOKED, line


def test_a_tab_behind_a_marker_counts_with_us() -> None:
    """OpenSSH wants a blank there and drops the line; a key that somebody revoked stays revoked."""
    text = f"@revoked\tcb1 {ONE_LINE}\ncb1 {ONE_LINE}"
    assert match(text, "cb1", 22, ED, ONE).verdict is Verdict.REVOKED

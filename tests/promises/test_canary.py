"""The search finds what it looks for, or its silence would mean nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest

from tests.promises.canary import AWKWARD, ENCODINGS, canary, found, of_files, traces
from tests.promises.numbers import FILE, reached
from tests.transport.environment import environment


def test_every_encoding_of_every_kind_is_found() -> None:
    """17 encodings of a plain, an awkward and a long secret: planted in a text, and seen."""
    assert len(ENCODINGS) == 17
    key = "-----BEGIN PRIVATE KEY-----\n" + "\n".join(canary(64) for _ in range(26))
    for secret in (canary(), AWKWARD, key, "ab1"):
        for name, spellings in traces(secret).items():
            for spelling in spellings:
                text = f"before {spelling} after"
                assert any(f"as {name} in" in hit for hit in found({"x": secret}, {"log": text}))


def test_a_secret_inside_a_longer_text_is_found_in_base64() -> None:
    """At each of the three places where it may begin."""
    secret = canary()
    for before in ("", "a", "ab", "user:"):
        text = base64.b64encode(f"{before}{secret} and more".encode()).decode()
        assert "x as base64 in header" in found({"x": secret}, {"header": text}), before


@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256", "sha512"])
def test_a_digest_is_found(kind: str) -> None:
    """Eight letters of it are enough."""
    secret = canary()
    digest = hashlib.new(kind, secret.encode()).hexdigest()
    assert found({"x": secret}, {"plan": digest[:12]}) == ["x as digest in plan"]


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    """Other secrets, and the fixed text of a redactor."""
    (tmp_path / "log").write_text(f"Secret : <redacted> {canary()}")
    assert found({"x": canary(), "y": AWKWARD}, of_files([tmp_path])) == []
    assert found({"x": "log"}, of_files([tmp_path], but=[tmp_path])) == []


def test_a_number_is_kept(tmp_path: Path) -> None:
    """Where a file is named."""
    with environment(**{FILE: str(tmp_path / "numbers")}):
        reached("A1", "0 hits")
    record = json.loads((tmp_path / "numbers").read_text())
    assert (record["row"], record["number"]) == ("A1", "0 hits")
    assert record["test"].endswith("test_canary.py::test_a_number_is_kept")

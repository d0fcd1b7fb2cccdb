"""Signed updates: every way in which a key can be wrong, in words of its own (promises G2, F4)."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import dns.tsig
import pytest

from cmsdeploy.errors import HostError
from cmsdeploy.model.records import RecordSet, Update, UpdateKey
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.session.naming import Namer
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.transport.dns import DnsNames
from tests.dns.bind import DOMAIN, KEY, Server, primary
from tests.dns.material import Person, key_of, parameters
from tests.lab_dns.programs import Key, short

ROOT = Path(__file__).parent.parent.parent
CANARY = b"kanarienvogelkanarienvogelkanari"
WRONG = {
    "no key": (None, "takes no unsigned update"),
    "wrong secret": (Key("deploy.", CANARY), "the secret of the key deploy. is not the one"),
    "wrong name": (Key("depoly.", KEY.secret), "knows no key called depoly."),
    "wrong algorithm": (
        Key("deploy.", KEY.secret, "hmac-sha512"),
        "has the key deploy. for hmac-sha256, and not for hmac-sha512",
    ),
}
OFFSETS = {"clock ahead": (3600, "ahead of"), "clock behind": (-1800, "behind")}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with primary(tmp_path_factory.mktemp("signed")) as running:
        yield running


def _said(server: Server, key: Key | None) -> str:
    given = parameters(server.words, key=key_of(key) if key else None)
    report = Person(given).apply()
    assert short(server.place, f"cb1.{DOMAIN}", "A") == []
    return str(report.errors["cb1"])


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_key_has_its_own_message(server: Server, name: str) -> None:
    """G2, four of six."""
    key, words = WRONG[name]
    said = _said(server, key)
    assert words in said
    assert "\n  next: " in said
    assert [other for other in WRONG if other != name and WRONG[other][1] in said] == []


@pytest.mark.parametrize("name", OFFSETS)
def test_a_wrong_clock_is_told_with_its_offset(server: Server, name: str) -> None:
    """G2, five and six of six: the server's clock is in its answer. Our process has the other
    time: what BIND is made of does not live with a clock that is put wrong."""
    offset, side = OFFSETS[name]
    faketime = shutil.which("faketime")
    if not faketime:
        pytest.fail("faketime is missing: apt-get install faketime")
    done = subprocess.run(
        [faketime, "-f", f"{-offset:+}s", sys.executable, "-m", "tests.dns.one_update"],
        input=server.words, capture_output=True, text=True, timeout=60, check=False,
        cwd=ROOT, env={"PATH": os.environ["PATH"], "FAKETIME_DONT_FAKE_MONOTONIC": "1"},
    )  # fmt: skip
    said = done.stdout
    assert f"seconds {side} ours" in said, done.stderr
    seconds = int(said.split("its clock is ")[1].split()[0])
    assert abs(seconds - abs(offset)) <= 2
    assert short(server.place, f"cb1.{DOMAIN}", "A") == []


def test_a_key_that_may_not_update_is_told_so(server: Server) -> None:
    """A zone that is not the server's, and a name that is not in the zone."""
    names = Namer(DnsNames(), Redactor())
    key = UpdateKey("deploy.", "hmac-sha256", SecretRef("tsig/deploy"))
    secret = key_of(KEY)["secret"]
    assert isinstance(secret, Secret)
    for zone, name, words in (
        ("example.net.", "a.example.net.", "is not responsible for the zone"),
        (f"{DOMAIN}.", "a.example.net.", "the name is not in the zone"),
    ):
        after = RecordSet(name, "A", 60, ("10.0.0.1",))
        with pytest.raises(HostError, match=words):
            names.change(Update(server.words, zone, None, after, key), {key.secret: secret})


def _texts(error: BaseException) -> str:
    """All that a report of a crash could hold, values of locals included."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(told.format()) + repr(error) + repr(error.__context__) + repr(error.__cause__)


@pytest.mark.parametrize("algorithm", ["hmac-sha256", "hmac-sha512", "hmac-unknown"])
@pytest.mark.parametrize("name", ["deploy.", "other.", "not a name" * 30])
def test_the_key_is_in_no_exception_and_in_no_log(
    server: Server, algorithm: str, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """F4: a key of the library shows its secret when it is printed."""
    assert "a2FuYXJpZW52" in repr(dns.tsig.Key("x.", CANARY))
    caplog.set_level(logging.DEBUG)
    key = UpdateKey(name, algorithm, SecretRef("tsig/canary"))
    secret = Secret("a2FuYXJpZW52b2dlbGthbmFyaWVudm9nZWxrYW5hcmk=")
    names = DnsNames()
    after = RecordSet(f"x.{DOMAIN}.", "A", 60, ("10.0.0.1",))
    with pytest.raises(HostError) as caught:
        Namer(names, Redactor()).change(
            Update(server.words, f"{DOMAIN}.", None, after, key), {key.secret: secret}
        )
    text = _texts(caught.value) + caplog.text + repr(vars(names))
    assert [one for one in ("a2FuYXJpZW52", "kanarienvogel", CANARY.hex()) if one in text] == []


def test_the_canary_test_finds_a_planted_leak() -> None:
    """A local that holds the library's key is seen by the test above."""
    key = dns.tsig.Key("x.", CANARY)
    with pytest.raises(ValueError, match="x") as caught:
        raise ValueError(key.name.to_text())
    assert "a2FuYXJpZW52" in _texts(caught.value)

"""The ports of an XMPP server on loopback, with openssl as the client."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from cmsdeploy.lab import Lab, LabBox
from cmsdeploy.lab.wire.faults import Fault

from .client import two_boxes
from .material import configure, issued, said

STARTTLS = ("-starttls", "xmpp", "-xmpphost", "tptac9.com")
TLS: tuple[str, ...] = ()


@contextmanager
def _lab(switches: Mapping[str, str] | None = None) -> Iterator[Lab]:
    with two_boxes(switches) as lab:
        with lab.lock:
            configure(lab.world.boxes["cb1"])
            said(lab.world.boxes["cb1"], "xmpp enable")
        yield lab


def _asked(box: LabBox, port: int, *words: str, seconds: float = 10) -> str:
    """What openssl prints of the certificates at a port."""
    place = f"{box.address}:{box.xmpp_ports[port]}"
    try:
        done = subprocess.run(
            ["openssl", "s_client", "-connect", place, "-showcerts", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "silence"
    return done.stdout


def _is_shown(text: str, leaf: bytes) -> bool:
    return leaf.decode().strip() in text


@pytest.mark.parametrize(
    ("switches", "port", "words"),
    [
        ({}, 5222, STARTTLS),
        ({"client-port": "tls"}, 5222, TLS),
        ({}, 5223, TLS),
        ({"component-port": "starttls"}, 5223, STARTTLS),
        ({"server-port": "starttls"}, 5269, STARTTLS),
    ],
)
def test_a_port_presents_leaf_and_bundle(
    switches: Mapping[str, str], port: int, words: tuple[str, ...]
) -> None:
    """In every position of the switches, to a client that was not written for it."""
    with _lab(switches) as lab:
        text = _asked(lab.boxes["cb1"], port, *words)
        assert _is_shown(text, issued("xmpp.tptac9.com", "Test Root").certificate)
        assert _is_shown(text, issued("Test Root", is_authority=True).certificate)
        other = TLS if words else STARTTLS
        assert "BEGIN CERTIFICATE" not in _asked(lab.boxes["cb1"], port, *other, seconds=0.5)


def test_the_certificate_is_the_one_of_the_last_start() -> None:
    """Changed on the disk, then restarted, then stopped."""
    with _lab() as lab:
        box, pair = lab.boxes["cb1"], issued("renewed", "Test Root")
        with lab.lock:
            box.box.write_file("node.key", pair.key)
            box.box.write_file("node.cer", pair.certificate)
        assert not _is_shown(_asked(box, 5223), pair.certificate)
        with lab.lock:
            said(box.box, "xmpp restart")
        assert _is_shown(_asked(box, 5223), pair.certificate)
        with lab.lock:
            said(box.box, "xmpp disable")
        assert "BEGIN CERTIFICATE" not in _asked(box, 5223)


@pytest.mark.parametrize("kind", ["refuse", "garbage", "hang", "drop-before"])
def test_troubles_of_a_port(kind: str) -> None:
    """None of them shows a certificate, and the next connection does."""
    with _lab() as lab:
        box = lab.boxes["cb1"]
        lab.faults("cb1").add(Fault(kind, "xmpp connect 5222"))
        said_then = _asked(box, 5222, *STARTTLS, seconds=0.5)
        assert "BEGIN CERTIFICATE" not in said_then
        lab.faults("cb1").clear()
        assert "BEGIN CERTIFICATE" in _asked(box, 5222, *STARTTLS)
        assert "server-port" in lab.world.switches
        assert set(box.xmpp_ports) == {5222, 5223}

"""The first packet of an SSH server, and what we ask it for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmsdeploy.transport.negotiation import (
    Offer,
    algorithms_of,
    first_of,
    missing,
    parse_offer,
)
from cmsdeploy.transport.pacing import Pacing


def _payload(*lists: str) -> bytes:
    body = b"".join(len(text).to_bytes(4, "big") + text.encode() for text in lists)
    return bytes([20]) + b"c" * 16 + body


WHOLE = _payload(
    "kex1,kex2", "ssh-ed25519,rsa-sha2-512,ssh-rsa", "aes", "aes", "mac", "mac", "none"
)


def test_lists_are_read() -> None:
    """By our names, the server's order kept."""
    offer = parse_offer(WHOLE)
    assert offer.lists["kex"] == ("kex1", "kex2")
    assert offer.lists["ciphers"] == ("aes",)
    assert offer.key_types == ("ssh-ed25519", "ssh-rsa")


def test_kinds_of_keys_are_spelled_as_in_known_hosts() -> None:
    """All ways to sign with RSA are one kind; certificates are none."""
    offer = Offer({"keys": ("rsa-sha2-256", "ssh-ed25519-cert-v01@openssh.com", "rsa-sha2-512")})
    assert offer.key_types == ("ssh-rsa",)
    assert algorithms_of("ssh-rsa") == ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa")
    assert algorithms_of("ssh-ed25519") == ("ssh-ed25519",)


@pytest.mark.parametrize("length", range(len(WHOLE) - len("none") - 8))
def test_a_cut_packet_is_an_error(length: int) -> None:
    """At every byte."""
    with pytest.raises(ValueError, match=r"offer"):
        parse_offer(WHOLE[:length])


@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    """Lists or ValueError."""
    try:
        parse_offer(bytes([20]) + content)
    except ValueError:
        return


def test_what_is_missing() -> None:
    """The first kind without a match."""
    offer = parse_offer(WHOLE)
    ours = {"kex": ["kex2"], "keys": ["ssh-rsa"], "ciphers": ["des"], "macs": []}
    assert missing(offer, ours) == ("cipher", ("aes",))
    ours.update(ciphers=["aes"], macs=["mac"])
    assert missing(offer, ours) == ("", ())


def test_wishes_come_first_and_weak_ones_never() -> None:
    """Only what the library has."""
    available = ("aes128-ctr", "3des-cbc", "aes256-gcm@openssh.com")
    wanted = ("aes256-gcm@openssh.com", "chacha20", "3des-cbc")
    assert first_of(wanted, available) == ("aes256-gcm@openssh.com", "aes128-ctr")


def test_pauses_grow_to_half_a_second() -> None:
    """From nothing, by doubling."""
    pacing = Pacing()
    pauses = [pacing.pause]
    for _ in range(6):
        pacing.slow_down()
        pauses.append(pacing.pause)
    assert pauses == [0.0, 0.05, 0.1, 0.2, 0.4, 0.5, 0.5]

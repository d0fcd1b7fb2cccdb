"""Keys, certificates and deployed worlds for the tests of the lab, made once per run."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cmsdeploy.lab import Box, World

CASES = Path(__file__).parent / "cases"
DOMAIN = "tptac9.com"
XMPP_SETTINGS = "/api/v1/system/configuration/xmpp"


def case(name: str) -> str:
    """Text of one case file, byte for byte."""
    return (CASES / name).read_bytes().decode()


def rows(name: str) -> list[str]:
    """Lines of a table of cases, without remarks."""
    return [line for line in case(name).splitlines() if line and not line.startswith("#")]


@dataclass(frozen=True)
class Pair:
    """A key and its certificate, both PEM."""

    key: bytes
    certificate: bytes


@cache
def issued(name: str, issuer: str | None = None, *, is_authority: bool = False) -> Pair:
    """Give the certificate of a name; the same arguments give the same one."""
    key = _private_key(name)
    signer = _private_key(issuer or name)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer or name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.datetime(2017, 1, 1))
        .not_valid_after(datetime.datetime(2040, 1, 1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
        .sign(signer, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return Pair(private, certificate.public_bytes(serialization.Encoding.PEM))


@cache
def _private_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def root() -> Pair:
    """The authority of every test."""
    return issued("Test Root", is_authority=True)


def said(box: Box, *lines: str) -> str:
    """Run commands that must succeed and give the text of the last one."""
    text = ""
    for line in lines:
        text = box.execute(line).text
        assert not re.search("FAILURE|Unknown", text), (line, text)
    return text


def give_files(box: Box, base: str = "node", bundle: str = "root.cer") -> None:
    """Upload one shared pair and the authority, as the documents do."""
    pair = issued("xmpp.tptac9.com", "Test Root")
    box.write_file(f"{base}.key", pair.key)
    box.write_file(f"{base}.cer", pair.certificate)
    box.write_file(bundle, root().certificate)


def configure(box: Box, base: str = "node") -> None:
    """Set what an XMPP server needs before it can be enabled."""
    give_files(box, base)
    said(
        box,
        f"xmpp domain {DOMAIN}",
        "xmpp listen a",
        f"xmpp certs {base}.key {base}.cer root.cer",
        f"xmpp cluster trust {base}.cer",
    )


def copy_secrets(source: Box, target: Box) -> None:
    """Type every secret of one node on another."""
    for name, secret in source.xmpp.callbridges.items():
        answered = target.execute(f"xmpp callbridge add-secret {name}").answer(secret)
        assert answered.text == ""


def join(box: Box, first: Box) -> None:
    """Bring one configured, stopped node into the cluster of another."""
    copy_secrets(first, box)
    said(box, "xmpp cluster enable", "xmpp enable", f"xmpp cluster join {first.address}")


def log_in(box: Box, secret: str, **more: str) -> None:
    """Fill in the XMPP settings of a box's call bridge."""
    form = {"uniqueName": box.name, "domain": DOMAIN, "sharedSecret": secret, **more}
    assert box.api("PUT", XMPP_SETTINGS, form).status == 200


def three_nodes(
    switches: Mapping[str, str] | None = None,
    addresses: Mapping[str, str] | None = None,
    base: str = "node",
    election_seconds: float = 0.0,
) -> World:
    """Build a cluster of three with its call bridges logged in; the first address is node 1."""
    world = World(switches, election_seconds=election_seconds)
    for name, address in (addresses or {f"cb{n}": f"10.0.0.{n}" for n in (1, 2, 3)}).items():
        configure(world.add_box(name, address), base)
    first, *others = world.boxes.values()
    said(first, *(f"xmpp callbridge add {name}" for name in sorted(world.boxes)))
    said(first, "xmpp cluster enable", "xmpp cluster initialize", "xmpp enable")
    world.advance(election_seconds)
    for box in others:
        join(box, first)
    for box in world.boxes.values():
        log_in(box, first.xmpp.callbridges[box.name])
    return world


def states(world: World) -> list[str]:
    """First line of the cluster status of every box."""
    return [
        box.execute("xmpp cluster status").text.partition("\n")[0] for box in world.boxes.values()
    ]

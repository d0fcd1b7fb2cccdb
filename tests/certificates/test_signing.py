"""A small authority in a folder: what it signs, and what it does not."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from cmsdeploy.certificates.chain_checks import check_chain
from cmsdeploy.certificates.checks import check_server_certificate
from cmsdeploy.certificates.findings import Expected, Server
from cmsdeploy.certificates.reading import read
from cmsdeploy.certificates.requests import Wanted, make_request
from cmsdeploy.certificates.signing import create_authority, open_authority
from cmsdeploy.errors import InputError
from tests.certificates.material import DOMAIN, NOW, SERVERS, key_pem
from tests.certificates.openssl import made, verifies


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, made once."""
    place = tmp_path_factory.mktemp("authority") / "ca"
    before = os.umask(0)
    create_authority(place, NOW)
    os.umask(before)
    return place


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    """A good request."""
    return make_request("a", tmp_path, Wanted(DOMAIN, SERVERS, key_kind="ec-p256"))[1]


def test_the_keys_of_the_authority_are_private(folder: Path) -> None:
    """0600 and 0700, whatever the umask."""
    modes = {one.name: one.stat().st_mode & 0o777 for one in folder.iterdir()}
    assert modes == {
        "root.key": 0o600,
        "intermediate.key": 0o600,
        "root.crt": 0o644,
        "intermediate.crt": 0o644,
        "bundle.crt": 0o644,
    }
    assert folder.stat().st_mode & 0o777 == 0o700


def test_what_it_signs_has_no_findings(folder: Path, request_file: Path, tmp_path: Path) -> None:
    """Our checks and openssl, with the bundle of the folder."""
    signed = open_authority(folder).sign("a.csr", request_file.read_bytes(), NOW, 397)
    leaf = read("a.crt", signed).certificates[0]
    above = read("bundle", (folder / "bundle.crt").read_bytes()).certificates
    expected = Expected(NOW, DOMAIN, tuple(Server(one, (one,)) for one in SERVERS))
    assert check_server_certificate(leaf, expected) == ()
    assert check_chain(leaf, above, expected) == ()
    second, root = (one.pem() for one in above)
    assert verifies(tmp_path, signed, [second], [root], NOW) == ""
    assert leaf.not_after == NOW + timedelta(days=397)
    assert open_authority(folder).sign("a.csr", request_file.read_bytes(), NOW, 397) != signed


def test_a_certificate_never_outlives_its_issuer(folder: Path, request_file: Path) -> None:
    """A longer time is cut at the end of the intermediate."""
    authority = open_authority(folder)
    signed = authority.sign("a.csr", request_file.read_bytes(), NOW, 9999)
    assert read("a", signed).certificates[0].not_after == authority.certificate.not_after


def test_a_request_cannot_ask_to_be_an_authority(folder: Path, tmp_path: Path) -> None:
    """Only names are taken over."""
    key = tmp_path / "k"
    key.write_bytes(key_pem("rsa2048-leaf"))
    words = ("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=keyCertSign")
    more = ("-addext", "subjectAltName=DNS:x.org", "-subj", "/CN=x.org")
    content = made("req", "-new", "-key", str(key), *words, *more)
    leaf = read("x", open_authority(folder).sign("x", content, NOW, 9)).certificates[0]
    assert not leaf.is_authority
    assert leaf.extensions.names == ("x.org",)
    assert leaf.extensions.uses == frozenset({"digitalSignature", "keyEncipherment"})


def _altered(content: bytes) -> bytes:
    raw = bytearray(made("req", "-outform", "DER", content=content))
    place = raw.index(b"cb1.tptac9.com")
    raw[place : place + 3] = b"cb9"
    return bytes(raw)


def test_requests_that_are_refused(folder: Path, request_file: Path, tmp_path: Path) -> None:
    """Altered, without names, with a weak key, and what is no request."""
    authority, content = open_authority(folder), request_file.read_bytes()
    for name, size in (("weak", 1024), ("nameless", 2048)):
        (tmp_path / name).write_bytes(key_pem(f"rsa{size}-leaf"))
    words = ("req", "-new", "-subj", "/CN=x", "-key")
    more = ("-addext", "subjectAltName=DNS:x.org")
    rows = {
        "not signed by its own key": _altered(content),
        "no subjectAltName": made(*words, str(tmp_path / "nameless")),
        "less than 2048": made(*words, str(tmp_path / "weak"), *more),
        "no certificate request": b"hello",
        "not hold one": content + content,
        "is torn": content[:200],
    }
    for cause, text in rows.items():
        with pytest.raises(InputError) as caught:
            authority.sign("a.csr", text, NOW, 9)
        assert cause in caught.value.cause


def test_an_authority_is_made_once(folder: Path) -> None:
    """A second one would make all certificates of the first worthless."""
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    with pytest.raises(InputError, match="is there already"):
        create_authority(folder, NOW)
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before


def test_folders_that_are_no_authority(folder: Path, tmp_path: Path) -> None:
    """Nothing there; a key that others may read; a key of another certificate."""
    with pytest.raises(InputError, match="there is no authority"):
        open_authority(tmp_path)
    for name in ("intermediate.key", "intermediate.crt", "bundle.crt"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
        (tmp_path / name).chmod(0o644)
    with pytest.raises(InputError, match="others may read"):
        open_authority(tmp_path)
    (tmp_path / "intermediate.key").chmod(0o600)
    assert open_authority(tmp_path).certificate.is_authority
    (tmp_path / "intermediate.key").write_bytes(key_pem("rsa2048-leaf"))
    with pytest.raises(InputError, match="do not belong together"):
        open_authority(tmp_path)

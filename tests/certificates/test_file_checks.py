"""Key, certificate, bundle and trust of one server, as people get them wrong."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from cryptography import x509

from cmsdeploy.certificates.algorithms import key_findings
from cmsdeploy.certificates.file_checks import ServerFiles, check_files, check_names
from cmsdeploy.certificates.findings import Expected
from cmsdeploy.certificates.public_keys import PublicKey
from cmsdeploy.certificates.reading import Reading, read
from tests.certificates.material import NOW, Issuer, authority, key_pem, pem, tree
from tests.certificates.test_chains import node

FULL = tree()
CHAIN = (FULL.second, FULL.first, FULL.root)
STRANGER = authority(Issuer("Stranger", "p256-other"), Issuer("Stranger", "p256-other"))


@dataclass(frozen=True)
class Files:
    """The contents of the four files; an empty one is not given."""

    key: bytes = key_pem("p256-leaf")
    certificate: bytes = pem(FULL.leaf)
    bundle: bytes = pem(*CHAIN)
    trust: bytes = pem(FULL.leaf)
    members: tuple[x509.Certificate, ...] = ()


def rules(files: Files) -> dict[str, str]:
    """Each rule that is found, with the file that it is about."""

    def reading(name: str, content: bytes) -> Reading | None:
        return read(name, content) if content else None

    given = ServerFiles(
        read("c", files.certificate),
        reading("k", files.key),
        reading("b", files.bundle),
        reading("t", files.trust),
        tuple(one for member in files.members for one in read("m", pem(member)).certificates),
    )
    found = check_files(given, Expected(NOW))
    return {one.rule.removeprefix("certificate/"): one.file for one in found}


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (Files(), {}),
        (Files(trust=b""), {}),
        (Files(certificate=pem(FULL.leaf, FULL.second, FULL.first), bundle=pem(FULL.root)), {}),
        (Files(key=key_pem("p256-other")), {"key-match": "k"}),
        (Files(key=key_pem("rsa2048-leaf")), {"key-match": "k"}),
        (Files(key=pem(FULL.root)), {"key-missing": "k"}),
        (Files(key=b"nothing"), {"key-missing": "k"}),
        (Files(certificate=b"nothing"), {"none": "c"}),
        (Files(certificate=pem(FULL.second, FULL.leaf)), {"order": "c"}),
        (Files(certificate=pem(FULL.leaf, node(1))), {"several-servers": "c"}),
        (Files(certificate=pem(FULL.leaf, FULL.leaf)), {"duplicate": "c"}),
        (Files(certificate=pem(FULL.leaf) + key_pem("p256-leaf")), {"key-inside": "c"}),
        (Files(bundle=pem(*CHAIN[::-1])), {"order": "b"}),
        (Files(bundle=pem(FULL.root, FULL.second, FULL.first)), {"order": "b"}),
        (Files(bundle=pem(FULL.leaf, *CHAIN)), {"leaf-in-bundle": "b"}),
        (Files(bundle=pem(*CHAIN, FULL.root)), {"duplicate": "b"}),
        (Files(bundle=pem(*CHAIN, STRANGER)), {"stranger": "b"}),
        (Files(bundle=pem(*CHAIN[1:])), {"chain": "b"}),
        (Files(bundle=pem(*CHAIN[:2])), {"chain": "b"}),
        (Files(bundle=b""), {"chain": "c"}),
        (Files(bundle=b"nothing"), {"chain": "b", "none": "b"}),
        (Files(bundle=pem(*CHAIN) + key_pem("p256-leaf")), {"key-inside": "b"}),
        (Files(trust=pem(FULL.root)), {"trust": "t", "trust-stranger": "t"}),
        (Files(trust=pem(FULL.leaf) + key_pem("p256-leaf")), {"key-inside": "t"}),
        (Files(trust=b"nothing"), {"none": "t"}),
        (Files(members=(FULL.leaf, node(1), node(2))), {"trust": "t"}),
        (Files(trust=pem(FULL.leaf, node(1)), members=(node(1),)), {}),
        (Files(trust=pem(FULL.leaf, node(1))), {"trust-stranger": "t"}),
    ],
)
def test_files_that_do_not_belong_together(files: Files, found: dict[str, str]) -> None:
    """Each mistake has its rule and its file, and only that."""
    assert rules(files) == found


def test_the_name_of_a_file_is_the_boxs() -> None:
    """Names that the box does not take, and one name for two contents."""
    names = {
        "a.key": ["1"],
        "a b.key": ["1"],
        ".x": ["1"],
        "t.cer": ["1", "2"],
        "s.cer": ["1", "1"],
    }
    found = {(one.rule, one.file) for one in check_names(names)}
    assert found == {
        ("certificate/file-name", "a b.key"),
        ("certificate/file-name", ".x"),
        ("certificate/file-twice", "t.cer"),
    }


@pytest.mark.parametrize(
    ("key", "found"),
    [
        (PublicKey("RSA", 2048, exponent=65537), []),
        (PublicKey("RSA", 2048, exponent=3), []),
        (PublicKey("RSA", 2047, exponent=65537), ["certificate/key-size"]),
        (PublicKey("RSA", 2048, exponent=1), ["certificate/key-size"]),
        (PublicKey("RSA", 2048, exponent=(1 << 64) + 1), ["certificate/key-size"]),
        (PublicKey("RSA", 4097, exponent=65537), ["certificate/key-size"]),
        (PublicKey("RSA-PSS", 2048, exponent=65537), ["certificate/key-algorithm"]),
        (PublicKey("EC", 256, "secp256r1"), []),
        (PublicKey("EC", 571, "sect571r1"), ["certificate/key-algorithm"]),
    ],
)
def test_keys_that_a_box_takes(key: PublicKey, found: list[str]) -> None:
    """The table of keys at its edges."""
    assert [one.rule for one in key_findings(key, "x")] == found


def test_every_finding_has_evidence_and_a_remedy() -> None:
    """Nothing is said without what was seen and what to do."""
    broken = Files(key=key_pem("p256-other"), bundle=pem(*CHAIN[:2], STRANGER), trust=b"x")
    given = ServerFiles(
        read("c", broken.certificate), read("k", broken.key), read("b", broken.bundle)
    )
    for one in check_files(given, Expected(NOW, "example.org")):
        assert one.evidence
        assert one.remedy
        assert one.file in ("c", "k", "b")

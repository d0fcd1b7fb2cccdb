"""The corpus, second half: keys, chains, authorities, and what only openssl makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.certificates.cases import AT_LEVEL, NO_POLICY, Case, above_leaf, case, leaf_of
from tests.certificates.material import (
    AUTHORITY,
    DOMAIN,
    FIRST,
    ROOT,
    SECOND,
    SERVERS,
    Issuer,
    Profile,
    authority,
    der,
    issued,
    key_of,
    key_pem,
    name_of,
    pem,
    tree,
)
from tests.certificates.openssl import made


def deep_cases(folder: Path) -> Iterator[Case]:
    """Keys, chains, authorities; ``folder`` is for the programs that want files."""
    yield from _keys()
    yield from _chains()
    yield from _authorities()
    yield from _of_openssl(folder)


def _keys() -> Iterator[Case]:
    rows = (
        ("P-521", "p521-leaf", ""),
        ("P-192", "p192-leaf", NO_POLICY),
        ("secp256k1", "k256-leaf", NO_POLICY),
        ("brainpool", "brainpool-leaf", NO_POLICY),
        ("Ed25519", "ed25519-leaf", NO_POLICY),
        ("Ed448", "ed448-leaf", NO_POLICY),
        ("DSA", "dsa-leaf", NO_POLICY),
    )
    for name, key, differs in rows:
        yield case(name, leaf_of(Profile(key=key)), above_leaf(), "key-algorithm", differs)
    weak = leaf_of(Profile(key="rsa1024-leaf"))
    yield case("RSA 1024", weak, above_leaf(), "key-size", NO_POLICY)
    yield case("RSA 8192", _with_public(8192), above_leaf(), "key-size")
    ed_root = Issuer("Ed Root", "ed25519-root")
    root = authority(ed_root, ed_root)
    rules = "key-algorithm signature-algorithm"
    yield case("signed by Ed25519", issued("xmpp", ed_root, Profile()), [root], rules, NO_POLICY)
    rules = "signature-algorithm"
    yield case("signed by RSA-PSS", _probabilistic(), [_rsa_root()], rules, NO_POLICY)


def _rsa_root() -> x509.Certificate:
    issuer = Issuer("RSA Root", "rsa2048-root")
    return authority(issuer, issuer)


def _with_public(bits: int) -> x509.Certificate:
    """A certificate for a public key of ``bits`` bits that nobody has the private half of."""
    number = (1 << bits) - 1
    public = rsa.RSAPublicNumbers(65537, number).public_key()
    good = tree().leaf
    return _signed_again(good, public_key=public)


def _signed_again(good: x509.Certificate, public_key: rsa.RSAPublicKey) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(good.subject)
        .issuer_name(good.issuer)
        .public_key(public_key)
        .serial_number(good.serial_number)
        .not_valid_before(good.not_valid_before_utc)
        .not_valid_after(good.not_valid_after_utc)
    )
    for extension in good.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    return builder.sign(key_of(SECOND.key), hashes.SHA256())


def _probabilistic() -> x509.Certificate:
    signer = key_of("rsa2048-root")
    assert isinstance(signer, rsa.RSAPrivateKey)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name_of("xmpp"))
        .issuer_name(name_of("RSA Root"))
        .public_key(key_of("p256-leaf").public_key())
        .serial_number(77)
        .not_valid_before(tree().leaf.not_valid_before_utc)
        .not_valid_after(tree().leaf.not_valid_after_utc)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(one) for one in (DOMAIN, *SERVERS)]), False
        )
    )
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    return builder.sign(signer, hashes.SHA256(), rsa_padding=scheme)


def _chains() -> Iterator[Case]:
    full, leaf = tree(), tree().leaf
    yield case("root missing", leaf, [full.first, full.second], "chain")
    yield case("first intermediate missing", leaf, [full.root, full.second], "chain")
    yield case("second intermediate missing", leaf, [full.root, full.first], "chain")
    yield case("nothing above", leaf, [], "chain")
    impostor = authority(replace(SECOND, key="p256-impostor"), FIRST)
    anonymous = leaf_of(Profile(has_identifiers=False))
    wrong = [full.root, full.first, impostor]
    yield case("intermediate of the same name", anonymous, wrong, "signature")
    yield case("the same with identifiers", leaf, wrong, "signature")
    yield case("both of the same name", leaf, [*wrong, full.second])
    strange = leaf_of(Profile(issuer_identifier=b"\1" * 20))
    yield case("identifier of another key", strange, above_leaf(), "signature")
    crossed = authority(FIRST, Issuer("Other Root", "p256-other"))
    other = authority(Issuer("Other Root", "p256-other"), Issuer("Other Root", "p256-other"))
    yield case("cross-signed, both ways", leaf, [*above_leaf(), crossed, other])
    yield case("cross-signed, other way", leaf, [full.second, crossed, other])
    alone = issued(DOMAIN, Issuer(DOMAIN, "p256-leaf"), Profile())
    yield case("self-signed", alone, [alone], "self-signed", "")
    altered = bytearray(der(leaf))
    altered[-5] ^= 1
    yield case(
        "signature altered",
        x509.load_der_x509_certificate(bytes(altered)),
        above_leaf(),
        "signature",
    )


def _authorities() -> Iterator[Case]:
    def under(name: str, profile: Profile, rules: str, differs: str = "") -> Case:
        issuer = Issuer(f"Odd {name}", profile.key)
        made_one = issued(issuer.name, ROOT, profile)
        leaf = issued("xmpp", issuer, Profile())
        return case(f"authority {name}", leaf, [made_one, tree().root], rules, differs)

    odd = replace(AUTHORITY, key="p256-odd")
    yield under("CA:FALSE", replace(odd, is_authority=False), "authority-flag")
    yield under("without keyCertSign", replace(odd, uses=["crl_sign"]), "authority-flag")
    yield under("expired", replace(odd, days=(-100, -1)), "expired")
    yield under("not yet valid", replace(odd, days=(1, 100)), "not-yet-valid")
    yield under("without KU", replace(odd, uses=None), "")
    yield under("RSA 1024", replace(odd, key="rsa1024-odd"), "key-size", NO_POLICY)
    short = authority(FIRST, ROOT, path_length=0)
    leaf = tree().leaf
    yield case("path too long", leaf, [tree().root, short, tree().second], "path-length")
    own = authority(SECOND, FIRST, path_length=0)
    yield case("path just long enough", leaf, [tree().root, tree().first, own])


def _of_openssl(folder: Path) -> Iterator[Case]:
    """What the library refuses to make: old digests, odd serial numbers, version 1."""
    key = folder / "openssl.key"
    key.write_bytes(key_pem("rsa2048-leaf"))
    names = ",".join(f"DNS:{one}" for one in (DOMAIN, *SERVERS))
    root_key = folder / "root.key"
    root_key.write_bytes(key_pem("rsa2048-root"))
    root = folder / "root.pem"
    root.write_bytes(pem(_rsa_root()))
    request = folder / "one.csr"
    subject = ("-subj", "/CN=xmpp")
    request.write_bytes(made("req", "-new", "-key", str(key), *subject))
    extensions = folder / "extensions.cnf"
    extensions.write_text(f"subjectAltName={names}\nbasicConstraints=critical,CA:FALSE\n")
    sign = ("x509", "-req", "-in", str(request), "-CA", str(root), "-CAkey", str(root_key))
    good = ("-extfile", str(extensions), "-days", "3000")
    above = [root.read_bytes()]

    def one(name: str, rules: str, differs: str, *words: str) -> Case:
        return case(name, made(*sign, *words), above, rules, differs)

    weak = "signature-algorithm"
    yield one("SHA-1", weak, AT_LEVEL, "-sha1", "-set_serial", "5", *good)
    yield one("MD5", weak, AT_LEVEL, "-md5", "-set_serial", "5", *good)
    yield one("SHA-384", "", "", "-sha384", "-set_serial", "5", *good)
    yield one("negative serial", "serial", NO_POLICY, "-set_serial", "-5", *good)
    yield one("serial zero", "serial", NO_POLICY, "-set_serial", "0", *good)
    large = ("-set_serial", "0x" + "7" + "0" * 39 + "01")
    yield one("serial of 167 bits", "serial", NO_POLICY, *large, *good)
    rules = "version names"
    yield one("version 1", rules, NO_POLICY, "-set_serial", "5", "-days", "3000")
    old = made(
        "req", "-x509", "-sha1", "-key", str(root_key), "-subj", "/CN=RSA Root", "-days", "3000"
    )
    leaf = made(*sign, "-set_serial", "6", *good)
    yield case("SHA-1 root", leaf, [old], weak)
    first = folder / "v1.csr"
    first.write_bytes(made("req", "-new", "-key", str(root_key), "-subj", "/CN=RSA Root"))
    ancient = made("x509", "-req", "-in", str(first), "-signkey", str(root_key), "-days", "3000")
    yield case("root of version 1", leaf, [ancient], "version")

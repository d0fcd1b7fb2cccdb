"""The corpus: certificates and the findings that each one has, by the names of rules.

Every case is a leaf with what stands above it. ``rules`` are all rules that are found, warnings
too. ``openssl_differs`` says, in words, why openssl judges otherwise; empty means that it agrees.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.certificates.cases import NO_POLICY, Case, above_leaf, case, leaf_of
from tests.certificates.deep_corpus import deep_cases
from tests.certificates.material import (
    BOTH,
    DOMAIN,
    SERVERS,
    Issuer,
    Profile,
    authority,
    issued,
    tree,
)

SECONDS = 1 / 86400
SERVER, CLIENT = BOTH
ANY = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
NO_NAME_CHECK = "openssl verify is not asked for names"


def cases(folder: Path) -> Iterator[Case]:
    """Every case; ``folder`` is for the programs that want files."""
    yield from _good()
    yield from _dates()
    yield from _names()
    yield from _uses()
    yield from deep_cases(folder)


def _good() -> Iterator[Case]:
    above = above_leaf()
    yield case("good", tree().leaf, above)
    yield case("above in reverse", tree().leaf, above[::-1])
    yield case("no identifiers", leaf_of(Profile(has_identifiers=False)), above)
    rsa_root, rsa_leaf = Issuer("RSA Root", "rsa2048-root"), Profile(key="rsa2048-leaf")
    root = authority(rsa_root, rsa_root)
    yield case("RSA all through", issued("xmpp", rsa_root, rsa_leaf), [root])
    yield case("RSA under EC", leaf_of(rsa_leaf), above)
    yield case("EC under RSA", issued("xmpp", rsa_root, Profile()), [root])
    yield case("upper-case SAN", leaf_of(Profile(names=("TPTAC9.COM", "*.TpTaC9.cOm"))), above)
    yield case("wildcard for servers", leaf_of(Profile(names=(DOMAIN, "*.tptac9.com"))), above)
    yield case("P-384", leaf_of(Profile(key="p384-leaf")), above)
    yield case("RSA 4096", leaf_of(Profile(key="rsa4096-leaf")), above)
    yield case("RSA 3072", leaf_of(Profile(key="rsa3072-leaf")), above)
    yield case("longest dates", leaf_of(Profile(days=(-20000, 900000))), above)
    odd = "\x1b[31m{{ x }}<script>\u202e"
    yield case("control characters in the subject", leaf_of(Profile(), odd), above)


def _dates() -> Iterator[Case]:
    rows = (
        ("expired by a second", (-30, -SECONDS), "expired", ""),
        (
            "the last second",
            (-30, 0),
            "expires-soon",
            "OpenSSL 3.0 ends a certificate before its last second, RFC 5280 after it",
        ),
        ("the second before the last", (-30, SECONDS), "expires-soon", ""),
        ("valid from the next second", (SECONDS, 300), "not-yet-valid", ""),
        ("the first second", (0, 300), "", ""),
        ("the second after the first", (-SECONDS, 300), "", ""),
        ("29 days left", (-30, 29), "expires-soon", ""),
        ("30 days left", (-30, 30), "", ""),
        ("expired for years", (-4000, -2000), "expired", ""),
    )
    for name, days, rules, differs in rows:
        yield case(name, leaf_of(Profile(days=days)), above_leaf(), rules, differs)


def _names() -> Iterator[Case]:
    rows = (
        ("no SAN at all", ()),
        ("the domain alone", (DOMAIN,)),
        ("servers without the domain", SERVERS),
        ("wildcard of two labels", (DOMAIN, "*.com")),
        ("wildcard within a label", (DOMAIN, "cb*.tptac9.com")),
        ("wildcard alone", ("*",)),
        ("wildcard too high", ("*.tptac9.com.example", DOMAIN)),
        ("one server missing", (DOMAIN, *SERVERS[:2])),
    )
    for name, names in rows:
        yield case(
            name, leaf_of(Profile(names=names), DOMAIN), above_leaf(), "names", NO_NAME_CHECK
        )


def _uses() -> Iterator[Case]:
    rows = (
        ("EKU client only", Profile(extended=[CLIENT]), "extended-usage", ""),
        ("EKU server only", Profile(extended=[SERVER]), "extended-usage", ""),
        ("EKU absent", Profile(extended=None), "", ""),
        ("EKU any", Profile(extended=[ANY]), "extended-usage", "OpenSSL knows no anyEKU here"),
        ("EKU any and both", Profile(extended=[ANY, *BOTH]), "", ""),
        (
            "EKU of e-mail",
            Profile(extended=[ExtendedKeyUsageOID.EMAIL_PROTECTION]),
            "extended-usage",
            "",
        ),
        ("KU absent", Profile(uses=None), "", ""),
        ("KU digitalSignature only", Profile(uses=["digital_signature"]), "", ""),
        (
            "KU without digitalSignature",
            Profile(uses=["key_encipherment"]),
            "key-usage",
            "",
        ),
        ("KU of an authority", Profile(uses=["key_cert_sign"]), "key-usage", ""),
        ("leaf with CA:TRUE", Profile(is_authority=True), "authority-flag", NO_POLICY),
        (
            "unknown critical extension",
            Profile(more=[(_strange(), True)]),
            "critical-extension",
            "",
        ),
        ("unknown extension", Profile(more=[(_strange(), False)]), "", ""),
    )
    for name, profile, rules, differs in rows:
        yield case(name, leaf_of(profile), above_leaf(), rules, differs)


def _strange() -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")

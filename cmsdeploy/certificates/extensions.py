"""The extensions of a certificate that say what it is for, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from cryptography import x509

    Kind = TypeVar("Kind", bound=x509.ExtensionType)

__all__ = ["ANY_USE", "CLIENT", "SERVER", "Extensions", "extensions_of"]

SERVER = "1.3.6.1.5.5.7.3.1"
CLIENT = "1.3.6.1.5.5.7.3.2"
ANY_USE = "2.5.29.37.0"

_USES = {
    "digital_signature": "digitalSignature",
    "content_commitment": "nonRepudiation",
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
    "key_cert_sign": "keyCertSign",
    "crl_sign": "cRLSign",
}


@dataclass(frozen=True)
class Extensions:
    """None means that the extension is not there. ``names`` and ``addresses`` are the SAN;
    ``extended`` are dotted identifiers; ``key_id`` and ``issuer_key_id`` the identifiers of keys;
    ``strange`` the critical extensions that nobody here knows."""

    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    is_authority: bool | None = None
    path_length: int | None = None
    uses: frozenset[str] | None = None
    extended: frozenset[str] | None = None
    key_id: bytes | None = None
    issuer_key_id: bytes | None = None
    strange: tuple[str, ...] = ()


def extensions_of(found: x509.Extensions) -> Extensions:
    """Understand the extensions. Those that the library does not know count where critical."""
    from cryptography import x509

    names = _value(found, x509.SubjectAlternativeName)
    basic = _value(found, x509.BasicConstraints)
    usage = _value(found, x509.KeyUsage)
    extended = _value(found, x509.ExtendedKeyUsage)
    own = _value(found, x509.SubjectKeyIdentifier)
    issuer = _value(found, x509.AuthorityKeyIdentifier)
    return Extensions(
        names=tuple(names.get_values_for_type(x509.DNSName)) if names else (),
        addresses=(
            tuple(str(one) for one in names.get_values_for_type(x509.IPAddress)) if names else ()
        ),
        is_authority=basic.ca if basic else None,
        path_length=basic.path_length if basic else None,
        uses=_uses(usage) if usage else None,
        extended=frozenset(one.dotted_string for one in extended) if extended else None,
        key_id=own.digest if own else None,
        issuer_key_id=issuer.key_identifier if issuer else None,
        strange=tuple(
            one.oid.dotted_string
            for one in found
            if one.critical and isinstance(one.value, x509.UnrecognizedExtension)
        ),
    )


def _value(found: x509.Extensions, kind: type[Kind]) -> Kind | None:
    from cryptography.x509 import ExtensionNotFound

    try:
        return found.get_extension_for_class(kind).value
    except ExtensionNotFound:
        return None


def _uses(usage: x509.KeyUsage) -> frozenset[str]:
    return frozenset(word for name, word in _USES.items() if getattr(usage, name))

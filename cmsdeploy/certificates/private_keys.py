"""Private keys: opened, looked at, and written anew as clean PEM inside a :class:`Secret`.

The only file of this room where a passphrase is seen. What is looked at first is what it would
cost to open the key; what is looked at last is whether its parts fit each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import TYPE_CHECKING

from cmsdeploy.certificates.armour import Block, blocks_in
from cmsdeploy.certificates.public_keys import PublicKey, public_key_of
from cmsdeploy.certificates.shapes import rounds_in
from cmsdeploy.errors import InputError
from cmsdeploy.model.secret import Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

    PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

__all__ = [
    "ANY",
    "Key",
    "check_rounds",
    "closed",
    "key_in",
    "new_key",
    "opened",
    "password_bytes",
    "private_pem",
    "signing_key",
    "unsealed",
]

# The label that we give a key that came as DER, whose form the library finds out.
ANY = "ANY PRIVATE KEY"

MOST_ROUNDS = 2_000_000
# A PKCS#12 file has a seal, a key and certificates, each with rounds of its own.
_MOST_IN_ALL = 5 * MOST_ROUNDS
LARGEST_RSA = 8192


@dataclass(frozen=True)
class Key:
    """A private key: its clean PEM, and what may be shown of it."""

    content: Secret
    public: PublicKey


def check_rounds(source: str, der: bytes) -> None:
    """Refuse what would take too long to open. Raises :class:`InputError`."""
    try:
        rounds = rounds_in(der)
    except ValueError:
        raise InputError(f"{source} is torn or altered", "bring the file again") from None
    if max(rounds, default=0) > MOST_ROUNDS or sum(rounds) > _MOST_IN_ALL:
        raise InputError(
            f"{source} wants its password stretched by {max(rounds):,} rounds, {sum(rounds):,} in"
            f" all; more than {MOST_ROUNDS:,} would hold the run up",
            "write it again with fewer rounds, or without a password",
        )


def key_in(source: str, block: Block, passphrase: Secret | None) -> Key:
    """The key of a PEM block. Raises :class:`InputError`; no message quotes the file."""
    if block.label == "OPENSSH PRIVATE KEY":
        raise InputError(
            f"the private key {source} has the form of OpenSSH, which TLS cannot use",
            "bring the key that the certificate was requested with, in PEM",
        )
    is_encrypted = block.label == "ENCRYPTED PRIVATE KEY" or bool(block.headers)
    if is_encrypted and passphrase is None:
        raise closed(f"the private key {source}", "passphrase", None)
    if block.label == "ENCRYPTED PRIVATE KEY":
        check_rounds(source, block.der)
    key = _loaded(source, block, passphrase if is_encrypted else None)
    is_rewritten = is_encrypted or block.label == ANY
    content = private_pem(key) if is_rewritten else block.armoured()
    return Key(Secret(content), _checked(source, key))


def opened(source: str, key: PrivateKeyTypes) -> Key:
    """The record of a key that came out of a container."""
    return Key(Secret(private_pem(key)), _checked(source, key))


def private_pem(key: PrivateKeyTypes) -> bytes:
    """Clean PEM without a passphrase, in the traditional form that ``pki csr`` has."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    is_traditional = isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    outer = form.PrivateFormat
    return key.private_bytes(
        form.Encoding.PEM,
        outer.TraditionalOpenSSL if is_traditional else outer.PKCS8,
        form.NoEncryption(),
    )


def new_key(kind: str = "rsa-2048") -> PrivateKey:
    """A new key: ``rsa-`` with the number of bits, or ``ec-p256``."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if kind == "ec-p256":
        return ec.generate_private_key(ec.SECP256R1())
    bits = int(kind.removeprefix("rsa-"))
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def signing_key(source: str, content: bytes) -> PrivateKey:
    """The key of an authority, to sign with. Raises :class:`InputError` for any other file."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    keys = [block for block in blocks_in(source, content) if block.is_private_key]
    key = _loaded(source, keys[0], None) if keys else None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise InputError(f"{source} holds no key to sign with", "bring back the file as it was")
    return key


def password_bytes(password: Secret) -> bytes:
    """What a person gave to open a file with, for the library; the only look into a secret here."""
    return password.reveal()


def closed(what: str, kind: str, word: Secret | None) -> InputError:
    """Why ``what`` stays closed to the ``kind`` of word ("passphrase", "password") that was given
    for it, None or an empty one among them; it begins a sentence."""
    if word is None:
        return InputError(
            f"{what} is protected by a {kind}",
            "write passphrase: beside its name: and source: (kept in a vault); the commands about"
            " files that are named take --ask-passphrase",
        )
    if not password_bytes(word):
        return InputError(
            f"{what} is protected by a {kind}, and the passphrase that is given is empty",
            "set what passphrase: is taken from, such as the variable of the environment",
        )
    return InputError(
        f"{what} cannot be opened: the {kind} is wrong, or the file is altered",
        f"give the {kind} that it was made with",
    )


def _loaded(source: str, block: Block, passphrase: Secret | None) -> PrivateKeyTypes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import (
        load_der_private_key,
        load_pem_private_key,
    )

    word = None if passphrase is None else password_bytes(passphrase)
    try:
        if block.label == ANY:
            return load_der_private_key(block.der, word, unsafe_skip_rsa_key_validation=True)
        return load_pem_private_key(block.armoured(), word, unsafe_skip_rsa_key_validation=True)
    except UnsupportedAlgorithm:
        raise InputError(
            f"the private key {source} is of a kind that nobody here knows",
            "make an RSA key of 2048 bits, as `pki csr` makes it",
        ) from None
    except Exception:
        # The library raises several types here, and its words may quote the file.
        raise _unreadable(source, passphrase) from None


def _unreadable(source: str, passphrase: Secret | None) -> InputError:
    if passphrase is not None:
        return closed(f"the private key {source}", "passphrase", passphrase)
    return InputError(
        f"{source} looks like a private key in PEM but cannot be read",
        f"check it with: openssl pkey -in {source} -noout",
    )


def _checked(source: str, key: PrivateKeyTypes) -> PublicKey:
    from cryptography.hazmat.primitives.asymmetric import rsa

    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size > LARGEST_RSA:
            raise InputError(
                f"{source} is an RSA key of {key.key_size} bits, more than {LARGEST_RSA}",
                "make an RSA key of 2048 to 4096 bits",
            )
        if not _fits(key):
            raise InputError(
                f"the parts of the private key {source} do not fit each other",
                f"the key is damaged, make a new one; look with: openssl rsa -in {source} -check",
            )
    return public_key_of(key.public_key())


def _fits(key: rsa.RSAPrivateKey) -> bool:
    numbers = key.private_numbers()
    first, second, secret = numbers.p, numbers.q, numbers.d
    exponent, modulus = numbers.public_numbers.e, numbers.public_numbers.n
    if first * second != modulus or min(first, second) < 3 or exponent < 3:
        return False
    common = (first - 1) * (second - 1) // gcd(first - 1, second - 1)
    if exponent * secret % common != 1:
        return False
    parts = (numbers.dmp1, numbers.dmq1, numbers.iqmp * second % first)
    return parts == (secret % (first - 1), secret % (second - 1), 1) and _signs(key)


def _signs(key: rsa.RSAPrivateKey) -> bool:
    """Whether the public half accepts what the key signs: with parts that fit each other it does
    not where one of the two factors is no prime. The library's test of the primes themselves was
    rejected: it takes fifty times as long, and seconds above 4096 bits."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        key.public_key().verify(key.sign(b"", PKCS1v15(), SHA256()), b"", PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def unsealed(content: Secret) -> bytes | None:
    """The bytes of a file that a box gave back, to be read or kept as they are; None where there is
    a private key among them, which stays sealed."""
    text = content.reveal()
    folded = text.replace(b"\0", b"")  # UTF-16 hides nothing
    return None if b"PRIVATE KEY" in folded else text

"""What a piece of DER is, from its outline alone, and what opening it would cost.

A private key or a PKCS#12 file says in clear how many rounds its password is to be stretched by.
That number is looked at here, before anything is computed: a file with 2^31 rounds must not hold
a run up. No library: a reader of tags and lengths is all that it takes. Indefinite lengths (BER)
are understood, because PKCS#12 and PKCS#7 of older programs have them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

__all__ = ["Shape", "key_octets_in", "rounds_in", "shape_of", "whole_length"]

_DEEPEST = 24
_MOST_ITEMS = 200_000
_INTEGER, _BITS, _OCTETS, _OID, _SEQUENCE = 0x02, 0x03, 0x04, 0x06, 0x30
_VERSION_OF_PKCS12 = 3


class Shape(Enum):
    """The outlines that are told apart."""

    CERTIFICATE = "a certificate"
    REQUEST = "a certificate request"
    PKCS7 = "PKCS#7"
    PKCS12 = "PKCS#12"
    KEY = "a private key"
    ENCRYPTED_KEY = "an encrypted private key"
    PUBLIC_KEY = "a public key"
    UNKNOWN = "something else"


@dataclass(frozen=True)
class _Item:
    tag: int
    content: bytes
    length: int

    @property
    def number(self) -> int:
        return int.from_bytes(self.content, "big", signed=True)


def _item(data: bytes, start: int, depth: int = 0) -> _Item:
    """The item at ``start``; ``length`` counts its head too. Raises ``ValueError``."""
    if start + 2 > len(data) or depth > _DEEPEST:
        raise ValueError("the data end, or go too deep")
    tag, first = data[start], data[start + 1]
    if tag & 0x1F == 0x1F:
        raise ValueError("a long tag; none of our forms has one")
    head = start + 2
    if first == 0x80:
        return _indefinite(data, start, depth)
    size = first
    if first > 0x80:
        width = first & 0x7F
        size = int.from_bytes(data[head : head + width], "big")
        head += width
    if head + size > len(data):
        raise ValueError("the data end before the item does")
    return _Item(tag, data[head : head + size], head + size - start)


def _indefinite(data: bytes, start: int, depth: int) -> _Item:
    place = start + 2
    while data[place : place + 2] != b"\0\0":
        place += _item(data, place, depth + 1).length
    return _Item(data[start], data[start + 2 : place], place + 2 - start)


def _items(data: bytes) -> list[_Item]:
    """The items that ``data`` consists of. Raises ``ValueError``."""
    found: list[_Item] = []
    place = 0
    while place < len(data):
        one = _item(data, place)
        found.append(one)
        place += one.length
    return found


def whole_length(data: bytes) -> int | None:
    """How many bytes the first item of ``data`` has; None where it is torn or no DER."""
    try:
        return _item(data, 0).length
    except ValueError:
        return None


def shape_of(data: bytes) -> Shape:
    """Tell what ``data`` is by the kinds of its first parts."""
    try:
        whole = _item(data, 0)
        parts = _items(whole.content) if whole.tag == _SEQUENCE else []
        inner = _items(parts[0].content) if parts and parts[0].tag == _SEQUENCE else []
    except ValueError:
        return Shape.UNKNOWN
    tags = tuple(part.tag for part in parts)
    if tags[:1] == (_INTEGER,):
        return _versioned(parts, tags)
    if tags == (_SEQUENCE, _SEQUENCE, _BITS):
        # The third part of what is signed is a name in a request and the issuer in a certificate;
        # only the request ends there, with its attributes.
        return Shape.REQUEST if _is_request(inner) else Shape.CERTIFICATE
    table: dict[tuple[int, ...], Shape] = {
        (_OID, 0xA0): Shape.PKCS7,
        (_SEQUENCE, _OCTETS): Shape.ENCRYPTED_KEY,
        (_SEQUENCE, _BITS): Shape.PUBLIC_KEY,
    }
    return table.get(tags, Shape.UNKNOWN)


def _versioned(parts: list[_Item], tags: tuple[int, ...]) -> Shape:
    if tags[1:2] == (_SEQUENCE,) and parts[0].number == _VERSION_OF_PKCS12:
        return Shape.PKCS12
    is_key = tags[1:2] in ((_INTEGER,), (_OCTETS,)) or tags[1:3] == (_SEQUENCE, _OCTETS)
    return Shape.KEY if is_key else Shape.UNKNOWN


def _is_request(signed: list[_Item]) -> bool:
    return [part.tag for part in signed[:3]] == [_INTEGER, _SEQUENCE, _SEQUENCE] and (
        len(signed) == 3 or signed[3].tag == 0xA0
    )


def _sequences(data: bytes) -> Iterator[list[_Item]]:
    """The parts of every SEQUENCE inside ``data``, those inside octets too. ``ValueError``."""
    waiting: list[tuple[bytes, int]] = [(data, 0)]
    seen = 0
    while waiting:
        text, depth = waiting.pop()
        try:
            parts = _items(text)
        except ValueError:
            continue  # octets that are no DER: a salt, or what is encrypted
        seen += len(parts)
        if seen > _MOST_ITEMS:
            raise ValueError("too many items")
        for part in parts:
            is_inside = part.tag & 0x20 or part.tag == _OCTETS
            if is_inside and depth < _DEEPEST:
                waiting.append((part.content, depth + 1))
        yield parts


def rounds_in(data: bytes) -> tuple[int, ...]:
    """The rounds that opening ``data`` with a password takes, one number for each thing to open.

    Found by their form: salt and number stand side by side in PBES1, PBKDF2 and PKCS#12; scrypt
    has cost, block size and width there, whose product counts; a PKCS#12 seal has them after its
    digest. Raises ``ValueError`` for data that are no DER.
    """
    _item(data, 0)
    return tuple(abs(_rounds(parts)) for parts in _sequences(data))


def _rounds(parts: list[_Item]) -> int:
    tags = tuple(part.tag for part in parts)
    if tags[:4] == (_OCTETS, _INTEGER, _INTEGER, _INTEGER):
        return parts[1].number * parts[2].number * parts[3].number
    if tags[:2] == (_OCTETS, _INTEGER):
        return parts[1].number
    if tags == (_SEQUENCE, _OCTETS, _INTEGER):
        return parts[2].number
    return 0


def key_octets_in(data: bytes) -> int:
    """The length of the longest private key in a PKCS#12 file, encrypted or not, as it shows."""
    longest = 0
    for parts in _sequences(data):
        tags = [part.tag for part in parts]
        if tags[:3] == [_INTEGER, _SEQUENCE, _OCTETS]:
            longest = max(longest, len(parts[2].content))
        elif tags == [_SEQUENCE, _OCTETS]:
            longest = max(longest, len(parts[1].content))
    return longest

"""Signed messages (RFC 8945): is a signature right, and the one that goes back."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable

import dns.exception
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.tsig
from dns.rdtypes.ANY.TSIG import TSIG

from ..server import NameServer
from .request import Request, Signature

_FUDGE = 300  # RFC 8945 10
_NO_ERROR = 0
# dnspython leaves these three without types.
_validate: Callable[..., object] = dns.tsig.validate
_signed: Callable[..., tuple[TSIG, object]] = dns.tsig.sign
_record: Callable[..., TSIG] = TSIG


class Verdict:
    """What a server thinks of the signature of a request.

    `key` is the name of the key that the request is rightly signed with; `error` a response code of
    RFC 8945 (BADKEY, BADSIG, BADTIME) or 0.
    """

    def __init__(self, server: NameServer, request: Request) -> None:
        """Look at the signature; a request without one has neither key nor error."""
        self._now = int(time.time()) + server.clock_offset
        self._signature = request.signature
        self._key: dns.tsig.Key | None = None
        self.error: int = _NO_ERROR
        if self._signature:
            self._key = _key_of(server, self._signature)
            self.error = self._judge(request, self._signature)

    @property
    def key(self) -> str | None:
        """Name of the key, as the server has it."""
        return None if self._key is None or self.error else self._key.name.to_text().lower()

    def _judge(self, request: Request, signature: Signature) -> int:
        if self._key is None:
            return dns.rcode.BADKEY
        try:
            _validate(
                request.wire, self._key, signature.owner, signature.rdata,
                self._now, b"", signature.start,
            )  # fmt: skip
        except dns.tsig.BadTime:
            return dns.rcode.BADTIME
        except (dns.tsig.BadKey, dns.tsig.BadAlgorithm):
            return dns.rcode.BADKEY
        except dns.exception.DNSException:
            return dns.rcode.BADSIG
        return _NO_ERROR

    def sign(self, wire: bytes) -> bytes:
        """The reply with its signature; as it is where the request had none.

        RFC 8945 5.3.2: errors of key and signature are answered unsigned; a wrong time is signed,
        and the server's own time stands in it.
        """
        if self._signature is None:
            return wire
        asked = self._signature.rdata
        is_late = self.error == dns.rcode.BADTIME
        record = _record(
            dns.rdataclass.ANY, dns.rdatatype.TSIG, asked.algorithm,
            asked.time_signed if is_late else self._now, _FUDGE, b"",
            struct.unpack_from("!H", wire)[0], self.error,
            struct.pack("!HI", self._now >> 32, self._now & 0xFFFFFFFF) if is_late else b"",
        )  # fmt: skip
        if self._key is not None and (is_late or not self.error):
            record, _ = _signed(wire, self._key, record, record.time_signed, request_mac=asked.mac)
        return _appended(wire, self._signature.owner, record)


def _key_of(server: NameServer, signature: Signature) -> dns.tsig.Key | None:
    held = server.keys.get(signature.owner.to_text().lower())
    return dns.tsig.Key(signature.owner, held.secret, held.algorithm) if held else None


def _appended(wire: bytes, owner: dns.name.Name, record: TSIG) -> bytes:
    body = record.to_wire() or b""
    head = struct.pack("!HHIH", dns.rdatatype.TSIG, dns.rdataclass.ANY, 0, len(body))
    (count,) = struct.unpack_from("!H", wire, 10)
    counted = wire[:10] + struct.pack("!H", count + 1) + wire[12:]
    return counted + (owner.to_wire() or b"") + head + body

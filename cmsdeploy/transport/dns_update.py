"""Updates of zones (RFC 2136) over TCP, signed (RFC 8945), the whole old set as their condition.

A key of dnspython shows its secret when it is printed (``repr``), so one is made inside the one
function that signs, is bound to no name here, and no exception of the library gets out: its frames
hold the key.
"""

from __future__ import annotations

import socket
import struct
import time
from dataclasses import dataclass, replace

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.tsig
import dns.update
import dns.wire
from dns.rdtypes.ANY.TSIG import TSIG

from cmsdeploy.errors import DeviceError, HostError, UnreachableError
from cmsdeploy.model.records import RecordSet, Update, UpdateKey
from cmsdeploy.model.secret import Secret
from cmsdeploy.transport.contract import (
    Deadline,
    LateReplyError,
    OutcomeUnknownError,
    Verdict,
)
from cmsdeploy.transport.name_server import place_of
from cmsdeploy.transport.tcp import dial

__all__ = ["change", "try_key"]

_CONNECT_SECONDS = 5.0
_HEADER = struct.Struct("!6H")
_IS_REPLY = 0x8000
_AGAIN = "ask it again before anything is repeated"


@dataclass(frozen=True)
class _Signature:
    """The signature of a reply as it stands there, not checked. ``clock`` is the server's own."""

    error: str
    clock: int


def change(update: Update, secret: Secret | None, deadline: Deadline) -> Verdict:
    """Send ``update``; see :class:`~cmsdeploy.transport.contract.Names`."""
    return _exchanged(update.server, _message(update), update.key, secret, deadline)


def try_key(server: str, zone: str, key: UpdateKey, secret: Secret, deadline: Deadline) -> Verdict:
    """Ask for the SOA of ``zone``, signed with ``key``: it changes nothing."""
    message = dns.message.make_query(zone, dns.rdatatype.SOA)
    return _exchanged(server, message, key, secret, deadline)


def _message(update: Update) -> dns.message.Message:
    """The whole old set as the condition, the whole new one in its place."""
    message = dns.update.UpdateMessage(update.zone)
    about = update.after or update.before
    if about is None:
        return message
    name = dns.name.from_text(about.name)
    if update.before is None:
        message.absent(name, about.kind)
    else:
        # RFC 2136, 2.4.2: a condition has no TTL.
        message.present(name, _rdataset(replace(update.before, ttl=0)))
    message.delete(name, about.kind)
    if update.after is not None:
        message.add(name, _rdataset(update.after))
    return message


def _rdataset(records: RecordSet) -> dns.rdataset.Rdataset:
    return dns.rdataset.from_text("IN", records.kind, records.ttl, *records.data)


def _exchanged(
    server: str,
    message: dns.message.Message,
    key: UpdateKey | None,
    secret: Secret | None,
    deadline: Deadline,
) -> Verdict:
    wire = _signed(message, key, secret)
    address, port = place_of(server)
    try:
        connection = dial(address, port, deadline.within(_CONNECT_SECONDS))
    except UnreachableError as error:
        raise UnreachableError(
            f"name server {error.cause}", "check its address; updates go over TCP"
        ) from None
    try:
        reply = _sent(connection, wire, deadline)
    except (OSError, EOFError) as error:
        raise _lost(server, error, deadline) from None
    finally:
        connection.close()
    verdict = _judged(message, reply, is_key_used=key is not None)
    if verdict is None:
        raise OutcomeUnknownError(
            f"the answer of name server {server} is not to be believed", _AGAIN
        )
    return verdict


def _signed(message: dns.message.Message, key: UpdateKey | None, secret: Secret | None) -> bytes:
    if key is None or secret is None:
        return bytes(message.to_wire())
    try:
        message.use_tsig(dns.tsig.Key(key.name, secret.reveal().decode(), key.algorithm))
        return bytes(message.to_wire())
    except Exception:
        # Raised below and not here: what the library raised must not hang on our error.
        wire = b""
    if not wire:
        raise DeviceError(
            f"the key {key.name} cannot sign with {key.algorithm}",
            "copy name, algorithm and secret from the key file of the name server",
        )
    return wire


def _sent(connection: socket.socket, wire: bytes, deadline: Deadline) -> bytes:
    connection.settimeout(max(deadline.remaining(), 0.001))
    connection.sendall(struct.pack("!H", len(wire)) + wire)
    (length,) = struct.unpack("!H", _read(connection, 2, deadline))
    return _read(connection, length, deadline)


def _read(connection: socket.socket, length: int, deadline: Deadline) -> bytes:
    content = b""
    while len(content) < length:
        connection.settimeout(max(deadline.remaining(), 0.001))
        part = connection.recv(length - len(content))
        if not part:
            raise EOFError
        content += part
    return content


def _lost(server: str, error: Exception, deadline: Deadline) -> HostError:
    if deadline.has_passed or isinstance(error, TimeoutError):
        return LateReplyError(
            f"name server {server} took a message and gives no answer within"
            f" {deadline.seconds:g} seconds",
            _AGAIN,
        )
    return OutcomeUnknownError(
        f"name server {server} ended the connection before its answer", _AGAIN
    )


def _judged(message: dns.message.Message, reply: bytes, *, is_key_used: bool) -> Verdict | None:
    """What the reply says; None where it is no reply to ``message`` or is wrongly signed."""
    code = _code(message, reply)
    signature = _signature(reply)
    if code is None:
        return None
    if signature is not None and signature.error:
        # RFC 8945, 5.3.2: these are not signed, or with a time that we cannot check.
        is_late = signature.error == "BADTIME"
        ahead = signature.clock - int(time.time()) if is_late else None
        return Verdict(code, signature.error, False, ahead)
    try:
        answer = dns.message.from_wire(reply, keyring=message.keyring, request_mac=message.mac)
        is_reply = message.is_response(answer)
        is_signed = bool(answer.had_tsig) or not is_key_used
    except dns.tsig.BadTime:
        ahead = signature.clock - int(time.time()) if signature else None
        return Verdict("NOTAUTH", "BADTIME", False, ahead)
    except Exception:
        return None
    return Verdict(code, "", is_signed) if is_reply else None


def _code(message: dns.message.Message, reply: bytes) -> str | None:
    """The response code of a reply with our number; None where it has another."""
    if len(reply) < _HEADER.size:
        return None
    number, flags, *_ = _HEADER.unpack_from(reply)
    is_ours = number == message.id and flags & _IS_REPLY
    return dns.rcode.to_text(dns.rcode.Rcode(flags & 15)) if is_ours else None


def _signature(reply: bytes) -> _Signature | None:
    """The last record of a reply where it is a signature (RFC 8945, 5.1)."""
    try:
        rdata = _last_record(reply)
    except (dns.exception.DNSException, ValueError, struct.error):
        return None
    if not isinstance(rdata, TSIG):
        return None
    # RFC 8945, 5.2.3: with BADTIME, the server's own clock stands in the other data.
    clock = int.from_bytes(rdata.other, "big") if len(rdata.other) == 6 else rdata.time_signed
    return _Signature(
        dns.rcode.to_text(dns.rcode.Rcode(rdata.error), tsig=True) if rdata.error else "", clock
    )


def _last_record(reply: bytes) -> dns.rdata.Rdata | None:
    _, _, questions, *counts = _HEADER.unpack_from(reply)
    parser = dns.wire.Parser(reply, _HEADER.size)
    for _ in range(questions):
        parser.get_name()
        parser.get_struct("!HH")
    rdata: dns.rdata.Rdata | None = None
    for _ in range(sum(counts)):
        parser.get_name()
        kind, clas, _, length = parser.get_struct("!HHIH")
        rdata = None
        with parser.restrict_to(length):
            if kind == dns.rdatatype.TSIG:
                clas = dns.rdataclass.RdataClass(clas)
                rdata = dns.rdata.from_wire_parser(clas, dns.rdatatype.TSIG, parser)
            else:
                parser.get_remaining()
    return rdata

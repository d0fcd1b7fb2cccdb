"""One message in, one message out: faults, signature, question or update, and the bytes of it."""

from __future__ import annotations

from collections.abc import Sequence

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from ..faults import Behaviour
from ..records import Record
from ..server import NameServer, Reply
from .request import QUERY, UPDATE, Request, read
from .signature import Verdict

_SMALL = 512  # RFC 1035 4.2.1
_OUR_PAYLOAD = 1232  # DNS flag day 2020
_LARGE = 65535
_ROOM_FOR_SIGNATURE = 256
_CODES: dict[str, str] = {"servfail": "SERVFAIL", "refused": "REFUSED", "notimp": "NOTIMP"}
_TRANSFERS = ("AXFR", "IXFR")


def handle(server: NameServer, wire: bytes, *, is_tcp: bool) -> bytes | None:
    """Answer one message; None where nothing is sent."""
    request = read(wire)
    if request is None:
        return None
    name = request.questions[0].name if request.questions else "."
    behaviour = server.faults.take(name, is_update=request.opcode == UPDATE)
    if behaviour == "timeout":
        return None
    verdict = Verdict(server, request)
    reply = _reply(server, request, verdict, behaviour, is_tcp)
    if behaviour == "lost-reply":
        return None
    is_cut = behaviour == "truncated" and not is_tcp
    sent = verdict.sign(_render(request, Reply(reply.code) if is_cut else reply, is_tcp, is_cut))
    return bytes([sent[0] ^ 0xFF]) + sent[1:] if behaviour == "wrong-id" else sent


def _reply(
    server: NameServer,
    request: Request,
    verdict: Verdict,
    behaviour: Behaviour | None,
    is_tcp: bool,
) -> Reply:
    if behaviour in _CODES:
        return Reply(_CODES[behaviour])
    if request.fault:
        return Reply(request.fault)
    if verdict.error:
        return Reply("NOTAUTH")  # RFC 8945 5.2
    if request.opcode == UPDATE:
        return _update(server, request, verdict)
    if request.opcode != QUERY:
        return Reply("NOTIMP")
    return _query(server, request, is_tcp)


def _query(server: NameServer, request: Request, is_tcp: bool) -> Reply:
    if len(request.questions) != 1:
        return Reply("FORMERR")
    (question,) = request.questions
    if question.clas != "IN":
        return Reply("REFUSED")
    if question.kind not in _TRANSFERS:
        return server.answer(question.name, question.kind)
    # RFC 5936 4.2: over TCP only.
    return server.transfer(question.name) if is_tcp else Reply("FORMERR")


def _update(server: NameServer, request: Request, verdict: Verdict) -> Reply:
    # RFC 2136 3.1.1: one zone, named by its SOA.
    if len(request.questions) != 1 or request.questions[0].kind != "SOA":
        return Reply("FORMERR")
    (zone,) = request.questions
    if zone.clas != "IN":
        return Reply("NOTAUTH")
    return Reply(server.update(zone.name, verdict.key, request.answer, request.authority))


def _render(request: Request, reply: Reply, is_tcp: bool, is_cut: bool) -> bytes:
    flags = (
        dns.flags.QR | (request.flags & (dns.flags.RD | 0x7800)) | dns.rcode.from_text(reply.code)
    )
    if reply.is_authoritative:
        flags |= dns.flags.AA
    room = _LARGE if is_tcp else min(max(request.payload or _SMALL, _SMALL), _OUR_PAYLOAD)
    if request.signature:
        room -= _ROOM_FOR_SIGNATURE
    sections = [(1, reply.answer), (2, reply.authority), (3, reply.additional)]
    # RFC 2181 9: additional records may be missing; where others do not fit, TC says so.
    for fitting in [] if is_cut else [sections, sections[:2]]:
        try:
            return _rendered(request, flags, room, fitting)
        except dns.exception.TooBig:
            continue
    return _rendered(request, flags | dns.flags.TC, room, [])


def _rendered(
    request: Request, flags: int, room: int, sections: Sequence[tuple[int, Sequence[Record]]]
) -> bytes:
    message = dns.message.QueryMessage(request.number)
    message.flags = dns.flags.Flag(flags)
    for asked in request.questions:
        clas = dns.rdataclass.from_text(asked.clas)
        kind = dns.rdatatype.from_text(asked.kind)
        message.question.append(dns.rrset.RRset(asked.wire_name, clas, kind))
    for section, records in sections:
        message.sections[section] += [_rrset(record) for record in records]
    if request.payload is not None:
        message.use_edns(0, 0, _OUR_PAYLOAD)
    return message.to_wire(max_size=max(room, _SMALL))


def _rrset(record: Record) -> dns.rrset.RRset:
    return dns.rrset.from_text(record.name, record.ttl, "IN", record.kind, record.data)

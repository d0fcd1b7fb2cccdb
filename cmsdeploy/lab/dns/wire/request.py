"""A DNS message that came in, as text: RFC 1035 4.1, RFC 2136 2, RFC 6891, RFC 8945.

Records are read one by one and in order: dnspython's own reader refuses a malformed update before
anybody can say FORMERR, NOTZONE or NOTAUTH to it, and sorts it into sets.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.wire
from dns.rdtypes.ANY.TSIG import TSIG

from ..update import Row

QUERY, UPDATE = 0, 5
_HEADER = struct.Struct("!6H")
_TEXT_OF_CLASS = {1: "IN", 254: "NONE", 255: "ANY"}


@dataclass(frozen=True)
class Question:
    """One question; of an update, its zone."""

    name: str
    kind: str
    clas: str
    wire_name: dns.name.Name = field(compare=False)


@dataclass(frozen=True)
class Signature:
    """The TSIG record of a message, and where it begins."""

    owner: dns.name.Name
    rdata: TSIG
    start: int


@dataclass
class Request:
    """A message read. `fault` is the response code where it is malformed from some point on."""

    number: int
    flags: int
    wire: bytes
    questions: list[Question] = field(default_factory=list)
    answer: list[Row] = field(default_factory=list)
    authority: list[Row] = field(default_factory=list)
    payload: int | None = None
    signature: Signature | None = None
    fault: str = ""

    @property
    def opcode(self) -> int:
        """Kind of message: 0 a question, 5 an update."""
        return (self.flags >> 11) & 15


def read(wire: bytes) -> Request | None:
    """Read a message; None for what nobody answers: no whole header, or itself an answer."""
    if len(wire) < _HEADER.size:
        return None
    number, flags, *counts = _HEADER.unpack_from(wire)
    if flags & 0x8000:
        return None
    request = Request(number, flags, wire)
    parser = dns.wire.Parser(wire, _HEADER.size)
    try:
        _read_sections(request, parser, counts)
    except (dns.exception.DNSException, ValueError, struct.error):
        request.fault = "FORMERR"
    return request


def _read_sections(request: Request, parser: dns.wire.Parser, counts: list[int]) -> None:
    for _ in range(counts[0]):
        name = dns.name.from_wire_parser(parser)
        kind, clas = parser.get_struct("!HH")
        request.questions.append(
            Question(_text(name), dns.rdatatype.to_text(kind), _class(clas), name)
        )
    request.answer += [_read_row(parser) for _ in range(counts[1])]
    request.authority += [_read_row(parser) for _ in range(counts[2])]
    for _ in range(counts[3]):
        if request.signature:
            raise ValueError("a signature stands last (RFC 8945 5.1)")
        _read_additional(request, parser)
    if parser.remaining():
        raise ValueError("bytes behind the message")


def _text(name: dns.name.Name) -> str:
    return name.to_text().lower()


def _class(number: int) -> str:
    return _TEXT_OF_CLASS.get(number, f"CLASS{number}")


def _read_row(parser: dns.wire.Parser) -> Row:
    name = dns.name.from_wire_parser(parser)
    kind, clas, ttl, length = parser.get_struct("!HHIH")
    data = None
    with parser.restrict_to(length):
        if length:
            # Data that is to be deleted stands in class NONE (RFC 2136 2.5.4), and is of class IN.
            data = dns.rdata.from_wire_parser(dns.rdataclass.IN, kind, parser).to_text()
    return Row(_text(name), dns.rdatatype.to_text(kind), _class(clas), ttl, data)


def _read_additional(request: Request, parser: dns.wire.Parser) -> None:
    start = parser.current
    name = dns.name.from_wire_parser(parser)
    kind, clas, _, length = parser.get_struct("!HHIH")
    with parser.restrict_to(length):
        if kind == dns.rdatatype.TSIG:
            rdata = dns.rdata.from_wire_parser(dns.rdataclass.ANY, kind, parser)
            if isinstance(rdata, TSIG):
                request.signature = Signature(name, rdata, start)
        else:
            parser.get_remaining()
    if kind == dns.rdatatype.OPT:
        request.payload = clas

"""Name servers that lie, break and stall: each behaviour a function of the question's bytes."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from tests.ending import FAR_SECONDS
from tests.ports import free_port

__all__ = ["BEHAVIOURS", "RIGHT", "hostile", "raw_tcp"]

RIGHT = "10.0.0.1"
_WRONG = "6.6.6.6"

# What is sent over UDP, one after the other, and over TCP; None closes, b"" says nothing.
Sent = tuple[list[bytes], "bytes | None"]
Behaviour = Callable[[dns.message.Message], Sent]


def _answer(question: dns.message.Message, address: str = _WRONG) -> dns.message.Message:
    reply = dns.message.make_response(question)
    reply.flags |= dns.flags.AA
    name = question.question[0].name
    reply.answer.append(dns.rrset.from_text(name, 60, "IN", "A", address))
    return reply


def _right(question: dns.message.Message) -> bytes:
    return _answer(question, RIGHT).to_wire()


def _wrong_number(question: dns.message.Message) -> Sent:
    reply = _answer(question)
    reply.id ^= 0xFFFF
    return [reply.to_wire()], reply.to_wire()


def _wrong_number_then_right(question: dns.message.Message) -> Sent:
    return [*_wrong_number(question)[0], _right(question)], None


def _many_guesses_then_right(question: dns.message.Message) -> Sent:
    guesses = []
    for number in range(1, 200):
        reply = _answer(question)
        reply.id = (question.id + number) % 65536
        guesses.append(reply.to_wire())
    return [*guesses, _right(question)], None


def _wrong_question(question: dns.message.Message) -> Sent:
    other = dns.message.make_query("other.example.", "A", id=question.id)
    wire = _answer(other).to_wire()
    return [wire], wire


def _wrong_kind(question: dns.message.Message) -> Sent:
    other = dns.message.make_query(question.question[0].name, "TXT", id=question.id)
    wire = _answer(other).to_wire()
    return [wire], wire


def _no_question(question: dns.message.Message) -> Sent:
    reply = _answer(question)
    reply.question.clear()
    return [reply.to_wire()], reply.to_wire()


def _question_sent_back(question: dns.message.Message) -> Sent:
    return [question.to_wire()], question.to_wire()


def _truncated_then_right_by_tcp(question: dns.message.Message) -> Sent:
    reply = dns.message.make_response(question)
    reply.flags |= dns.flags.TC
    return [reply.to_wire()], _right(question)


def _truncated_with_a_lie(question: dns.message.Message) -> Sent:
    reply = _answer(question)
    reply.flags |= dns.flags.TC
    return [reply.to_wire()], None


def _compression_loop(question: dns.message.Message) -> Sent:
    head = struct.pack("!6H", question.id, 0x8400, 1, 1, 0, 0)
    asked = question.question[0].name.to_wire() or b""
    loop = struct.pack("!H", 0xC000 | (12 + len(asked) + 4))
    record = loop + struct.pack("!HHIH", 1, 1, 60, 4) + bytes([6, 6, 6, 6])
    wire = head + asked + struct.pack("!HH", 1, 1) + record
    return [wire], wire


def _cut_in_a_record(question: dns.message.Message) -> Sent:
    wire = _answer(question).to_wire()[:-3]
    return [wire], wire


def _sixty_four_kibibytes(question: dns.message.Message) -> Sent:
    reply = dns.message.make_response(question)
    reply.flags |= dns.flags.AA | dns.flags.TC
    name = question.question[0].name
    addresses = [f"6.6.{number // 250}.{number % 250 + 1}" for number in range(4000)]
    whole = dns.message.make_response(question)
    whole.flags |= dns.flags.AA
    whole.answer.append(dns.rrset.from_text(name, 60, "IN", "A", *addresses))
    return [reply.to_wire()], whole.to_wire(max_size=65535)


def _alias_loop(question: dns.message.Message) -> Sent:
    reply = dns.message.make_response(question)
    reply.flags |= dns.flags.AA
    name = question.question[0].name
    other = dns.name.from_text("loop.example.")
    reply.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", other.to_text()))
    reply.answer.append(dns.rrset.from_text(other, 60, "IN", "CNAME", name.to_text()))
    return [reply.to_wire()], reply.to_wire()


def _answer_beside_the_name(question: dns.message.Message) -> Sent:
    reply = dns.message.make_response(question)
    reply.flags |= dns.flags.AA
    reply.answer.append(dns.rrset.from_text("beside.example.", 60, "IN", "A", _WRONG))
    return [reply.to_wire()], reply.to_wire()


def _silence(question: dns.message.Message) -> Sent:
    return [], b""


BEHAVIOURS: dict[str, tuple[Behaviour, str]] = {
    "wrong number": (_wrong_number, ""),
    "wrong number, then right": (_wrong_number_then_right, RIGHT),
    "200 guesses, then right": (_many_guesses_then_right, RIGHT),
    "wrong question": (_wrong_question, ""),
    "wrong kind": (_wrong_kind, ""),
    "no question": (_no_question, ""),
    "the question sent back": (_question_sent_back, ""),
    "cut, whole by TCP": (_truncated_then_right_by_tcp, RIGHT),
    "cut, with a lie, no TCP": (_truncated_with_a_lie, ""),
    "compression loop": (_compression_loop, ""),
    "cut in a record": (_cut_in_a_record, ""),
    "64 KiB": (_sixty_four_kibibytes, ""),
    "alias loop": (_alias_loop, ""),
    "answer beside the name": (_answer_beside_the_name, "none"),
    "silence": (_silence, ""),
}


@contextmanager
def hostile(behaviour: Behaviour) -> Iterator[str]:
    """A server with this behaviour on loopback; gives its place as an inventory names it."""
    port = free_port()
    tcp = socket.create_server(("127.0.0.1", port))
    udp = socket.socket(type=socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", port))
    for serve, wire in ((_serve_udp, udp), (_serve_tcp, tcp)):
        threading.Thread(target=serve, args=(wire, behaviour), daemon=True).start()
    try:
        yield f"127.0.0.1#{port}"
    finally:
        tcp.close()
        udp.close()


def _serve_udp(udp: socket.socket, behaviour: Behaviour) -> None:
    with suppress(OSError):
        while True:
            wire, who = udp.recvfrom(65535)
            for sent in behaviour(dns.message.from_wire(wire))[0]:
                udp.sendto(sent, who)


def _serve_tcp(tcp: socket.socket, behaviour: Behaviour) -> None:
    with suppress(OSError):
        while True:
            connection, _ = tcp.accept()
            with connection, connection.makefile("rb") as file, suppress(OSError):
                wire = file.read(struct.unpack("!H", file.read(2))[0])
                _send(connection, behaviour(dns.message.from_wire(wire))[1])


def _send(connection: socket.socket, sent: bytes | None) -> None:
    if sent == b"":
        time.sleep(FAR_SECONDS)
    elif sent is not None:
        connection.sendall(struct.pack("!H", len(sent)) + sent)


@contextmanager
def raw_tcp(reply: Callable[[bytes], bytes]) -> Iterator[str]:
    """A server that answers the bytes of a message with bytes, over TCP alone."""
    tcp = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = tcp.accept()
                with connection, connection.makefile("rb") as file, suppress(OSError):
                    wire = file.read(struct.unpack("!H", file.read(2))[0])
                    _send(connection, reply(wire))

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"127.0.0.1#{tcp.getsockname()[1]}"
    finally:
        tcp.close()

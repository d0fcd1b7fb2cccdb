"""Answers that are none: the right one or none at all, by the deadline (promises G6, iD1, iD9)."""

from __future__ import annotations

import base64
import struct

import dns.flags
import dns.message
import dns.rcode
import dns.tsig
import pytest

from cmsdeploy.errors import HostError
from cmsdeploy.families.dns.view import no_answer
from cmsdeploy.model.records import Query, RecordSet, Update, UpdateKey
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.session.naming import Namer
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.transport.contract import is_outcome_unknown
from cmsdeploy.transport.dns import DnsNames
from tests.dns.hostile import BEHAVIOURS, RIGHT, Sent, hostile, raw_tcp
from tests.ending import ends_within

NAME = "cb1.tptac9.com."
SECONDS = 0.8


def test_there_are_fifteen() -> None:
    assert len(BEHAVIOURS) == 15


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_no_wrong_answer_is_believed(name: str) -> None:
    """G6: fifteen of fifteen."""
    behaviour, right = BEHAVIOURS[name]
    with hostile(behaviour) as server:
        # Where a right answer is to come, the clock is not what is tried.
        seconds = 5.0 if right else SECONDS
        with ends_within(seconds):
            answer = DnsNames(ask_seconds=seconds).ask(Query(server, NAME, "A"))
    found = answer.found("A")
    assert "6.6.6" not in repr(answer.records)
    if right == RIGHT:
        assert found is not None
        assert found.data == (RIGHT,)
    elif right == "none":
        assert answer.code == "NOERROR"
        assert answer.records == ()
    else:
        assert answer.code == ""
        assert no_answer(answer).startswith("gives no answer: it")


def test_a_responder_that_is_believed_would_be_found() -> None:
    """The planted defect: the same lie with the right number and question is an answer."""

    def lie(question: dns.message.Message) -> Sent:
        wrong = BEHAVIOURS["wrong number"][0](question)[0][0]
        return [struct.pack("!H", question.id) + wrong[2:]], None

    with hostile(lie) as server:
        answer = DnsNames(ask_seconds=SECONDS).ask(Query(server, NAME, "A"))
    assert "6.6.6.6" in repr(answer.records)


CODES = ["NXDOMAIN", "NODATA", "SERVFAIL", "REFUSED", "NOTIMP", "silence"]


def test_six_kinds_of_no_have_six_messages() -> None:
    """iD1."""
    said = {}
    for code in CODES:

        def refuse(question: dns.message.Message, code: str = code) -> Sent:
            if code == "silence":
                return [], None
            reply = dns.message.make_response(question)
            reply.flags |= dns.flags.AA
            reply.set_rcode(dns.rcode.from_text("NOERROR" if code == "NODATA" else code))
            return [reply.to_wire()], None

        with hostile(refuse) as server:
            answer = DnsNames(ask_seconds=SECONDS).ask(Query(server, NAME, "A"))
        said[code] = no_answer(answer) or answer.code
    assert said["NXDOMAIN"] == "NXDOMAIN"
    assert said["NODATA"] == "NOERROR"
    assert len(set(said.values())) == len(CODES)


@pytest.mark.parametrize("length", [0, 1, 2, 3, 11, 12, 20, 40])
def test_a_reply_to_an_update_that_is_cut_is_no_success(length: int) -> None:
    """iD9: whatever part of the reply arrives, the outcome is unknown and nothing is claimed."""

    def cut(question: dns.message.Message) -> Sent:
        whole = dns.message.make_response(question).to_wire() + b"\0" * 40
        return [], whole[:length] or None

    after = RecordSet(NAME, "A", 60, (RIGHT,))
    with hostile(cut) as server, pytest.raises(HostError) as caught:
        DnsNames().change(Update(server, "tptac9.com.", None, after), None)
    assert "ask it again before anything is repeated" in str(caught.value)


KEY = UpdateKey("deploy.", "hmac-sha256", SecretRef("tsig/deploy"))
SECRET = Secret(base64.b64encode(b"the key that only two should have"))


def _success(wire: bytes) -> bytes:
    """An unsigned NOERROR with the right number, as anybody on the way could send it."""
    return wire[:2] + struct.pack("!5H", 0x8000 | 5 << 11, 0, 0, 0, 0)


def _signed_by_another(wire: bytes) -> bytes:
    reply = dns.message.from_wire(_success(wire))
    reply.use_tsig(dns.tsig.Key("deploy.", b"another key that nobody should believe"))
    reply.request_mac = b"x" * 32
    return bytes(reply.to_wire())


FORGERIES = {
    "unsigned": _success,
    "signed by another": _signed_by_another,
    "of another number": lambda wire: b"\0\0" + _success(wire)[2:],
    "the update sent back": lambda wire: wire,
    "nothing but a number": lambda wire: wire[:2],
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_success_is_no_success(name: str) -> None:
    """Who does not have the key cannot tell us that an update was made."""
    after = RecordSet(NAME, "A", 60, (RIGHT,))
    namer = Namer(DnsNames(change_seconds=2), Redactor())
    with raw_tcp(FORGERIES[name]) as server:
        update = Update(server, "tptac9.com.", None, after, KEY)
        with pytest.raises(HostError) as caught:
            namer.change(update, {KEY.secret: SECRET})
    assert is_outcome_unknown(caught.value)

"""What a session makes of the words of a name server, and which key it would have taken."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from cmsdeploy.errors import DeviceError, HostError, RefusedError, UnreachableError
from cmsdeploy.model.records import NameAnswer, Query, RecordSet, Update, UpdateKey
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.session.naming import Namer
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.transport.contract import OutcomeUnknownError, Verdict

RAW = b"sixteen raw byte"
SECRET = Secret(base64.b64encode(RAW))
KEY = UpdateKey("deploy.", "hmac-sha256", SecretRef("dns/deploy"))
AFTER = RecordSet("_xmpp._tcp.example.com.", "SRV", 300, ("0 0 5222 cb1.example.com.",))
SIGNED = Update("10.0.0.53", "example.com.", None, AFTER, KEY)
PLAIN = Update("10.0.0.53", "example.com.", None, AFTER)


@dataclass
class _Server:
    """Answers one update with ``verdict``, and each try of a key with the next of ``tries``."""

    verdict: Verdict
    tries: Sequence[Verdict | HostError] = ()
    asked: list[object] = field(default_factory=list)

    def ask(self, query: Query) -> NameAnswer:
        self.asked.append(query)
        return NameAnswer("NXDOMAIN")

    def change(self, update: Update, secret: Secret | None) -> Verdict:
        self.asked.append((update, secret))
        return self.verdict

    def try_key(self, server: str, zone: str, key: UpdateKey, secret: Secret) -> Verdict:
        assert (server, zone, key.name, secret) == ("10.0.0.53", "example.com.", "deploy.", SECRET)
        answer = self.tries[len([one for one in self.asked if isinstance(one, UpdateKey)])]
        self.asked.append(key)
        if isinstance(answer, HostError):
            raise answer
        return answer

    def close(self) -> None:
        self.asked.append("closed")


def _refused(server: _Server, update: Update) -> tuple[str, str]:
    with pytest.raises(DeviceError) as caught:
        Namer(server, Redactor()).change(update, {KEY.secret: SECRET})
    return caught.value.cause, caught.value.action


def test_a_question_and_its_answer_pass() -> None:
    """No such name is an answer; closing closes."""
    server = _Server(Verdict("NOERROR"))
    namer = Namer(server, Redactor())
    query = Query("10.0.0.53", "example.com.", "SOA")
    assert namer.read(query).names == NameAnswer("NXDOMAIN")
    namer.close()
    assert server.asked == [query, "closed"]


def test_an_update_is_sent_once_and_its_key_is_in_no_text() -> None:
    """Neither as the key file has it nor as the bytes that it stands for."""
    server, redactor = _Server(Verdict("NOERROR", is_signed=True)), Redactor()
    reply = Namer(server, redactor).change(SIGNED, {KEY.secret: SECRET})
    assert reply.text == "10.0.0.53 took it"
    assert server.asked == [(SIGNED, SECRET)]
    shown = redactor.redact(f"{SECRET.reveal().decode()} {RAW.decode()}")
    assert "sixteen" not in shown
    assert SECRET.reveal().decode() not in shown


def test_a_secret_that_is_no_base64_is_hidden_as_it_is() -> None:
    """What cannot be decoded is no reason to stop: the server will say that it is wrong."""
    server, redactor = _Server(Verdict("NOERROR", is_signed=True)), Redactor()
    Namer(server, redactor).change(SIGNED, {KEY.secret: Secret("not base64!!")})
    assert "not base64!!" not in redactor.redact("it is not base64!!")


def test_an_update_without_its_secret_is_not_sent() -> None:
    """A key that is named and unknown is a refusal of ours."""
    server = _Server(Verdict("NOERROR", is_signed=True))
    with pytest.raises(RefusedError, match="dns/deploy is not known yet"):
        Namer(server, Redactor()).change(SIGNED, {})
    assert server.asked == []


@pytest.mark.parametrize("update", [SIGNED, PLAIN], ids=["with a key", "without"])
def test_an_answer_that_is_not_signed_leaves_the_outcome_unknown(update: Update) -> None:
    """Anybody may have sent it."""
    with pytest.raises(OutcomeUnknownError, match="not signed") as caught:
        Namer(_Server(Verdict("NOERROR")), Redactor()).change(update, {KEY.secret: SECRET})
    assert caught.value.action == "ask the server again before anything is repeated"


@pytest.mark.parametrize(
    ("verdict", "update", "cause", "action"),
    [
        (Verdict("NXRRSET"), SIGNED, "(NXRRSET): somebody else changed the records", "run again"),
        (Verdict("NOTAUTH"), SIGNED, "(NOTAUTH): it is not responsible", "name the primary"),
        (Verdict("REFUSED"), SIGNED, "(REFUSED): the key may not update", "let the server's"),
        (Verdict("REFUSED"), PLAIN, "(REFUSED): it takes no unsigned update", "name a key"),
        (Verdict("NOTAUTH"), PLAIN, "(NOTAUTH): it takes no unsigned update", "name a key"),
        (Verdict("SERVFAIL"), PLAIN, "(SERVFAIL): it has trouble of its own", "look at the log"),
        (Verdict("ODD"), PLAIN, "(ODD): it answers ODD", "look at the log of the name server"),
        (Verdict("NOTAUTH", "BADSIG"), SIGNED,
         "(BADSIG): the secret of the key deploy. is not the one that the server has",
         "copy the secret again"),
        (Verdict("NOERROR", "BADTRUNC"), SIGNED,
         "(BADTRUNC): the signature by deploy. is not accepted", "look at the log of the server"),
        (Verdict("NOTAUTH", "BADSIG"), PLAIN, "(BADSIG): it takes no unsigned update", "name a"),
        (Verdict("NOTAUTH", "BADTIME", False, 301), SIGNED,
         "(BADTIME): its clock is 301 seconds ahead of ours, and 300 are allowed", "set both"),
        (Verdict("NOTAUTH", "BADTIME", False, -400), SIGNED,
         "(BADTIME): its clock is 400 seconds behind ours, and 300 are allowed", "set both"),
        (Verdict("NOTAUTH", "BADTIME"), SIGNED,
         "(BADTIME): its clock and ours are too far apart", "set both clocks by NTP"),
    ],
)  # fmt: skip
def test_each_refusal_says_its_cause(
    verdict: Verdict, update: Update, cause: str, action: str
) -> None:
    """RFC 2136 and RFC 8945 in words, with what to do."""
    shown = _refused(_Server(verdict), update)
    assert shown[0].startswith(f"name server 10.0.0.53 refuses {cause}")
    assert shown[1].startswith(action)


BAD_KEY = Verdict("NOTAUTH", "BADKEY")


@pytest.mark.parametrize(
    ("tries", "cause", "action"),
    [
        ((Verdict("NOERROR"),), "for hmac-sha512, and not for hmac-sha256",
         "write algorithm: hmac-sha512"),
        ((BAD_KEY, Verdict("NOTAUTH", "BADSIG")), "for hmac-sha384, and not for hmac-sha256",
         "write algorithm: hmac-sha384"),
        ((BAD_KEY,) * 4, "knows no key called deploy. (with any algorithm that we have)",
         "write the name of the key as it stands in the configuration of the server"),
        ((BAD_KEY, UnreachableError("gone", "wait")), "knows no key called deploy.", "write the"),
    ],
)  # fmt: skip
def test_an_unknown_key_is_tried_with_the_other_algorithms(
    tries: Sequence[Verdict | HostError], cause: str, action: str
) -> None:
    """A server says the same to a wrong name and a wrong algorithm; ours is not tried twice."""
    server = _Server(BAD_KEY, tries)
    shown = _refused(server, SIGNED)
    assert cause in shown[0]
    assert shown[1].startswith(action)
    tried = [one.algorithm for one in server.asked if isinstance(one, UpdateKey)]
    others = ["hmac-sha512", "hmac-sha384", "hmac-sha224", "hmac-sha1"]
    assert tried == others[: len(tries)]

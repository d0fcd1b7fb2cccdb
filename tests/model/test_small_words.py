"""Records, logs, certificates and phrases: small values that many rooms lean on."""

from __future__ import annotations

import base64
import copy
import hashlib
import pickle

import pytest

from cmsdeploy.model.failure_limit import FailureLimit
from cmsdeploy.model.logged import Logged, LoggedReply, by_host
from cmsdeploy.model.pem_text import PemCertificate, certificates_in
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.records import NameAnswer, RecordSet, Update
from cmsdeploy.model.version import Version


def _set(ttl: int, *data: str) -> RecordSet:
    return RecordSet("cb1.example.com.", "A", ttl, data)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (None, _set(300, "10.0.0.1"), "cb1.example.com. A at ::1: + 10.0.0.1; TTL 300"),
        (_set(60, "10.0.0.1"), None, "cb1.example.com. A at ::1: - 10.0.0.1; TTL 60"),
        (_set(60, "10.0.0.1", "10.0.0.2"), _set(60, "10.0.0.2", "10.0.0.3"),
         "cb1.example.com. A at ::1: - 10.0.0.1; + 10.0.0.3; 1 stay; TTL 60"),
        (_set(60, "10.0.0.1"), _set(90, "10.0.0.1"),
         "cb1.example.com. A at ::1: 1 stay; TTL 60 -> 90 of all"),
        (None, None, "example.com. nothing at ::1: TTL 0"),
    ],
)  # fmt: skip
def test_an_update_says_what_goes_and_what_comes(
    before: RecordSet | None, after: RecordSet | None, said: str
) -> None:
    """The TTL is one for the whole set, so it is always said."""
    assert Update("::1", "example.com.", before, after).line == f"update {said}"


def test_an_answer_is_found_behind_its_aliases() -> None:
    """The set of the kind that was asked for, wherever it stands."""
    alias = RecordSet("www.example.com.", "CNAME", 60, ("cb1.example.com.",))
    answer = NameAnswer("NOERROR", True, (alias, _set(60, "10.0.0.1")))
    assert answer.found("A") == _set(60, "10.0.0.1")
    assert answer.found("AAAA") is None
    assert answer.alias == "cb1.example.com."
    assert NameAnswer("NOERROR", True, (_set(60, "10.0.0.1"),)).alias == ""
    assert NameAnswer("NXDOMAIN").found("A") is None


def test_logs_of_one_box_are_put_together_in_order() -> None:
    """The newest reply wins; blanks between words do not count."""
    early, late = LoggedReply("xmpp  status", "old\nlines"), LoggedReply("xmpp status ", "new")
    first, second = Logged("a", (early,), ("one",)), Logged("a", (late,), ("three",))
    found = by_host([first, Logged("b", (), ("two",)), second])
    assert list(found) == ["a", "b"]
    assert found["a"] == Logged("a", (early, late), ("one", "three"))
    assert found["a"].last("xmpp status") is late
    assert found["a"].last("xmpp") is None
    assert list(found["a"].every_line()) == ["one", "three", "old", "lines", "new"]
    assert found["b"] == Logged("b", (), ("two",))


def _pem(body: str) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----"


def test_certificates_are_told_apart_and_made_clean() -> None:
    """Lines of 64 columns and one at the end; what is no base64 is left out, the rest stays."""
    first, second = bytes(range(100)), b"two"
    one, two = (base64.b64encode(der).decode() for der in (first, second))
    broken = [_pem("QUI"), _pem("QUI=QUI=")]
    text = "\n".join(["words", _pem(f"{one[:10]}\r\n {one[10:]}"), *broken, _pem(two)])
    clean = _pem(f"{one[:64]}\n{one[64:128]}\n{one[128:]}") + "\n"
    assert certificates_in(text) == (
        PemCertificate(hashlib.sha256(first).hexdigest(), clean),
        PemCertificate(hashlib.sha256(second).hexdigest(), _pem(two) + "\n"),
    )
    assert certificates_in(clean)[0].text == clean
    assert certificates_in("no certificate") == ()


def test_a_phrase_keeps_its_message_wherever_it_goes() -> None:
    """Names without a value stay; a copy can still be said in another language."""
    phrase = Phrase("{host} has {count} of {what}", host="cb1", count=2)
    assert phrase == "cb1 has 2 of {what}"
    for again in (copy.deepcopy(phrase), pickle.loads(pickle.dumps(phrase))):
        assert (again, again.message, dict(again.values)) == (
            "cb1 has 2 of {what}", "{host} has {count} of {what}", {"host": "cb1", "count": "2"},
        )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("2.9.5", Version(2, 9, 5)),
        ("CMS 2.10 (built)", Version(2, 10, 0)),
        ("2.0(RC)", Version(2, 0)),
        ("1234.5", None),
        ("none", None),
    ],
)
def test_a_version_is_a_number_among_words(text: str, version: Version | None) -> None:
    """A year is none; a last number that is missing is 0."""
    assert Version.found_in(text) == version
    assert version is None or str(version).startswith("2.")


@pytest.mark.parametrize(("failed", "is_exceeded"), [(0, False), (1, False), (2, True), (3, True)])
def test_a_limit_is_exceeded_by_more_than_its_share(failed: int, is_exceeded: bool) -> None:
    """A quarter of four is one: one may fail, two may not."""
    assert FailureLimit(0, 0, hosts=4, percent=25).is_exceeded(failed) is is_exceeded

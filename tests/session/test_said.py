"""What a session says to a person when a verb fails: one cause, one next action, each in whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from cmsdeploy.errors import (
    CmsdeployError,
    DeviceError,
    InputError,
    RefusedError,
    SecretShownError,
)
from cmsdeploy.model.action import Call, Command, Reply
from cmsdeploy.model.records import Query
from cmsdeploy.model.secret import Secret
from cmsdeploy.transport.contract import LateReplyError, OutcomeUnknownError
from tests.session.device import Exchange, TableDevice
from tests.session.test_box import (
    ADD_SECRET,
    GET,
    LINE,
    PUT,
    REFERENCE,
    SECRETS,
    UPLOAD,
    Bench,
)

Verb = Callable[[], Reply]
_BY_HAND = "answer by hand, and tell us the question if it is a usual one"


def _bench(replies: dict[str, str]) -> Bench:
    return Bench(TableDevice(replies=replies))


@dataclass
class _Late(TableDevice):
    """A device whose reply has no end: what of it had arrived is known."""

    said: bytes = b""

    def execute(self, line: str) -> Exchange:
        """Say a part, and no more."""
        raise LateReplyError(f"{line}: no end within 30 seconds", "look again", self.said)


def _late(said: bytes) -> Verb:
    return lambda: Bench(_Late(said=said)).session().perform(Command.of("xmpp"), {})


def _asks(question: str, *, is_echoed: bool = False) -> Bench:
    return Bench(TableDevice(asking={LINE: (question, is_echoed, "SUCCESS: a\n")}))


def _typed(content: str) -> Verb:
    return lambda: _asks("").session().perform(ADD_SECRET, {REFERENCE: Secret(content)})


SAID: dict[str, tuple[Verb, type[CmsdeployError], str, str]] = {
    "refused": (
        lambda: _bench({"xmpp": " FAILURE: a \n\n b\n"}).session().perform(Command.of("xmpp"), {}),
        DeviceError, "xmpp: the box says: FAILURE: a / b",
        "look at the box; when it is mended, apply goes on from here"),
    "a secret that nobody has": (
        lambda: _asks("").session().perform(ADD_SECRET, {}),
        RefusedError, f"{LINE}: the secret callbridge/cb1 is not known yet", ""),
    "a reply without an end": (
        _late(b"Please wait\r\n\r\nSure? (y/n) "), LateReplyError,
        "xmpp: no end within 30 seconds; last seen: Please wait / Sure? (y/n)", "look again"),
    "no reply": (_late(b""), LateReplyError, "xmpp: no end within 30 seconds", "look again"),
    "no secret": (
        _typed(""), RefusedError,
        "the secret callbridge/cb1 is empty or holds control characters",
        "choose one that can be typed in a single line"),
    "a secret of two lines": (
        _typed("a\x1fb"), RefusedError,
        "the secret callbridge/cb1 is empty or holds control characters",
        "choose one that can be typed in a single line"),
    "another question": (
        lambda: _asks("Something else:").session().perform(ADD_SECRET, SECRETS),
        OutcomeUnknownError, "Something else:", _BY_HAND),
    "a secret that is shown": (
        lambda: _asks("Enter callbridge secret", is_echoed=True).session().perform(
            ADD_SECRET, SECRETS),
        SecretShownError, "last seen:", "make a new secret, this one may be in a log; where boxes"
        " always show what is typed, a play may go on with allow: [shown-secrets]"),
    "no file": (
        lambda: Bench().session().perform(replace(UPLOAD, content=None), {}),
        RefusedError, f"{UPLOAD.line}: the file was not read", "check its path"),
    "a torn file": (
        lambda: Bench(TableDevice(is_torn=True)).session().perform(UPLOAD, {}),
        DeviceError,
        f"{UPLOAD.line}: the box holds 22 bytes that are not the 22 bytes that were written",
        "check the free space of the box, then run again; no command has named the file"),
    "no read": (
        lambda: Bench().session().read(PUT), RefusedError, f"{PUT.line} is no read",
        "use perform()"),
    "no Web Admin": (
        lambda: Bench().session().read(GET), InputError,
        "cb1 has no Web Admin in the inventory", "give it `cms_webadmin`"),
    "no name servers": (
        lambda: Bench().session().read(Query("10.0.0.1", "a.com.", "A")), RefusedError,
        "this session knows no name servers", "report this as a bug"),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_a_verb_that_fails_says_why_and_what_to_do(name: str) -> None:
    """The class decides the exit code, the words are all that a person has at night."""
    verb, kind, cause, action = SAID[name]
    with pytest.raises(CmsdeployError) as caught:
        verb()
    assert type(caught.value) is kind
    if cause.endswith(":"):  # then comes what the screen showed
        assert cause in caught.value.cause
    else:
        assert caught.value.cause == cause
    assert caught.value.action == action


def test_a_change_of_the_api_is_no_read_whatever_its_name() -> None:
    """Only GET asks without changing anything."""
    for method in ("POST", "DELETE", "get"):
        with pytest.raises(RefusedError):
            Bench().session().read(Call(method, GET.path))


def test_a_file_that_was_read_back_says_how_long_it_is() -> None:
    """In the words of the runbook."""
    reply = Bench().session().perform(UPLOAD, {})
    assert str(reply.text) == "22 bytes written, read back and compared"


def test_a_file_is_copied_piece_by_piece() -> None:
    """However long; a file that is not there is told."""
    bench = Bench(TableDevice(files={"a.log": b"a log"}))
    taken: list[bytes] = []
    assert bench.session().copy("a.log", taken.append) is True
    assert bench.session().copy("b.log", taken.append) is False
    assert b"".join(taken) == b"a log"

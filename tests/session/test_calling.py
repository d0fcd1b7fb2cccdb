"""Requests to the API: what each status means, what is repeated, and what is never shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from cmsdeploy.errors import DeviceError, HostError, RefusedError, UnreachableError
from cmsdeploy.model.action import Call
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.session.calling import Caller
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.transport.contract import HttpAnswer

XML = {"content-type": "application/xml"}
GET = Call("GET", "/api/v1/system", ())
SECRET = SecretRef("callbridge/cb1")
PUT = Call("PUT", "/api/v1/x", (("name", "cb1"),), (("sharedSecret", SECRET),))
WELL = HttpAnswer(200, XML, b"<a><b>c</b></a>")


@dataclass
class Answers:
    """An API that gives one answer after the other, the last one for ever."""

    answers: list[HttpAnswer]
    asked: list[tuple[str, str, list[tuple[str, object]]]] = field(default_factory=list)
    is_closed: bool = False

    def request(
        self, method: str, path: str, form: Sequence[tuple[str, bytes | str]] = ()
    ) -> HttpAnswer:
        """The next one."""
        self.asked.append((method, path, list(form)))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def close(self) -> None:
        """Remembered."""
        self.is_closed = True


def _caller(*answers: HttpAnswer, redactor: Redactor | None = None) -> tuple[Caller, Answers]:
    api = Answers(list(answers))
    return Caller(api, redactor or Redactor(), pauses=(0.0, 0.0, 0.0)), api


def _answer(status: int, body: bytes = b"", headers: Mapping[str, str] = XML) -> HttpAnswer:
    return HttpAnswer(status, headers, body)


def test_a_get_on_a_busy_box_is_repeated_three_times() -> None:
    """And no more; then it is said what to do."""
    caller, api = _caller(_answer(503), _answer(503), _answer(503), WELL)
    assert caller.get(GET).text == "<a><b>c</b></a>"
    assert [asked[:2] for asked in api.asked] == [("GET", "/api/v1/system")] * 4
    caller, api = _caller(_answer(503))
    with pytest.raises(DeviceError) as error:
        caller.get(GET)
    assert len(api.asked) == 4
    assert error.value.action == "the box is busy or starting; run again later"


def test_a_change_is_sent_once_whatever_the_answer() -> None:
    """The first may have made its object although the answer says busy."""
    caller, api = _caller(_answer(503), WELL)
    with pytest.raises(DeviceError):
        caller.change(PUT, {SECRET: Secret("the secret of cb1")})
    form = [("name", "cb1"), ("sharedSecret", b"the secret of cb1")]
    assert api.asked == [("PUT", "/api/v1/x", form)]


@pytest.mark.parametrize("status", [400, 404])
def test_no_such_object_is_an_answer_to_a_get_only(status: int) -> None:
    """The family judges it; a change that fails so is an error."""
    caller, _ = _caller(_answer(status, b"no xml"))
    reply = caller.get(GET)
    assert (reply.status, reply.text) == (status, "no xml")
    with pytest.raises(DeviceError):
        caller.change(GET, {})


# Status, body, kind of error, the end of its cause, and a word of the next action.
ERRORS: list[tuple[int, bytes, type[HostError], str, str]] = [
    (401, b"", UnreachableError, "the API answers 401", "password"),
    (403, b"", DeviceError, "the API answers 403", "role admin"),
    (404, b"", DeviceError, "the API answers 404", "version of the box"),
    (429, b"", DeviceError, "the API answers 429", "busy"),
    (503, b"", DeviceError, "the API answers 503", "busy or starting"),
    (500, b" why \n", DeviceError, "the API answers 500: why", ""),
    (400, b"<failureDetails><tooMany/><other/></failureDetails>", DeviceError,
     "the API answers 400: tooMany, other", ""),
    (500, b"x" * 400, DeviceError, f"{'x' * 300}… (100 more characters)", ""),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "kind", "cause", "action"), ERRORS)
def test_each_refusal_says_what_to_do(
    status: int, body: bytes, kind: type[HostError], cause: str, action: str
) -> None:
    """The word of the box where there is one, and the next action where there is one."""
    caller, _ = _caller(_answer(status, body))
    with pytest.raises(HostError) as error:
        caller.change(GET, {})
    assert type(error.value) is kind
    assert error.value.cause.startswith("GET /api/v1/system: the API answers ")
    assert error.value.cause.endswith(cause)
    assert (action in error.value.action, bool(error.value.action)) == (True, bool(action))


@pytest.mark.parametrize("status", [199, 300, 302, 399])
def test_a_redirect_is_not_followed(status: int) -> None:
    """It would carry a password to whoever is named in it."""
    for headers, place in (({"location": "https://a/" + "b" * 300}, "(110 more characters)"),
                           ({}, "elsewhere")):  # fmt: skip
        for send in (Caller.get, lambda caller, call: caller.change(call, {})):
            caller, _ = _caller(_answer(status, headers=headers))
            with pytest.raises(DeviceError, match=f"answers {status} and sends us to") as error:
                send(caller, GET)
            assert error.value.cause.endswith(place)
            assert "address and port" in error.value.action


@pytest.mark.parametrize(
    ("headers", "body", "said"),
    [
        ({"content-type": "text/html"}, b"<a/>", "is text/html and not XML"),
        ({"content-type": "h" * 90}, b"<a/>", f"is {'h' * 60}… (30 more characters) and not XML"),
        (XML, b"<a>", ""),
    ],
)
def test_a_page_with_the_status_of_success_is_no_answer(
    headers: Mapping[str, str], body: bytes, said: str
) -> None:
    """A family would take its fields for unknown and set them anew."""
    caller, _ = _caller(_answer(200, body, headers))
    with pytest.raises(DeviceError) as error:
        caller.get(GET)
    assert error.value.cause.startswith("GET /api/v1/system: ")
    assert said in error.value.cause
    assert error.value.action


def test_xml_without_a_word_of_its_kind_is_read() -> None:
    """Some boxes name no type; some write it large."""
    for headers in ({}, {"content-type": "TEXT/XML"}):
        caller, _ = _caller(_answer(200, b"<a/>", headers))
        assert caller.get(GET).status == 200


def test_a_secret_that_is_not_known_stops_before_anything_is_sent() -> None:
    """It is named; and one that is sent is hidden from then on."""
    redactor = Redactor()
    caller, api = _caller(_answer(500, b"what is the secret of cb1?"), redactor=redactor)
    with pytest.raises(RefusedError, match="the secret callbridge/cb1 is not known yet"):
        caller.change(PUT, {})
    assert api.asked == []
    with pytest.raises(DeviceError) as error:
        caller.change(PUT, {SECRET: Secret("the secret of cb1")})
    assert "the secret of cb1" not in error.value.cause
    caller.close()
    assert api.is_closed

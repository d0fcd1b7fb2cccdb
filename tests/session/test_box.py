"""A box as a session, over the transport without a wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import pytest

from cmsdeploy.errors import (
    DeviceError,
    HostError,
    IdentityError,
    InputError,
    RefusedError,
    UnreachableError,
)
from cmsdeploy.model.action import Answer, Call, Command, Download, Tail, Upload
from cmsdeploy.model.host import Host, Login, WebAdmin
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.session.box import NOT_READ_BACK, BoxSession
from cmsdeploy.session.calling import Caller
from cmsdeploy.session.contract import Session
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.transport.contract import (
    Connection,
    Form,
    HttpAnswer,
    OutcomeUnknownError,
    is_outcome_unknown,
)
from cmsdeploy.transport.memory import MemoryApi, MemoryConnection, MemoryShell
from tests.session.device import ApiReply, TableDevice

REFERENCE = SecretRef("callbridge/cb1")
SECRET = Secret("kvgP1SRzWVabhiPVAb1")
SECRETS: Mapping[SecretRef, Secret] = {REFERENCE: SECRET}
LINE = "xmpp callbridge add-secret cb1"
ADD_SECRET = Command(tuple(LINE.split()), answer=Answer("Enter callbridge secret", REFERENCE))
HOST = Host("cb1", "10.1.1.1", login=Login(password=Secret("login-password")))
WITH_API = replace(HOST, webadmin=WebAdmin("10.1.1.1", password=Secret("api-password")))


@dataclass
class Bench:
    """A session on a device, and the connections that it made."""

    device: TableDevice = field(default_factory=TableDevice)
    host: Host = HOST
    is_chopped: bool = False
    is_echoing: bool = True
    connections: list[Connection] = field(default_factory=list)

    def session(self) -> BoxSession:
        """Open it; nothing is connected yet."""
        return BoxSession(
            self.host,
            connect=self._connect,
            connect_api=lambda _webadmin: MemoryApi(self.device),
            redactor=Redactor(),
            default_deadline_seconds=0.5,
        )

    def _connect(self, _host: Host) -> Connection:
        connection = MemoryConnection(
            self.device,
            is_chopped=self.is_chopped,
            is_echoing=self.is_echoing,
            greeting="Welcome\n",
        )
        self.connections.append(connection)
        return connection


def _asking(question: str = "Enter callbridge secret", then: str = "SUCCESS: added\n") -> Bench:
    return Bench(TableDevice(asking={LINE: (question, False, then)}))


def test_it_is_a_session() -> None:
    """The type checker compares the two."""
    session: Session = Bench().session()
    session.close()


def test_nothing_is_connected_before_the_first_verb() -> None:
    """And one connection serves all that follows."""
    bench = Bench(TableDevice(replies={"version": "2.9.5\n"}))
    session = bench.session()
    assert bench.connections == []
    for _ in range(3):
        assert session.read(Command.of("version")).text == "2.9.5\n"
    assert len(bench.connections) == 1
    session.reconnect()
    session.read(Command.of("version"))
    assert len(bench.connections) == 2
    session.close()
    session.close()


@pytest.mark.parametrize("is_shell_only", [False, True])
@pytest.mark.parametrize("is_chopped", [False, True])
@pytest.mark.parametrize("is_echoing", [False, True])
def test_commands_by_channel_and_by_shell_say_the_same(
    is_shell_only: bool, is_chopped: bool, is_echoing: bool
) -> None:
    """The way that a command takes is no part of its reply."""
    replies = {"xmpp": "Enabled : true\nSTATUS : running\n", "xmpp listen a": ""}
    host = replace(HOST, is_shell_only=is_shell_only)
    bench = Bench(TableDevice(replies=replies), host, is_chopped, is_echoing)
    session = bench.session()
    assert session.read(Command.of("xmpp")).text == replies["xmpp"]
    assert session.perform(Command.of("xmpp", "listen", "a"), {}).text == ""
    assert bench.device.lines == ["xmpp", "xmpp listen a"]


@pytest.mark.parametrize(
    "text", ["FAILURE: no domain\n", "SUCCESS: x\nFAILURE: y\n", "Unknown command\n"]
)
def test_a_refusal_is_text_for_a_read_and_an_error_for_a_deed(text: str) -> None:
    """The family judges what it read; a deed that was refused stops."""
    session = Bench(TableDevice(replies={"xmpp enable": text})).session()
    assert session.read(Command.of("xmpp", "enable")).text == text
    with pytest.raises(DeviceError) as caught:
        session.perform(Command.of("xmpp", "enable"), {})
    assert caught.value.host == "cb1"
    assert text.strip().split("\n")[-1] in str(caught.value).replace("\\n", "\n")
    assert not is_outcome_unknown(caught.value)


@pytest.mark.parametrize("is_chopped", [False, True])
@pytest.mark.parametrize("is_echoing", [False, True])
def test_a_secret_is_typed_at_its_question(is_chopped: bool, is_echoing: bool) -> None:
    """Once, and never as a part of a line."""
    bench = replace(_asking(), is_chopped=is_chopped, is_echoing=is_echoing)
    reply = bench.session().perform(ADD_SECRET, SECRETS)
    assert "SUCCESS: added" in reply.text
    assert bench.device.answers == [SECRET.reveal().decode()]
    assert bench.device.lines == [LINE]


Make = Callable[[], TableDevice]
NOT_ASKED: dict[str, Make] = {
    "an error": lambda: TableDevice(replies={LINE: "FAILURE: no such callbridge\n"}),
    "nothing": lambda: TableDevice(replies={LINE: ""}),
    "an unknown command": TableDevice,
    "the question of another command": lambda: TableDevice(
        asking={LINE: ("Please enter password:", False, "")}
    ),
    "a question with an echo of a name": lambda: TableDevice(
        asking={LINE: ("cb9 Enter callbridge secret", False, "")}
    ),
}


@pytest.mark.parametrize("name", NOT_ASKED)
def test_without_its_question_a_secret_is_never_typed(name: str) -> None:
    """Typed at the prompt it would be a command, and the box logs commands."""
    device = NOT_ASKED[name]()
    session = Bench(device).session()
    if name == "nothing":
        session.perform(ADD_SECRET, SECRETS)
    else:
        with pytest.raises(HostError):
            session.perform(ADD_SECRET, SECRETS)
    assert device.answers == []
    assert device.lines == [LINE]


def test_an_echoed_secret_stops_and_is_not_shown() -> None:
    """The message asks for a new one."""
    bench = Bench(TableDevice(asking={LINE: ("Enter callbridge secret", True, "SUCCESS: a\n")}))
    with pytest.raises(DeviceError, match="showed the secret") as caught:
        bench.session().perform(ADD_SECRET, SECRETS)
    assert is_outcome_unknown(caught.value)
    assert SECRET.reveal().decode() not in str(caught.value)
    assert "new secret" in caught.value.action


@pytest.mark.parametrize("content", ["", "two\nlines", "tab\t", "ctrl-c\x03", "delete\x7f"])
def test_a_secret_that_cannot_be_typed_is_refused_before_anything_is_sent(content: str) -> None:
    """A line end would make the rest a command."""
    bench = _asking()
    with pytest.raises(RefusedError):
        bench.session().perform(ADD_SECRET, {REFERENCE: Secret(content)})
    with pytest.raises(RefusedError, match="not known yet"):
        bench.session().perform(ADD_SECRET, {})
    assert bench.connections == []


def test_awkward_secrets_are_typed_as_they_are() -> None:
    """No quoting, no template, no coercion."""
    for content in ("007", "{{7*7}}", "a b\"c'd\\e", "é", "-x;y"):
        bench = _asking()
        bench.session().perform(ADD_SECRET, {REFERENCE: Secret(content)})
        assert bench.device.answers == [content]


def test_a_confirmation_is_answered_with_a_capital_letter() -> None:
    """Announced ones only."""
    line = "database cluster remove"
    bench = Bench(TableDevice(asking={line: ("Are you sure? (Y/n)", True, "SUCCESS: x\n")}))
    command = Command(tuple(line.split()), confirmations=("Are you sure",))
    assert "SUCCESS: x" in bench.session().perform(command, {}).text
    assert bench.device.answers == ["Y"]


def test_an_unexpected_question_on_a_channel_is_text() -> None:
    """A channel without a terminal cannot be answered; what was asked is the reply."""
    bench = Bench(TableDevice(asking={"reboot": ("Are you sure? (Y/n)", True, "")}))
    assert bench.session().read(Command.of("reboot")).text == "Are you sure? (Y/n)"
    assert bench.device.answers == []


def test_after_an_unknown_outcome_everything_is_opened_anew() -> None:
    """The late answer must not become the answer to the next question."""
    bench = Bench(TableDevice(asking={LINE: ("Something else:", False, "")}))
    session = bench.session()
    with pytest.raises(OutcomeUnknownError) as caught:
        session.perform(ADD_SECRET, SECRETS)
    assert "Something else:" in str(caught.value)
    bench.device.asking = {LINE: ("Enter callbridge secret", False, "SUCCESS: added\n")}
    session.perform(ADD_SECRET, SECRETS)
    assert len(bench.connections) == 2


# -- files -------------------------------------------------------------------------------------

UPLOAD = Upload("cb1.key", "files/cb1.key", "sha256:00", Secret("-----BEGIN KEY-----\nx\n"))


def test_an_upload_is_read_back() -> None:
    """And only the same content counts."""
    bench = Bench()
    assert "compared" in bench.session().perform(UPLOAD, {}).text
    assert bench.device.files == {"cb1.key": b"-----BEGIN KEY-----\nx\n"}


def test_an_upload_that_cannot_be_read_back_is_said_to_be_unproved() -> None:
    """Other commands bear witness then."""
    bench = Bench(TableDevice(is_reading_denied=True))
    assert bench.session().perform(UPLOAD, {}).text == NOT_READ_BACK


def test_a_torn_upload_is_an_error() -> None:
    """Same length, other content."""
    bench = Bench(TableDevice(is_torn=True))
    with pytest.raises(DeviceError, match="not the 22 bytes"):
        bench.session().perform(UPLOAD, {})


def test_an_upload_without_content_sends_nothing() -> None:
    """A rendering knows the name only."""
    bench = Bench()
    with pytest.raises(RefusedError):
        bench.session().perform(replace(UPLOAD, content=None), {})
    assert bench.connections == []


def test_downloads() -> None:
    """The content is a secret, for it may be a key; None where there is nothing to read."""
    bench = Bench(TableDevice(files={"a.key": b"\x00key"}))
    session = bench.session()
    assert session.read(Download("a.key")).content == Secret(b"\x00key")
    assert session.read(Download("b.key")).content is None


class _WithoutFiles(MemoryConnection):
    """A box that takes commands and opens no file transfer."""

    def read_end(self, name: str, size: int) -> bytes | None:
        """Nothing was sent."""
        raise UnreachableError("the box does not open a file transfer")


def test_the_end_of_a_log_is_text_and_a_box_without_one_is_fine() -> None:
    """A missing file, or no files at all: nothing is known, and the next read finds its way."""
    session = Bench(TableDevice(files={"log": b"one\ntwo \xff\n"})).session()
    assert session.read(Tail("log", 6)).text == "two \\xff\n"
    assert session.read(Tail("no-log")).text == ""
    made: list[Connection] = []

    def connect(_host: Host) -> Connection:
        made.append(_WithoutFiles(TableDevice(files={"a.key": b"x"})))
        return made[-1]

    session = BoxSession(
        HOST, connect=connect, connect_api=lambda _: MemoryApi(TableDevice()), redactor=Redactor()
    )
    assert session.read(Tail("log")).text == ""
    assert session.read(Download("a.key")).content == Secret(b"x")
    assert len(made) == 2


# -- API ---------------------------------------------------------------------------------------

GET = Call("GET", "/api/v1/system/configuration/xmpp")
PUT = Call("PUT", GET.path, (("uniqueName", "cb1"),), (("sharedSecret", REFERENCE),))
REASON = '<?xml version="1.0"?><failureDetails><parameterError /></failureDetails>'


def _api(*replies: ApiReply) -> Bench:
    return Bench(TableDevice(api_replies=list(replies)), WITH_API)


def test_a_form_is_filled_with_secrets() -> None:
    """In the order of the call."""
    bench = _api(ApiReply(200))
    assert bench.session().perform(PUT, SECRETS).status == 200
    form = {"uniqueName": "cb1", "sharedSecret": SECRET.reveal().decode()}
    assert bench.device.calls == [("PUT", GET.path, form)]
    assert list(bench.device.calls[0][2]) == ["uniqueName", "sharedSecret"]


def test_a_busy_box_is_asked_again_for_reads_only() -> None:
    """The first PUT may have been carried out."""
    bench = _api(ApiReply(503), ApiReply(200, "<xmpp/>"))
    assert bench.session().read(GET).text == "<xmpp/>"
    bench = _api(*[ApiReply(503)] * 9)
    with pytest.raises(DeviceError, match="503"):
        bench.session().perform(PUT, SECRETS)
    assert len(bench.device.calls) == 1


def test_reads_of_a_busy_box_end() -> None:
    """Four in all."""
    bench = _api(*[ApiReply(503)] * 9)
    with pytest.raises(DeviceError, match="503"):
        bench.session().read(GET)
    assert len(bench.device.calls) == 4


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, DeviceError), (401, UnreachableError), (403, DeviceError), (404, DeviceError),
     (409, DeviceError), (429, DeviceError), (500, DeviceError), (302, DeviceError)],
)  # fmt: skip
def test_refused_calls(status: int, kind: type[HostError]) -> None:
    """With the reason that the API gives, and the host."""
    bench = _api(ApiReply(status, REASON))
    with pytest.raises(kind, match=str(status)) as caught:
        bench.session().perform(PUT, SECRETS)
    assert caught.value.host == "cb1"
    assert ("parameterError" in str(caught.value)) is (status != 302)
    assert SECRET.reveal().decode() not in str(caught.value)


@pytest.mark.parametrize(
    "page",
    ["<html><body>Service unavailable", "It works!", "", "<!DOCTYPE html><html/>",
     '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><xmpp>&x;</xmpp>', "<xmpp>"],
)  # fmt: skip
def test_an_error_page_with_the_status_of_success_is_an_error(page: str) -> None:
    """Its fields are not unknown: nobody gave an answer."""
    with pytest.raises(DeviceError, match=r"xmpp: the answer of the API cannot be read") as caught:
        _api(ApiReply(200, page)).session().read(GET)
    assert caught.value.host == "cb1"


class _Page:
    """An API that answers everything in one kind of content."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def request(self, method: str, path: str, form: Form = ()) -> HttpAnswer:
        """Well-formed, whatever it is."""
        return HttpAnswer(200, {"content-type": self._kind}, b"<xmpp/>")

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize("kind", ["text/html", "text/html; charset=utf-8", "application/json", ""])
def test_an_answer_of_another_kind_is_an_error(kind: str) -> None:
    """XHTML is well-formed too."""
    with pytest.raises(DeviceError, match="not XML"):
        Caller(_Page(kind), Redactor()).get(GET)
    for good in ("text/xml", "application/xml; charset=utf-8", "TEXT/XML"):
        assert Caller(_Page(good), Redactor()).get(GET).text == "<xmpp/>"


def test_a_missing_object_is_an_answer_to_a_read() -> None:
    """Creating it is what the family will do next."""
    for status in (400, 404):
        reply = _api(ApiReply(status, REASON)).session().read(GET)
        assert (reply.status, reply.text) == (status, REASON)
    with pytest.raises(RefusedError):
        _api().session().read(Call("POST", "/api/v1/callBridges"))


def test_a_secret_in_an_error_page_is_masked() -> None:
    """Whatever the API repeats."""
    page = f"bad value {SECRET.reveal().decode()} and login api-password"
    with pytest.raises(DeviceError) as caught:
        _api(ApiReply(500, page)).session().perform(PUT, SECRETS)
    assert SECRET.reveal().decode() not in str(caught.value)
    assert "api-password" not in str(caught.value)


def test_a_host_without_web_admin_is_a_matter_of_the_inventory() -> None:
    """Not of the box."""
    with pytest.raises(InputError, match="no Web Admin"):
        Bench().session().read(GET)


def test_an_error_of_the_connection_gets_the_name_of_the_host() -> None:
    """And the class that it had."""

    def refuse(host: Host) -> Connection:
        raise IdentityError(f"the host key of {host.address} is not known")

    session = BoxSession(
        HOST, connect=refuse, connect_api=lambda _: MemoryApi(TableDevice()), redactor=Redactor()
    )
    with pytest.raises(IdentityError) as caught:
        session.read(Command.of("version"))
    assert caught.value.host == "cb1"


class _CountingShells(MemoryConnection):
    """Remembers how many terminals were opened."""

    shells = 0

    def open_shell(self, width: int = 511) -> MemoryShell:
        self.shells += 1
        return super().open_shell(width)


def test_what_is_prepared_is_used() -> None:
    """The shell is opened ahead, nothing but empty lines is typed, and no second one is opened."""
    device = _asking().device
    connection = _CountingShells(device, is_chopped=False, is_echoing=True, greeting="Welcome\n")
    session = BoxSession(
        HOST,
        connect=lambda _: connection,
        connect_api=lambda _: MemoryApi(device),
        redactor=Redactor(),
    )
    session.prepare()
    assert (connection.shells, device.lines) == (1, [])
    session.prepare()
    session.perform(ADD_SECRET, SECRETS)
    assert (connection.shells, device.lines) == (1, [LINE])
    assert device.answers == [SECRET.reveal().decode()]


def test_what_cannot_be_prepared_is_said_by_the_command() -> None:
    """A box that cannot be reached just then is connected to anew when it is needed."""
    device, tries = _asking().device, 0

    def connect(_host: Host) -> Connection:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise UnreachableError("nobody answers")
        return MemoryConnection(device, is_chopped=False, is_echoing=True, greeting="Welcome\n")

    session = BoxSession(
        HOST, connect=connect, connect_api=lambda _: MemoryApi(device), redactor=Redactor()
    )
    session.prepare()
    session.perform(ADD_SECRET, SECRETS)
    assert (tries, device.lines) == (2, [LINE])

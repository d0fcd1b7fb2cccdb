"""What a box refuses, and how it reads a line."""

from __future__ import annotations

import pytest

from cmsdeploy.lab import Box, FileRefusedError, NotAQuestionError, World

from .material import configure, issued, rows


def _box(version: str = "2.9.5") -> Box:
    world = World()
    box = world.add_box("cb1", version=version)
    world.add_box("cb2")
    configure(box)
    box.write_file("other.key", issued("somebody else").key)
    return box


@pytest.mark.parametrize("row", rows("refusals.txt"))
def test_a_refusal_says_so_and_changes_nothing(row: str) -> None:
    """Each row of the table: state, command, text."""
    before, line, piece = row.split(" | ")
    box = _box()
    assert not box.execute(before).is_refused
    state = repr(box.xmpp)
    exchange = box.execute(line)
    assert exchange.is_refused
    assert piece in exchange.text
    assert repr(box.xmpp) == state


def test_a_refused_enable_ends_like_other_services_do() -> None:
    """The shape of TAC-217320: the cause, then that the configuration is not complete."""
    text = World().add_box("cb1").execute("xmpp enable").text
    assert text.splitlines()[-1] == "FAILURE: XMPP server configuration not complete"


@pytest.mark.parametrize("line", ["version ; hostname", "version\nhostname", "version\r\nhostname"])
def test_two_commands_on_a_line_both_run(line: str) -> None:
    """The danger that word checks must keep away (JAVA; line breaks are a guess)."""
    box = _box()
    assert box.execute(line).text == "2.9.5\ncb1\n"
    assert [entry.text for entry in box.audit[-2:]] == ["version", "hostname"]


def test_an_injected_command_runs() -> None:
    """A value with a separator does harm, so a test can see it."""
    box = _box()
    box.execute("xmpp callbridge add x ; xmpp reset")
    assert box.xmpp.callbridges == {}


def test_commands_behind_a_question_wait_for_the_answer() -> None:
    """The rest of the line runs after the secret was typed."""
    box = _box()
    exchange = box.execute("version ; xmpp callbridge add-secret x ; hostname")
    assert (exchange.text, exchange.question) == ("2.9.5\n", "Enter callbridge secret")
    assert exchange.answer("typed").text == "cb1\n"


def test_quotes_are_letters() -> None:
    """The grammar has no quoting."""
    box = _box()
    box.execute('xmpp domain "a.com"')
    assert box.xmpp.domain == '"a.com"'


def test_an_empty_secret_is_refused() -> None:
    """An empty line at the question adds nothing."""
    box = _box()
    assert box.execute("xmpp callbridge add-secret x").answer(" ").is_refused
    assert box.xmpp.callbridges == {}


def test_an_answer_without_question_is_an_error_of_the_caller() -> None:
    """The lab tells its user, not the box."""
    with pytest.raises(NotAQuestionError):
        _box().execute("version").answer("Y")


GOOD_NAMES = ["a.key", "A-b_1.cer", "x.crt", "x.pem", "backup.bak", "x.P12"]
BAD_NAMES = ["", "a", ".key", "a.b.cer", "a b.cer", "dir/a.cer", "../a.cer", "a.exe", "é.cer",
             "a.cer\n", "a;b.cer"]  # fmt: skip


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_good_upload_names(name: str) -> None:
    """Letters, digits, hyphen, underscore, one dot, a known ending (mmp 2)."""
    box = _box()
    box.write_file(name, b"content")
    assert box.read_file(name) == b"content"
    box.remove_file(name)
    assert name not in box.list_files()


@pytest.mark.parametrize("name", BAD_NAMES)
def test_bad_upload_names(name: str) -> None:
    """Everything else is refused, sub-directories among them."""
    with pytest.raises(FileRefusedError, match="name"):
        _box().write_file(name, b"content")


def test_missing_files_and_unreadable_keys() -> None:
    """Reasons are told apart."""
    with pytest.raises(FileRefusedError, match="missing"):
        _box().read_file("gone.cer")
    with pytest.raises(FileRefusedError, match="missing"):
        _box().remove_file("gone.cer")
    box = World({"sftp-read-keys": "no"}).add_box("cb1")
    box.write_file("a.key", b"k")
    with pytest.raises(FileRefusedError, match="denied"):
        box.read_file("a.key")


def test_the_audit_tells_reads_from_writes() -> None:
    """In order, with the kind, without any content."""
    box = World().add_box("cb1")
    box.execute("version")
    box.execute("hostname")
    box.execute("hostname new")
    box.execute("xmpp callbridge add-secret cb1").answer("s3cret")
    box.execute("nonsense")
    box.write_file("a.key", b"s3cret")
    box.read_file("a.key")
    box.remove_file("a.key")
    box.api("GET", "/api/v1/system/status")
    box.api("PUT", "/api/v1/system/configuration/xmpp", {"sharedSecret": "s3cret"})
    assert [(entry.kind, entry.is_write) for entry in box.audit] == [
        ("command", False),
        ("command", False),
        ("command", True),
        ("command", True),
        ("answer", True),
        ("command", False),
        ("file-write", True),
        ("file-read", False),
        ("file-remove", True),
        ("api", False),
        ("api", True),
    ]
    assert "s3cret" not in repr(box.audit)

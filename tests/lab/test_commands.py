"""Every other command: what it says, in which release it exists."""

from __future__ import annotations

import pytest

from cmsdeploy.lab import Box, World
from cmsdeploy.lab.mmp.table import find, is_write
from cmsdeploy.lab.mmp.versions import SPANS

from .material import configure, issued, rows

RELEASES = ("2.1", "2.2.5", "2.3", "2.9.5", "3.0", "3.8")


@pytest.fixture
def box() -> Box:
    """A configured box, with a neighbour."""
    world = World()
    box = world.add_box("cb1")
    world.add_box("cb2")
    configure(box)
    box.write_file("other.key", issued("somebody else").key)
    return box


def typed(box: Box, line: str) -> str:
    """Run a command; what stands behind each ` <` answers a question. Gives all text."""
    command, *answers = line.split(" <")
    exchange = box.execute(command)
    text = exchange.text
    for answer in answers:
        assert exchange.question is not None, line
        exchange = exchange.answer(answer)
        text += exchange.text
    return text


@pytest.mark.parametrize("row", rows("dialogues.txt"))
def test_a_dialogue(box: Box, row: str) -> None:
    """Each row of the table."""
    before, line, piece = f"{row} ".split(" | ")
    for one in before.split(" ; "):
        assert not typed(box, one).startswith("Unknown"), one
    said = typed(box, line)
    assert piece.strip() in said if piece.strip() else said == ""


@pytest.mark.parametrize("row", rows("grammar.txt"))
def test_the_grammar_of_each_release(row: str) -> None:
    """A command is known in exactly the releases of its row."""
    line, _, known = row.partition(" | ")
    boxes = {one: World().add_box("b", version=one) for one in RELEASES}
    found = [one for one, box in boxes.items() if not box.execute(line).text.startswith("Unknown")]
    assert found == known.strip(" |").split()


def test_every_span_names_a_command_and_its_source() -> None:
    """A row of the table of releases is about something that exists."""
    for span in SPANS:
        words = tuple(span.words.split())
        release = max(span.since, (2, 1))
        box = World().add_box("b", version=f"{release[0]}.{release[1]}")
        prefix = f"{span.words} "
        assert find(words, release) or prefix in f"{box.execute('help').text} ", span
        assert span.source


@pytest.mark.parametrize(
    ("line", "is_it"),
    [("ipv4 a", False), ("ipv4 a enable", True), ("iface a", False), ("hostname", False),
     ("hostname x", True), ("dns", False), ("dns add rr x A 1.1.1.1", True), ("xmpp", False),
     ("backup snapshot x", True), ("reboot", True), ("turn", False), ("timezone", False)],
)  # fmt: skip
def test_reads_and_writes_are_told_apart(line: str, is_it: bool) -> None:
    """For the audit, and for those who cut a run at each write."""
    words = tuple(line.split())
    assert is_write(find(words, (2, 9)), words) is is_it


def test_hostname_waits_for_the_reboot(box: Box) -> None:
    """The prompt changes with it (`hostname`)."""
    typed(box, "hostname new.example.com")
    assert box.prompt == "cb1> "
    assert typed(box, "reboot <Y") == ""
    assert box.prompt == "new.example.com> "
    assert box.boots == 1


def test_motd_by_upload_restarts_the_server(box: Box) -> None:
    """RECALL, and a switch."""
    box.execute("xmpp enable")
    box.write_file("xmpp.motd", b"x" * 3000)
    assert box.xmpp.is_running
    assert len(box.xmpp.motd or "") == 2048


def test_keys_sign_unlock_and_convert(box: Box) -> None:
    """An authority of the box signs; the pair matches and leads to it (TAC-214618)."""
    typed(box, "pki selfsigned dbca CN:authority")
    typed(box, "pki csr dbserver CN:db.example.com subjectAltName:a.example.com")
    assert "dbserver.crt" in typed(box, "pki sign dbserver dbca")
    assert typed(box, "pki match dbserver.key dbserver.crt").startswith("SUCCESS")
    assert typed(box, "pki verify dbserver.crt dbca.crt").startswith("SUCCESS")
    text = typed(box, "pki inspect dbserver.crt")
    assert "DNS:db.example.com, DNS:a.example.com" in text
    assert "Modulus:" in text

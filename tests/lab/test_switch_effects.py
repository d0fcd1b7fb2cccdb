"""Each position of each switch, made visible."""

from __future__ import annotations

import re

import pytest

from cmsdeploy.lab import SWITCHES, FileRefusedError, World
from cmsdeploy.lab.cluster import membership
from cmsdeploy.lab.login import accepts

from .material import CASES, configure, issued, join, log_in, rows, said, three_nodes
from .test_commands import typed


@pytest.mark.parametrize("row", rows("switches.txt"))
def test_a_position_is_seen(row: str) -> None:
    """Each row of the table."""
    name, position, before, line, piece = f"{row} ".split(" | ")
    box = World({name: position}).add_box("cb1")
    configure(box)
    box.write_file("cut.key", issued("xmpp.tptac9.com", "Test Root").key.rstrip())
    for one in before.split(" ; ") if " ; " in before else [before]:
        typed(box, one)
    text, piece = typed(box, line), piece.strip()
    if piece.startswith("="):
        assert text.strip() == piece[1:]
    else:
        assert (piece.lstrip("!") in text) is not piece.startswith("!"), text


def test_every_switch_is_seen_by_some_test() -> None:
    """A switch that nothing tries is a switch that nobody can trust."""
    files = [*CASES.glob("*.txt"), *CASES.parent.parent.glob("lab*/**/test_*.py")]
    texts = "\n".join(path.read_text() for path in files)
    assert [name for name in SWITCHES if not re.search(rf"\b{name}\b", texts)] == []


def test_login_order() -> None:
    """Without records: the own server first, or the one that was made first."""
    assert three_nodes().login("cb3").server == "cb3"
    assert three_nodes({"login-order": "as-added"}).login("cb3").server == "cb1"


@pytest.mark.parametrize(
    ("position", "state"), [("yes", "authentication failure"), ("no", "registered")]
)
def test_callbridge_del_drops_login(position: str, state: str) -> None:
    """`callbridge-del-drops-login`: the record goes while the call bridge is logged in."""
    world = three_nodes({"callbridge-del-drops-login": position})
    assert world.login("cb1").state == "registered"
    for box in world.boxes.values():
        said(box, "xmpp callbridge del cb1")
    assert world.login("cb1").state == state


@pytest.mark.parametrize(("position", "state"), [("follows", "registered"), ("kept", "refused")])
def test_callbridge_record_domain(position: str, state: str) -> None:
    """`callbridge-record-domain`: whose domain a record has once the server has another one."""
    box = World({"callbridge-record-domain": position}).add_box("cb1")
    configure(box)
    said(box, "xmpp callbridge add cb1")
    said(box, "xmpp disable")
    said(box, "xmpp domain other.example.com")
    said(box, "xmpp enable")
    settings = {"uniqueName": "cb1", "domain": "other.example.com"}
    is_accepted = accepts(box, settings | {"sharedSecret": box.xmpp.callbridges["cb1"]})
    assert is_accepted is (state == "registered")


@pytest.mark.parametrize(("position", "is_member"), [("kept", True), ("lost", False)])
def test_settings_of_a_member(position: str, is_member: bool) -> None:
    """`settings-of-a-member`: another domain, and the server is in its cluster or in none."""
    world = three_nodes({"settings-of-a-member": position})
    box = world.boxes["cb2"]
    said(box, "xmpp disable")
    said(box, "xmpp domain other.example.com")
    assert (membership(box) is not None) is is_member


def test_disable_drops_logins() -> None:
    """`disable-drops-logins`: at once, or noticed 64 seconds later."""
    world = three_nodes({"disable-drops-logins": "no"})
    assert world.login("cb1").server == "cb1"
    said(world.boxes["cb1"], "xmpp disable")
    assert world.login("cb1").server == "cb1"
    world.advance(70.0)
    assert world.login("cb1").server == "cb2"


@pytest.mark.parametrize(
    ("name", "position", "piece"),
    [("login-fault-line", "absent", 'XMPP connection to ""'),
     ("authentication-service", "always-registered", "no authentication components")],
)  # fmt: skip
def test_lines_of_the_status_page(name: str, position: str, piece: str) -> None:
    """Both lines are there by default."""
    pages = []
    for switches in ({}, {name: position}):
        world = three_nodes(switches)
        log_in(world.boxes["cb1"], "wrong")
        pages.append(piece in world.boxes["cb1"].status_page())
    assert pages == [True, False]


@pytest.mark.parametrize(("position", "is_there"), [("yes", True), ("no", False)])
def test_log_has_events(position: str, is_there: bool) -> None:
    """`log-has-events`: what the call bridge saw stands between the commands, in its own order."""
    world = three_nodes({"log-has-events": position})
    box = world.boxes["cb1"]
    log_in(box, "wrong")
    world.advance(1.0)
    said(box, "version")
    rows = box.read_file("log").decode().splitlines()
    lost = [n for n, row in enumerate(rows) if 'failure reason: "authentication failure"' in row]
    assert bool(lost) is is_there
    assert "issued command < version>" in rows[-1]
    if is_there:
        form = r"Aug 13 \d\d:\d\d:\d\d user\.info cb1 host:server:  INFO : XMPP component .*"
        assert re.fullmatch(form, rows[lost[-1]])


@pytest.mark.parametrize(
    ("position", "piece"),
    [("established", 'established to "cb1"'), ("registered", 'registered with "cb1"'),
     ("absent", "")],
)  # fmt: skip
def test_login_event(position: str, piece: str) -> None:
    """`login-event`: the words of a good login, or none."""
    log = three_nodes({"login-event": position}).boxes["cb1"].event_log()
    assert (f"XMPP component connection {piece}" in log) is bool(piece)


@pytest.mark.parametrize(
    ("position", "said_by_date"),
    [("labelled", "System time: 2017-Aug-13 07:05:00\n"), ("bare", "2017-Aug-13 07:05:00\n"),
     ("unknown-command", "Unknown command: date\n")],
)  # fmt: skip
def test_date_layout(position: str, said_by_date: str) -> None:
    """`date-layout`: with and without a label, of a box whose clock is five minutes ahead."""
    box = World({"date-layout": position}).add_box("cb1")
    box.clock_offset = 300.0
    assert box.execute("date").text == said_by_date
    assert "<cdrTime>2017-08-13T07:05:00Z</cdrTime>" in box.api("GET", "/api/v1/system/status").body


@pytest.mark.parametrize(("position", "is_refused"), [("refused", True), ("taken", False)])
def test_join_without_leader(position: str, is_refused: bool) -> None:
    """`join-without-leader`: two of three are down, and the third is asked."""
    world = three_nodes({"join-without-leader": position})
    for name in ("cb2", "cb3"):
        said(world.boxes[name], "xmpp disable")
    new = world.add_box("cb4")
    configure(new)
    said(new, "xmpp cluster enable", "xmpp enable")
    assert new.execute("xmpp cluster join 10.0.0.1").is_refused is is_refused


def test_trust_checked_on_join() -> None:
    """`trust-checked-on-join`: a node that nobody trusts comes in where nobody looks."""
    for position, is_refused in (("yes", True), ("no", False)):
        world = World({"trust-checked-on-join": position})
        first, second = world.add_box("cb1"), world.add_box("cb2")
        for box in (first, second):
            configure(box)
        said(first, "xmpp cluster enable", "xmpp cluster initialize", "xmpp enable")
        said(second, "xmpp cluster trust root.cer", "xmpp cluster enable", "xmpp enable")
        assert second.execute("xmpp cluster join cb1").is_refused is is_refused


def test_words_of_the_database() -> None:
    """`database-role-words` and `database-running-word`."""
    world = World({"database-role-words": "master", "database-running-word": "Running"})
    world.timing.database = 9.0
    box = world.add_box("d1", version="2.1")
    said(box, "database cluster localnode a")
    box.execute("database cluster initialize").answer("Y")
    assert "(Running)" in box.execute("database cluster status").text
    world.advance(10.0)
    assert "(me)        : Connected Master" in box.execute("database cluster status").text


def test_motd_upload_restarts() -> None:
    """`motd-upload-restarts`: the lead moves with the restart, or stays."""
    for position, is_kept in (("yes", False), ("no", True)):
        world = three_nodes({"motd-upload-restarts": position})
        world.boxes["cb1"].write_file("xmpp.motd", b"hello")
        assert (world.clusters[1].leader == "cb1") is is_kept


def test_sftp_names() -> None:
    """`sftp-names`: an ending that no list has."""
    with pytest.raises(FileRefusedError):
        World().add_box("x").write_file("a.exe", b"x")
    World({"sftp-names": "any-ending"}).add_box("x").write_file("a.exe", b"x")


def test_join_carries_the_secrets_of_the_first_node() -> None:
    """The helpers of these tests go the way of the documents."""
    world = three_nodes()
    new = world.add_box("cb4")
    configure(new)
    join(new, world.boxes["cb1"])
    assert new.xmpp.callbridges == world.boxes["cb1"].xmpp.callbridges

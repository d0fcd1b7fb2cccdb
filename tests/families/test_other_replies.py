"""What the other families make of replies."""

from __future__ import annotations

import pytest

from cmsdeploy.families import families
from cmsdeploy.families.callbridge.calls import ALARMS, SETTINGS
from cmsdeploy.families.callbridge.facts import CallbridgeState
from cmsdeploy.families.callbridge.facts import understand as understand_login
from cmsdeploy.families.first_fact import understand_version
from cmsdeploy.families.pki.commands import LIST, match
from cmsdeploy.families.pki.facts import PkiState
from cmsdeploy.families.pki.facts import understand as understand_files
from cmsdeploy.families.services import SERVICES, named_files
from cmsdeploy.model.action import Command, Download, Read, Reply
from cmsdeploy.model.secret import UNKNOWN, Secret
from tests.families.cases import case, reply_in
from tests.promises.numbers import counted

SET = (
    '<?xml version="1.0"?><xmpp><uniqueName>cb1</uniqueName><domain>d.example</domain>'
    "<serverAddressOverride></serverAddressOverride></xmpp>"
)
SHOWN = (
    "<xmpp><uniqueName>cb1</uniqueName><domain/><serverAddressOverride/>"
    "<sharedSecret>{}</sharedSecret></xmpp>"
)
NO_ALARMS = '<?xml version="1.0"?><alarms total="0"></alarms>'


def test_the_list_of_files_is_read() -> None:
    """Transcript pki-list (true layout)."""
    state = understand_files({LIST: Reply(reply_in("pki-list.txt"))})
    assert state.names == frozenset({
        "tac.key", "tac.cer", "ROOTCA.cer", "example.key", "example.csr", "tac.csr",
    })  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tac.key\ntac.cer\n",
        "FAILURE: no\n",
        "Unknown command: pki list\n",
        "Benutzerdateien:\ntac.key\n",
        "cb1> pki list\nUser supplied certificates and keys:\ntac.key\n",
    ],
)
def test_an_odd_list_of_files_is_unknown(text: str) -> None:
    """Unless the heading is there, nobody can tell which files are."""
    assert understand_files({LIST: Reply(text)}).names is UNKNOWN


def test_an_empty_list_of_files_is_known() -> None:
    """A heading without names is a box without files."""
    heading = "User supplied certificates and keys:\n"
    assert understand_files({LIST: Reply(heading)}).names == frozenset()


def test_files_in_use_are_found_in_the_status_of_services() -> None:
    """Transcripts of two services: the names of their certificates are in use."""
    web, bridge = SERVICES[2], SERVICES[3]
    replies: dict[Read, Reply] = {
        web: Reply(reply_in("webadmin-status.txt")),
        bridge: Reply(reply_in("callbridge-status.txt")),
    }
    used = understand_files(replies).used
    assert {"core.key", "cmscore-fullchain.cer", "cmsedge-fullchain.cer"} <= used
    assert "node.key" not in used


@pytest.mark.parametrize(
    ("text", "is_pair"),
    [
        ("SUCCESS: Key and certificate pair match\n", True),
        ("FAILURE: Key and certificate pair do not match\n", False),
        ("SUCCESS: a\nFAILURE: b\n", False),
        ("Key and certificate match\n", False),
        ("", False),
    ],
)
def test_only_a_result_line_bears_witness_of_a_pair(text: str, is_pair: bool) -> None:
    """The words of `pki match` are not known; a plain sentence proves nothing."""
    state = understand_files({match("a.key", "a.cer"): Reply(text)})
    assert state.pairs == ({("a.key", "a.cer")} if is_pair else frozenset())


def test_files_that_cannot_be_read_back_have_no_content() -> None:
    """No content is not an empty file."""
    replies: dict[Read, Reply] = {
        Download("a.cer"): Reply(content=Secret("x")),
        Download("a.key"): Reply(),
    }
    assert understand_files(replies).contents == {"a.cer": Secret("x")}
    assert understand_files({}) == PkiState(used=frozenset({""}))


def _login(settings: Reply | None, alarms: Reply | None) -> CallbridgeState:
    replies = {SETTINGS: settings, ALARMS: alarms}
    return understand_login({read: reply for read, reply in replies.items() if reply is not None})


@pytest.mark.parametrize(
    ("settings", "alarms", "wanted"),
    [
        (Reply(SET, status=200), Reply(NO_ALARMS, status=200),
         CallbridgeState(True, "cb1", "d.example", "", False)),
        (Reply(SET, status=200), Reply(case("api-alarms.txt"), status=200),
         CallbridgeState(True, "cb1", "d.example", "", False)),
        (Reply(SET, status=200),
         Reply(case("api-alarms.txt").replace("cdrC", "xmppC"), status=200),
         CallbridgeState(True, "cb1", "d.example", "", True)),
        (Reply(SET, status=200), None, CallbridgeState(True, "cb1", "d.example", "", UNKNOWN)),
        (Reply(SET, status=200), Reply("<html/>", status=200),
         CallbridgeState(True, "cb1", "d.example", "", UNKNOWN)),
        (Reply(SHOWN.format("s3cret"), status=200), None,
         CallbridgeState(True, "cb1", "", "", shown_secret=Secret("s3cret"))),
        (Reply(SHOWN.format(""), status=200), None, CallbridgeState(True, "cb1", "", "")),
        (Reply("<xmpp></xmpp>", status=200), None, CallbridgeState(True)),
        (Reply("<!DOCTYPE x><xmpp/>", status=200), None, CallbridgeState(True)),
        (Reply("not XML", status=200), None, CallbridgeState(True)),
        (Reply(case("api-failure-missing-object.txt"), status=400), None, CallbridgeState(True)),
        (Reply("", status=404), None, CallbridgeState(True)),
        (None, None, CallbridgeState(False)),
    ],
)  # fmt: skip
def test_the_login_is_read(
    settings: Reply | None, alarms: Reply | None, wanted: CallbridgeState
) -> None:
    """Fields that the API shows are known, all else is unknown and never empty."""
    assert _login(settings, alarms) == wanted


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("2.9.5\n", "2.9.5"),
        ("Version: 2.10\n", "2.10.0"),
        ("Software version 2.0(RC)\n", "2.0.0"),
        ("3.8\n", "3.8.0"),
        ("", None),
        ("garbage\n", None),
        ("Unknown command: version\n", None),
        ("FAILURE: 2.9\n", None),
        ("SUCCESS: 2.9\n", None),
    ],
)
def test_the_version_is_read(text: str, version: str | None) -> None:
    """The layout is not known, so only the number counts, and result lines are no version."""
    found = understand_version(Reply(text))
    assert (str(found) if found else None) == version
    counted("H10", "replies read as a version, or as none")


@pytest.mark.parametrize(
    ("words", "is_read"),
    [
        ("xmpp", True),
        ("xmpp callbridge list", True),
        ("xmpp cluster status", True),
        ("xmpp callbridge", False),
        ("xmpp enable", False),
        ("xmpp reset", False),
        ("xmpp cluster remove", False),
        ("pki list", True),
        ("pki inspect a.cer", True),
        ("pki match a.key a.cer", True),
        ("pki csr a CN:b", False),
        ("pki", False),
        ("callbridge", True),
        ("callbridge restart", False),
        ("version", True),
        ("hostname", True),
        ("hostname cb2", False),
        ("dns", True),
        ("dns add forwardzone . 10.0.0.1", False),
        ("dns lookup SRV _xmpp-client._tcp.d", True),
        ("ipv4 a", True),
        ("ipv4 a add 10.0.0.1/24 10.0.0.2", False),
        ("turn", True),
        ("turn credentials a b c", False),
        ("reboot", False),
        ("backup snapshot a", False),
        ("database cluster status", True),
        ("database cluster remove", False),
        ("license", True),
    ],
)
def test_families_know_which_lines_only_read(words: str, is_read: bool) -> None:
    """A line that no family calls a read is a write."""
    said = [f.is_read(tuple(words.split())) for f in families().values()]
    assert any(said) is is_read


@pytest.mark.parametrize(
    ("words", "shows"),
    [
        ("xmpp callbridge list", True),
        ("turn", True),
        ("xmpp", False),
        ("xmpp cluster status", False),
    ],
)
def test_families_know_which_replies_hold_secrets(words: str, shows: bool) -> None:
    """These replies are never shown as they came (TAC 221729)."""
    command = Command.of(*words.split())
    assert any(f.shows_secrets(command.words) for f in families().values()) is shows


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("webadmin-status.txt", ["cmscore-fullchain.cer"]),
        ("recorder-status.txt", ["cms.cer", "cms.cer"]),
        ("xmpp-cluster-status-follower.txt", ["abhiall.cer", "abhiall.cer"]),
        ("callbridge-status.txt", ["cmscore-fullchain.cer", "cmsedge-fullchain.cer"]),
        (
            "database-cluster-status.txt",
            ["dbclusterserver.cer", "dbclusterclient.cer", "vngtpRootca.cer"],
        ),
    ],
)
def test_the_certificates_that_a_status_names(name: str, found: list[str]) -> None:
    """Certificates, bundles and trusts of the transcripts; no key, no address, no `none`."""
    named = list(named_files(Command.of("webadmin"), reply_in(name)))
    assert [(one.service, one.name) for one in named] == [("webadmin", file) for file in found]

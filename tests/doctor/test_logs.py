"""``doctor --from-log``: the document's own slips are found, however the text was pasted."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmsdeploy.cli.log_doctor import told
from cmsdeploy.model.logged import by_host
from cmsdeploy.session.log_reader import read_log
from tests.families.cases import case

FOLDER = Path(__file__).with_name("cases")
WRONG = case("xmpp-callbridge-list-wrong-secret.txt")
EVENTS = case("webadmin-event-log-dns-error.txt")
FOLLOWER = case("xmpp-cluster-status-follower.txt")
FOLLOWER_2 = case("xmpp-cluster-status-follower-2.txt")
ENABLE = case("xmpp-enable-success.txt")
TWICE = (FOLDER / "duplicate-peer.txt").read_text()
PAGE = (FOLDER / "authentication-failure.txt").read_text()
SRV = (FOLDER / "srv-step-9.txt").read_text()
SECRETS = sorted(set(re.findall(r"\w{16}Ab1", WRONG)))
PUTTY = "=~=~=~=~=~=~=~=~=~=~=~= PuTTY log 2017.08.13 11:37:00 =~=~=~=~=~=~=~=~=~=~=~=\n"


def found(*texts: str) -> list[tuple[str, str]]:
    """Rule and box of every finding, in order, as a program gets them."""
    _, (answer,) = told([(f"{n}.log", text) for n, text in enumerate(texts)], is_json=True)
    return [(one["rule"], one["host"]) for one in json.loads(answer)["findings"]]


def _wrapped(text: str) -> str:
    lines = (
        line[at : at + 80] for line in text.splitlines() for at in range(0, len(line) or 1, 80)
    )
    return "\n".join(lines)


def _typed_with_mistakes(text: str) -> str:
    return text.replace("xmpp c", "xmpx\bp c").replace("> ", "> \x07")


def _in_colour(text: str) -> str:
    return "\x1b]0;cb1\x07" + text.replace("cb1> ", "\x1b[1mcb1>\x1b[0m ").replace("\n", "\x1b[K\n")


FORMS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CR CR LF": lambda text: text.replace("\n", "\r\r\n"),
    "PuTTY header": lambda text: PUTTY + text,
    "wrapped at 80": _wrapped,
    "backspaces and bells": _typed_with_mistakes,
    "escape sequences": _in_colour,
    "byte order mark": lambda text: "\ufeff" + text,
    "prompt of the document": lambda text: text.replace("cb1> ", "cb1>> "),
    "terminal mark": lambda text: text.replace("cb1> ", "[cb1> "),
    "no blank": lambda text: text.replace("cb1> ", "cb1>"),
    "blank lines": lambda text: text.replace("\n", "\n\n"),
}
SLIPS = {
    "5222": (SRV, ("dns/wrong-port", "DNS")),
    "cb1 carries the secret of cb3": (WRONG, ("xmpp/secret-twice", "cb1")),
    "10.61.7.91 twice": (TWICE, ("xmpp/duplicate-peer", "cb1")),
    "dns error": (EVENTS, ("callbridge/dns-error", "a call bridge")),
    "authentication failure": (PAGE, ("callbridge/secret-differs", "a call bridge")),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("slip", SLIPS)
def test_the_slips_of_the_document_are_found(slip: str, form: str) -> None:
    """Each slip by its rule and box, in every form in which people paste."""
    text, expected = SLIPS[slip]
    assert found(FORMS[form](text)) == [expected]


@pytest.mark.parametrize("form", FORMS)
def test_all_in_one_paste(form: str) -> None:
    """An event log right behind a reply spoils neither; every slip is found in one text."""
    everything = WRONG + EVENTS + TWICE + SRV
    assert {rule for rule, _ in found(FORMS[form](everything))} == {
        "dns/wrong-port",
        "xmpp/secret-twice",
        "xmpp/duplicate-peer",
        "callbridge/dns-error",
    }


def test_causes_come_before_what_follows() -> None:
    """The wrong port explains the DNS error of the call bridge."""
    assert [rule for rule, _ in found(EVENTS, SRV)] == ["dns/wrong-port", "callbridge/dns-error"]


def test_an_older_list_says_which_record_is_wrong() -> None:
    """Another list of the same box bears witness as another server would."""
    carried = re.search(r"\w{16}Ab1", WRONG)
    assert carried is not None
    right = WRONG.replace(carried[0], "A" * 16 + "Ab1", 1)
    _, lines = told([("1.log", right), ("2.log", WRONG)])
    assert any("on cb1, call bridge cb1 has the secret of cb3" in line for line in lines)


@pytest.mark.parametrize(
    "texts",
    [
        (FOLLOWER,),
        (FOLLOWER, FOLLOWER_2),
        (ENABLE,),
        ((FOLDER / "srv-right.txt").read_text(),),
    ],
)
def test_what_is_well_gives_no_finding(texts: tuple[str, ...]) -> None:
    """Healthy transcripts are not complained of, and what was not seen is said."""
    assert found(*texts) == []
    is_healthy, lines = told([("a.log", text) for text in texts])
    assert is_healthy
    assert "Not seen:" in lines
    assert lines[-1].strip() == "how the boxes stand now: a log is as old as it is"


def test_boxes_of_the_inventory_that_the_log_lacks_are_named() -> None:
    """Without an inventory nobody knows who is missing; with one, it is said."""
    _, lines = told([("a.log", FOLLOWER)], ("cb1", "cb2", "cb3.example.com"))
    assert "  anything of cb2, cb3.example.com, which the inventory has" in lines


def test_two_leaders_and_a_refused_command() -> None:
    """Findings of live clusters work on logs; a failure is told without what was typed."""
    other = "cb2> xmpp cluster status\nState: LEADER\nList of peers\n10.62.7.91:5222 (Leader)\n"
    log = TWICE + other + "cb2> turn credentials user Passw0rdd realm\nFAILURE: no\n"
    rules = [rule for rule, _ in found(log)]
    assert "xmpp/two-clusters" in rules
    assert "log/refused" in rules
    _, lines = told([("a.log", log)])
    assert any(
        "`turn credentials …`" in line or "`turn credentials user …`" in line for line in lines
    )
    assert not any("Passw0rdd" in line for line in lines)


def test_prompts_of_every_kind_are_told_apart() -> None:
    """Host names with dots and dashes; a prompt without a command; text that is no prompt."""
    text = "cms-1.example.com> xmpp\nEnabled : true\ncms-1.example.com>\nfree <a> b\n"
    logs = by_host(read_log(text))
    assert list(logs) == ["cms-1.example.com", ""]
    assert [reply.line for reply in logs["cms-1.example.com"].replies] == ["xmpp"]
    assert logs[""].lines == ("free <a> b", "")
    assert "Enabled" not in repr(logs)


def test_lines_that_the_edge_of_a_screen_broke_are_whole_again() -> None:
    """A command of more than 80 columns, and a reply; a text with longer lines was not broken."""
    line = f"xmpp certs {'k' * 40}.key {'c' * 40}.cer {'b' * 40}.cer"
    whole = f"cb1> {line}\n{'FAILURE: ' + 'x' * 100}\ncb1> xmpp\n"
    assert [one.replies[0].line for one in read_log(_wrapped(whole)) if one.replies] == [
        line,
        "xmpp",
    ]
    assert by_host(read_log(_wrapped(whole))) == by_host(read_log(whole))


def test_what_was_typed_behind_a_command_is_not_told() -> None:
    """Only words that are surely no value are repeated from a refused command."""
    _, lines = told([("a.log", "cb1> xmpp callbridge Passw0rdd\nFAILURE: no\n")])
    assert any("`xmpp callbridge …`" in line for line in lines)
    assert not any("Passw0rdd" in line for line in lines)


PIECES = (WRONG, EVENTS, FOLLOWER, FOLLOWER_2, TWICE, PAGE, SRV, PUTTY, ENABLE)
NOISE = st.text(max_size=30) | st.sampled_from(
    [
        "\x1b[",
        "\x1b]",
        "\b\b\b",
        "\r",
        "\x00",
        "cb9> ",
        "> ",
        "***",
        "State:",
        "FAILURE: ",
        "\x9b",
        "é",
    ]
)


@settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    st.lists(st.sampled_from(PIECES) | NOISE, max_size=6),
    st.sampled_from(sorted(FORMS)),
    st.lists(st.tuples(st.integers(0, 3000), NOISE), max_size=4),
    st.integers(0, 4000),
)
def test_any_text_is_read_and_no_secret_is_shown(
    pieces: list[str], form: str, added: list[tuple[int, str]], cut: int
) -> None:
    """Whatever is pasted: no exception, no control character, no secret that stands there whole."""
    text = FORMS[form]("".join(pieces))
    for place, noise in added:
        text = text[:place] + noise + text[place:]
    if cut % 3 == 0:
        text = text[:cut]
    for is_json in (False, True):
        _, lines = told([("a.log", text)], is_json=is_json)
        shown = "\n".join(lines)
        assert not [secret for secret in SECRETS if secret in shown]
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown)


@pytest.mark.long
def test_ten_thousand_torn_logs() -> None:
    """A campaign: pieces cut and joined at random."""
    chance = random.Random(1)
    for _ in range(10_000):
        parts = [chance.choice(PIECES) for _ in range(4)]
        text = "".join(part[chance.randrange(len(part)) :] for part in parts)
        _, lines = told([("a.log", text)])
        assert not [secret for secret in SECRETS if secret in "\n".join(lines)]

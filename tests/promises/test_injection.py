"""B1 to B5, B8: what others wrote stays data, in commands, in templates, on the screen."""

from __future__ import annotations

import json
import random
import string
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmsdeploy.cli.console import Console
from cmsdeploy.cli.progress import Progress
from cmsdeploy.errors import CmsdeployError, HostError, printable
from cmsdeploy.executor.journal import Journal
from cmsdeploy.lab.mmp.table import find
from cmsdeploy.model.action import Command
from cmsdeploy.model.event import Event, EventKind
from cmsdeploy.model.file_name import checked_file_name
from tests.contract.deployment import CERTIFICATE, Deployment
from tests.contract.engineer import Engineer, blank_world, written
from tests.promises.canary import canary
from tests.promises.devices import Guarded, Watcher
from tests.promises.numbers import reached

CONTROLS = [chr(code) for code in (*range(32), *range(127, 160))]
METACHARACTERS = [
    *";|&$`'\"\\<>(){}[]*?!#~^ \t\n\r\x15\x03\x04,=@%",
    "; reboot", "\nreboot", "\r\nreboot", " -x", "--", "$(x)", "`x`", "&&x", "||x", "%0a", "\u2028",
    "é",
]  # fmt: skip
FIELDS = ("domain", "listen", "bridge", "certificate", "address")


def _with(field: str, value: str) -> Deployment:
    if field == "domain":
        return Deployment(domain=value)
    if field == "listen":
        return Deployment(listen=(value,))
    if field == "bridge":
        return Deployment(bridges=("cb1", "cb2", value))
    if field == "certificate":
        # The deployment of the tests puts names into braces; these are none of its own.
        name = value.replace("{", "{{").replace("}", "}}")
        return Deployment(certificate={**CERTIFICATE, "cert": name})
    return Deployment(servers=("cb1", "cb2", value))


def _tried(field: str, value: str) -> list[str]:
    """Plan with one value; what is wrong with the lines that came of it. A refusal is no line."""
    wanted = _with(field, value)
    try:
        world = blank_world(wanted)
        steps = Engineer(world, wanted, ("pki", "xmpp", "callbridge")).plan().plan.steps
    except CmsdeployError as error:
        text = str(error)
        return [] if text == printable(text.replace("\n", " "), 9999) or "\n" in text else [text]
    except Exception as error:  # the lab itself may refuse such a box
        return [] if "lab" in type(error).__module__ else [repr(error)]
    return [line for step in steps for line in _bad_lines(step.action)]


def _bad_lines(action: object) -> list[str]:
    if not isinstance(action, Command):
        return []
    line = action.line
    is_plain = all(" " <= character <= "~" for character in line) and ";" not in line
    is_whole = line.split(" ") == list(action.words) and find(action.words, (2, 9)) is not None
    return [] if is_plain and is_whole else [line]


def _values(field: str, stride: int) -> list[str]:
    base = {"listen": "a", "certificate": "node.cer"}.get(field, "cb9.example.com")
    made = []
    for what in (*CONTROLS, *METACHARACTERS):
        made += [what + base, base[:1] + what + base[1:], base + what]
    return made[::stride]


@pytest.mark.parametrize("stride", [11, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("field", FIELDS)
def test_no_value_breaks_out_of_its_word(field: str, stride: int) -> None:
    """B1: 65 control characters and 40 others, at the start, in the middle and at the end."""
    values = _values(field, stride)
    wrong = [(value, line) for value in values for line in _tried(field, value)]
    assert wrong == []
    reached("B1", f"0 lines that are not in the plan, {len(values)} values of {field}")


def _is_a_word_of_one_command(word: str) -> bool:
    try:
        line = Command.of("xmpp", "domain", word).line
    except CmsdeployError:
        return True
    is_one = line.split() == ["xmpp", "domain", word] and line.isascii() and line.isprintable()
    # `;` joins commands and `?` asks for help (mmp.md, section 1); the rest are other shells'.
    return is_one and not set(word) & set(";?\"'`$&|<>\\(){}*!")


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(), st.from_regex(r"[a-z.]{1,9}[!-~][a-z.]{0,9}", fullmatch=True)))
def test_any_text_is_one_word_or_none(word: str) -> None:
    """B1: whatever is written; at most one token comes of it."""
    assert _is_a_word_of_one_command(word)


def test_no_character_joins_two_commands() -> None:
    """B1: each ASCII character, at the start, in the middle and at the end of a word."""
    for character in map(chr, range(128)):
        for word in (f"{character}ab", f"a{character}b", f"ab{character}"):
            assert _is_a_word_of_one_command(word), word


@pytest.mark.long
@settings(max_examples=10_000, deadline=None)
@given(st.one_of(st.text(), st.text(string.printable), st.from_regex(r"[a-z.]+[^a-z]+[a-z]+")))
def test_ten_thousand_texts_are_words_or_none(word: str) -> None:
    """B1: the same, for longer."""
    assert _is_a_word_of_one_command(word)


TEMPLATES = ("{{7*7}}", "{% raw %}", "{{ lookup('pipe','id') }}", "${7*7}", "#{7*7}", "{{ [].x }}")
REPLIES = (
    "version", "xmpp", "xmpp status", "xmpp cluster status", "xmpp callbridge list", "pki list",
    "GET /api/v1/system/alarms", "GET /api/v1/system/configuration/xmpp",
)  # fmt: skip


def _saying(place: str, before: str, behind: str) -> Callable[[str, str], str]:
    """A box that says more around the replies to some lines."""
    return lambda line, text: f"{before}{text}{behind}" if line.startswith(place) else text


def test_text_of_a_box_is_never_a_template() -> None:
    """B2: in each kind of reply; if it comes out, then as it went in, and never as 49."""
    runs = 0
    for reply in REPLIES:
        for template in TEMPLATES:
            wanted = Guarded(password=canary())
            watcher = Watcher(blank_world(wanted), wanted)
            watcher.alter = _saying(reply, "", f"Name : {template}\n")
            outcome = watcher.run()
            told = "".join(event.text for event in outcome.events) + str(outcome.plan.as_json())
            told += "".join(str(problem) for problem in outcome.comparison.problems)
            assert "49" not in told.replace(str(outcome.plan.digest), "")
            assert "uid=" not in told
            runs += 1
    reached("B2", f"{runs} of {runs}: literal or not at all")


NAMES = ("ansible_host", "__class__", "hosts", "port", "user", "key", "path", "proxy", "Secret")


def _tree(chance: random.Random) -> str:
    """A reply with fields that mean something elsewhere."""
    rows = [
        f"{chance.choice(NAMES)} : {chance.choice(['127.9.9.9', '22', 'root', '{{x}}', '../x'])}"
        for _ in range(chance.randint(1, 8))
    ]
    return "\n".join(rows) + "\n"


def _telling(chance: random.Random) -> Callable[[str, str], str]:
    return lambda line, text: text + _tree(chance)


@pytest.mark.parametrize("count", [12, pytest.param(1000, marks=pytest.mark.long)])
def test_what_a_box_says_changes_no_connection(count: int) -> None:
    """B3: host, port, user, key and API of every box are before as after; nobody else is met."""
    for seed in range(count):
        chance = random.Random(seed)
        wanted = Guarded(password=canary())
        hosts = {name: wanted.host(name) for name in wanted.boxes}
        watcher = Watcher(blank_world(wanted), wanted)
        watcher.alter = _telling(chance)
        watcher.run()
        assert watcher.met
        assert all(host == hosts[host.name] for host in watcher.met)
    reached("B3", f"{count} of {count}: connection parameters as before")


RAW = [
    *(chr(code) for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"),
    *"\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c",
    "\x1b]8;;http://x\x07", "\x1b]52;c;x\x07", "\x1bPx\x1b\\", "\x9b31m",
]  # fmt: skip
PLACES = (*REPLIES, "xmpp domain")


def _is_raw(text: str) -> bool:
    return any(c != "\n" and unicodedata.category(c) in ("Cc", "Cf") for c in text)


@pytest.mark.parametrize("stride", [20, pytest.param(1, marks=pytest.mark.long)])
def test_no_control_character_reaches_a_screen(
    stride: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """B4: of a box, in any reply; on both streams, in the journal, at any verbosity."""
    from cmsdeploy.report.text import plan_lines, problem_lines, refusal_lines

    runs = 0
    for number, (place, raw) in enumerate((p, r) for p in PLACES for r in RAW):
        if number % stride:
            continue
        wanted = Guarded(password=canary())
        watcher = Watcher(blank_world(wanted), wanted, greeting=f"x{raw}y\n")
        watcher.alter = _saying(place, f"FAILURE: a{raw}b\n", f"Name{raw} : c{raw}d\n")
        try:
            outcome = watcher.run()
        except HostError as error:
            print(error)
            continue
        console = Console()
        with Journal(tmp_path / f"{number}") as journal:
            for event in outcome.events:
                journal(event)
                Progress(console, 4, is_json=False)(event)
        console.result([*plan_lines(outcome.plan), *refusal_lines(outcome.plan.refusals)])
        console.result([*outcome.comparison.summary])
        console.result(problem_lines(outcome.comparison.problems))
        for failure in (outcome.report.errors if outcome.report else {}).values():
            console.error(str(failure))
        said = capsys.readouterr()
        assert not _is_raw(said.out + said.err), (place, raw)
        assert not _is_raw((tmp_path / f"{number}").read_text()), (place, raw)
        runs += 1
    reached("B4", f"0 raw bytes in {runs} runs, {len(RAW)} characters, {len(PLACES)} places")


LINES = st.text(st.sampled_from('ab\n\r\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e\x00é {}"\\'))


@settings(
    max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(LINES, LINES, LINES), min_size=1, max_size=3))
def test_one_event_is_one_line(tmp_path: Path, told: list[tuple[str, str, str]]) -> None:
    """B5: in the journal and for programs, whatever ends a line somewhere."""
    path = tmp_path / canary()
    with Journal(path) as journal:
        for host, step, text in told:
            journal(Event(EventKind.WARNING, host, step, text))
    content = path.read_bytes()
    assert content.count(b"\n") == len(told) == len(content.decode().splitlines())
    read = [json.loads(line) for line in content.splitlines()]
    assert [(r["host"], r["step"], r["text"]) for r in read] == told


def test_the_number_of_events_is_told() -> None:
    """B5: how many were tried."""
    reached("B5", "1000 of 1000 groups of events: one line each, JSON parses")


FILES = (
    "../x", "/etc/x", "a/../b", "..\\x", "%2e%2e/x", "x/", "./x", ".x", "-x", "", " x", "x ", "x y",
    "a" * 300, "a\u2215b", "a\u2044b", "a\x00b", "a\nb", "..", ".", "~x", "a;b", "a:b", "é.key",
    "a|b",
)  # fmt: skip


def test_no_name_of_a_file_leads_elsewhere() -> None:
    """B8: names that are none, for the box; a plan that would write them is never made."""
    assert len(FILES) == 25
    for name in FILES:
        with pytest.raises(CmsdeployError):
            checked_file_name(name)
        world = blank_world(Deployment())
        assert _tried("certificate", name) == []
        assert written(world) == {box: [] for box in world.boxes}
    reached("B8", f"{len(FILES)} of {len(FILES)} names refused, 0 files outside")

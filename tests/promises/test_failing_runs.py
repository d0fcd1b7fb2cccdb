"""A2, A7, A8: runs that fail at every step, boxes that talk too much, secrets of any length."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cmsdeploy.cli.console import Console
from cmsdeploy.cli.entry import _bug_report
from cmsdeploy.cli.progress import Progress, several
from cmsdeploy.executor.journal import Journal
from cmsdeploy.model.event import Listener
from cmsdeploy.model.secret import Secret
from cmsdeploy.report.text import plan_lines, problem_lines, refusal_lines
from cmsdeploy.session.redaction import Redactor
from tests.contract.deployment import KEY_TEXT
from tests.contract.engineer import Outcome, blank_world
from tests.promises.canary import AWKWARD, canary, found, of_files
from tests.promises.devices import WAYS, Failing, Guarded, Watcher
from tests.promises.numbers import reached


def _secrets(watcher: Watcher) -> dict[str, str]:
    wanted = watcher.wanted
    assert isinstance(wanted, Guarded)
    made = {s for b in watcher.world.boxes.values() for s in b.xmpp.callbridges.values()}
    bridges = {f"bridge secret {number}": secret for number, secret in enumerate(sorted(made))}
    return {"password": wanted.password, "key": KEY_TEXT.decode().strip(), **bridges}


def _texts(
    watcher: Watcher, outcome: Outcome | None, folder: Path, capsys: pytest.CaptureFixture[str]
) -> dict[str, str]:
    """Everything that a run gives away: screen, JSON, journal, plan, errors."""
    if outcome is not None:
        console = Console(masks=[watcher.redactor.masked])
        progress = [Progress(console, 4, is_json) for is_json in (False, True)]
        with Journal(folder / f"{len(list(folder.iterdir()))}.jsonl") as journal:
            listeners: list[Listener] = [journal, *progress]
            for event in outcome.events:
                several(listeners)(event)
        plan, report = outcome.plan, outcome.report
        console.result([*plan_lines(plan), *refusal_lines(plan.refusals)])
        console.result([str(plan.as_json()), *outcome.comparison.summary])
        console.result(problem_lines(outcome.comparison.problems))
        for error in (report.errors if report is not None else {}).values():
            print(error, repr(error))
    said = capsys.readouterr()
    return {"screen": said.out + said.err, **of_files([folder])}


def _leaking(watcher: Watcher) -> str:
    """What a careless box might say: what it was sent so far, and secrets by their label."""
    secrets = _secrets(watcher)
    labelled = "".join(f"\nSecret : {v}" for n, v in secrets.items() if n.startswith("bridge"))
    has_key = any("node.key" in box.files.names() for box in watcher.world.boxes.values())
    key = secrets["key"] if has_key else "nothing"
    return f"rejected {secrets['password']} and {key}{labelled}"


def _failed_at(
    number: int, way: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[list[str], bool]:
    """Fail one boundary in one way: what was found, and whether it came to that."""
    wanted = Guarded(password=canary())
    watcher = Watcher(blank_world(wanted), wanted)
    watcher.failing = Failing(number, way, lambda: _leaking(watcher))
    outcome = None
    try:
        outcome = watcher.run()
    except RuntimeError as error:
        _bug_report(folder, error)
    texts = _texts(watcher, outcome, folder, capsys)
    return found(
        _secrets(watcher), texts, are_digests_wanted=False
    ), watcher.failing.writes >= number


@pytest.mark.parametrize("stride", [9, pytest.param(1, marks=pytest.mark.long)])
def test_no_failure_shows_a_canary(
    stride: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A2: the box says it, the wire is reset, the time is up, our own code breaks; at each step."""
    hits, runs, number = [], 0, 1
    while True:
        rows = [_failed_at(number, way, tmp_path, capsys) for way in WAYS]
        if not any(came for _, came in rows):
            break
        hits += [f"{number}: {hit}" for row in rows for hit in row[0]]
        for path in tmp_path.iterdir():
            path.unlink()
        runs += len(rows)
        number += stride
    assert hits == []
    assert runs >= 4 * 48 // stride
    reached("A2", f"0 hits in {runs} failing runs")


class _Forgetful(Redactor):
    """Learns nothing."""

    def add(self, *secrets: Secret) -> None:
        """Forget them."""


def test_a_leak_in_a_failure_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The campaign can fail: without a redactor that knows the password there are hits."""
    wanted = Guarded(password=canary())
    watcher = Watcher(blank_world(wanted), wanted, redactor=_Forgetful())
    watcher.failing = Failing(3, "says", lambda: f"rejected {wanted.password}")
    assert found({"password": wanted.password}, _texts(watcher, watcher.run(), tmp_path, capsys))


LIST, ADD = "xmpp callbridge list", "xmpp callbridge add-secret"
Alter = Callable[[str, str], str]


def _in(word: str, form: str) -> Callable[[str], Alter]:
    def make(secret: str) -> Alter:
        return lambda line, text: (form.format(secret) + text) if line.startswith(word) else text

    return make


def _behind(word: str, form: str) -> Callable[[str], Alter]:
    def make(secret: str) -> Alter:
        return lambda line, text: text + form.format(secret) if line.startswith(word) else text

    return make


PLACES: dict[str, Callable[[str], Alter]] = {
    "in the right field": _in(LIST, "***\nCallbridge : zz\nDomain     : x\nSecret     : {}\n"),
    "in the wrong field": _in(LIST, "***\nCallbridge : {}\nDomain     : x\nSecret     : y\n"),
    "in another wrong field": _in(LIST, "***\nCallbridge : a\nDomain     : {}\nSecret     : y\n"),
    "before a reply": _in("xmpp", "{}\n"),
    "behind a reply": _behind("xmpp", "{}\n"),
    "in an error text": _in("xmpp domain", "FAILURE: the password {} is wrong\n"),
    "in the version": _in("version", "{}\n"),
    "in the status": _in("xmpp cluster status", "State: {}\n"),
    "in an answer of the API": _behind("GET", "<text>{}</text>"),
    "in an error of the API": _behind("PUT", "<failureDetails><{}/></failureDetails>"),
    "within a word": _in("xmpp cluster join", "FAILURE: x{}x\n"),
    "in base64": _in("xmpp enable", "FAILURE: {}\n"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_box_that_talks_shows_nothing_through_us(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A8: twelve places, whole and byte by byte; a banner and a message of the day beside."""
    import base64

    for is_chopped in (False, True):
        wanted = Guarded(password=canary())
        secret = wanted.password
        if place == "in base64":
            secret = base64.b64encode(f"admin:{secret}".encode()).decode()
        watcher = Watcher(blank_world(wanted), wanted, alter=PLACES[place](secret))
        watcher.greeting = f"Welcome {wanted.password}\nMOTD {wanted.password}\n"
        watcher.is_chopped = is_chopped
        texts = _texts(watcher, watcher.run(), tmp_path, capsys)
        assert found(_secrets(watcher), texts, are_digests_wanted=False) == []
    reached("A8", f"0 hits, {place}")


LENGTHS = (8, 19, 1025, 1704, 65_536)


@pytest.mark.parametrize("length", [1, 3, 4, *LENGTHS, 0])
def test_secrets_of_any_length(
    length: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A7: the type does not look at the length, and the redactor knows long ones whole."""
    secret = canary(length) if length else AWKWARD
    wanted = Guarded(password=secret)
    watcher = Watcher(blank_world(wanted), wanted)
    watcher.failing = Failing(5, "says", lambda: f"no {secret} here")
    texts = _texts(watcher, watcher.run(), tmp_path, capsys)
    if len(secret) < 8:
        # So short a text stands anywhere by chance; where the box said it, it must not stand.
        assert f"no {secret} here" not in "".join(texts.values())
    else:
        assert found({"password": secret}, texts, are_digests_wanted=False) == []
    reached("A7", f"0 hits, {len(secret)} characters")

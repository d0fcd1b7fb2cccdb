"""``report``: from a journal and from a saved plan, and what is none of both."""

from __future__ import annotations

import html
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cmsdeploy.cli.commands.init_command import make_site
from cmsdeploy.cli.entry import main
from cmsdeploy.cli.options import Options
from cmsdeploy.cli.plan_by_hand import Json
from cmsdeploy.cli.plan_in_file import plan_in_file
from cmsdeploy.cli.saved_plan import KEPT_PLAN, load_plan, save_plan
from cmsdeploy.errors import InputError
from cmsdeploy.executor.journal import Journal
from cmsdeploy.model.action import Call, Command, Manual, Pause, Tail, Upload, Wait
from cmsdeploy.model.event import Event, EventKind
from cmsdeploy.model.handshake import Handshake, Upgrade
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.records import Query
from cmsdeploy.model.secret import SecretRef
from cmsdeploy.model.step import Proof, Sentence, Step
from cmsdeploy.report.runbook import runbook

STEP = Step("cb1/xmpp/enable", "cb1", "xmpp", Command.of("xmpp", "enable"), "it runs")


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A run whose only step failed."""
    path = tmp_path / "state" / "run.jsonl"
    with Journal(path) as of:
        of(Event(EventKind.RUN_STARTED, text="sha256:00"))
        of(Event(EventKind.STEP_INTENDED, "cb1", "cb1/xmpp/enable", "xmpp enable"))
        of(Event(EventKind.STEP_FAILED, "cb1", "cb1/xmpp/enable", "the box said no"))
        of(Event(EventKind.RUN_ENDED))
    return path


def test_a_journal(journal: Path, tmp_path: Path) -> None:
    """The failure and its line, in a private file, in French."""
    out = tmp_path / "night.html"
    assert main(["report", str(journal), "--lang", "fr", "-o", str(out)]) == 0
    assert out.stat().st_mode & 0o777 == 0o600
    text = out.read_text(encoding="ascii")
    assert "the box said no" in text
    assert "Ce qui a &#233;chou&#233;" in text
    assert main(["report", str(journal), "-o", str(out)]) == 3


def test_a_torn_journal_says_so(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Cut at any byte there is a report, or words; never a traceback."""
    content = journal.read_bytes()
    for end in range(0, len(content) - 1, 13):
        journal.write_bytes(content[:end])
        code = main(["report", str(journal)])
        shown = capsys.readouterr()
        assert code in (0, 3)
        assert ("The journal is damaged" in shown.out) == (code == 0 and content[end - 1] != 10)
        assert code == 0 or "neither a journal nor a saved plan" in shown.err


def test_a_saved_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the picture of the clusters, as long as the inventory is there."""
    make_site(tmp_path / "site")
    inventory = tmp_path / "site" / "inventories" / "tac-213479"
    path = tmp_path / "night.plan"
    plan = Plan(("cb1",), (STEP,), facts={"cb1": {"xmpp": {"state": "LEADER"}}})
    playbook = tmp_path / "site" / "playbooks" / "site.yml"
    save_plan(path, plan, playbook, Options(inventory=(inventory,)))
    assert main(["report", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "Topology of default" in shown
    assert "xmpp enable" in shown
    (inventory / "hosts.yml").unlink()
    assert main(["report", str(path)]) == 0
    assert "no picture of the clusters" in capsys.readouterr().err


def _reported(state: Path) -> subprocess.CompletedProcess[str]:
    """`report` without FILE, where ``state`` is the folder of the runs."""
    words = [sys.executable, "-m", "cmsdeploy", "report"]
    environment = {"PATH": "/usr/bin:/bin", "CMSDEPLOY_STATE": str(state)}
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)


def test_without_a_file_it_is_the_newest_run_with_a_plan(tmp_path: Path) -> None:
    """A backup and an empty apply come after it, and are passed over; alone they are no run."""
    nothing = _reported(tmp_path)
    assert (nothing.returncode, "there is no journal in" in nothing.stderr) == (3, True)
    folder = tmp_path / "journal"
    for name in ("1.jsonl", "3.jsonl"):
        with Journal(folder / name) as of:
            of(Event(EventKind.RUN_STARTED, text="cmsdeploy-20261123T020000Z"))
            of(Event(EventKind.RUN_ENDED))
    unplanned = _reported(tmp_path)
    assert (unplanned.returncode, "has a plan" in unplanned.stderr) == (3, True)
    made = night(tmp_path)
    for path in (made, made.with_suffix(KEPT_PLAN)):
        path.rename(folder / f"2{path.suffix}")
    found = _reported(tmp_path)
    assert (found.returncode, "it is not so" in found.stdout) == (0, True)
    assert f"of the newest run that has a plan: {folder / '2.jsonl'}" in found.stderr


@pytest.mark.parametrize("content", [b"", b"x", b"{}", b'{"format": 1}', b"\x00\xff\n", b"[]\n"])
def test_what_is_neither(tmp_path: Path, content: bytes) -> None:
    """Exit code 3."""
    path = tmp_path / "x"
    path.write_bytes(content)
    assert main(["report", str(path)]) == 3
    assert main(["report", str(tmp_path)]) == 3


WAIT = Step(
    "cb1/xmpp/agreed",
    "cb1",
    "xmpp",
    Wait(Phrase("it names a leader"), (Command.of("xmpp", "cluster", "status"),)),
    Phrase("the XMPP server runs"),
    needs=frozenset({STEP.identity}),
)
SECRET = SecretRef("callbridge/cb1")
SHOWN = Command(("xmpp", "callbridge", "list"), shows_secrets=True)
ADD = Step(
    "cb1/xmpp/add",
    "cb1",
    "xmpp",
    Command(("xmpp", "callbridge", "add", "cb1"), confirmations=("Sure?",)),
    Phrase("call bridge {name} may log in; the box makes its secret", name="cb1"),
    makes=SECRET,
    source="TAC 217319 steps 7-10",
    proof=Proof(Sentence("x", (SHOWN,), lambda _: True)),
)
PUT = Step("cb1/pki/a", "cb1", "pki", Upload("a.cer", "files/a.cer", "sha256:00", b""), "x")
HELD = Step("cb1/play/pause", "cb1", "play", Pause("call the desk", None), "asked")
FORM = Manual("fill it in", (("Domain", "a.org"),), (("Shared secret", SECRET),))
BY_HAND = Step("cb1/callbridge/by-hand", "cb1", "callbridge", FORM, "no API")
LOOK = Handshake("10.0.0.1", 5222, "a.org", Upgrade("xmpp", "<stream>", "urn:x"))
LOOKS = Wait("seen", (LOOK, Query("10.0.0.9", "a.org", "A"), Call("GET", "/api/v1/x"), Tail("log")))
SEEN = Step("cb1/xmpp/seen", "cb1", "xmpp", LOOKS, "it is seen")
WHOLE = Plan(("cb1",), (ADD, PUT, HELD, BY_HAND, STEP, WAIT, SEEN))


# As a redactor gives a reply of several lines; the last one tries to get out of its block.
SAID = "after 1.5 s\\nSUCCESS: one\\n```\\n# <b>two</b>\\n"


def night(folder: Path, plan: Plan = WHOLE, digest: str = "") -> Path:
    """A run that failed at its last step but one, with its plan beside it."""
    path = folder / "state" / "run.jsonl"
    with Journal(path) as of:
        of(Event(EventKind.RUN_STARTED, text=digest or plan.digest))
        for step in plan.steps[:-2]:
            of(Event(EventKind.STEP_INTENDED, "cb1", step.identity, step.action.line))
            of(Event(EventKind.STEP_DONE, "cb1", step.identity, SAID, 1.5))
        of(Event(EventKind.STEP_INTENDED, "cb1", WAIT.identity, "wait"))
        of(Event(EventKind.STEP_FAILED, "cb1", WAIT.identity, "it is not so"))
        of(Event(EventKind.RUN_ENDED))
    save_plan(path.with_suffix(KEPT_PLAN), plan, folder / "site.yml", Options(inventory=()))
    return path


class TestFilledRunbook:
    """The procedure of the plan, with the evidence of every step."""

    @pytest.mark.parametrize("form", ["markdown", "runbook"])
    def test_in_both_languages(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
    ) -> None:
        """What is copied is the same; what is said is not."""
        journal = night(tmp_path)
        shown = {}
        for language in ("en", "fr"):
            words = ["report", str(journal), "--format", form, "--lang", language]
            assert main(words) == 0
            shown[language] = html.unescape(capsys.readouterr().out)
        assert "it is not so" in shown["en"]
        assert "after 1.5 s" in shown["en"]
        assert "après 1.5 s" in shown["fr"]
        assert "en échec" in shown["fr"]
        assert "pas commencé" in shown["fr"]
        assert "étapes 7-10" in shown["fr"]
        for text in shown.values():
            lines = text.splitlines()
            place = lines.index("SUCCESS: one")
            assert lines[place + 1 : place + 3][0] == "```"
            assert "\\n" not in text
            fence = "````" if form == "markdown" else "# <b>two</b></pre>"
            assert any(one.startswith(fence) for one in lines[place + 2 : place + 4])

    def test_it_is_the_runbook_of_the_plan(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Nothing that a person needs is lost on the way through the file: without the evidence it
        is the runbook that was printed before."""
        path = night(tmp_path).with_suffix(KEPT_PLAN)
        assert main(["report", str(path), "--format", "markdown"]) == 0
        assert capsys.readouterr().out == runbook(WHOLE, title="site.yml")

    def test_the_plan_of_another_run_is_refused(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Evidence for other steps is none."""
        journal = night(tmp_path, digest="sha256:11")
        assert main(["report", str(journal), "--format", "markdown"]) == 3
        assert "digests differ" in capsys.readouterr().err

    def test_without_a_plan(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """It is asked for; where it is named it may lie elsewhere."""
        journal = night(tmp_path)
        moved = journal.with_suffix(KEPT_PLAN).rename(tmp_path / "night.plan")
        assert main(["report", str(journal), "--format", "markdown"]) == 3
        assert "--plan FILE" in capsys.readouterr().err
        words = ["report", str(journal), "--format", "markdown", "--plan", str(moved)]
        assert main(words) == 0
        assert main(["report", str(moved), "--plan", str(moved)]) == 5

    @pytest.mark.parametrize("broken", [3, {"cb1/xmpp/agreed": {"reads": [{"kind": "x"}]}}, [1]])
    def test_what_is_for_people_is_broken(self, tmp_path: Path, broken: dict[str, Json]) -> None:
        """An error of the input, as for any other file that is not as we write it."""
        path = night(tmp_path).with_suffix(KEPT_PLAN)
        saved = load_plan(path, Options(inventory=()))
        with pytest.raises(InputError):
            plan_in_file(replace(saved, by_hand=broken))

"""``report``: from a journal and from a saved plan, and what is none of both."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmsdeploy.cli.commands.init_command import make_site
from cmsdeploy.cli.entry import main
from cmsdeploy.cli.options import Options
from cmsdeploy.cli.saved_plan import save_plan
from cmsdeploy.executor.journal import Journal
from cmsdeploy.model.action import Command
from cmsdeploy.model.event import Event, EventKind
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.step import Step

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


@pytest.mark.parametrize("content", [b"", b"x", b"{}", b'{"format": 1}', b"\x00\xff\n", b"[]\n"])
def test_what_is_neither(tmp_path: Path, content: bytes) -> None:
    """Exit code 3."""
    path = tmp_path / "x"
    path.write_bytes(content)
    assert main(["report", str(path)]) == 3
    assert main(["report", str(tmp_path)]) == 3

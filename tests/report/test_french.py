"""Whoever works by a French runbook reads French, and types the same as by an English one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from cmsdeploy.cli import main
from cmsdeploy.model.action import Manual, Wait
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.plan import Plan
from cmsdeploy.report.html import PlanReport, html_report
from cmsdeploy.report.runbook import runbook
from cmsdeploy.report.sheet import sheet
from tests.contract.engineer import Engineer
from tests.contract.renewing import deployed, generation
from tests.day_two.changes import CHANGES, Change, Night
from tests.doctor.table import FAULTS

PROJECT = Path(__file__).parents[2]
# One of them is a part of another, which says whose turn it is.
PLAYBOOKS = sorted(
    {*(PROJECT / "playbooks").glob("*.yml")} - {PROJECT / "playbooks/rotate-one.yml"}
)
# Words that every English sentence has some of, and that are no words of French, of a command, of
# an inventory or of a field in Web Admin.
ENGLISH = frozenset(
    re.findall(
        r"\w+",
        """the is are was were has have been be of with and that which this these those to from by
        for not no its it they them their than then there here where when who whose what how why
        box boxes wait until look made makes make shows shown same other others another each every
        may must can cannot does done step steps nothing nobody run runs already before after while
        still again only also any all one two three given stands stopped listed leaves joins""",
    )
)
CONNECTIONS = ("unreachable",)
_BLOCK = re.compile(r"^(`{3,})\n(.*?)\n\1$", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"(`+)[^\n]*?[^`]\1(?!`)")


def blocks(markdown: str) -> list[str]:
    """What a person copies, in order."""
    return [found[2] for found in _BLOCK.finditer(markdown)]


def english_in(markdown: str, machine: frozenset[str] = frozenset()) -> list[str]:
    """The lines in which an English word stands outside of code. ``machine`` are lines of machines
    that stand in running text too, as in headings."""
    prose = _SPAN.sub(" ", _BLOCK.sub(" ", markdown))
    for line in sorted(machine, key=len, reverse=True):
        prose = prose.replace(line, " ")
    # Whole words: 7d2be9ae is the digest of a certificate, and there is no "be" in it.
    words = re.compile(r"[\w'’-]+")
    return [
        line
        for line in prose.splitlines()
        if ENGLISH & {word.casefold() for word in words.findall(line)}
    ]


def lines_of(plan: Plan) -> frozenset[str]:
    """What the steps type, as Markdown shows it too."""
    lines = {step.action.line for step in plan.steps if step.action.kind in ("command", "upload")}
    return frozenset(lines | {line.replace("_", "\\_") for line in lines})


@cache
def plans() -> dict[str, Plan]:
    """Plans over boxes as they are: every change of day two, a renewal, every fault and its repair.

    Between them they have the steps that no rendering from blank boxes has.
    """
    found = {change.name: Night(change).engineer().plan().plan for change in CHANGES}
    found["renewal"] = Engineer(deployed(3), generation("new", 3)).plan().plan
    still = Change("nothing", 3, 3, lambda was: was)
    for fault in FAULTS:
        found[fault.name] = Night(still, fault).engineer().plan().plan
    return found


def faults_of(plan: Plan) -> Iterator[str]:
    """Every sentence of ``plan`` that is an ordinary text, which nobody can translate."""
    for step in plan.steps:
        action = step.action
        told = {"why": step.why, "wait": getattr(action, "for_what", Phrase(""))}
        told |= {"manual": action.line} if isinstance(action, Manual) else {}
        yield from (f"{step.identity}: {text}" for text in told.values() if type(text) is str)


def without_connections(plan: Plan) -> Plan:
    """``plan`` without what a connection said: the words of SSH and TLS stay as they are."""
    kept = (one for one in plan.refusals if not one.rule.startswith(CONNECTIONS))
    return replace(plan, refusals=tuple(kept))


class TestPlans:
    """Every sentence, wherever boxes stand."""

    def test_every_sentence_of_a_step_is_a_phrase(self) -> None:
        """A text that a family put together on the way could not be translated."""
        assert sum(len(plan.steps) for plan in plans().values()) > 200
        assert [fault for plan in plans().values() for fault in faults_of(plan)] == []
        refusals = [one for plan in plans().values() for one in without_connections(plan).refusals]
        assert len(refusals) > 10
        assert [one.rule for one in refusals if type(one.text) is str] == []

    def test_no_english_stands_in_a_french_runbook(self) -> None:
        """Nor in the sheet for Web Admin."""
        for name, plan in plans().items():
            machine = lines_of(plan)
            for write in (runbook, sheet):
                text = write(without_connections(plan), title="x", language="fr")
                assert english_in(text, machine) == [], name

    def test_what_is_copied_is_the_same(self) -> None:
        """Block by block."""
        for plan in (plans()[change.name] for change in CHANGES):
            english, french = (runbook(plan, title="x", language=one) for one in ("en", "fr"))
            assert blocks(french) == blocks(english)

    def test_the_pages_have_the_same_to_copy(self) -> None:
        """Every text with a button that copies it."""
        form = re.compile(r'<pre id="[^"]+">(.*?)</pre>', re.DOTALL)
        for plan in (plans()[change.name] for change in CHANGES):
            report = PlanReport(plan, "x")
            english, french = (html_report(report, language=one) for one in ("en", "fr"))
            assert form.findall(french) == form.findall(english)


class TestDetector:
    """The gate can fail."""

    @pytest.mark.parametrize(
        "why", ["the server may be part of a cluster", "it is so", "Wait here"]
    )
    def test_an_english_sentence_is_found(self, why: str) -> None:
        """Wherever it stands outside of code."""
        assert english_in(f"**Motif** : {why}.")
        assert english_in(f"# 1. {why}")
        assert not english_in(f"Le lire avec `{why}`.\n\n```\n{why}\n```\n")

    def test_a_new_sentence_of_a_family_is_found(self) -> None:
        """One that is in no catalogue, and one that is no phrase."""
        plan = plans()["three grow to five"]
        first = plan.steps[0]
        for why in (Phrase("the sky over {host} is blue", host="cb1"), "the sky is blue"):
            changed = replace(plan, steps=(replace(first, why=why), *plan.steps[1:]))
            assert english_in(runbook(changed, title="x", language="fr"), lines_of(plan))
        assert list(faults_of(changed))
        waiting = replace(first, action=Wait("it is blue", ()))
        assert list(faults_of(replace(plan, steps=(waiting,))))


class TestShipped:
    """Every playbook that ships, from blank boxes."""

    @pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda path: str(path.stem))
    def test_a_rendering_is_french(
        self, playbook: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """And has the same to copy as the English one."""
        shown = {}
        for language in ("en", "fr"):
            words = ["render", str(playbook), "-i", str(PROJECT / "inventories/tac-213479")]
            assert main([*words, "--format", "markdown", "--lang", language]) == 0
            shown[language] = capsys.readouterr().out
        assert blocks(shown["fr"]) == blocks(shown["en"])
        lines = frozenset(line for block in blocks(shown["fr"]) for line in block.splitlines())
        machine = lines | {line.replace("_", "\\_") for line in lines}
        assert english_in(shown["fr"], frozenset(machine)) == []
        title = playbook.name
        assert len(shown["en"]) > 100
        assert not re.search(r"(?m)^#.*\b(steps|Box|Why)\b", shown["fr"].replace(title, ""))

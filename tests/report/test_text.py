"""A plan as text: what is sent stands first, what it waits for is named, nothing is hidden."""

from __future__ import annotations

from cmsdeploy.model.action import Answer, Command, Manual, Upload, Wait
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.secret import SecretRef
from cmsdeploy.model.step import Problem, Proof, Refusal, Risk, Sentence, Severity, Step
from cmsdeploy.report.recap import recap, recap_lines
from cmsdeploy.report.text import plan_lines, problem_lines, refusal_lines, totals

_SECRET = SecretRef("callbridge/x")
_LIST = Command.of("thing", "list")


def _plan() -> Plan:
    proof = Proof(Sentence("it is listed", (_LIST,), lambda state: True))
    make = Step(
        identity="a/thing/make",
        host="a",
        family="thing",
        action=Command.of("thing", "make"),
        why="it is made",
        makes=_SECRET,
        cluster="paris",
        proof=proof,
    )
    put = Step(
        identity="b/file/put",
        host="b",
        family="file",
        action=Upload("k.key", "files/k.key", "key:1"),
        why="k.key stands there",
        cluster="paris",
        risk=Risk.DESTRUCTIVE,
    )
    use = Step(
        identity="b/thing/use",
        host="b",
        family="thing",
        action=Command(("thing", "take"), answer=Answer("Enter it", _SECRET)),
        why="it is taken",
        cluster="paris",
        needs=frozenset({"a/thing/make", "b/file/put"}),
    )
    wait = Step(
        identity="b/thing/wait",
        host="b",
        family="thing",
        action=Wait("it is there", (_LIST,)),
        why="unused here",
        cluster="paris",
        needs=frozenset({"b/thing/use", "a/thing/make"}),
    )
    return Plan(("a", "b"), (make, put, use, wait))


def test_a_plan_is_printed_box_by_box() -> None:
    """Numbers run over the whole plan; another box is named once; a secret by its name."""
    assert list(plan_lines(_plan())) == [
        "a (1 step, cluster paris)",
        "   1  ~ thing make                                      it is made",
        "         then look: thing list",
        "",
        "b (3 steps, cluster paris)",
        "   2  + put files/k.key k.key                           ! destructive: k.key stands there",
        "      -- after a [1]",
        "   3  ~ thing take                                      it is taken",
        "         at the question 'Enter it': secret callbridge/x",
        "   4    thing list                                      wait until it is there",
        "",
    ]


def test_a_long_line_has_its_reason_below() -> None:
    """The command is never cut."""
    text = "do a thing by hand, and take your time, because no machine can do it for you"
    step = Step("a/x/y", "a", "x", Manual(text), "a person does it", cluster="c")
    lines = list(plan_lines(Plan(("a",), (step,))))
    assert lines[1:3] == [f"   1    {text}", "         a person does it"]


def test_totals_are_one_sentence() -> None:
    """How much, where, at what risk; nothing to do is said in two words."""
    assert totals(()) == "No changes."
    assert totals(_plan().steps) == (
        "Plan: 4 steps on 2 boxes in 1 cluster: 1 to add, 2 to change, 0 to remove;"
        " 0 disruptive, 1 destructive."
    )


def test_text_of_a_device_is_shown_escaped() -> None:
    """A refusal or a problem may quote a box: no control character gets through."""
    evil = "bad\x1b[31m\nSUCCESS: all well"
    (refused,) = refusal_lines([Refusal("a", "x/y", evil)])
    (wrong,) = problem_lines([Problem("a", "x/y", evil)])
    (note,) = problem_lines([Problem("a", "x/y", evil, Severity.NOTE)])
    for line, word in ((refused, "refused"), (wrong, "wrong"), (note, "note")):
        assert line.startswith(word)
        assert "\x1b" not in line
        assert "\n" not in line


def test_the_recap_counts_in_ansible_s_words() -> None:
    """A box that could not be reached is not ok; what was not reached is skipped."""
    plan = _plan()
    results = {"a/thing/make": "done", "b/file/put": "failed"}
    recaps = recap(("a", "b", "gone"), plan.steps, results, frozenset({"gone"}))
    assert list(recap_lines(recaps)) == [
        "a    : ok=2    changed=1    unreachable=0    failed=0    skipped=0",
        "b    : ok=1    changed=0    unreachable=0    failed=1    skipped=2",
        "gone : ok=0    changed=0    unreachable=1    failed=0    skipped=0",
    ]

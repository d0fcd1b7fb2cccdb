"""What is one to a person is one entry: rules, causes and fixes that are the same on many boxes."""

from __future__ import annotations

from click.testing import CliRunner

from cmsdeploy.cli.commands.explain_command import command as explain
from cmsdeploy.families import families
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.step import Problem
from cmsdeploy.planning.diagnosis import in_order, said
from cmsdeploy.planning.explanations import explanations_of
from cmsdeploy.report.findings import by_hand_lines, diagnosis_as_json, finding_lines
from tests.doctor.clinic import Doctor, healthy, wanted_of
from tests.doctor.faults import login_goes_to_another_server, login_has_another_domain

RULES = explanations_of(family.explanations for family in families().values())
BOXES = tuple(f"cb{number}" for number in range(1, 9))


def _in_use(host: str, file: str) -> Problem:
    return said(Problem(host, "pki/file-in-use", f"{file} is in use with another content"), RULES)


def test_eight_boxes_and_four_files_are_one_entry() -> None:
    """32 findings for a program, one for a person, with all boxes, all files and what was seen."""
    files = ("a.key", "a.cer", "ca.cer", "trust.cer")
    found = in_order([_in_use(host, file) for host in BOXES for file in files])
    lines = list(finding_lines(found))
    assert sum(line.startswith("wrong") for line in lines) == 1
    assert lines[0].endswith("a.key, a.cer, ca.cer, trust.cer is in use with another content")
    assert lines[1].split() == ["boxes", *(f"{box}," for box in BOXES[:-1]), BOXES[-1]]
    seen = [line for line in lines if line.strip().startswith("seen ")]
    assert len(seen) == 3
    assert seen[-1].endswith("and 6 more like it")
    assert len(diagnosis_as_json(found)) == 32
    assert len(list(by_hand_lines(found.findings))) == 1


def test_words_that_name_the_box_itself_are_the_same() -> None:
    """`on cb1: …` and `on cb2: …` are one fix; another name in it is another one."""
    found = in_order(
        [
            Problem(
                host, "a/b", f"x is missing on {host}", fix=f"on {host}: add {name}", evidence=seen
            )
            for host, name in (("cb1", "x"), ("cb2", "x"), ("cb2", "y"), ("cb10", "x"))
            for seen in [(Evidence(host, "list", "no x"),)]
        ]
    )
    lines = list(finding_lines(found))
    assert [line for line in lines if line.startswith("wrong")] == [
        "wrong   1. 3 boxes [a/b] x is missing on <box>",
        "wrong   2. cb2 [a/b] x is missing on cb2",
    ]
    assert any(line.endswith("on <box>: add x") for line in lines)


def test_different_boxes_are_not_mixed() -> None:
    """One lacks a, the other b: nobody may read that both lack both."""
    found = in_order([Problem("cb1", "a/b", "a is gone"), Problem("cb2", "a/b", "b is gone")])
    assert sum(line.startswith("wrong") for line in finding_lines(found)) == 2


def test_all_call_bridges_that_a_server_lacks_are_one_finding() -> None:
    """Seven that are missing on one server are one cause, and one repair."""
    world = healthy(3)
    world.boxes["cb2"].xmpp.callbridges.clear()
    found = Doctor(world, wanted_of(3)).diagnosis().findings
    (one,) = [each.problem for each in found if each.problem.rule == "xmpp/secret-missing"]
    assert one.text.startswith("call bridges cb1, cb2, cb3 may not log in on cb2")
    assert len(one.asks) == 3


def test_who_asks_for_a_wrong_name_finds_nobody() -> None:
    """The DNS error follows from the wrong domain; and it names what the box asks for."""
    for fault, rule, asked in (
        (login_has_another_domain, "callbridge/domain-differs", "of example.com"),
        (login_goes_to_another_server, "callbridge/server-differs", "10.0.0.77"),
    ):
        world = healthy(3)
        fault(world)
        world.advance(200)
        found = Doctor(world, wanted_of(3)).diagnosis().findings
        assert found[0].problem.rule == rule
        errors = [each for each in found if each.problem.rule == "callbridge/dns-error"]
        assert errors
        assert not [each for each in errors if each.is_root]
        assert all(f"server {asked} by DNS" in each.problem.text for each in errors)


def test_every_rule_says_what_is_seen() -> None:
    """Where a finding has no evidence of its own, that of its rule stands there."""
    assert said(Problem("cb1", "pki/file-in-use", "x"), RULES).evidence


def test_the_rules_of_a_family_are_listed_by_its_name() -> None:
    """One per line, and none of another family."""
    listed = CliRunner().invoke(explain, ["xmpp"], standalone_mode=False).output.splitlines()
    assert [line.split()[0] for line in listed] == [rule for rule in RULES if rule[:5] == "xmpp/"]


def test_a_file_in_use_has_one_next_action() -> None:
    """Nobody is told to apply a play that is refused: what it would mend follows from the file."""
    rules = ("xmpp/other-in-service", "pki/file-in-use")
    found = in_order([said(Problem("cb1", rule, rule), RULES) for rule in rules])
    assert [(one.problem.rule, one.is_root) for one in found.findings] == [
        ("pki/file-in-use", True),
        ("xmpp/other-in-service", False),
    ]
    assert "Apply the play" not in " ".join(finding_lines(found))

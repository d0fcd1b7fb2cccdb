"""What the words of a playbook become: stages by item, limits of failures, facts, silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.model.failure_limit import FailureLimit
from cmsdeploy.planning.stage import Stage
from cmsdeploy.playbook import Person, load, stages

from .material import REGISTRY, inventory_in, playbook_in, written


def made(
    folder: Path, text: str, person: Person | None = None, start_at: str | None = None
) -> tuple[Stage, ...]:
    inventory = inventory_in(folder)
    playbook = playbook_in(folder, text)
    return stages(playbook, inventory, registry=REGISTRY, person=person, start_at=start_at)


def said(folder: Path, text: str, verbosity: int = 0) -> list[str]:
    heard: list[str] = []
    made(folder, text, Person(say=heard.append, verbosity=verbosity))
    return heard


def refused(folder: Path, text: str, person: Person | None = None) -> InputError:
    with pytest.raises(InputError) as caught:
        made(folder, text, person)
    return caught.value


LOOP = """\
- hosts: xmpp_servers
  tasks:
    - name: N
      echo: {what: '{{ item }}', on: '{{ inventory_hostname }}'}
      loop: "{{ {'paris': ['p', 'q'], 'london': ['l']}[site] }}"
"""


def test_a_family_in_a_loop_gets_a_stage_for_each_item(tmp_path: Path) -> None:
    """The first items of all hosts, then the second items of those that have one."""
    first, second = made(tmp_path, LOOP)
    assert {host: spec["what"] for host, spec in first.desired.items()} == {
        "cb1": "p", "cb2": "l", "cb3": "p",
    }  # fmt: skip
    assert {host: spec["what"] for host, spec in second.desired.items()} == {"cb1": "q", "cb3": "q"}
    assert [first.title, second.title] == ["N (p, l)", "N (q)"]


@pytest.mark.parametrize(
    ("more", "titles"),
    [
        ("      loop_control: {label: 'L{{ item }}'}\n", ["N (Lp, Ll)", "N (Lq)"]),
        ("      no_log: true\n", ["N", "N"]),
        ("      when: item != 'p'\n", ["N (l)", "N (q)"]),
    ],
)
def test_the_label_is_what_is_shown_of_an_item(
    tmp_path: Path, more: str, titles: list[str]
) -> None:
    """And nothing of it under no_log."""
    assert [stage.title for stage in made(tmp_path, LOOP + more)] == titles


@pytest.mark.parametrize(
    ("loop", "cause"),
    [
        ("loop: '{{ colour }}'", "loop gives str, not a list"),
        ("loop: '{{ shared }}'", "loop gives dict, not a list"),
        ("with_dict: '{{ colour }}'", "with_dict gives str, not a mapping"),
        ("loop: '{{ nowhere }}'", "'nowhere' is undefined"),
        ("loop: '{{ nowhere }}'\n      when: item == 1", "'nowhere' is undefined"),
    ],
)
def test_a_loop_over_something_else_is_refused(tmp_path: Path, loop: str, cause: str) -> None:
    """A text is a list of characters to Python, and a mistake to everybody else."""
    error = refused(tmp_path, f"- hosts: cb1\n  tasks:\n    - echo: {{}}\n      {loop}\n")
    assert error.cause == cause
    assert error.origin is not None
    assert error.origin.line == 4


@pytest.mark.parametrize(
    ("play", "task", "expected"),
    [
        ("", "", None),
        ("max_fail_percentage: 30", "", 30.0),
        ("max_fail_percentage: '25%'", "", 25.0),
        ("any_errors_fatal: true", "", 0.0),
        ("max_fail_percentage: 30", "any_errors_fatal: true", 0.0),
        ("any_errors_fatal: true", "any_errors_fatal: false", None),
    ],
)
def test_a_stage_knows_how_many_hosts_may_fail(
    tmp_path: Path, play: str, task: str, expected: float | None
) -> None:
    """By batch: two hosts, then one."""
    text = (
        f"- hosts: xmpp_servers\n  serial: 2\n  gather_facts: no\n  {play}\n  tasks:\n"
        f"    - name: N\n      echo: {{}}\n      {task}\n"
    )
    limits = [stage.failure_limit for stage in made(tmp_path, text)]
    if expected is None:
        assert limits == [None, None]
    else:
        assert limits == [FailureLimit(0, 0, 2, expected), FailureLimit(0, 1, 1, expected)]


def test_run_once_is_for_the_first_host_of_each_batch(tmp_path: Path) -> None:
    """And `when` is judged on it alone."""
    text = "- hosts: xmpp_servers\n  serial: 2\n  tasks:\n    - {echo: {}, run_once: true%s}\n"
    assert [[*stage.desired] for stage in made(tmp_path, text % "")] == [["cb1"], ["cb3"]]
    only = text % ", when: inventory_hostname != 'cb1'"
    assert [[*stage.desired] for stage in made(tmp_path, only)] == [["cb3"]]


FACTS = """\
- hosts: xmpp_servers
  tasks:
    - set_fact: {fact: 'of {{ inventory_hostname }}', braces: !unsafe '{{ x }}'}
    - set_fact: {copied: '{{ braces }}', shared: {b: 2}}
- hosts: cb2
  vars: {fact: play, site: play}
  tasks:
    - debug: {msg: "{{ fact }}, {{ site }}, {{ hostvars['cb1'].fact }}, {{ copied }}"}
    - debug: {msg: "{{ hostvars['cb1'].site }} {{ shared }} {{ hostvars.cb3.colour }}"}
"""


def test_facts_last_and_are_never_templates(tmp_path: Path) -> None:
    """For all later plays, by host, seen by the others; vars of plays are not in hostvars."""
    assert said(tmp_path, FACTS) == [
        "cb2: of cb2, play, of cb1, {{ x }}",
        "cb2: paris {'b': 2} red",
    ]


def test_a_fact_that_is_set_once_is_that_of_the_whole_batch(tmp_path: Path) -> None:
    """As in Ansible; the next batch sets its own."""
    text = (
        "- hosts: xmpp_servers\n  serial: 2\n  tasks:\n"
        "    - {set_fact: {once: '{{ inventory_hostname }}'}, run_once: true}\n"
        "    - debug: {var: once}\n"
    )
    assert said(tmp_path, text) == ["cb1: once: cb1", "cb2: once: cb1", "cb3: once: cb3"]


def test_the_variables_of_a_run_beat_facts(tmp_path: Path) -> None:
    """The fact is set, and reads still give the value of -e."""
    text = "- hosts: cb1\n  tasks:\n    - set_fact: {x: 1}\n    - echo: {x: '{{ x }}'}\n"
    playbook = playbook_in(tmp_path, text)
    [stage] = stages(playbook, inventory_in(tmp_path, x="given"), registry=REGISTRY)
    assert stage.desired["cb1"] == {"x": "given"}


def test_the_names_of_a_loop_beat_everything(tmp_path: Path) -> None:
    """As in Ansible, which only warns."""
    task = "    - echo: {x: '{{ item }}'}\n      loop: [a]\n      vars: {item: v}\n"
    text = f"- hosts: cb1\n  tasks:\n{task}"
    playbook = playbook_in(tmp_path, text)
    [stage] = stages(playbook, inventory_in(tmp_path, item="given"), registry=REGISTRY)
    assert stage.desired["cb1"] == {"x": "a"}


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("debug: {var: site}", ["cb1: site: paris"]),
        ("debug: {var: shared.a}", ["cb1: shared.a: 1"]),
        ("debug: {msg: [1, '{{ site }}']}", ["cb1: [1, 'paris']"]),
        ("debug: {msg: m, verbosity: 1}", []),
        ("debug: {msg: m, verbosity: 0}", ["cb1: m"]),
        ("assert: {that: site == 'paris', success_msg: 'in {{ site }}'}", ["cb1: in paris"]),
        ("assert: {that: [true, site is defined], quiet: true}", []),
        ("fail: {msg: m}\n      when: site != 'paris'", []),
    ],
)
def test_what_the_small_actions_say(tmp_path: Path, task: str, expected: list[str]) -> None:
    """While the plan is made, before anything is sent."""
    assert said(tmp_path, f"- hosts: cb1\n  tasks:\n    - {task}\n") == expected


def test_verbose_runs_say_more(tmp_path: Path) -> None:
    """`verbosity` counts the -v."""
    text = "- hosts: cb1\n  tasks: [{debug: {msg: m, verbosity: 2}}]\n"
    assert said(tmp_path, text, verbosity=1) == []
    assert said(tmp_path, text, verbosity=2) == ["cb1: m"]


def test_a_host_that_failed_takes_part_in_nothing_more(tmp_path: Path) -> None:
    """So one cause is said once, and not all that follows from it; the other hosts go on."""
    text = (
        "- hosts: cb1:cb2\n  tasks:\n"
        "    - fail: {msg: 'not {{ site }}'}\n      when: site == 'paris'\n"
        "    - set_fact: {later: 1}\n      when: site == 'london'\n"
        "- hosts: cb1:cb2\n  tasks:\n    - debug: {msg: '{{ later }}'}\n"
    )
    error = refused(tmp_path, text)
    assert error.cause == "cb1: fail: not paris"
    assert error.others == ()


HIDDEN = {
    "a parameter that fails": "echo: {colour: green, x: geheim}",
    "a template that fails": "echo: {x: '{{ nowhere.geheim }}'}",
    "a template that does not read": "echo: {x: '{{ geheim'}",
    "an assertion": "assert: {that: site == 'geheim', fail_msg: geheim}",
    "a failure": "fail: {msg: geheim}",
    "a loop": "echo: {}\n      loop: '{{ \"geheim\" }}'",
    "a wrong loop": "echo: {}\n      loop: geheim",
    "a condition": "echo: {}\n      when: \"'geheim'\"",
    "a variable": "echo: {x: '{{ v }}'}\n      vars: {v: '{{ geheim }}'}",
}


@pytest.mark.parametrize("name", HIDDEN)
@pytest.mark.parametrize("place", ["task", "block", "play"])
def test_no_log_shows_no_value_in_an_error_either(tmp_path: Path, name: str, place: str) -> None:
    """Neither in the cause nor in the action, nor as the line of the file."""
    task = f"    - {HIDDEN[name]}\n"
    if place == "task":
        text = f"- hosts: cb1\n  tasks:\n{task}      no_log: true\n"
    elif place == "block":
        inner = task.replace("\n  ", "\n      ").replace("    - ", "        - ", 1)
        text = f"- hosts: cb1\n  tasks:\n    - no_log: true\n      block:\n{inner}"
    else:
        text = f"- hosts: cb1\n  no_log: true\n  tasks:\n{task}"
    error = refused(tmp_path, text)
    assert "geheim" not in str(error)
    assert "no_log" in str(error)
    assert error.origin is not None
    assert error.origin.line > 1


def test_files_of_variables_are_found_as_in_ansible(tmp_path: Path) -> None:
    """First in vars/ beside the playbook, then beside it; later files win; names are checked."""
    (tmp_path / "playbooks" / "vars").mkdir(parents=True)
    written(tmp_path, "a: in vars\n", "vars/first.yml")
    written(tmp_path, "a: beside\n", "first.yml")
    written(tmp_path, "b: '{{ a }}!'\n", "second.yml")
    text = "- hosts: cb1\n  vars_files: [first.yml, second.yml]\n  tasks: [{debug: {var: b}}]\n"
    assert said(tmp_path, text) == ["cb1: b: in vars!"]
    written(tmp_path, "ansible_password: x\n", "second.yml")
    error = refused(tmp_path, text)
    assert error.cause == "ansible_password belongs to a host"
    assert str(error.origin).endswith("second.yml:1:1")
    written(tmp_path, "a: 1\na: 2\n", "second.yml")
    assert "stands twice" in refused(tmp_path, text).cause
    written(tmp_path, "- a\n", "second.yml")
    assert "a variable file is a mapping" in refused(tmp_path, text).cause


def test_files_of_tasks_import_each_other_only_in_one_direction(tmp_path: Path) -> None:
    """Relative to the file that names them; a circle is refused, with its members."""
    (tmp_path / "playbooks" / "deep").mkdir(parents=True)
    written(tmp_path, "- import_tasks: inner.yml\n", "deep/outer.yml")
    written(tmp_path, "- debug: {msg: inner}\n", "deep/inner.yml")
    text = "- hosts: cb1\n  tasks: [{import_tasks: deep/outer.yml}]\n"
    assert said(tmp_path, text) == ["cb1: inner"]
    written(tmp_path, "- import_tasks: outer.yml\n", "deep/inner.yml")
    with pytest.raises(InputError, match=r"outer\.yml > inner\.yml > outer\.yml"):
        load(written(tmp_path, text), registry=REGISTRY)

"""From plays to stages: hosts, batches, variables, conditions, tags, permissions, places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.model.step import Risk
from cmsdeploy.planning.stage import Stage
from cmsdeploy.playbook import Person, list_hosts, list_tags, list_tasks, load, stages
from cmsdeploy.playbook.tags import is_selected

from .material import REGISTRY, inventory_in, playbook_in, written

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "cmsdeploy" / "examples"


def made(folder: Path, text: str, **options: Any) -> tuple[Stage, ...]:
    inventory = inventory_in(folder)
    return stages(playbook_in(folder, text), inventory, registry=REGISTRY, **options)


def problem(folder: Path, text: str, **options: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        made(folder, text, **options)
    return caught.value


def test_parameters_are_rendered_for_each_host(tmp_path: Path) -> None:
    [stage] = made(
        tmp_path,
        "- hosts: callbridges:xmpp_servers\n  vars: {size: 2, colour: play}\n  tasks:\n"
        "    - name: A title\n      vars: {colour: task}\n"
        "      echo: {h: '{{ inventory_hostname }}', c: '{{ colour }}', s: '{{ size }}', "
        "a: '{{ shared.a }}'}\n",
    )
    assert stage.family == "echo"
    assert stage.title == "A title"
    assert list(stage.desired) == ["cb1", "cb2", "cb3", "ex4"]
    assert stage.desired["cb2"] == {"h": "cb2", "c": "task", "s": 2, "a": 1}
    assert stage.clusters == {"cb1": "default", "cb2": "other", "cb3": "default", "ex4": "default"}
    assert stage.origin
    assert stage.origin.line == 4


def test_extra_variables_are_stronger_than_all(tmp_path: Path) -> None:
    text = "- hosts: cb1\n  vars: {colour: play}\n  tasks:\n    - echo: {c: '{{ colour }}'}\n"
    [stage] = made(tmp_path, text, extra={"colour": "extra"})
    assert stage.desired["cb1"] == {"c": "extra"}
    inventory = inventory_in(tmp_path, colour="first")
    [stage] = stages(playbook_in(tmp_path, text), inventory, registry=REGISTRY)
    assert stage.desired["cb1"] == {"c": "first"}


def test_conditions_choose_hosts(tmp_path: Path) -> None:
    text = (
        "- hosts: xmpp_servers\n  when: site is defined\n  tasks:\n    - echo: {}\n"
        "      when: [site == 'paris', inventory_hostname != 'cb1']\n"
        "    - echo: {}\n      when: false\n"
    )
    [stage] = made(tmp_path, text)
    assert list(stage.desired) == ["cb3"]


@pytest.mark.parametrize(
    ("expression", "cause"),
    [
        ("reply.stdout == 'x'", "'reply' is undefined"),
        ("colour", "the condition gives str, not true or false"),
        ("groups", "the condition gives dict, not true or false"),
    ],
)
def test_a_condition_sees_the_inventory_only_and_is_a_boolean(
    tmp_path: Path, expression: str, cause: str
) -> None:
    text = f"- hosts: cb1\n  tasks:\n    - echo: {{}}\n      when: {expression}\n"
    error = problem(tmp_path, text)
    assert error.cause == cause
    assert str(error.origin).endswith("play.yml:4:13")


@pytest.mark.parametrize(
    ("serial", "batches"),
    [
        ("2", [["cb1", "cb2"], ["cb3", "ex4"]]),
        ("'50%'", [["cb1", "cb2"], ["cb3", "ex4"]]),
        ("'1%'", [["cb1"], ["cb2"], ["cb3"], ["ex4"]]),
        ("[1, 2]", [["cb1"], ["cb2", "cb3"], ["ex4"]]),
        ("[1, '100%']", [["cb1"], ["cb2", "cb3", "ex4"]]),
        ("9", [["cb1", "cb2", "cb3", "ex4"]]),
    ],
)
def test_serial_cuts_a_play_into_batches(
    tmp_path: Path, serial: str, batches: list[list[str]]
) -> None:
    text = f"- hosts: all\n  serial: {serial}\n  tasks:\n    - echo: {{}}\n    - other: {{}}\n"
    found = made(tmp_path, text)
    assert [list(stage.desired) for stage in found if stage.family == "echo"] == batches
    assert [stage.batch for stage in found] == [n for n in range(len(batches)) for _ in (1, 2)]


def test_plays_are_counted_over_imports_and_inherit_from_them(tmp_path: Path) -> None:
    inner = (
        "- hosts: cb1\n  check_mode: true\n  tasks:\n    - echo: {c: '{{ colour }}'}\n"
        "      tags: own\n"
    )
    written(tmp_path, inner, "inner.yml")
    text = (
        "- hosts: cb2\n  allow: [disruptive, undersized]\n  tasks: [{echo: {}}]\n"
        "- import_playbook: inner.yml\n  tags: handed\n  vars: {colour: handed}\n"
        "  when: site == 'paris'\n"
        "- hosts: cb3\n  allow: unknown-version\n  tasks: [{echo: {}}]\n"
    )
    playbook = playbook_in(tmp_path, text)
    found = stages(playbook, inventory_in(tmp_path), registry=REGISTRY)
    assert [(stage.play, *stage.desired) for stage in found] == [(0, "cb2"), (1, "cb1"), (2, "cb3")]
    assert found[1].desired["cb1"] == {"c": "handed"}
    assert found[1].is_check
    assert found[0].permission.risks == {Risk.SAFE, Risk.DISRUPTIVE}
    assert not found[0].is_check
    assert found[1].permission.risks == {Risk.SAFE}
    assert playbook.permission_names() == {"undersized", "unknown-version"}
    assert playbook.tag_names() == {"own", "handed"}


TAGGED = """\
- hosts: cb1
  tags: play
  tasks:
    - {name: a, echo: {}, tags: a}
    - {name: b, echo: {}, tags: "b,c"}
    - {name: always, echo: {}, tags: always}
    - {name: never, echo: {}, tags: [never, deep]}
- hosts: cb2
  tasks:
    - {name: plain, echo: {}}
"""


@pytest.mark.parametrize(
    ("tags", "skip", "titles"),
    [
        ([], [], "a b always plain"),
        (["a"], [], "a always"),
        (["c"], [], "b always"),
        (["play"], [], "a b always never"),
        (["deep"], [], "always never"),
        (["never"], [], "always never"),
        (["tagged"], [], "a b always"),
        (["untagged"], [], "always plain"),
        (["all"], ["b"], "a always plain"),
        ([], ["always"], "a b plain"),
        ([], ["tagged"], "plain"),
        ([], ["all"], "always"),
    ],
)
def test_tags_choose_tasks_as_in_ansible(
    tmp_path: Path, tags: list[str], skip: list[str], titles: str
) -> None:
    found = made(tmp_path, TAGGED, tags=tags, skip_tags=skip)
    assert [stage.title for stage in found] == titles.split()
    listed = list_tasks(playbook_in(tmp_path, TAGGED), tags=tags, skip_tags=skip)
    assert [task.title for _, tasks in listed for task in tasks] == titles.split()


def test_a_tag_that_no_task_has_is_refused(tmp_path: Path) -> None:
    error = problem(tmp_path, TAGGED, tags=["pley"])
    assert error.cause == "no task has the tag 'pley'"
    assert error.action == "did you mean play?"
    assert "none" not in problem(tmp_path, TAGGED, skip_tags=["zzzz"]).action


def test_never_alone_is_not_selected_by_all() -> None:
    assert not is_selected(frozenset({"never"}), frozenset({"all"}), frozenset())


def test_an_assertion_that_does_not_hold_stops_with_its_message(tmp_path: Path) -> None:
    text = (
        "- hosts: xmpp_servers\n  tasks:\n    - assert:\n        that:\n"
        "          - site is defined\n"
        "          - site == 'paris'\n        fail_msg: '{{ site }} is not Paris'\n"
    )
    error = problem(tmp_path, text)
    assert error.cause == "cb2: the assertion does not hold: site == 'paris'"
    assert error.action == "london is not Paris"
    assert str(error.origin).endswith("play.yml:6:13")
    assert not error.others


def test_debug_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    text = "- hosts: cb1:cb2\n  tasks:\n    - debug: {msg: 'is {{ site }}\\n'}\n"
    assert (
        made(
            tmp_path,
            text.replace("'is", '"is').replace("\\n'", '\\n"'),
            person=Person(say=said.append),
        )
        == ()
    )
    assert said == ["cb1: is paris\\n", "cb2: is london\\n"]


def test_debug_does_not_show_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMSDEPLOY_TEST_SECRET", "geheim")
    hosts = (
        "all: {hosts: {h: {ansible_password: \"{{ lookup('env', 'CMSDEPLOY_TEST_SECRET') }}\"}}}\n"
    )
    for text in ("{{ ansible_password }}", "x{{ ansible_password }}"):
        playbook = playbook_in(tmp_path, f"- hosts: h\n  tasks: [{{debug: {{msg: '{text}'}}}}]\n")
        with pytest.raises(InputError, match="secret") as caught:
            stages(playbook, inventory_in(tmp_path, hosts), registry=REGISTRY)
        assert "geheim" not in str(caught.value)


def test_what_a_family_refuses_has_the_place_of_the_variable(tmp_path: Path) -> None:
    hosts = "all:\n  vars:\n    colour: green\n  hosts: {h: , g: }\n"
    text = "- hosts: all\n  tasks:\n    - echo:\n        other: 1\n        colour: '{{ colour }}'\n"
    with pytest.raises(InputError) as caught:
        stages(playbook_in(tmp_path, text), inventory_in(tmp_path, hosts), registry=REGISTRY)
    assert str(caught.value.origin).endswith("hosts.yml:3:13")
    assert caught.value.cause == "h: echo: colour cannot be 'green'"


def test_what_a_family_refuses_has_the_place_of_the_parameter(tmp_path: Path) -> None:
    text = "- hosts: cb1\n  tasks:\n    - echo:\n        other: 1\n        colour: green\n"
    error = problem(tmp_path, text)
    assert str(error.origin).endswith("play.yml:5:17")
    assert error.excerpt == "        colour: green"


def test_an_undefined_variable_has_the_place_of_its_parameter_once(tmp_path: Path) -> None:
    text = "- hosts: all\n  tasks:\n    - echo: {a: {b: ['{{ nowhere }}']}}\n"
    error = problem(tmp_path, text)
    assert str(error.origin).endswith("play.yml:3:22")
    assert not error.others


FILE = "- hosts: cb1\n  tasks:\n    - echo: {file: a.cer%s}\n"


@pytest.mark.parametrize("folder", ["files", "playbooks/files", "inventory/files"])
def test_a_local_file_is_found_in_a_folder_files(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "a.cer").write_bytes(b"content")
    [stage] = made(tmp_path, FILE % "")
    found = stage.desired["cb1"]
    assert (found.name, found.source, found.content) == ("a.cer", f"{folder}/a.cer", b"content")


@pytest.mark.parametrize("source", ["certs/x.cer", "../certs/x.cer", "/{root}/certs/x.cer"])
def test_a_source_is_relative_to_the_inventory_or_the_site(tmp_path: Path, source: str) -> None:
    (tmp_path / "certs").mkdir()
    (tmp_path / "certs" / "x.cer").write_bytes(b"content")
    text = source.replace("/{root}", str(tmp_path))
    [stage] = made(tmp_path, FILE % f", source: {text}")
    assert stage.desired["cb1"].content == b"content"
    assert stage.desired["cb1"].source == "certs/x.cer"


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("", "cb1: there is no local file a.cer"),
        (", source: certs/x.cer", "cb1: there is no file certs/x.cer"),
        (", source: ../../x.cer", "cb1: '../../x.cer' leads out of the site"),
        (", source: 'http://x/y'", "cb1: 'http://x/y' is no path"),
    ],
)
def test_a_file_that_is_not_there_is_refused(tmp_path: Path, source: str, cause: str) -> None:
    error = problem(tmp_path, FILE % source)
    assert error.cause == cause
    assert error.action
    assert error.origin
    assert error.origin.line == 3


def test_a_missing_file_is_no_trouble_for_a_rendering(tmp_path: Path) -> None:
    [stage] = made(tmp_path, FILE % "", is_content_needed=False)
    assert stage.desired["cb1"].content is None
    assert stage.desired["cb1"].source == "files/a.cer"


def test_a_link_and_a_folder_are_no_local_files(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.cer").symlink_to("/etc/hostname")
    assert "symbolic link" in problem(tmp_path, FILE % "").cause
    (tmp_path / "files" / "a.cer").unlink()
    (tmp_path / "files" / "a.cer").mkdir()
    assert "it is a folder" in problem(tmp_path, FILE % "").cause


def test_the_examples_become_stages() -> None:
    from cmsdeploy.inventory import load as load_inventory

    for name, servers, bridges in (("lab", 3, 3), ("tac-213479", 3, 3), ("three-clusters", 9, 14)):
        inventory = load_inventory([EXAMPLES / "inventories" / name])
        inventory.check()
        playbook = load(EXAMPLES / "playbooks" / "site.yml", inventory)
        found = stages(playbook, inventory, is_content_needed=False)
        counts = [(stage.family, len(stage.desired), stage.is_check) for stage in found]
        assert counts == [
            ("mmp", bridges, False),
            ("database", bridges, False),
            ("clock", bridges, False),
            ("pki", servers, False),
            ("xmpp", servers, False),
            ("xmpp", servers, True),
            ("callbridge", bridges, False),
            ("pki", servers, True),
            ("xmpp", servers, True),
            ("callbridge", bridges, True),
            ("database", bridges, True),
            ("clock", bridges, True),
        ]
        assert len(list_hosts(playbook, inventory)) == len(list_tags(playbook)) == 11


def test_a_real_family_is_placed_in_the_inventory(tmp_path: Path) -> None:
    hosts = (EXAMPLES / "inventories" / "lab" / "hosts.yml").read_text()
    inventory = inventory_in(tmp_path, hosts.replace("xmpp_listen: a", "xmpp_listen: 'a b'"))
    playbook = load(EXAMPLES / "playbooks" / "xmpp-resilience.yml", inventory)
    with pytest.raises(InputError) as caught:
        stages(playbook, inventory, is_content_needed=False)
    line = next(n for n, text in enumerate(hosts.splitlines(), 1) if "xmpp_listen" in text)
    assert str(caught.value.origin).endswith(f"hosts.yml:{line}:22")


@pytest.mark.parametrize("name", ["inventories", "playbooks", "templates"])
def test_the_checkout_shows_the_examples(name: str) -> None:
    assert (ROOT / name).resolve() == (EXAMPLES / name).resolve()

"""The schemas for editors: published, valid, and of one mind with the checks."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from cmsdeploy.inventory import load as load_inventory
from cmsdeploy.inventory.words import WORDS
from cmsdeploy.playbook.schema import SCHEMAS
from tests.playbook.test_keywords import SUPPORTED
from tests.playbook.test_refused import REFUSED

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "cmsdeploy" / "examples"
VALIDATORS = {name: Draft202012Validator(make()) for name, make in SCHEMAS.items()}


def faults(schema: str, document: object, part: str = "") -> list[str]:
    """What the schema says against ``document``; ``part`` names one of its definitions."""
    validator = VALIDATORS[schema]
    if part:
        whole = {**dict(SCHEMAS[schema]()), "$ref": f"#/$defs/{part}"}
        for word in ("type", "items", "additionalProperties", "minItems"):
            whole.pop(word, None)
        validator = Draft202012Validator(whole)
    return [f"{list(one.absolute_path)}: {one.message}" for one in validator.iter_errors(document)]


def read(path: Path) -> object:
    return yaml.safe_load(path.read_text())


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_valid_published_and_printed(name: str) -> None:
    """What is in the repository is what the command prints; write it anew with:

    cmsdeploy schema NAME > docs/schema/NAME.json
    """
    Draft202012Validator.check_schema(SCHEMAS[name]())
    printed = subprocess.run(
        [sys.executable, "-m", "cmsdeploy", "schema", name],
        capture_output=True, text=True, check=True, cwd=ROOT,
    ).stdout  # fmt: skip
    assert printed == (ROOT / "docs" / "schema" / f"{name}.json").read_text(encoding="utf-8")
    assert json.loads(printed)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def examples() -> Iterator[tuple[str, Path, str]]:
    for path in sorted((EXAMPLES / "playbooks").glob("*.yml")):
        yield "playbook", path, ""
    for path in sorted((EXAMPLES / "inventories").rglob("*.yml")):
        is_variables = path.parent.name in ("group_vars", "host_vars")
        yield "inventory", path, "variables" if is_variables else ""


@pytest.mark.parametrize(
    ("schema", "path", "part"), list(examples()), ids=lambda value: getattr(value, "stem", None)
)
def test_the_shipped_examples_are_valid(schema: str, path: Path, part: str) -> None:
    """An editor shows no wave under what we ship."""
    assert faults(schema, read(path), part) == []


@pytest.mark.parametrize("row", SUPPORTED)
def test_what_the_checks_take_the_schema_takes(row: str) -> None:
    """Every supported keyword, as its own test writes it."""
    document = yaml.safe_load(SUPPORTED[row][0].replace("echo", "debug"))
    assert faults("playbook", document) == []


# What only the checks can see: other files, names that mean something, duplicate keys, templates.
UNSEEN = frozenset(
    {
        "an open template",
        "when does not read",
        "braces in when",
        "a wrong tag",
        "allow",
        "no tasks",
        "tasks is a mapping",
        "a misspelt variable",
        "a secret variable",
        "set_fact of nothing",
        "set_fact that is kept",
        "set_fact of a host's word",
        "a loop over a text",
        "two loops",
        "loop_control alone",
        "two plays with one key",
        "an import of nothing",
        "an import from the network",
        "an import of itself",
        "import_tasks of nothing",
        "import_tasks from the network",
        "vars_files that are missing",
        "vars_files of the system",
        "vars_files above the site",
        "vars_files from the network",
        "a question for a secret",
        "debug of nothing",
    }
)


@pytest.mark.parametrize("row", sorted(REFUSED.keys() - UNSEEN))
def test_what_the_schema_can_see_it_refuses(row: str) -> None:
    """The wrong playbooks of the checks, those with a wrong shape."""
    text = REFUSED[row][0].replace("other:", "assert:").replace("echo: {a: 1}", "mmp: {a: 1}")
    document = yaml.safe_load(text)
    good = {"read": "version", "shows": "x"}
    assert faults("playbook", _with_family(document, good))


def _with_family(value: object, parameters: dict[str, str]) -> object:
    """The test family `echo` has no schema; a real one stands in its place."""
    if isinstance(value, dict):
        known = {
            ("mmp" if key in ("echo", "mmp") else key): _with_family(item, parameters)
            for key, item in value.items()
        }
        return {**known, "mmp": parameters} if isinstance(known.get("mmp"), dict) else known
    if isinstance(value, list):
        return [_with_family(item, parameters) for item in value]
    return value


GOOD: dict[str, list[object]] = {
    "ansible_port": [22, "22", "{{ port }}"],
    "ansible_user": ["admin"],
    "cms_host_key": ["SHA256:" + "a" * 43],
    "cms_session": ["exec", "shell"],
    "cms_short_secrets": ["ansible_password", ["cms_webadmin", "ansible_password"]],
    "cms_webadmin": [{"port": 445, "fingerprint": "ab" * 32}, None, "by-hand"],
    "xmpp_domain": ["example.com", "{{ groups }}"],
    "xmpp_listen": ["a", ["a", "b"]],
    "xmpp_certificate": [{"key": "a.key", "cert": {"name": "a.cer", "source": "x/a.cer"}}],
    "xmpp_cluster": ["paris"],
    "xmpp_server_address": ["", "10.0.0.1"],
    "callbridge_name": ["cb1"],
}
BAD: dict[str, list[object]] = {
    "ansible_port": [0, 65536, 1.5, "ssh", True],
    "ansible_user": ["a b"],
    "cms_host_key": ["MD5:00"],
    "cms_session": ["telnet"],
    "cms_short_secrets": [[], True, ["xmpp_dns_key"], ["cms_webadmin", "cms_webadmin"]],
    "cms_webadmin": [{"prot": 445}, "x"],
    "xmpp_domain": [1.1, False, "a b", ""],
    "xmpp_listen": [["a", "a"], [], 1],
    "xmpp_certificate": ["a.cer", {"keys": "a.key"}],
    "xmpp_cluster": ["a b", 1],
    "callbridge_name": ["a.b", ""],
    "xmpp_domian": ["example.com"],
    "cms_webadmn": [{}],
    "xmpp_callbridges": [["cb1"]],
    "ansible_ssh_host": ["10.0.0.1"],
}


@pytest.mark.parametrize("word", GOOD)
def test_right_values_of_a_word_are_taken(word: str) -> None:
    """By the schema, in every place, and by the check."""
    for value in GOOD[word]:
        assert faults("inventory", {word: value}, "variables") == []
        assert faults("inventory", {"all": {"hosts": {"h": {word: value}}}}) == []
        if not (isinstance(value, str) and "{{" in value):
            WORDS[word].check(value)


@pytest.mark.parametrize("word", BAD)
def test_wrong_values_and_words_are_refused(word: str) -> None:
    """As variables of a group, of a host, and in a file of variables."""
    for value in BAD[word]:
        assert faults("inventory", {word: value}, "variables")
        assert faults("inventory", {"all": {"hosts": {"h": {word: value}}}})
        assert faults("inventory", {"all": {"children": {"g": {"vars": {word: value}}}}})


def test_a_misspelt_word_of_a_group_is_refused() -> None:
    """`host:` instead of `hosts:` would lose a group."""
    assert faults("inventory", {"all": {"host": {}}})
    assert not faults("inventory", {"all": None, "g": {"hosts": "h1", "children": {"k": None}}})


def test_every_example_inventory_is_one_to_the_checks_too() -> None:
    """So that the schema is not held to files that nobody reads."""
    for folder in sorted((EXAMPLES / "inventories").iterdir()):
        assert load_inventory([folder]).hosts

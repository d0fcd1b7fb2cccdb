"""A plan in a file: born private, never executed, refused when anything moved."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from cmsdeploy.cli.options import Options
from cmsdeploy.cli.saved_plan import check_saved, is_saved_plan, load_plan, save_plan
from cmsdeploy.errors import InputError, StalePlanError
from cmsdeploy.model.action import Command
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.step import Step

OPTIONS = Options(inventory=(Path("hosts.yml"),), limit="cb1", tags=("xmpp",))
STEP = Step("cb1/xmpp/enable", "cb1", "xmpp", Command.of("xmpp", "enable"), "it runs")
PLAN = Plan(("cb1",), (STEP,), facts={"cb1": {"xmpp": {"enabled": False, "domain": "a.com"}}})


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "night.plan"
    before = os.umask(0)
    try:
        save_plan(path, PLAN, Path("site.yml"), OPTIONS)
    finally:
        os.umask(before)
    return path


def test_a_saved_plan_is_private_and_comes_back(saved: Path) -> None:
    """Mode 0600 whatever the umask; inventory, limit and tags are those of the plan."""
    assert saved.stat().st_mode & 0o777 == 0o600
    assert is_saved_plan(saved)
    back = load_plan(saved, Options(inventory=()))
    assert back.playbook == Path("site.yml").absolute()
    assert (back.options.limit, back.options.tags) == ("cb1", ("xmpp",))
    check_saved(back, PLAN)


def test_an_existing_file_is_not_overwritten(saved: Path) -> None:
    """A second plan of the same name would pass for the one that was approved."""
    with pytest.raises(InputError, match="cannot be written"):
        save_plan(saved, PLAN, Path("site.yml"), OPTIONS)


def test_a_moved_fact_is_named(saved: Path) -> None:
    """Exit code 8, the box, the field, and both values."""
    back = load_plan(saved, Options(inventory=()))
    now = replace(PLAN, facts={"cb1": {"xmpp": {"enabled": False, "domain": "b.com"}}})
    with pytest.raises(StalePlanError, match=r"cb1 has changed.*domain was a\.com, is b\.com"):
        check_saved(back, now)


def test_another_plan_of_the_same_facts_is_stale(saved: Path) -> None:
    """The inventory or the playbook moved."""
    back = load_plan(saved, Options(inventory=()))
    with pytest.raises(StalePlanError, match="not the plan"):
        check_saved(back, replace(PLAN, steps=()))


def test_every_changed_byte_is_refused(saved: Path) -> None:
    """A byte of the plan that changes makes it another plan, or no plan at all."""
    text = saved.read_text()
    start = text.index('"plan"')
    for index in range(start, len(text) - 1):
        if text[index] in " \n":
            continue
        changed = "9" if text[index] != "9" else "8"
        saved.write_text(text[:index] + changed + text[index + 1 :])
        with pytest.raises((InputError, StalePlanError)):
            check_saved(load_plan(saved, Options(inventory=())), PLAN)


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "null", "{}", '{"format": "cmsdeploy plan"}', json.dumps({"format": "other"})],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    """One sentence, the file, and how to make a plan."""
    path = tmp_path / "x.plan"
    path.write_text(text)
    with pytest.raises(InputError, match="no plan of this version"):
        load_plan(path, Options(inventory=()))

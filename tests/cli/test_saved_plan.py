"""A plan in a file: born private, never executed, refused when anything moved."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cmsdeploy.cli import main
from cmsdeploy.cli.options import Options
from cmsdeploy.cli.saved_plan import (
    check_fresh,
    check_saved,
    is_saved_plan,
    load_plan,
    save_plan,
)
from cmsdeploy.cli.saving import Saving
from cmsdeploy.errors import InputError, StalePlanError
from cmsdeploy.model.action import Command
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.step import Refusal, Step

OPTIONS = Options(inventory=(Path("hosts.yml"),), limit="cb1", tags=("xmpp",))
STEP = Step("cb1/xmpp/enable", "cb1", "xmpp", Command.of("xmpp", "enable"), "it runs")
REFUSAL = Refusal("cb1", "pki/name-taken", "the name is taken")
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
    """Exit code 8 for any byte of the file; 3 where it does not even look like a plan any more."""
    content, codes = saved.read_bytes(), Counter[int]()
    for index in range(len(content)):
        saved.write_bytes(content[:index] + bytes([content[index] ^ 1]) + content[index + 1 :])
        with pytest.raises((InputError, StalePlanError)) as caught:
            check_saved(load_plan(saved, Options(inventory=())), PLAN)
        codes[caught.value.exit_code] += 1
    assert codes.total() == len(content)
    # Where the sum itself is not found, nobody can say that something was changed.
    assert codes[3] <= 12, codes


def test_an_added_or_lost_end_is_refused(saved: Path) -> None:
    """The sum is over all that comes before it, and nothing comes behind."""
    content = saved.read_bytes()
    for changed in (content + b" ", content + content, b" " + content, content.replace(b"\n", b"")):
        saved.write_bytes(changed)
        with pytest.raises((InputError, StalePlanError)):
            load_plan(saved, Options(inventory=()))


def test_a_plan_has_its_time(saved: Path) -> None:
    """A week where nothing is said; before it was made the clock is wrong."""
    back = load_plan(saved, Options(inventory=()))
    assert back.made_at is not None
    check_fresh(back)
    check_fresh(back, back.made_at + timedelta(hours=167, minutes=59))
    with pytest.raises(StalePlanError, match="was valid until"):
        check_fresh(back, back.made_at + timedelta(hours=168, seconds=2))
    with pytest.raises(StalePlanError, match="which is to come"):
        check_fresh(back, back.made_at - timedelta(minutes=6))


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


def test_what_cannot_be_saved_is_said_before_the_boxes_are_asked(saved: Path) -> None:
    """An existing file is refused while the options are read: nothing is lost by it."""
    with pytest.raises(InputError, match="exists"):
        Saving.of(saved, {})


@pytest.mark.parametrize(
    ("steps", "refusals", "said"),
    [
        ((STEP,), (), "carry it out with: cmsdeploy apply"),
        ((), (REFUSAL,), "nothing in it to carry out"),
        ((STEP,), (REFUSAL,), "it is refused in part"),
    ],
)
def test_a_refused_plan_is_not_offered(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    steps: tuple[Step, ...],
    refusals: tuple[Refusal, ...],
    said: str,
) -> None:
    """`apply` would end with exit code 7: nobody is sent there."""
    plan = Plan(("cb1",), steps, refusals)
    Saving(tmp_path / "night.plan").save(plan, Path("site.yml"), OPTIONS)
    shown = capsys.readouterr().err
    assert said in shown
    assert ("cmsdeploy apply" in shown) == (not refusals)


@pytest.mark.parametrize("words", [(), ("-i", "none.yml")])
def test_a_plan_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    """Whether an inventory is needed only the file could say: its absence comes first."""
    assert main(["apply", str(tmp_path / "missing.plan"), *words]) == 3
    assert "there is no such file" in capsys.readouterr().err

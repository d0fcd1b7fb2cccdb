"""Two or four servers: who only looks is told, and looks; who would write is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.families import families
from cmsdeploy.inventory import load
from cmsdeploy.inventory.rules import ANY_NUMBER, wrong_numbers
from cmsdeploy.planning.compare import compare
from tests.contract.deployment import Deployment
from tests.contract.engineer import Engineer, blank_world
from tests.e2e.site import Site, site_of


def test_two_servers_are_looked_at_and_never_written_to() -> None:
    """What differs is told of them; a run that writes has no step, and one refusal."""
    wanted = Deployment(("cb1", "cb2"), ("cb1", "cb2"))
    engineer = Engineer(blank_world(wanted), wanted, ("pki", "xmpp"))
    stages = engineer.stages()
    look = engineer.look(stages).look
    writing = compare(stages, look, families())
    assert [refusal.rule for refusal in writing.plan.refusals] == ["xmpp/two-servers"]
    assert writing.plan.steps == ()
    looking = [replace(stage, is_only_read=True) for stage in stages]
    told = compare(looking, look, families())
    assert told.plan.refusals == ()
    assert {step.host for step in told.plan.steps if step.family == "xmpp"} == {"cb1", "cb2"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Boxes on which nothing was done."""
    with site_of(tmp_path_factory.mktemp("numbers") / "site") as made:
        yield made


def _inventory(site: Site, count: int) -> Path:
    """The inventory of the lab with another number of XMPP servers; the fourth has no box."""
    text = site.inventory.read_text(encoding="utf-8")
    data = json.loads(text[text.index("{") :])
    names = ("cb1", "cb2", "cb3", "cb4")[:count]
    data["all"]["children"]["xmpp_servers"]["hosts"] = dict.fromkeys(names)
    hosts = data["all"]["hosts"]
    hosts["cb4"] = {**hosts["cb3"], "ansible_host": "127.0.1.4", "xmpp_address": "127.0.1.4"}
    path = site.inventory.with_name(f"{count}.yml")
    path.write_text(json.dumps(data), encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("count", [1, 2, 4])
def test_who_only_looks_may_have_any_number(site: Site, count: int) -> None:
    """The inventory is refused to who writes, and the same words are told to who looks."""
    inventory = load([_inventory(site, count)])
    inventory.check(exceptions=frozenset({ANY_NUMBER}))
    with pytest.raises(InputError, match=f"{count} XMPP server"):
        inventory.check()
    ((host, cluster, problem),) = wrong_numbers(inventory, frozenset())
    assert (host, cluster) == ("cb1", "default")
    assert f"{count} XMPP server" in problem.cause


@pytest.mark.parametrize("words", [("doctor",), ("verify", "playbooks/verify.yml")])
def test_the_number_is_a_note(site: Site, words: tuple[str, ...]) -> None:
    """The boxes are looked at, and the findings are what the exit code tells of."""
    inventory = _inventory(site, 2)
    answer = site.run(*words, "-i", str(inventory))
    assert answer.returncode == 2, answer.stdout + answer.stderr
    assert "[inventory/servers]" in answer.stdout
    assert "two-servers" not in answer.stdout
    for writes in (("plan", site.playbook), ("doctor", site.playbook, "--fix")):
        refused = site.run(*writes, "-i", str(inventory))
        assert refused.returncode == 3
        assert "XMPP servers" in refused.stderr

"""verify, end to end: what it shows, what it sends, how it ends, and the Web Admin in trouble."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from cmsdeploy.cli.commands import schema_command
from cmsdeploy.lab.wire.faults import Fault
from cmsdeploy.report.verified import schema
from tests.e2e.site import PROJECT, Site, site_of

XMPP = "/api/v1/system/configuration/xmpp"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One lab for all cases, deployed; each case puts back what it broke."""
    with site_of(tmp_path_factory.mktemp("verify") / "site") as made:
        assert made.run("apply", made.playbook, "--yes").returncode == 0
        yield made


def _playbook(site: Site) -> str:
    return str(site.folder / "playbooks" / "verify.yml")


def _table(text: str) -> dict[str, list[str]]:
    """The rows of the table by box; what did not fit into the width is put behind again."""
    part = text.partition("boxes of the cluster default\n")[2].partition("call bridges of")[0]
    found: dict[str, list[str]] = {}
    for row in filter(None, part.splitlines()):
        name, *cells = re.split(r"\s{2,}", row.strip())
        found.setdefault(name, []).extend(cells)
    return found


def test_a_healthy_cluster_is_shown_and_nothing_is_sent_that_changes_it(deployed: Site) -> None:
    """Twice: the same words, exit code 0, only reads in the log of the boxes."""
    before = {name: len(deployed.audit(name)) for name in deployed.lab.boxes}
    first, second = (deployed.run("verify", _playbook(deployed)) for _ in range(2))
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stdout == second.stdout
    sent = [e for name in deployed.lab.boxes for e in deployed.audit(name)[before[name] :]]
    assert [entry.text for entry in sent if entry.is_write] == []
    assert {entry.kind for entry in sent} >= {"command", "api"}
    table = _table(first.stdout)
    assert table["box"][:5] == ["version", "pki", "state", "leader", "peers"]
    assert sorted(row[2] for name, row in table.items() if name != "box") == [
        "FOLLOWER", "FOLLOWER", "LEADER",
    ]  # fmt: skip
    assert all("logged in" in row for name, row in table.items() if name != "box")
    assert "!" not in first.stdout
    assert "\x1b" not in first.stdout
    assert max(map(len, first.stdout.splitlines())) <= 100
    assert first.stdout.rstrip().endswith("as promised.")


def _both(site: Site, path: Path) -> tuple[int, dict[str, object], ElementTree.Element]:
    """Exit code, JSON and JUnit of one run."""
    answer = site.run("verify", _playbook(site), "--json", "--junit", str(path))
    found = json.loads(answer.stdout)
    assert list(Draft202012Validator(schema()).iter_errors(found)) == []
    assert found["exit_code"] == answer.returncode
    assert path.stat().st_mode & 0o777 == 0o600
    return answer.returncode, found, ElementTree.parse(path).getroot()


def test_json_and_junit_of_a_healthy_cluster(deployed: Site, tmp_path: Path) -> None:
    """By the published schema; every sentence of every box is a case; a second run replaces."""
    path = tmp_path / "verify.xml"
    path.write_text("old")
    code, found, root = _both(deployed, path)
    assert (code, root.get("failures"), root.get("errors")) == (0, "0", "0")
    assert {each["verdict"] for each in cast("list[dict[str, str]]", found["promises"])} == {"kept"}
    cases = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(cases) == len(set(cases)) > 60
    for name in deployed.lab.boxes:
        assert (name, "the XMPP domain is tptac9.com") in cases
        assert (name, "xmpp/one-leader") in cases
        assert (name, "callbridge/log") in cases


def test_the_schema_of_the_answer_is_published() -> None:
    """What is in the repository is what the command prints; write it anew with:

    cmsdeploy schema verify > docs/schema/verify.json
    """
    Draft202012Validator.check_schema(schema())
    published = (PROJECT / "docs" / "schema" / "verify.json").read_text(encoding="utf-8")
    printed = CliRunner().invoke(schema_command.command, ["verify"])
    assert printed.output == published


def _wrong_secret(site: Site) -> Callable[[], None]:
    with site.lab.lock:
        bridges = site.lab.world.boxes["cb2"].xmpp.callbridges
        right = dict(bridges)
        bridges["cb1"] = right["cb3"]

    def heal() -> None:
        with site.lab.lock:
            bridges.update(right)

    return heal


def _down(site: Site) -> Callable[[], None]:
    site.lab.faults("cb3").refuse_connections()
    return site.lab.faults("cb3").accept_connections


def _skew(site: Site) -> Callable[[], None]:
    with site.lab.lock:
        site.lab.world.boxes["cb2"].clock_offset = 300.0

    def heal() -> None:
        with site.lab.lock:
            site.lab.world.boxes["cb2"].clock_offset = 0.0

    return heal


@pytest.mark.parametrize(
    ("troubles", "code", "seen"),
    [
        ((_wrong_secret,), 2, "!that of cb3"),
        ((_down,), 4, "!not read"),
        ((_wrong_secret, _down), 6, "!that of cb3"),
        ((_skew,), 2, r"!\+(?:299|300|301) s"),  # a second may begin between two boxes
    ],
)
def test_what_is_wrong_is_marked_and_has_its_exit_code(
    deployed: Site,
    tmp_path: Path,
    troubles: tuple[Callable[[Site], Callable[[], None]], ...],
    code: int,
    seen: str,
) -> None:
    """2 wrong, 4 not reached, 6 both; in words, in JSON and in JUnit, and no secret in any."""
    heals = [trouble(deployed) for trouble in troubles]
    try:
        answer = deployed.run("verify", _playbook(deployed))
        code_of_both, found, root = _both(deployed, tmp_path / "verify.xml")
    finally:
        for heal in heals:
            heal()
    assert (answer.returncode, code_of_both) == (code, code), answer.stdout
    assert re.search(seen, answer.stdout)
    broken = int(root.get("failures", "0")) + int(root.get("errors", "0"))
    assert broken >= 1
    texts = answer.stdout + answer.stderr + (tmp_path / "verify.xml").read_text() + str(found)
    assert not [secret for secret in deployed.secrets() if secret in texts]


def _other_inventory(site: Site, change: Callable[[dict[str, object]], object]) -> str:
    """The derived inventory with another ``cms_webadmin`` on cb2."""
    head, _, body = site.inventory.read_text().partition("{")
    tree = json.loads("{" + body)
    host = tree["all"]["hosts"]["cb2"]
    host["cms_webadmin"] = change(host["cms_webadmin"])
    path = site.folder / "other-inventory.yml"
    path.write_text(head + json.dumps(tree))
    return str(path)


WRONG = {
    "another port": (lambda given: {**given, "port": 9}, 4, "refuses connections"),
    "another pin": (lambda given: {**given, "fingerprint": "ab" * 32}, 4, "no password was sent"),
    "another user": (lambda given: {**given, "user": "nobody"}, 4, "401"),
    "the system's authorities": (
        lambda given: {"host": given["host"], "port": given["port"]}, 4, "no password was sent",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_web_admin_that_is_not_the_one(deployed: Site, name: str) -> None:
    """The box is named with one cause and one next action; nothing is written."""
    change, code, said = WRONG[name]
    writes = deployed.writes()
    inventory = _other_inventory(deployed, change)
    answer = deployed.run("verify", _playbook(deployed), "-i", inventory)
    assert answer.returncode == code, answer.stdout + answer.stderr
    assert re.search(rf"refused  cb2 \[unreachable\] .*{said}.*; ", answer.stdout), answer.stdout
    row = _table(answer.stdout)["cb2"]
    assert row[0] == "!2.9.5"
    assert {"LEADER", "FOLLOWER"} & set(row), "what the MMP says is hidden by its Web Admin"
    assert deployed.writes() == writes


def test_a_busy_web_admin_is_waited_for_and_then_named(deployed: Site) -> None:
    """503 three times is nothing; 503 for ever ends with exit code 2, as an error page does."""
    faults = deployed.lab.faults("cb2")
    faults.add(Fault("refuse", f"GET {XMPP}", 3, value="503"))
    assert deployed.run("verify", _playbook(deployed)).returncode == 0
    faults.add(Fault("refuse", f"GET {XMPP}", None, value="503"))
    answer = deployed.run("verify", _playbook(deployed))
    faults.clear()
    assert answer.returncode == 2, answer.stdout
    assert "503" in answer.stdout
    assert "busy" in answer.stdout


def test_a_box_by_hand_is_seen_by_its_log(deployed: Site) -> None:
    """No API is asked of it; its log says that it is logged in; the sheet has its page."""
    inventory = _other_inventory(deployed, lambda _: "by-hand")
    before = len(deployed.audit("cb2"))
    answer = deployed.run("verify", _playbook(deployed), "-i", inventory)
    assert answer.returncode == 0, answer.stdout
    assert "logged in" in _table(answer.stdout)["cb2"]
    assert not [entry for entry in deployed.audit("cb2")[before:] if entry.kind == "api"]


@pytest.mark.parametrize("when", ["drop-before", "drop-after"])
def test_a_lost_reply_makes_nothing_twice(deployed: Site, when: str) -> None:
    """H3: each bridge's request loses its reply, before or after it took effect. The family sends
    no POST: its object is there once, whatever is repeated. The next runs find their way: a box
    whose step was not begun when another's failed meets its own fault in the second."""
    with deployed.lab.lock:
        for box in deployed.lab.world.boxes.values():
            box.xmpp_settings["uniqueName"] = ""
    for name in deployed.lab.boxes:
        deployed.lab.faults(name).add(Fault(when, f"PUT {XMPP}"))
    before = {name: len(deployed.audit(name)) for name in deployed.lab.boxes}
    first = deployed.run("apply", deployed.playbook, "--yes")
    assert first.returncode in (0, 2), first.stderr
    for _ in deployed.lab.boxes:
        later = deployed.run("apply", deployed.playbook, "--yes")
        if later.returncode == 0:
            break
    assert later.returncode == 0, later.stderr
    for name in deployed.lab.boxes:
        asked = [e.text for e in deployed.audit(name)[before[name] :] if e.kind == "api"]
        writes = [text for text in asked if not text.startswith("GET ")]
        assert all(text.startswith(f"PUT {XMPP} ") for text in writes)
        assert 1 <= len(writes) <= 2
        with deployed.lab.lock:
            assert deployed.lab.world.boxes[name].xmpp_settings["uniqueName"] == name
            assert deployed.lab.world.login(name).state == "registered"

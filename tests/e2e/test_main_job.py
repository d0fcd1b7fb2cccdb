"""The whole job over real SSH, SFTP and HTTPS: plan, apply, verify, and nothing left to do."""

from __future__ import annotations

import json

from tests.e2e.site import Site


def _lines_of_plan(text: str) -> dict[str, list[str]]:
    """What a plan says that is sent and changes something, by box."""
    plan = json.loads(text)
    lines: dict[str, list[str]] = {host: [] for host in plan["hosts"]}
    for step in plan["steps"]:
        if step["action"] == "command":
            lines[step["host"]].append(step["line"])
    return lines


def test_a_plan_sends_only_reads(site: Site) -> None:
    """The boxes' own log has not one line that changes anything."""
    answer = site.run("plan", site.playbook)
    assert answer.returncode == 0, answer.stderr
    assert site.writes() == {"cb1": [], "cb2": [], "cb3": []}
    assert "Plan: 57 steps on 3 boxes in 1 cluster" in answer.stdout


def test_apply_sends_what_the_plan_printed_and_then_nothing(site: Site) -> None:
    """Law 4 and law 1, by the log of the boxes."""
    planned = _lines_of_plan(site.run("plan", site.playbook, "--json").stdout)
    applied = site.run("apply", site.playbook, "--yes")
    assert applied.returncode == 0, applied.stdout + applied.stderr
    sent = {
        name: [e.text for e in site.audit(name) if e.is_write and str(e.kind) == "command"]
        for name in site.lab.boxes
    }
    assert sent == planned
    assert "All is as promised." in applied.stdout
    before = site.writes()
    again = site.run("apply", site.playbook, "--yes")
    assert again.returncode == 0
    assert "No changes." in again.stdout
    assert site.writes() == before


def test_the_cluster_is_what_the_document_promises(site: Site) -> None:
    """One leader, three peers everywhere, equal secrets, every call bridge logged in."""
    assert site.run("apply", site.playbook, "--yes").returncode == 0
    states = []
    with site.lab.lock:
        for name, box in site.lab.world.boxes.items():
            status = box.execute("xmpp cluster status").text.splitlines()
            states.append(status[0])
            assert len({line.split()[0] for line in status[2:5]}) == 3
            assert site.lab.world.login(name).state == "registered"
    assert sorted(states) == ["State: FOLLOWER", "State: FOLLOWER", "State: LEADER"]
    assert len(site.secrets()) == 3
    verified = site.run("verify", site.playbook)
    assert verified.returncode == 0
    assert "cluster default: leader cb1" in verified.stdout
    detailed = site.run("plan", site.playbook, "--detailed-exitcode")
    assert (detailed.returncode, detailed.stdout.strip()) == (0, "No changes.")


def test_no_secret_is_seen_anywhere(site: Site) -> None:
    """Not in any output, however loud, and in no file that a run leaves behind."""
    outputs = []
    for words in (
        ("apply", site.playbook, "--yes", "-vvvv"),
        ("apply", site.playbook, "--yes", "--json", "-vvvv"),
        ("verify", site.playbook, "--json"),
        ("plan", site.playbook, "--json"),
        ("exec", "all", "--", "xmpp callbridge list"),
    ):
        answer = site.run(*words)
        outputs.append(answer.stdout + answer.stderr)
    outputs += [path.read_text() for path in site.journals()]
    password = (site.folder / ".cmsdeploy" / "lab" / "password").read_text()
    assert len(site.secrets()) == 3
    for secret in (*site.secrets(), password):
        assert not [text for text in outputs if secret in text]


def test_a_saved_plan_is_carried_out_or_refused(site: Site) -> None:
    """The same plan goes through; when a box moved, exit code 8 names the fact."""
    plan = site.folder / "night.plan"
    assert site.run("plan", site.playbook, "-o", str(plan)).returncode == 0
    assert plan.stat().st_mode & 0o777 == 0o600
    with site.lab.lock:
        site.lab.world.boxes["cb2"].execute("xmpp domain elsewhere.com")
    stale = site.run("apply", str(plan))
    assert stale.returncode == 8
    assert "cb2 has changed" in stale.stderr
    assert "elsewhere.com" in stale.stderr
    assert site.writes()["cb1"] == []
    with site.lab.lock:
        site.lab.world.boxes["cb2"].execute("xmpp domain none")
    done = site.run("apply", str(plan))
    assert done.returncode == 0, done.stderr


def test_a_saved_plan_cannot_be_narrowed(site: Site) -> None:
    """Another limit makes another plan: exit code 5, and nothing is sent."""
    plan = site.folder / "night.plan"
    assert site.run("plan", site.playbook, "-o", str(plan)).returncode == 0
    for option in (("-l", "cb1"), ("-t", "xmpp"), ("-e", "a=b"), ("-i", str(site.inventory))):
        refused = site.run("apply", "--yes", *option, str(plan))
        assert refused.returncode == 5, option
        assert "saved plan" in refused.stderr
    assert site.writes() == {"cb1": [], "cb2": [], "cb3": []}


def test_the_limit_restricts_writes_and_not_reads(site: Site) -> None:
    """With -l cb2 the secrets still come from the cluster's other members."""
    assert site.run("apply", site.playbook, "--yes").returncode == 0
    with site.lab.lock:
        site.lab.world.boxes["cb2"].execute("xmpp callbridge del cb3")
        site.lab.world.boxes["cb3"].execute("xmpp callbridge del cb3")
    before = site.writes()
    answer = site.run("apply", site.playbook, "--yes", "-l", "cb2")
    after = site.writes()
    new = [line for line in after["cb2"][len(before["cb2"]) :] if line]
    assert new == ["xmpp callbridge add-secret cb3"], answer.stdout
    assert (after["cb1"], after["cb3"]) == (before["cb1"], before["cb3"])
    assert answer.returncode == 0
    assert "cb3 [xmpp/secret-missing]" in answer.stdout
    assert len(site.secrets()) == 3


def test_every_part_can_be_run_alone(site: Site) -> None:
    """The parts of site.yml, one after the other, end where site.yml ends."""
    for part in ("preflight", "certificates", "xmpp-resilience", "callbridges", "verify"):
        answer = site.run("apply", str(site.folder / "playbooks" / f"{part}.yml"), "--yes")
        assert answer.returncode == 0, (part, answer.stdout, answer.stderr)
    detailed = site.run("plan", site.playbook, "--detailed-exitcode")
    assert (detailed.returncode, detailed.stdout.strip()) == (0, "No changes.")

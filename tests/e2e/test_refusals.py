"""What is refused, with which exit code, and that nothing was sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.site import Site, site_of


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One lab for all cases: none of them may touch it."""
    with site_of(tmp_path_factory.mktemp("refusals") / "site") as made:
        yield made


def _connections(site: Site) -> int:
    return sum(len(site.audit(name)) for name in site.lab.boxes)


_GOOD = """\
all:
  vars:
    ansible_user: admin
    ansible_password: "{{ lookup('env', 'NIGHT_PASSWORD') }}"
  children:
    xmpp_servers:
      hosts:
        cb1: {ansible_host: 127.9.0.1}
        cb2: {ansible_host: 127.9.0.2}
        cb3: {ansible_host: 127.9.0.3}
      vars:
        xmpp_domain: tptac9.com
        xmpp_listen: a
        xmpp_certificate: {key: a.key, cert: a.cer, bundle: ca.cer, trust: a.cer}
    callbridges:
      hosts:
        cb1: {}
        cb2: {}
        cb3: {}
"""

_WRONG = {
    "misspelt xmpp_ word": (
        "xmpp_domain:",
        "xmpp_domian:",
        r":12:9: .*xmpp_domian.*did you mean xmpp_domain",
    ),
    "misspelt cms_ word": ("ansible_host: 127.9.0.2", "cms_webadmn: {}", r":9:15: .*cms_webadmin"),
    "misspelt callbridge_ word": (
        "        cb3: {}\n",
        "        cb3: {callbridge_nam: x}\n",
        r":19:15: .*callbridge_name",
    ),
    "missing domain": ("        xmpp_domain: tptac9.com\n", "", r":\d+:\d+: .*xmpp_domain"),
    "two servers": ("        cb3: {ansible_host: 127.9.0.3}\n", "", r":\d+:\d+: .*two|2 "),
    "an even number": (
        "        cb3: {ansible_host: 127.9.0.3}\n",
        "        cb3: {ansible_host: 127.9.0.3}\n        cb4: {ansible_host: 127.9.0.4}\n",
        r":\d+:\d+: .*undersized",
    ),
    "one address twice": ("127.9.0.3", "127.9.0.2", r":10:\d+: .*127\.9\.0\.2"),
    "one call bridge twice": (
        "        cb3: {}\n",
        "        cb3: {callbridge_name: cb1}\n",
        r":19:\d+: .*cb1",
    ),
    "a password in clear": (
        "\"{{ lookup('env', 'NIGHT_PASSWORD') }}\"",
        "Night-5hift",
        r":4:\d+: .*ansible_password",
    ),
}


@pytest.mark.parametrize("name", _WRONG)
def test_a_wrong_inventory_is_refused_before_any_connection(
    shared: Site, tmp_path: Path, name: str
) -> None:
    """Exit code 3 with file:line:column, one cause and one next action, and no connection."""
    before, after, expected = _WRONG[name]
    assert before in _GOOD
    path = tmp_path / "hosts.yml"
    path.write_text(_GOOD.replace(before, after, 1))
    playbook = str(shared.folder / "playbooks" / "xmpp-resilience.yml")
    seen = _connections(shared)
    answer = shared.run("plan", playbook, "-i", str(path))
    said = answer.stderr.replace(str(path), "hosts.yml")
    assert answer.returncode == 3, answer.stdout + answer.stderr
    assert re.search(r"hosts\.yml" + expected, said, re.DOTALL), said
    assert "next: " in said
    assert "Traceback" not in said
    assert "Night-5hift" not in said
    assert _connections(shared) == seen


def test_four_servers_pass_where_the_play_allows_it(tmp_path: Path, shared: Site) -> None:
    """allow: [undersized] is the play's word for it."""
    path = tmp_path / "hosts.yml"
    cb3 = "        cb3: {ansible_host: 127.9.0.3}\n"
    path.write_text(_GOOD.replace(cb3, cb3 + "        cb4: {ansible_host: 127.9.0.4}\n", 1))
    original = (shared.folder / "playbooks" / "xmpp-resilience.yml").read_text()
    playbook = tmp_path / "four.yml"
    playbook.write_text(original.replace("allow: [disruptive]", "allow: [disruptive, undersized]"))
    answer = shared.run("render", str(playbook), "-i", str(path))
    assert answer.returncode == 0, answer.stderr
    assert "4 boxes" in answer.stdout


def test_a_cms_without_xmpp_is_told_nothing_but_version(tmp_path: Path) -> None:
    """CMS 3.x: exit code 7, the reason, and one command in the log of each box."""
    with site_of(tmp_path / "site", version="3.8") as site:
        answer = site.run("apply", site.playbook, "--yes")
        assert answer.returncode == 7
        assert "CMS 3.8.0" in answer.stdout
        assert "TAC 217062" in answer.stdout
        for name in site.lab.boxes:
            assert [entry.text for entry in site.audit(name)] == ["version"]


def test_an_unknown_host_key_stops_before_a_password(tmp_path: Path) -> None:
    """Exit bit 4; the message says how to look and how to trust; nothing was sent."""
    with site_of(tmp_path / "site") as site:
        text = site.inventory.read_text()
        site.inventory.write_text(re.sub(r'\s*"cms_host_key": "[^"]*",', "", text))
        answer = site.run("plan", site.playbook)
        assert answer.returncode == 4, answer.stdout + answer.stderr
        said = answer.stdout + answer.stderr
        assert "SHA256:" in said
        assert "hosts trust" in said
        assert _connections(site) == 0
        trusted = site.run("hosts", "trust", "--yes", "all")
        assert trusted.returncode == 0, trusted.stderr
        assert site.lab.boxes["cb1"].host_key_fingerprint in trusted.stdout
        assert site.run("plan", site.playbook).returncode == 0


def test_a_changed_host_key_stops_before_a_password(tmp_path: Path) -> None:
    """A pinned key that another box answers with: exit bit 4 and no password."""
    with site_of(tmp_path / "site") as site:
        site.lab.faults("cb2").change_host_key()
        answer = site.run("apply", site.playbook, "--yes")
        assert answer.returncode == 4, answer.stdout + answer.stderr
        assert "cb2" in answer.stdout
        assert site.audit("cb2") == []


def test_one_dead_box_stops_its_own_cluster_only(tmp_path: Path) -> None:
    """Three clusters, one box unreachable: the other two complete, exit bit 4."""
    with site_of(tmp_path / "site", "three-clusters") as site:
        clusters: dict[str, list[str]] = {}
        for name in site.lab.boxes:
            host = site.run("inventory", "--host", name)
            found = re.search(r'"xmpp_cluster": "(\w+)"', host.stdout)
            assert found
            clusters.setdefault(found[1], []).append(name)
        assert len(clusters) == 3
        broken, *whole = clusters
        site.lab.faults(clusters[broken][0]).refuse_connections()
        answer = site.run("apply", site.playbook, "--yes")
        assert answer.returncode == 4, answer.stdout + answer.stderr
        assert clusters[broken][0] in answer.stdout
        writes = site.writes()
        for name in clusters[broken]:
            assert writes[name] == []
        for cluster in whole:
            for name in clusters[cluster]:
                with site.lab.lock:
                    if name in site.lab.world.boxes:
                        assert site.lab.world.login(name).state in ("registered", "not configured")
        site.lab.faults(clusters[broken][0]).accept_connections()
        healed = site.run("apply", site.playbook, "--yes")
        assert healed.returncode == 0, healed.stdout + healed.stderr


def test_a_second_run_is_kept_out(tmp_path: Path) -> None:
    """Exit code 9 before any connection, while another process holds the lock."""
    from cmsdeploy.executor.lock import locked
    from cmsdeploy.model.host import Host

    with site_of(tmp_path / "site") as site:
        box = site.lab.boxes["cb2"]
        host = Host("cb2", box.address, box.ssh_port)
        with locked([host], site.folder / "state" / "locks"):
            answer = site.run("apply", site.playbook, "--yes")
        assert answer.returncode == 9
        assert _connections(site) == 0


_OPTIONS = [
    (("plan",), 5),
    (("nonsense",), 5),
    (("plan", "--app", "x"), 5),
    (("plan", "--password", "x", "site.yml"), 5),
    (("apply", "-e", "password=x", "site.yml"), 5),
    (("plan", "-l", "", "site.yml"), 5),
    (("plan", "--forks", "0", "site.yml"), 5),
    (("plan", "missing.yml"), 3),
    (("exec", "nosuch", "--", "version"), 3),
    (("exec", "all", "--", "xmpp disable"), 7),
    (("exec", "all", "--write", "--", "xmpp reset"), 7),
    (("exec", "all", "--", "version; xmpp reset"), 7),
]


@pytest.mark.parametrize(("words", "code"), _OPTIONS)
def test_bad_options_have_their_codes(shared: Site, words: tuple[str, ...], code: int) -> None:
    """No abbreviations, no secret as an option, no traceback, no connection."""
    seen = _connections(shared)
    answer = shared.run(*words)
    assert answer.returncode == code, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr
    assert "password=x" not in answer.stderr
    assert _connections(shared) == seen


def test_a_question_without_a_terminal_is_refused(shared: Site) -> None:
    """apply without --yes and without a terminal: exit code 3, and nothing was written."""
    answer = shared.run("apply", shared.playbook)
    assert answer.returncode == 3
    assert "--yes" in answer.stderr
    assert all(lines == [] for lines in shared.writes().values())


def test_a_shown_secret_stops_the_run_unless_allowed(tmp_path: Path) -> None:
    """Exit code 2 and the advice; with allow: [shown-secrets] the run goes on and ends well."""
    with site_of(tmp_path / "site", switches={"add-secret-echo": "on"}) as site:
        answer = site.run("apply", site.playbook, "--yes")
        assert answer.returncode == 2
        assert "make a new secret" in answer.stderr
        assert not [secret for secret in site.secrets() if secret in answer.stdout + answer.stderr]
        part = site.folder / "playbooks" / "xmpp-resilience.yml"
        part.write_text(part.read_text().replace("[disruptive]", "[disruptive, shown-secrets]"))
        allowed = site.run("apply", site.playbook, "--yes")
        assert allowed.returncode == 0, allowed.stdout + allowed.stderr
        assert len(site.secrets()) == 3


def test_a_missing_file_is_named_once_where_it_is_written(tmp_path: Path, shared: Site) -> None:
    """The line of that very file, not of the first one beside it; once, not once a host."""
    folder = tmp_path / "site"
    assert shared.run("init", str(folder)).returncode == 0
    inventory = folder / "inventories" / "tac-213479" / "hosts.yml"
    answer = shared.run("plan", str(folder / "playbooks" / "site.yml"), "-i", str(inventory))
    assert answer.returncode == 3
    (missing,) = re.findall(r":(\d+):\d+: cb1: there is no local file (\S+)", answer.stderr)
    line = inventory.read_text().splitlines()[int(missing[0]) - 1]
    assert missing[1] in line
    assert "cb2: there is no local file" not in answer.stderr

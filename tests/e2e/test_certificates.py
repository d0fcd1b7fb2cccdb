"""Certificates from the request to the running cluster, over real SSH and SFTP."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from cmsdeploy.certificates.new_files import write_new_files
from cmsdeploy.lab.files import FileRoot
from tests.certificates.material import (
    DOMAIN,
    ROOT,
    SECOND,
    SERVERS,
    Issuer,
    Profile,
    authority,
    issued,
    key_pem,
    pem,
    tree,
)
from tests.certificates.openssl import made
from tests.contract.sampling import is_whole
from tests.e2e.site import Site, site_of
from tests.promises.numbers import counted

HOSTS = ("cb1", "cb2", "cb3")
VERIFIED = "SUCCESS: certificate verified against CA bundle"
ASKING = """
- name: Certificates and cluster
  hosts: xmpp_servers
  gather_facts: false
  allow: [disruptive]
  tasks:
    - name: Key, certificate, bundle and trust are on the box
      pki:
        certificate: "{{ xmpp_certificate }}"
        csr: {name: xmpp2027, O: Example, authority: Example CA, where: "{{ where }}"}
    - name: The servers form one cluster
      xmpp:
        domain: "{{ xmpp_domain }}"
        listen: "{{ xmpp_listen }}"
        certificate: "{{ xmpp_certificate }}"
        callbridges: "{{ xmpp_callbridges }}"
        servers: "{{ xmpp_cluster_servers }}"
        first: "{{ xmpp_cluster_first }}"
        address: "{{ xmpp_address }}"
"""


def extra(certificate: Mapping[str, object], **more: str) -> tuple[str, str]:
    """The option that gives every server these files."""
    return "-e", json.dumps({"xmpp_certificate": certificate, **more})


def put(site: Site, files: Mapping[str, bytes]) -> None:
    """Files of the site, as a careful person keeps them."""
    write_new_files({site.folder / "files" / name: text for name, text in files.items()}, {})


def enabled(site: Site) -> dict[str, int]:
    """How often each box said at `xmpp enable` that the certificate is verified."""
    said = dict.fromkeys(HOSTS, 0)
    lines = [line for journal in site.journals() for line in journal.read_text().splitlines()]
    for event in (json.loads(line) for line in lines if line.endswith("}")):
        if event["event"] == "step-done" and VERIFIED in event.get("text", ""):
            said[event["host"]] += 1
    return said


def check_cluster(site: Site, key: str, certificate: str, bundle: str) -> None:
    """One cluster of three, and each box itself calls its files good."""
    assert all(enabled(site).values())
    with site.lab.lock:
        for box in site.lab.world.boxes.values():
            assert VERIFIED in box.execute(f"pki verify {certificate} {bundle}").text
            assert "SUCCESS" in box.execute(f"pki match {key} {certificate}").text
            assert len(box.execute("xmpp cluster status").text.split(":5222")) == 4


def test_one_shared_certificate(site: Site) -> None:
    """The case of the document: abhiall.cer for all three, which is the trust too."""
    applied = site.run("apply", site.playbook, "--yes")
    assert applied.returncode == 0, applied.stdout + applied.stderr
    check_cluster(site, "abhiall.key", "abhiall.cer", "certall.cer")


def test_three_certificates_and_a_joined_trust(site: Site) -> None:
    """No trust file is brought: it is made of the certificates of the three members."""
    files = {"ca.cer": pem(tree().second, tree().first, tree().root)}
    for host, server in zip(HOSTS, SERVERS, strict=True):
        profile = Profile(key=f"p256-{host}", names=(DOMAIN, server))
        files[f"{host}.key"] = key_pem(profile.key)
        files[f"{host}.cer"] = pem(issued(server, SECOND, profile))
    put(site, files)
    names = {"cert": "{{ inventory_hostname }}.cer", "key": "{{ inventory_hostname }}.key"}
    given = extra({**names, "bundle": "ca.cer", "trust": "xmpp-cluster-bundle.crt"})
    applied = site.run("apply", site.playbook, "--yes", *given)
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert all(enabled(site).values())
    joined = b"".join(files[f"{host}.cer"] for host in HOSTS)
    with site.lab.lock:
        for box in site.lab.world.boxes.values():
            assert box.read_file("xmpp-cluster-bundle.crt") == joined
    detailed = site.run("plan", site.playbook, "--detailed-exitcode", *given)
    assert detailed.returncode == 0, detailed.stdout


def test_a_windows_chain_of_many_intermediates(site: Site) -> None:
    """CA + n intermediates + root out of a .p7b, which has lost their order; the key locked."""
    above = [Issuer(f"Level {number}", f"p256-level{number}") for number in range(4)]
    chain = [authority(above[0], ROOT), *map(authority, above[1:], above)]
    leaf = issued("xmpp", above[-1], Profile())
    everything = site.folder / "everything.pem"
    everything.write_bytes(pem(*chain, leaf, tree().root))
    seven = made("crl2pkcs7", "-nocrl", "-outform", "DER", "-certfile", str(everything))
    put(site, {"answer.p7b": seven, "leaf.cer": pem(leaf), "x.key": key_pem("p256-leaf")})
    cert = {"name": "leaf.cer", "source": "files/answer.p7b"}
    bundle = {"name": "certallbundle.cer", "source": "files/answer.p7b"}
    given = extra({"key": "x.key", "cert": cert, "bundle": bundle, "trust": "leaf.cer"})
    applied = site.run("apply", site.playbook, "--yes", *given)
    assert applied.returncode == 0, applied.stdout + applied.stderr
    check_cluster(site, "x.key", "leaf.cer", "certallbundle.cer")
    with site.lab.lock:
        held = site.lab.world.boxes["cb2"].read_file("certallbundle.cer")
    assert held == pem(*chain[::-1], tree().root)


@pytest.mark.parametrize("command", ["plan", "apply", "verify"])
def test_a_bad_file_stops_before_the_first_connection(site: Site, command: str) -> None:
    """Exit code 3, rule and remedy; no box has heard of us. A rendering needs no good file."""
    lonely = issued("xmpp", SECOND, Profile(names=("x.org",)))
    put(site, {"a.key": key_pem("p256-leaf"), "a.cer": pem(lonely), "ca.cer": pem(tree().root)})
    given = extra({"key": "a.key", "cert": "a.cer", "bundle": "ca.cer", "trust": "a.cer"})
    more = ("--yes",) if command == "apply" else ()
    answer = site.run(command, site.playbook, *more, *given)
    assert answer.returncode == 3, answer.stdout + answer.stderr
    assert "[certificate/names]" in answer.stderr
    assert "the issuer of CN=xmpp is missing: CN=Test Intermediate 2" in answer.stderr
    assert [site.audit(host) for host in HOSTS] == [[], [], []]
    assert site.run("render", site.playbook, *given).returncode == 0


def test_a_rule_is_left_out_by_name_only(site: Site) -> None:
    """skip_checks turns an error into a note; without it the same file is refused."""
    chain = pem(tree().second, tree().first, tree().root)
    short = pem(issued("xmpp", SECOND, Profile(names=(DOMAIN,))))
    put(site, {"a.key": key_pem("p256-leaf"), "a.cer": short, "ca.cer": chain})
    given = extra({"key": "a.key", "cert": "a.cer", "bundle": "ca.cer", "trust": "a.cer"})
    playbook = site.folder / "playbooks" / "certificates.yml"
    assert site.run("plan", str(playbook), *given).returncode == 3
    told = '        certificate: "{{ xmpp_certificate }}"\n'
    text = playbook.read_text()
    assert told in text
    playbook.write_text(text.replace(told, f"{told}        skip_checks: [certificate/names]\n"))
    planned = site.run("plan", str(playbook), *given)
    assert planned.returncode == 0, planned.stderr
    assert "note    cb1 [certificate/names]" in planned.stdout
    assert "left out by the play" in planned.stdout


class _FlippingRoot(FileRoot):
    """A disk that stores one bit of the files called ``bad`` wrongly."""

    bad = frozenset({"abhiall.cer", "certall.cer", "abhiall.key"})

    def write(self, name: str, content: bytes) -> None:
        at = len(content) // 2
        flipped = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        super().write(name, flipped if name in self.bad else content)


def test_a_byte_that_is_flipped_on_the_way_is_never_named(site: Site) -> None:
    """E10: what the box stored is compared before any command names it."""
    with site.lab.lock:
        for box in site.lab.world.boxes.values():
            kept, box.files = box.files, _FlippingRoot()
            for name in kept.names():
                box.files.write(name, kept.read(name))
    for _ in range(3):
        applied = site.run("apply", site.playbook, "--yes")
        assert applied.returncode == 2, applied.stdout
        assert "no command has named the file" in applied.stderr
    named = [line for lines in site.writes().values() for line in lines if "xmpp certs" in line]
    print(f"E10: `xmpp certs` issued with a bad file: {len(named)}")
    assert named == []


ASKED = {"key": "xmpp2027.key", "cert": "xmpp2027.cer", "bundle": "ca2027.cer"}
SHARED = {**ASKED, "trust": "xmpp2027.cer"}
JOINED = {**ASKED, "trust": "xmpp-cluster.crt"}


def _asking(site: Site) -> str:
    playbook = site.folder / "playbooks" / "asking.yml"
    playbook.write_text(ASKING)
    return str(playbook)


def _signed(site: Site) -> None:
    """An authority answers under names that nobody chose, and in one Windows form."""
    folder = site.folder / "files"
    requests = sorted(map(str, folder.glob("*.csr")))
    words = ["-m", "cmsdeploy", "certs", "sign", "--ca", str(site.folder / "ca"), "--create"]
    subprocess.run(
        [sys.executable, *words, *requests],
        env=site.environment_of_process(),
        cwd=site.folder,
        capture_output=True,
        check=True,
    )
    answers = folder / "from the authority"
    answers.mkdir()
    for number, answer in enumerate(sorted(folder.glob("*.crt"))):
        answer.rename(answers / f"answer ({number}).txt")
    seven = made("crl2pkcs7", "-nocrl", "-certfile", str(site.folder / "ca" / "bundle.crt"))
    (answers / "chain.p7b").write_bytes(seven)


@pytest.mark.parametrize(
    ("where", "certificate", "steps"), [("box", JOINED, 3), ("here", SHARED, 1)]
)
def test_from_the_request_to_the_cluster(
    site: Site, where: str, certificate: Mapping[str, object], steps: int
) -> None:
    """Ask, wait for the answer, go on; a second run while nothing is new asks for nothing."""
    playbook, given = _asking(site), extra(certificate, where=where)
    first = site.run("apply", playbook, "--yes", *given)
    assert first.returncode == 2, first.stdout + first.stderr
    assert "waits   cluster default for the certificate for files/" in first.stdout
    assert "Example CA" in first.stdout
    awaited = next(line for line in first.stdout.splitlines() if line.startswith("waits"))
    folder = site.folder / "files"
    assert all(path.name in awaited for path in folder.glob("*.csr"))
    # Nobody has signed anything yet: it is asked for, and is neither done nor a change.
    assert " by hand: have files/" in first.stderr
    assert "done        have " not in first.stderr
    assert first.stdout.count("changed=2 ") == (3 if where == "box" else 0)
    assert len(list(folder.glob("*.csr"))) == steps
    assert {path.stat().st_mode & 0o077 for path in folder.glob("*.key")} <= {0}
    before = site.writes()
    again = site.run("plan", playbook, *given)
    assert f"Plan: {steps} step" in again.stdout
    assert site.run("apply", playbook, "--yes", *given).returncode == 2
    assert site.writes() == before
    _signed(site)
    second = site.run("apply", playbook, "--yes", *given)
    assert second.returncode == 0, second.stdout + second.stderr
    check_cluster(site, "xmpp2027.key", "xmpp2027.cer", "ca2027.cer")
    assert site.run("plan", playbook, "--detailed-exitcode", *given).returncode == 0
    asked = [line for lines in site.writes().values() for line in lines if "pki csr" in line]
    assert len(asked) == (3 if where == "box" else 0)


LITERAL = """
- name: New certificates are asked for
  hosts: xmpp_servers
  gather_facts: false
  tasks:
    - name: Key, certificate, bundle and trust are on the box
      pki:
        certificate: {key: xmpp2027.key, cert: xmpp2027.cer, bundle: ca2027.cer, trust: all.cer}
        csr: {name: xmpp2027, O: Example, authority: Example CA}

- import_playbook: renew-certificates.yml
"""


def test_what_comes_after_a_request_is_not_planned_yet(site: Site) -> None:
    """A play that asks, then the one that renews: its files are awaited, not missing."""
    playbook = site.folder / "playbooks" / "asking-literally.yml"
    playbook.write_text(LITERAL)
    given = extra({**ASKED, "trust": "all.cer"})
    planned = site.run("plan", str(playbook), *given)
    assert planned.returncode == 0, planned.stdout + planned.stderr
    assert "what comes after is not planned yet" in planned.stdout
    assert site.run("apply", str(playbook), "--yes", *given).returncode == 2
    assert site.run("plan", str(playbook), *given).returncode == 0
    sent = [line for line in site.writes()["cb1"] if "pki csr" in line]
    assert "CN:tptac9.com" in sent[0]
    _signed(site)
    planned = site.run("plan", str(playbook), *given)
    assert planned.returncode == 0, planned.stdout + planned.stderr
    assert "certs xmpp2027.key xmpp2027.cer" in planned.stdout


def test_a_name_that_is_on_a_box_is_refused(site: Site) -> None:
    """E12, on the wire: exit code 7, the rule, and the key is as it was."""
    with site.lab.lock:
        site.lab.world.boxes["cb2"].write_file("xmpp2027.key", b"the key of somebody\n")
    answer = site.run("apply", _asking(site), "--yes", *extra(JOINED, where="box"))
    assert answer.returncode == 7, answer.stdout
    assert "cb2 [pki/name-taken]" in answer.stdout
    with site.lab.lock:
        assert site.lab.world.boxes["cb2"].read_file("xmpp2027.key") == b"the key of somebody\n"


def test_names_by_content_keep_the_old_files(site: Site) -> None:
    """E11: a renewal under the same names is another name on the box; the old ones stay."""
    chain = pem(tree().second, tree().first, tree().root)
    put(site, {"x.key": key_pem("p256-leaf"), "x.cer": pem(tree().leaf), "ca.cer": chain})
    given = extra(
        {"key": "x.key", "cert": "x.cer", "bundle": "ca.cer", "trust": "x.cer", "names": "content"}
    )
    assert site.run("apply", site.playbook, "--yes", *given).returncode == 0
    with site.lab.lock:
        first = set(site.lab.world.boxes["cb1"].list_files())
    assert len(first) == 3
    assert all(len(name.rpartition(".")[0].partition("-")[2]) == 8 for name in first)
    (site.folder / "files" / "x.cer").write_bytes(pem(issued("xmpp", SECOND, Profile(serial=7))))
    renewed = site.run("apply", site.playbook, "--yes", *given)
    assert renewed.returncode == 0, renewed.stdout + renewed.stderr
    with site.lab.lock:
        box = site.lab.world.boxes["cb1"]
        assert first < set(box.list_files())
        new = [name for name in box.list_files() if name.startswith("x-") and name not in first]
        assert len(new) == 1
        assert new[0] in box.execute("xmpp cluster status").text


def test_the_days_left_on_boxes(site: Site) -> None:
    """What services name is read over SFTP, and no key is; few days left are exit code 2."""
    assert site.run("apply", site.playbook, "--yes").returncode == 0
    for host in HOSTS:
        site.lab.world.boxes[host].audit.clear()
    boxes = ("certs", "expiry", "--boxes", "-i", str(site.inventory))
    shown = site.run(*boxes)
    assert shown.returncode == 0, shown.stderr
    assert "abhiall.cer on cb1, cb2, cb3 (xmpp" in shown.stdout
    read = {entry.text for host in HOSTS for entry in site.audit(host) if entry.kind == "file-read"}
    assert read == {"abhiall.cer", "certall.cer"}
    assert not [entry for host in HOSTS for entry in site.audit(host) if entry.is_write]
    late = site.run(*boxes, "--days", "400", "--json", "-l", "cb1")
    assert late.returncode == 2
    found = json.loads(late.stdout)["certificates"]
    assert {one["file"] for one in found} == {"abhiall.cer", "certall.cer"}
    assert {tuple(one["servers"]) for one in found} == {("cb1",)}
    assert site.run(*boxes, "--at", "2999-01-01").returncode == 2


def _killed_at(site: Site, words: tuple[str, ...], number: int) -> bool:
    """Start a run and kill it when the journal tells for the Nth time of an intended step."""
    before = len(site.journals())
    process = subprocess.Popen(
        site.command(*words),
        env=site.environment_of_process(),
        cwd=site.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < end:
        new = site.journals()[before:]
        if new and new[0].read_text().count('"step-intended"') >= number:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.002)
    return process.wait(60) == -signal.SIGKILL


def _check_killed(folder: Path, where: str, number: int, is_answered: bool) -> bool:
    """Killed at a step of the request, or of upload and activation; then run again to the end."""
    certificate = JOINED if where == "box" else SHARED
    with site_of(folder, latency_seconds=0.02) as site:
        playbook, given = _asking(site), extra(certificate, where=where)
        words = ("apply", playbook, "--yes", *given)
        if is_answered:
            assert site.run(*words).returncode == 2
            _signed(site)
        was_killed = _killed_at(site, words, number)
        _check_files(site)
        if not is_answered:
            again = site.run(*words)
            assert again.returncode == 2, again.stdout + again.stderr
            _signed(site)
        last = site.run(*words)
        assert last.returncode == 0, last.stdout + last.stderr
        check_cluster(site, "xmpp2027.key", "xmpp2027.cer", "ca2027.cer")
        for lines in site.writes().values():
            assert sum("pki csr" in line for line in lines) == (where == "box")
        _check_files(site)
    return was_killed


def _check_files(site: Site) -> None:
    """No key is readable by others, none is without its request, nothing half-made lies about."""
    folder = site.folder / "files"
    keys = [path for path in folder.rglob("*") if path.is_file() and b"PRIVATE" in _read(path)]
    assert {path.stat().st_mode & 0o077 for path in keys} <= {0}
    named = [path for path in keys if not path.name.startswith(".")]
    assert all(path.with_suffix(".csr").exists() for path in named)


def _read(path: Path) -> bytes:
    return path.read_bytes()


# Where each of the tests begins, and how many steps lie between two kills of one test: together
# they are three steps in ten, or all of them where the campaign is whole.
_PARTS = 10 if is_whole() else 3
_STRIDE = 10


@pytest.mark.parametrize(("where", "number", "is_answered"), [("box", 2, False), ("box", 5, True)])
def test_killed_and_run_again(tmp_path: Path, where: str, number: int, is_answered: bool) -> None:
    """No key is lost, none is left readable, and the second run converges."""
    assert _check_killed(tmp_path / "site", where, number, is_answered)


@pytest.mark.timeout(3600)
@pytest.mark.long
@pytest.mark.parametrize("part", range(_PARTS))
@pytest.mark.parametrize("where", ["box", "here"])
@pytest.mark.parametrize("is_answered", [False, True])
def test_killed_at_every_step(tmp_path: Path, where: str, is_answered: bool, part: int) -> None:
    """The same at every step of request, upload and activation, each part of them a test."""
    kills, number = 0, 1 + part * _STRIDE // _PARTS
    while _check_killed(tmp_path / f"site{number}", where, number, is_answered):
        kills, number = kills + 1, number + _STRIDE
    # A key that is made here is asked for in one step.
    assert kills > 0 or (where == "here" and not is_answered and part > 0)
    counted("D1", "kills while certificates are asked for and renewed converge", kills)

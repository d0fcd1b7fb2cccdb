"""New certificates on a live cluster, over real sockets, with openssl as the referee."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from cmsdeploy.certificates.authority import Authority
from cmsdeploy.lab.watching import Watch
from cmsdeploy.lab.wire.faults import Fault
from tests.certificates.openssl import made
from tests.e2e.site import Site, site_of

_HEAD = "# Another generation of certificates.\n"


def _fingerprint(pem: bytes) -> str:
    text = made("x509", "-noout", "-fingerprint", "-sha256", content=pem).decode()
    return text.partition("=")[2].strip().replace(":", "").lower()


def _presented(site: Site) -> dict[str, str]:
    """The fingerprint of the leaf at each box, by openssl."""
    return {name: _seen(site, name) for name in site.lab.boxes}


def _seen(site: Site, name: str) -> str:
    box = site.lab.boxes[name]
    place = f"{box.address}:{box.xmpp_ports[5222]}"
    words = ["-connect", place, "-starttls", "xmpp", "-xmpphost", "tptac9.com"]
    done = subprocess.run(
        ["openssl", "s_client", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=20,
        check=False,
    )
    return _fingerprint(done.stdout) if b"BEGIN CERTIFICATE" in done.stdout else "nothing"


def _renewed(site: Site, *, seen_at: str | None = None) -> dict[str, str]:
    """Bring a certificate for each server, of a new authority, under new names; the fingerprints.

    The inventory says so, as an engineer would write it.
    """
    folder = site.folder / "renewed"
    folder.mkdir(mode=0o700)
    authority = Authority()
    issued = {name: authority.issue("tptac9.com", [name]) for name in site.lab.boxes}
    _write(folder / "ca-new.cer", authority.root)
    _write(folder / "trust-new.cer", b"".join(one.certificate for one in issued.values()))
    text = site.inventory.read_text(encoding="utf-8")
    remarks = [line for line in text.splitlines() if line.startswith("#")]
    wanted = json.loads("\n".join(line for line in text.splitlines() if line not in remarks))
    for name, one in issued.items():
        _write(folder / f"{name}-new.key", one.key)
        _write(folder / f"{name}-new.cer", one.certificate)
        names = {"key": f"{name}-new.key", "cert": f"{name}-new.cer"}
        names |= {"bundle": "ca-new.cer", "trust": "trust-new.cer"}
        host = wanted["all"]["hosts"][name]
        host["xmpp_certificate"] = {
            role: {"name": file, "source": str(folder / file)} for role, file in names.items()
        }
        if seen_at:
            host["xmpp_seen_at"] = seen_at
    site.inventory.write_text(_HEAD + json.dumps(wanted, indent=2) + "\n", encoding="utf-8")
    return {name: _fingerprint(one.certificate) for name, one in issued.items()}


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def _playbook(site: Site, name: str = "renew-certificates") -> str:
    return str(site.folder / "playbooks" / f"{name}.yml")


def _deployed(site: Site) -> dict[str, str]:
    answer = site.run("apply", site.playbook, "--yes")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return _presented(site)


def test_a_renewal_from_the_plan_to_the_proof(site: Site) -> None:
    """Plan, apply, what openssl sees, second plan, verify; and what the boxes lived through."""
    old = _deployed(site)
    assert len(set(old.values())) == 1
    new = _renewed(site)
    plan = site.run("plan", _playbook(site))
    assert plan.returncode == 0, plan.stderr
    assert plan.stdout.count("xmpp disable ") == 9
    assert f"presents certificate {new['cb2'][:8]} (cb2-new.cer)" in plan.stdout
    assert _presented(site) == old
    with site.lab.lock:
        site.lab.world.watch = watch = Watch()
    before = site.writes()
    applied = site.run("apply", _playbook(site), "--yes")
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert "All is as promised." in applied.stdout
    assert _presented(site) == new
    assert [one for one in watch.moments if not one.has_majority] == []
    assert [one for one in watch.moments if len(one.refusing) > 1 or one.lost] == []
    assert max(len(one.refusing) for one in watch.moments) == 1
    _kept_and_settled(site, before, new)


def _kept_and_settled(site: Site, before: Mapping[str, list[str]], new: Mapping[str, str]) -> None:
    with site.lab.lock:
        for name in site.lab.boxes:
            assert {"abhiall.key", "abhiall.cer"} <= set(site.lab.world.boxes[name].list_files())
            written = site.writes()[name][len(before[name]) :]
            assert "abhiall.key" not in written
    again = site.run("plan", _playbook(site), "--detailed-exitcode")
    assert again.returncode == 0, again.stdout
    assert "No changes." in again.stdout
    verified = site.run("verify", _playbook(site, "verify"))
    assert verified.returncode == 0, verified.stdout + verified.stderr
    for fingerprint in new.values():
        assert fingerprint[:8] in verified.stdout


@pytest.mark.long
def test_a_certificate_that_is_on_the_disk_and_not_in_service(site: Site) -> None:
    """The second server takes it not into service: exit code 2, and the leader is not touched."""
    old = _deployed(site)
    new = _renewed(site)
    with site.lab.lock:
        site.lab.world.boxes["cb3"].xmpp_trouble.keeps_old = True
    answer = site.run("apply", _playbook(site), "--yes")
    assert answer.returncode == 2
    said = answer.stdout + answer.stderr
    assert f"presents certificate {new['cb3'][:8]}" in said
    assert "All is as promised." not in said
    assert _presented(site) == {**old, "cb2": new["cb2"]}
    with site.lab.lock:
        site.lab.world.boxes["cb3"].xmpp_trouble.keeps_old = False
    assert site.run("apply", _playbook(site), "--yes").returncode == 0
    assert _presented(site) == new


@pytest.mark.parametrize("kind", ["refuse", pytest.param("garbage", marks=pytest.mark.long)])
def test_a_port_that_shows_nothing_refuses_the_renewal_in_words(site: Site, kind: str) -> None:
    """Exit code 7 before anything is written; with the word of the inventory it can be left out."""
    _deployed(site)
    _renewed(site)
    site.lab.faults("cb2").add(Fault(kind, "xmpp connect 5222", None))
    before = site.writes()
    answer = site.run("apply", _playbook(site), "--yes")
    assert answer.returncode == 7, answer.stdout + answer.stderr
    assert "xmpp_seen_at: none" in answer.stdout + answer.stderr
    assert site.writes() == before
    verified = site.run("verify", _playbook(site, "verify"))
    assert verified.returncode != 0
    assert "not seen" in verified.stdout


def test_a_look_that_is_switched_off_is_a_note(site: Site) -> None:
    """verify is green and says that nobody looked."""
    _deployed(site)
    text = site.inventory.read_text(encoding="utf-8")
    for box in site.lab.boxes.values():
        text = text.replace(f'"{box.address}:{box.xmpp_ports[5222]}"', '"none"')
    site.inventory.write_text(text, encoding="utf-8")
    verified = site.run("verify", _playbook(site, "verify"))
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "was not seen: the play looks nowhere (xmpp_seen_at: none)" in verified.stdout


@pytest.mark.long
@pytest.mark.parametrize(
    "switches",
    [
        {"client-port": "tls"},
        {"component-port": "starttls", "server-port": "starttls"},
        {"trust-checked-while-running": "no"},
        {"settings-while-enabled": "accepted"},
        {"sftp-read-keys": "no"},
    ],
)
def test_a_renewal_whatever_real_boxes_do(tmp_path: Path, switches: Mapping[str, str]) -> None:
    """The same end in every position."""
    with site_of(tmp_path / "site", switches=switches) as site:
        _deployed(site)
        new = _renewed(site)
        answer = site.run("apply", _playbook(site), "--yes")
        assert answer.returncode == 0, answer.stdout + answer.stderr
        with site.lab.lock:
            shown = {n: b.xmpp.in_force.certificate for n, b in site.lab.world.boxes.items()}
        assert {name: _fingerprint(one) for name, one in shown.items()} == new
        assert "No changes." in site.run("plan", _playbook(site)).stdout

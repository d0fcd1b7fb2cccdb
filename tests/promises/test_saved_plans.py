"""A saved plan: the same commands or none, and signed where that is asked for."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from cmsdeploy.cli.saved_plan import _sum, _summed
from tests.e2e.site import Site, site_of
from tests.promises.numbers import reached
from tests.transport.sshd import make_key

NAMESPACE = "cmsdeploy-plan"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site; nothing below is ever carried out on it but the last of all."""
    with site_of(tmp_path_factory.mktemp("saved") / "site") as made:
        for name in ("boss", "other"):
            make_key(made.folder / name)
        key = (made.folder / "boss.pub").read_text().split()
        signers = f'boss@example.com namespaces="{NAMESPACE}" {key[0]} {key[1]}\n'
        (made.folder / "signers").write_text(signers)
        yield made


def _plan(site: Site, name: str, *more: str) -> Path:
    path = site.folder / f"{name}.plan"
    answer = site.run("plan", site.playbook, "-o", str(path), *more)
    assert answer.returncode == 0, answer.stderr
    return path


def _apply(site: Site, path: Path, *more: str) -> tuple[int, str]:
    answer = site.run("apply", *more, str(path))
    return answer.returncode, answer.stderr


def _rewritten(path: Path, **changed: object) -> None:
    """Change the file as somebody would who knows how the sum is made."""
    record = {**json.loads(path.read_text()), **changed}
    del record["sum"]
    path.write_bytes(_summed(json.dumps(record, indent=1).encode()))


def test_a_plan_that_moved_is_refused(site: Site) -> None:
    """Exit 8, each with its own words; not one command is sent."""
    path = _plan(site, "moved")
    text = path.read_bytes()

    path.write_bytes(text.replace(b'"safe"', b'"sage"', 1))
    code, said = _apply(site, path)
    assert (code, "was changed after it was saved" in said) == (8, True), said

    path.write_bytes(text)
    ago = datetime.now(timezone.utc) - timedelta(seconds=1)
    _rewritten(path, expires_at=ago.isoformat())
    code, said = _apply(site, path)
    assert (code, "was valid until" in said) == (8, True), said

    path.write_bytes(text)
    inventory = site.inventory.read_text()
    site.inventory.write_text(inventory.replace('"xmpp_listen": "a"', '"xmpp_listen": "b"'))
    code, said = _apply(site, path)
    site.inventory.write_text(inventory)
    assert (code, "is not the plan of this inventory and playbook any more" in said) == (8, True)

    with site.lab.lock:
        site.lab.world.boxes["cb2"].execute("xmpp listen b")
    code, said = _apply(site, path)
    assert (code, "cb2 has changed since the plan was made: xmpp" in said) == (8, True), said
    assert all(not lines for name, lines in site.writes().items() if name != "cb2")
    reached("D10", "refused 4 of 4 kinds of change with exit 8; 0 commands sent")


def test_a_plan_holds_no_secret(site: Site) -> None:
    """Neither the password of the boxes nor a key."""
    text = _plan(site, "secret").read_text()
    password = (site.folder / ".cmsdeploy" / "lab" / "password").read_text()
    assert password not in text
    assert "PRIVATE KEY" not in text


def test_signed_by_the_tool_and_by_hand(site: Site) -> None:
    """What we sign OpenSSH verifies, and what OpenSSH signs we take; anything else is refused."""
    signers = str(site.folder / "signers")
    wanted = ("--allowed-signers", signers, "--signer", "boss@example.com")
    path = _plan(site, "signed", "--sign", str(site.folder / "boss"))
    signature = path.with_name(path.name + ".sig")
    assert signature.stat().st_mode & 0o777 == 0o600
    referee = subprocess.run(
        ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", "boss@example.com", "-n", NAMESPACE,
         "-s", str(signature)],
        input=path.read_bytes(), capture_output=True, check=False,
    )  # fmt: skip
    assert referee.returncode == 0

    refused = 0
    good, plan = signature.read_bytes(), path.read_bytes()
    by_other = _signed_by(site, path, "other", NAMESPACE)
    other_use = _signed_by(site, path, "boss", "file")
    spoiled = good.replace(good[60:61], b"A" if good[60:61] != b"A" else b"B", 1)
    for content in (by_other, other_use, spoiled, b"", b"x" * 100):
        signature.write_bytes(content)
        code, said = _apply(site, path, *wanted)
        assert (code, "is not signed by boss@example.com" in said) == (7, True), said
        refused += 1
    signature.unlink()
    code, said = _apply(site, path, *wanted)
    assert (code, "there is no" in said) == (7, True), said
    signature.write_bytes(good)
    _rewritten(path, tags=["xmpp"])
    code, said = _apply(site, path, *wanted)
    assert (code, "is not signed by" in said) == (7, True), said
    path.write_bytes(plan)
    code, said = _apply(site, path, "--allowed-signers", signers, "--signer", "somebody")
    assert code == 7
    code, said = _apply(site, path, "--require-signature")
    assert (code, "--allowed-signers" in said) == (5, True), said
    answer = site.run("apply", site.playbook, "--yes", "--require-signature", *wanted)
    assert (answer.returncode, "no saved plan" in answer.stderr) == (7, True), answer.stderr
    reached("D10", f"{refused + 5} wrong signatures or plans refused")


def _signed_by(site: Site, path: Path, key: str, namespace: str) -> bytes:
    done = subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-f", str(site.folder / key), "-n", namespace],
        input=path.read_bytes(), capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_a_signed_plan_is_carried_out(tmp_path: Path) -> None:
    """The signer is found by the key where nobody is named, and told; the work is done."""
    with site_of(tmp_path / "site") as own:
        make_key(own.folder / "boss")
        key = (own.folder / "boss.pub").read_text().split()
        (own.folder / "signers").write_text(f"boss {key[0]} {key[1]}\n")
        path = _plan(own, "good", "--sign", str(own.folder / "boss"), "--valid-for", "8")
        # Programs of the place we stand in are none of ours.
        (own.folder / "ssh-keygen").write_text("#!/bin/sh\nexit 0\n")
        os.chmod(own.folder / "ssh-keygen", 0o755)
        own.environment["PATH"] = f".:{os.environ['PATH']}"
        signers = str(own.folder / "signers")
        answer = own.run("apply", "--require-signature", "--allowed-signers", signers, str(path))
        assert answer.returncode == 0, answer.stderr
        assert "signed by boss" in answer.stderr
        assert "All is as promised." in answer.stdout


def test_who_mends_the_sum_changes_nothing_yet(site: Site) -> None:
    """The sum is no signature, and says so: what is carried out is our own plan of today."""
    path = _plan(site, "mended")
    record = json.loads(path.read_text())
    steps = [{**step, "line": "reboot"} for step in record["plan"]["steps"]]
    _rewritten(path, plan={**record["plan"], "steps": steps})
    head = path.read_bytes().rpartition(b',\n "sum"')[0]
    assert _sum(head) in path.read_bytes()
    code, _ = _apply(site, path)
    assert code == 8

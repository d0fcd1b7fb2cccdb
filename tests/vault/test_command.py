"""``cmsdeploy vault``: the files of ansible-vault, private from birth, and no password in argv."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.vault.material import private, vault
from tests.vault.terminal import COMMAND, environment_of, run, typed

TEXT = "xmpp_domain: example.com\nsecret: geheim\n"
THEIRS = Path(sys.executable).parent / "ansible-vault"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    private(tmp_path / "pw", "pw\n")
    private(tmp_path / "new", "new password\n")
    (tmp_path / "plain.yml").write_text(TEXT)
    (tmp_path / "plain.yml").chmod(0o644)
    (tmp_path / "vault.yml").write_text(vault(TEXT))
    (tmp_path / "vault.yml").chmod(0o644)
    return tmp_path


def theirs(site: Path, *words: str) -> str:
    done = subprocess.run(
        [str(THEIRS), *words],
        cwd=site,
        env=environment_of(site, ANSIBLE_LOCAL_TEMP=str(site / "t")),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def test_what_we_encrypt_ansible_vault_reads_and_the_reverse(site: Path) -> None:
    done = run(site, "vault", "encrypt", "--vault-id", "dev@pw", "plain.yml")
    assert (done.returncode, done.stderr) == (0, "plain.yml: encrypted\n")
    path = site / "plain.yml"
    assert path.read_text().startswith("$ANSIBLE_VAULT;1.2;AES256;dev\n")
    assert mode(path) == 0o600
    assert theirs(site, "view", "--vault-id", "dev@pw", "plain.yml") == TEXT
    theirs(site, "rekey", "--vault-id", "dev@pw", "--new-vault-id", "x@new", "plain.yml")
    shown = run(site, "vault", "view", "--vault-id", "x@new", "plain.yml")
    assert shown.stdout == TEXT
    assert run(site, "vault", "decrypt", "--vault-id", "x@new", "plain.yml").returncode == 0
    assert (path.read_text(), mode(path)) == (TEXT, 0o600)


def test_a_file_gets_another_password_and_label(site: Path) -> None:
    words = ("--vault-password-file", "pw", "--new-vault-id", "prod@new")
    assert run(site, "vault", "rekey", *words, "vault.yml").returncode == 0
    assert (site / "vault.yml").read_text().startswith("$ANSIBLE_VAULT;1.2;AES256;prod\n")
    assert mode(site / "vault.yml") == 0o600
    assert theirs(site, "view", "--vault-id", "prod@new", "vault.yml") == TEXT
    assert run(site, "vault", "view", "--vault-password-file", "pw", "vault.yml").returncode == 3


def test_an_editor_works_in_a_private_folder_that_is_gone_afterwards(site: Path) -> None:
    editor = site / "editor"
    editor.write_text(
        '#!/bin/sh\nstat -c %a "$1" "$(dirname "$1")" > seen\n'
        'dirname "$1" >> seen\nsed -i s/geheim/neu/ "$1"\n'
    )
    editor.chmod(0o755)
    words = ("vault", "edit", "--vault-password-file", "pw", "vault.yml")
    done = run(site, *words, EDITOR="./editor", TMPDIR=str(site))
    assert (done.returncode, done.stderr) == (0, "vault.yml: changed\n")
    file_mode, folder_mode, folder = (site / "seen").read_text().split()
    assert (file_mode, folder_mode) == ("600", "700")
    assert not Path(folder).exists()
    shown = theirs(site, "view", "--vault-password-file", "pw", "vault.yml")
    assert shown == TEXT.replace("geheim", "neu")
    before = (site / "vault.yml").read_bytes()
    assert "not changed" in run(site, *words, EDITOR="true").stderr
    for wrong in ("false", "./nobody"):
        assert run(site, *words, EDITOR=wrong, TMPDIR=str(site)).returncode == 3
    assert (site / "vault.yml").read_bytes() == before
    assert not list(site.glob("cmsdeploy-vault-*"))


def test_what_an_editor_sees_is_gone_after_a_signal(site: Path) -> None:
    words = ["vault", "edit", "--vault-password-file", "pw", "vault.yml"]
    environment = environment_of(site, EDITOR="sh -c 'touch seen; exec sleep 60'", TMPDIR=str(site))
    process = subprocess.Popen(
        [*COMMAND, *words], cwd=site, env=environment, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 30
    while not (site / "seen").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(site.glob("cmsdeploy-vault-*"))
    process.terminate()
    process.wait(timeout=30)
    assert process.returncode == 143
    assert not list(site.glob("cmsdeploy-vault-*"))


def test_a_text_is_printed_as_an_inline_value_that_ansible_reads(site: Path) -> None:
    words = ("vault", "encrypt-string", "--vault-password-file", "pw", "--stdin-name", "v")
    block = run(site, *words, given="geheim").stdout
    assert block.startswith("v: !vault |\n          $ANSIBLE_VAULT;1.1;AES256\n")
    body = "".join(line.strip() + "\n" for line in block.splitlines()[1:])
    (site / "inner.yml").write_text(body)
    assert theirs(site, "view", "--vault-password-file", "pw", "inner.yml").strip() == "geheim"
    refused = run(site, "vault", "encrypt-string", "--vault-password-file", "pw", "geheim")
    assert refused.returncode == 5
    assert "geheim" not in refused.stderr


def test_a_password_is_asked_on_the_terminal_and_a_new_one_twice(site: Path) -> None:
    code, screen = typed(site, ["pw x", "pw x"], "vault", "encrypt", "plain.yml")
    assert (code, "pw x" in screen) == (0, False), screen
    code, screen = typed(site, ["pw x"], "vault", "view", "plain.yml")
    assert (code, "example.com" in screen) == (0, True), screen
    code, screen = typed(site, ["one", "two"], "vault", "encrypt", "new")
    assert (code, "the two passwords differ" in screen) == (3, True), screen
    assert (site / "new").read_text() == "new password\n"


def test_without_a_terminal_nobody_is_asked(site: Path) -> None:
    done = run(site, "vault", "view", "vault.yml", given="pw\n")
    assert done.returncode == 3
    assert "there is no terminal to ask for the Vault password on" in done.stderr


REFUSED = {
    "encrypted twice": (["encrypt", "vault.yml"], 3, "it is encrypted already"),
    "plain file": (["view", "plain.yml"], 3, "it is no vault"),
    "missing": (["decrypt", "nobody.yml"], 3, "there is no such file"),
    "folder": (["encrypt", "."], 3, "it is a folder"),
    "no file to edit": (["edit"], 5, "no file is named"),
    "no file to rekey": (["rekey"], 5, "no file is named"),
    "unknown command": (["open", "a"], 5, "there is no command open"),
    "output of two": (["decrypt", "--output", "x", "vault.yml", "vault.yml"], 5, "takes one file"),
    "age": (["view", "age.yml"], 3, "it is encrypted with age, it is no vault"),
    "sops": (["decrypt", "sops.yml"], 3, "it is encrypted with SOPS, it is no vault"),
    "output is a link": (["decrypt", "--output", "link", "vault.yml"], 3, "it is a symbolic link"),
    "unknown label": (["encrypt", "--encrypt-vault-id", "x", "plain.yml"], 3, "is given for 'x'"),
    "name": (["encrypt-string", "--stdin-name", "a b"], 5, "'a b' is no name"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_meant_is_refused_and_changes_nothing(name: str, site: Path) -> None:
    words, code, cause = REFUSED[name]
    (site / "age.yml").write_text("age-encryption.org/v1\n-> X25519 x\n")
    (site / "sops.yml").write_text("a: ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]\nsops: {}\n")
    (site / "link").symlink_to(site / "target")
    before = {path.name: path.read_bytes() for path in site.iterdir() if path.is_file()}
    done = run(site, "vault", words[0], "--vault-password-file", "pw", *words[1:])
    assert (done.returncode, cause in done.stderr) == (code, True), done.stderr
    assert "next:" in done.stderr
    assert before == {path.name: path.read_bytes() for path in site.iterdir() if path.is_file()}


def test_of_several_passwords_one_is_named(site: Path) -> None:
    ids = ("--vault-id", "dev@pw", "--vault-id", "prod@new")
    done = run(site, "vault", "encrypt", *ids, "plain.yml")
    assert "several vault ids are given: dev, prod" in done.stderr
    done = run(site, "vault", "encrypt", *ids, "--encrypt-vault-id", "prod", "plain.yml")
    assert done.returncode == 0
    assert theirs(site, "view", "--vault-id", "prod@new", "plain.yml") == TEXT


def test_standard_input_and_output_are_files_too(site: Path) -> None:
    sealed = run(site, "vault", "encrypt", "--vault-password-file", "pw", given=TEXT).stdout
    assert run(site, "vault", "decrypt", "--vault-password-file", "pw", given=sealed).stdout == TEXT
    words = ("vault", "decrypt", "--vault-password-file", "pw", "--output", "out", "vault.yml")
    assert run(site, *words).returncode == 0
    assert ((site / "out").read_text(), mode(site / "out")) == (TEXT, 0o600)


@pytest.mark.parametrize("mask", ["000", "027", "077", "777"])
def test_every_mask_gives_a_private_file_and_a_crash_leaves_no_trace(mask: str, site: Path) -> None:
    leftover = site / ".plain.yml.cmsdeploy-tmp"
    leftover.write_text("left by a crash")
    words = "vault encrypt --vault-password-file pw plain.yml"
    command = f'umask {mask}; exec "{sys.executable}" -m cmsdeploy {words}'
    done = subprocess.run(
        ["sh", "-c", command], cwd=site, env=environment_of(site), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert mode(site / "plain.yml") in {0o600, 0o600 & ~int(mask, 8)}
    assert not leftover.exists()


def test_a_link_is_followed_and_stays_a_link(site: Path) -> None:
    (site / "link.yml").symlink_to("vault.yml")
    assert run(site, "vault", "decrypt", "--vault-password-file", "pw", "link.yml").returncode == 0
    assert (site / "link.yml").is_symlink()
    assert (site / "vault.yml").read_text() == TEXT


def test_a_folder_that_may_not_be_written_changes_nothing(site: Path) -> None:
    if os.geteuid() == 0:
        (site / "plain.yml").rename(site / "state")
        done = run(
            site, "vault", "encrypt", "--vault-password-file", "pw", "--output", "state/x", "pw"
        )
        assert done.returncode == 3
        assert "it cannot be written" in done.stderr
        return
    site.chmod(0o500)
    done = run(site, "vault", "encrypt", "--vault-password-file", "pw", "plain.yml")
    site.chmod(0o700)
    assert done.returncode == 3
    assert (site / "plain.yml").read_text() == TEXT

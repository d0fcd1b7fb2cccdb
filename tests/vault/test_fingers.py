"""What hands do that know ansible-vault: create, names, prompts, pipes, labels, spellings."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.vault.material import private, vault
from tests.vault.terminal import environment_of, run, typed

THEIRS = Path(sys.executable).parent / "ansible-vault"
PW = ("--vault-password-file", "pw")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    private(tmp_path / "pw", "pw\n")
    private(tmp_path / "new", "new\n")
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nls -l "$1" >> seen\nprintf "a: 1\\n" >> "$1"\n')
    editor.chmod(0o755)
    return tmp_path


def theirs(site: Path, *words: str) -> str:
    done = subprocess.run(
        [str(THEIRS), *words], cwd=site, capture_output=True, text=True, timeout=60, check=True,
        env=environment_of(site, ANSIBLE_LOCAL_TEMP=str(site / "t")),
    )  # fmt: skip
    return done.stdout


def opened(site: Path, block: str) -> dict[str, str]:
    """Every inline value of ``block``, as ansible-vault opens it."""
    values = {}
    for name, body in re.findall(r"^(\w*):? ?!vault \|\n((?: {10}.*\n)+)", block, re.MULTILINE):
        (site / "inner").write_text("".join(line.strip() + "\n" for line in body.splitlines()))
        values[name] = theirs(site, "view", *PW, "inner").rstrip("\n")
    return values


def test_a_new_file_is_a_vault_from_the_beginning(site: Path) -> None:
    """As ansible-vault create: the editor, then a private vault that they read."""
    ids = ("--vault-id", "dev@pw", "--vault-id", "prod@new", "--encrypt-vault-id", "prod")
    done = run(site, "vault", "create", *ids, "x.yml", EDITOR="./editor", TMPDIR=str(site))
    assert (done.returncode, done.stderr) == (0, "x.yml: made\n")
    path = site / "x.yml"
    assert path.read_text().startswith("$ANSIBLE_VAULT;1.2;AES256;prod\n")
    assert path.stat().st_mode & 0o777 == 0o600
    assert theirs(site, "view", "--vault-id", "prod@new", "x.yml") == "a: 1\n"
    assert (site / "seen").read_text().startswith("-rw-------")
    assert not list(site.glob("cmsdeploy-vault-*"))


def test_a_new_file_asks_for_a_new_password_twice(site: Path) -> None:
    """Before the editor: nothing is typed in vain."""
    code, screen = typed(site, ["pw x", "other"], "vault", "create", "x.yml")
    assert (code, "the two passwords differ" in screen) == (3, True), screen
    assert not (site / "x.yml").exists()


@pytest.mark.parametrize(
    ("words", "code", "cause"),
    [
        (["old.yml"], 3, "it is there already"),
        (["link"], 3, "it is there already"),
        (["no/x.yml"], 3, "there is no folder for it"),
        ([], 5, "create makes one file"),
        (["a", "b"], 5, "create makes one file"),
        (["-"], 5, "create makes one file"),
        (["--encrypt-vault-id", "z", "x.yml"], 3, "is given for 'z'"),
    ],
)
def test_what_cannot_be_made_is_refused(
    words: list[str], code: int, cause: str, site: Path
) -> None:
    """And no editor was opened."""
    (site / "old.yml").write_text("a: 1\n")
    (site / "link").symlink_to("nobody")
    done = run(site, "vault", "create", *PW, *words, EDITOR="./editor")
    assert (done.returncode, cause in done.stderr) == (code, True), done.stderr
    assert not (site / "seen").exists()
    assert (site / "old.yml").read_text() == "a: 1\n"


def test_an_editor_that_fails_leaves_no_file(site: Path) -> None:
    """Nothing half done."""
    assert run(site, "vault", "create", *PW, "x.yml", EDITOR="false").returncode == 3
    assert not (site / "x.yml").exists()


def test_an_edited_file_may_get_another_label(site: Path) -> None:
    """ansible-vault edit --encrypt-vault-id."""
    (site / "x.yml").write_text(vault("b: 2\n"))
    ids = ("--vault-id", "dev@pw", "--vault-id", "prod@new", "--encrypt-vault-id", "prod")
    assert run(site, "vault", "edit", *ids, "x.yml", EDITOR="true").returncode == 0
    assert theirs(site, "view", "--vault-id", "prod@new", "x.yml") == "b: 2\n"


@pytest.mark.parametrize("spelling", ["encrypt-string", "encrypt_string"])
@pytest.mark.parametrize(
    ("words", "name"),
    [([], ""), (["-"], ""), (["--name", "v"], "v"), (["-", "-n", "v"], "v"),
     (["--stdin-name", "v"], "v")],
)  # fmt: skip
def test_what_is_piped_in_is_sealed(spelling: str, words: list[str], name: str, site: Path) -> None:
    """Under both spellings, with and without a name."""
    done = run(site, "vault", spelling, *PW, *words, given="geheim")
    assert done.returncode == 0, done.stderr
    assert opened(site, done.stdout) == {name: "geheim"}


def test_texts_are_asked_for_by_name(site: Path) -> None:
    """Each twice and hidden; --show-input once and shown; --prompt although something is piped."""
    names = ("-n", "one", "-n", "two", "--output", "out")
    words = ("vault", "encrypt_string", *PW, "--prompt", *names)
    code, screen = typed(site, ["geheim", "geheim", "hush", "hush"], *words)
    assert code == 0, screen
    assert "geheim" not in screen
    assert opened(site, (site / "out").read_text()) == {"one": "geheim", "two": "hush"}
    assert (site / "out").stat().st_mode & 0o777 == 0o600
    code, screen = typed(site, ["geheim"], "vault", "encrypt-string", *PW, "--show-input")
    assert (code, "geheim" in screen) == (0, True), screen


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        (["-n", "a", "-n", "b"], "one text is piped in for several names"),
        (["-n", "a", "--stdin-name", "b"], "exclude each other"),
        (["-n", "a-b"], "'a-b' is no name"),
        (["geheim"], "is seen by every user"),
        (["-", "geheim"], "is seen by every user"),
    ],
)
def test_a_text_that_belongs_nowhere_is_refused(words: list[str], cause: str, site: Path) -> None:
    """Exit code 5, and the text is not repeated."""
    done = run(site, "vault", "encrypt-string", *PW, *words, given="x")
    assert (done.returncode, cause in done.stderr) == (5, True), done.stderr
    assert "geheim" not in done.stderr


def test_their_words_are_ours() -> None:
    """Every command and option of ansible-vault is one of ours, or stands here with the reason."""
    without = {
        "--version": "of the whole program",
        "--verbose": "there is nothing more to say",
        "-v": "there is nothing more to say",
    }
    environment = {**os.environ, "COLUMNS": "200"}
    for word in ("create", "decrypt", "edit", "view", "encrypt", "encrypt_string", "rekey"):
        helps = [
            subprocess.run(
                [*command, word, "--help"], capture_output=True, text=True, check=True,
                env={**environment, "PYTHONPATH": str(Path(__file__).parents[2])},
            ).stdout
            for command in ([str(THEIRS)], [sys.executable, "-m", "cmsdeploy", "vault"])
        ]  # fmt: skip
        their_words, our_words = (set(re.findall(r"(?<!\S)--?[a-zA-Z][\w-]*", h)) for h in helps)
        missing = {re.sub("^-v+$", "-v", one) for one in their_words} - our_words - without.keys()
        assert not missing, f"{word}: {sorted(missing)}"

"""Vault passwords: files, programs and questions; each documented result of promise A12."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmsdeploy.errors import InputError, Origin
from cmsdeploy.inventory.vault import envelope_of, opened, sealed
from cmsdeploy.inventory.vault_passwords import VaultPassword, password_of
from cmsdeploy.model.secret import Secret
from tests.promises.numbers import counted
from tests.vault.material import never_asked, private

TAKEN = {
    "{{7*7}}": "{{7*7}}",
    "pw\r\n": "pw",
    "pw\n": "pw",
    "pw": "pw",
    "é\n": "é",
    "a\x00b\n": "a\x00b",
    "two words\n": "two words",
}
REFUSED = {
    " pw \n": "begins or ends with blanks",
    "pw\n\n": "begins or ends with blanks",
    "": "is empty",
    "\n": "is empty",
    "$ANSIBLE_VAULT;1.1;AES256\n00": "the password is itself encrypted",
}


def fetched(path: Path, label: str = "default") -> Secret:
    return password_of(f"{label}@{path}", never_asked).secret()


@pytest.mark.parametrize("content", TAKEN)
def test_a_password_is_what_stands_in_its_file(content: str, tmp_path: Path) -> None:
    assert fetched(private(tmp_path / "pw", content)) == Secret(TAKEN[content])
    counted("A12", "files of passwords taken as they stand, or refused in words")


@pytest.mark.parametrize("content", REFUSED)
def test_a_password_that_cannot_be_meant_is_refused(content: str, tmp_path: Path) -> None:
    path = private(tmp_path / "pw", content)
    with pytest.raises(InputError) as caught:
        fetched(path)
    assert REFUSED[content] in caught.value.cause
    assert str(caught.value.origin) == str(path)
    counted("A12", "files of passwords taken as they stand, or refused in words")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o622, 0o666, 0o644])
def test_a_file_that_others_may_open_is_refused(mode: int, tmp_path: Path) -> None:
    path = private(tmp_path / "pw", "geheim\n")
    path.chmod(mode)
    with pytest.raises(InputError, match="others may open it") as caught:
        fetched(path)
    assert "geheim" not in str(caught.value)


def program(path: Path, body: str, mode: int = 0o700) -> Path:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(mode)
    return path


def test_a_program_is_asked_for_the_password(tmp_path: Path) -> None:
    assert fetched(program(tmp_path / "give", "echo ' from a program '")) == Secret(
        " from a program "
    )
    client = program(tmp_path / "give-client.sh", 'printf "%s" "$1=$2"')
    assert fetched(client, "dev") == Secret("--vault-id=dev")
    plain = program(tmp_path / "other", 'printf "%s" "$#"')
    assert fetched(plain, "dev") == Secret("0")


@pytest.mark.parametrize(
    ("body", "mode", "cause"),
    [
        ("exit 3", 0o700, "ends with exit code 3"),
        ("true", 0o700, "prints no password"),
        ("echo x", 0o777, "others may write into this program"),
    ],
)
def test_a_program_that_gives_none_is_refused(
    body: str, mode: int, cause: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=cause):
        fetched(program(tmp_path / "give", body, mode))


def test_a_person_is_asked_once(tmp_path: Path) -> None:
    questions: list[str] = []

    def ask(what: str) -> Secret:
        questions.append(what)
        return Secret("{{7*7}}")

    password = password_of("dev@prompt", ask)
    assert questions == []
    envelope = envelope_of(sealed(b"x", Secret("{{7*7}}")), Origin("f"))
    assert opened(envelope, password.secret()) == b"x"
    assert password.secret() == Secret("{{7*7}}")
    assert questions == ["Vault password (dev)"]
    for wrong in ("", " ", "pw "):
        with pytest.raises(InputError):
            password_of("@prompt", lambda _, given=wrong: Secret(given)).secret()  # type: ignore[misc]


def test_ids_are_labels_and_sources(tmp_path: Path) -> None:
    path = private(tmp_path / "pw", "x")
    labels = {f"dev@{path}": "dev", f"@{path}": "default", str(path): "default", "a@b@c": "a"}
    for text, label in labels.items():
        assert password_of(text, never_asked).label == label
    for wrong in ("", "dev@", "a b@prompt", "@"):
        with pytest.raises(InputError, match="is no vault id"):
            password_of(wrong, never_asked)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        fetched(tmp_path / "nobody")
    with pytest.raises(InputError, match="it is a folder"):
        fetched(tmp_path)


def test_a_password_is_in_no_text() -> None:
    assert "geheim" not in repr(VaultPassword("a", lambda: Secret("geheim")))

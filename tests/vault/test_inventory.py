"""Vaults in an inventory: whole files and inline values, opened when they are used, never shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.inventory import Inventory, Keyring, as_host, as_list, load
from cmsdeploy.inventory.keyring import Vaulted
from cmsdeploy.inventory.vault_passwords import VaultPassword
from cmsdeploy.model.secret import Secret
from tests.vault.material import inline, keyring, never_asked, vault

HEAD = "all:\n  hosts:\n    h:\n"


def written(tmp_path: Path, *variables: str) -> Path:
    path = tmp_path / "hosts.yml"
    path.write_text(HEAD + "".join(f"      {line}\n" for line in variables))
    return path


def refused(path: Path, keys: Keyring, name: str) -> InputError:
    with pytest.raises(InputError) as caught:
        load([path], keyring=keys).variables("h")[name]
    return caught.value


def test_an_inline_value_is_a_secret_and_never_a_template(tmp_path: Path) -> None:
    path = written(tmp_path, f"v: {inline('{{ 7*7 }}', 8)}", "w: '{{ v }}'", "n: '{{ [v] }}'")
    variables = load([path], keyring=keyring(default="pw")).variables("h")
    assert variables["v"] == Secret("{{ 7*7 }}")
    assert variables["w"] == Secret("{{ 7*7 }}")
    assert variables["n"] == [Secret("{{ 7*7 }}")]


def test_an_unused_value_needs_no_password(tmp_path: Path) -> None:
    def fetch() -> Secret:
        return never_asked("password")

    keys = Keyring([VaultPassword("default", fetch)])
    path = written(tmp_path, f"v: {inline('x', 8)}", "w: 1")
    inventory = load([path], keyring=keys)
    assert inventory.variables("h")["w"] == 1
    assert list(as_list(inventory)["_meta"]["hostvars"]["h"]["v"]) == ["__ansible_vault"]


def test_a_value_without_a_password_names_its_field(tmp_path: Path) -> None:
    path = written(tmp_path, f"ansible_password: {inline('geheim', 8)}")
    error = refused(path, Keyring(), "ansible_password")
    assert error.cause.startswith("ansible_password: it is encrypted (vault id default)")
    assert "--vault-password-file" in error.action
    assert str(error.origin) == f"{path}:4:25"
    assert not error.excerpt


def test_a_wrong_password_and_an_altered_text_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, f"v: {inline('geheim', 8)}")
    assert "no given vault password opens it" in refused(path, keyring(default="no"), "v").cause
    text = path.read_text()
    path.write_text(text[:-3] + ("31" if text.endswith("30\n") else "30") + "\n")
    assert "was altered" in refused(path, keyring(default="pw"), "v").cause


def test_the_label_only_orders_the_attempts(tmp_path: Path) -> None:
    path = written(tmp_path, f"v: {inline('x', 8, 'two', 'dev')}")
    warnings: list[InputError] = []
    passwords = keyring(prod="one", other="two").passwords
    inventory = load([path], keyring=Keyring(passwords, warnings.append))
    assert inventory.variables("h")["v"] == Secret("x")
    assert [str(one.origin) for one in warnings] == [f"{path}:4:10"]
    assert "vault id dev is not among those given" in warnings[0].cause


def test_blanks_around_an_inline_vault_do_not_count(tmp_path: Path) -> None:
    block = inline("x", 10).replace("!vault |\n", "!vault |\n\n")
    path = written(tmp_path, f"v: {block}\n\n")
    assert load([path], keyring=keyring(default="pw")).variables("h")["v"] == Secret("x")


@pytest.mark.parametrize("content", ["", "a\n", "a\x07"])
def test_a_secret_word_that_cannot_be_typed_is_refused(content: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"pw: {inline(content, 8)}", "ansible_password: '{{ pw }}'")
    inventory = load([path], keyring=keyring(default="pw"))
    with pytest.raises(InputError, match=r"ansible_password (is empty|holds a control)") as caught:
        inventory.box("h")
    assert caught.value.origin


def whole(tmp_path: Path, content: str, password: str = "pw") -> Inventory:
    (tmp_path / "hosts.ini").write_text("h\n")
    (tmp_path / "group_vars").mkdir(exist_ok=True)
    (tmp_path / "group_vars" / "all.yml").write_text(vault(content))
    return load([tmp_path / "hosts.ini"], keyring=keyring(default=password))


def test_a_whole_file_is_read_like_the_plain_file(tmp_path: Path) -> None:
    inventory = whole(
        tmp_path, "ansible_password: geheimnis\nport: 7731\nt: '{{ port }}'\nd: {k: wort}\n"
    )
    variables = inventory.variables("h")
    assert variables["port"] == 7731
    assert variables["t"] == 7731
    assert inventory.box("h").login.password == Secret("geheimnis")
    shown = json.dumps([as_list(inventory), as_host(inventory, "h")], default=str)
    assert "geheim" not in shown
    assert "wort" not in shown
    assert "7731" not in shown
    assert str(inventory.origin("h", "port")).endswith("all.yml:2:7")


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("a: geheim: b\n", "mapping values are not allowed"),
        ("a: 2024-99-99\n", "this looks like a timestamp"),
        ("cms_session: geheim\n", "cms_session"),
        ("a: !!python/object:geheim {}\n", "is not supported"),
        ("[" * 9000, "nested deeper"),
        ("a: \x1b geheim\n", "U+001B"),
        ("geheim\n", "is a mapping, this is a text"),
    ],
)
def test_no_message_shows_what_stands_in_a_vault(content: str, cause: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        whole(tmp_path, content).check()
    assert cause in caught.value.cause
    assert "geheim" not in str(caught.value).replace("!!python/object:geheim", "")
    assert not caught.value.excerpt


def test_a_vault_in_a_vault_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a vault inside a vault"):
        whole(tmp_path, vault("a: 1\n"))


def test_a_whole_file_without_or_with_a_wrong_password_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no given vault password opens it") as caught:
        whole(tmp_path, "a: 1\n", "wrong")
    assert caught.value.origin
    assert caught.value.origin.file.endswith("group_vars/all.yml")


def test_an_encrypted_inventory_and_a_looked_up_file_are_opened(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text(vault("geheimnis\n"))
    (tmp_path / "pw").chmod(0o644)
    text = "[g]\nh ansible_password=\"{{ lookup('file', 'pw') }}\"\n"
    (tmp_path / "hosts").write_text(vault(text))
    inventory = load([tmp_path / "hosts"], keyring=keyring(default="pw"))
    assert inventory.box("h").login.password == Secret("geheimnis")


def test_a_variables_file_is_given_with_places(tmp_path: Path) -> None:
    inventory = whole(tmp_path, "a: 1\n")
    (tmp_path / "more.yml").write_text(f"x: 1\ny: {inline('geheim', 4)}\n")
    found = inventory.variables_file(tmp_path / "more.yml")
    assert str(found["x"].origin) == f"{tmp_path}/more.yml:1:4"
    assert isinstance(found["y"].value, Vaulted)
    assert inventory.scope("h", [found])["y"] == Secret("geheim")
    with pytest.raises(InputError, match="there is no such file"):
        inventory.variables_file(tmp_path / "nobody.yml")

"""One host of the inventory as a :class:`Host`: typed, complete, with defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cmsdeploy.errors import InputError, printable
from cmsdeploy.inventory.forms import BY_HAND
from cmsdeploy.inventory.short_secrets import ACCEPTING, short_ones
from cmsdeploy.inventory.variables import HostVariables, placed
from cmsdeploy.inventory.words import SECRET_WORDS, WORDS, Word

if TYPE_CHECKING:
    from cmsdeploy.inventory.inventory import Inventory
    from cmsdeploy.model.host import Host, Login, WebAdmin
    from cmsdeploy.model.secret import Secret

__all__ = ["box_of", "word_problem", "word_value"]


def word_value(variables: HostVariables, host: str, name: str) -> Any:
    """The checked value of a word for ``host``; None where nothing gives it one.

    Raises :class:`InputError` that names the host and has the place of the variable.
    """
    if name not in variables:
        return None
    value = variables[name]
    try:
        WORDS[name].check(value)
    except InputError as error:
        raise _with_word(error, WORDS[name], variables, host) from None
    return value


def _with_word(error: InputError, word: Word, variables: HostVariables, host: str) -> InputError:
    node = variables.node(word.name)
    cause = f"{word.name} of {host}: {error.cause}"
    if node is None:
        return InputError(cause, error.action)
    if node.is_sensitive:
        cause = f"{word.name} of {host} has a value that it cannot have (from an encrypted file)"
    if not node.is_quoted and not isinstance(node.value, (str, dict, list)) and node.written:
        cause += f", written {printable(node.written, 40)}"
    return placed(InputError(cause, error.action), node)


def word_problem(variables: HostVariables, host: str, name: str) -> InputError | None:
    """What is wrong with a word of ``host``, or None. Secrets are not asked for."""
    node = variables.node(name)
    if node is None or name in SECRET_WORDS:
        return None
    try:
        word_value(variables, host, name)
    except InputError as error:
        return error
    return None


def box_of(
    inventory: Inventory,
    name: str,
    *,
    password: Secret | None,
    passphrase: Secret | None,
    user: str | None,
) -> Host:
    """See :meth:`Inventory.box`."""
    # Imported here: to show an inventory, nobody logs in.
    from cmsdeploy.model.host import Host

    variables = inventory.variables(name)

    def word(of: str) -> Any:
        return word_value(variables, name, of)

    login = _login(word, password, passphrase, user)
    address = word("ansible_host")
    host = Host(
        name=name,
        address=address,
        port=int(word("ansible_port") or 22),
        login=login,
        host_key=word("cms_host_key"),
        # Without the word there is no API to talk to: a person sets the login, and is told how.
        webadmin=(
            None
            if "cms_webadmin" not in variables or word("cms_webadmin") == BY_HAND
            else _webadmin(word("cms_webadmin") or {}, address, login)
        ),
        cluster=str(word("xmpp_cluster")),
        is_shell_only=word("cms_session") == "shell",
        origin=inventory.tree.host_origins[name],
    )
    _refuse_short(host, variables)
    return host


def _login(
    word: Callable[[str], Any],
    password: Secret | None,
    passphrase: Secret | None,
    user: str | None,
) -> Login:
    from cmsdeploy.model.host import Login

    own_password = word("ansible_password")
    key_file = word("ansible_ssh_private_key_file")
    own_passphrase = word("ansible_ssh_private_key_passphrase")
    return Login(
        user=word("ansible_user") or user or "admin",
        password=password if own_password is None else own_password,
        key_file=str(Path(key_file).expanduser()) if key_file else None,
        key_passphrase=passphrase if own_passphrase is None else own_passphrase,
        # An agent is asked only where nothing else was named: a foreign one should see nothing.
        is_agent_allowed=own_password is None and password is None and not key_file,
    )


def _refuse_short(host: Host, variables: HostVariables) -> None:
    accepted = word_value(variables, host.name, ACCEPTING)
    for word, error in short_ones(host, accepted):
        node = variables.node(word)
        raise error if node is None else placed(error, node)


def _webadmin(given: Mapping[str, Any], address: str, login: Login) -> WebAdmin:
    from cmsdeploy.model.host import WebAdmin

    fingerprint = given.get("fingerprint")
    ca_file = given.get("ca_file")
    return WebAdmin(
        host=given.get("host", address),
        port=int(given.get("port", 443)),
        user=given.get("user", login.user),
        password=given.get("password", login.password),
        fingerprint=_digits(fingerprint) if fingerprint else None,
        ca_file=str(Path(ca_file).expanduser()) if ca_file else None,
    )


def _digits(fingerprint: str) -> str:
    return fingerprint.removeprefix("SHA256:").replace(":", "").lower()

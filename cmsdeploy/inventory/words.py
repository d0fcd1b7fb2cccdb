"""The words of an inventory that concern us, and what may be said with each.

A table, so that the documentation, the suggestions and the checks cannot drift apart. Every check
takes the value after templating and raises :class:`InputError` without a place.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cmsdeploy.errors import InputError, RefusedError, printable
from cmsdeploy.inventory.addresses import checked_address
from cmsdeploy.inventory.dns_words import DNS_ROWS
from cmsdeploy.inventory.forms import (
    PORT_FORM,
    TEXT_FORM,
    certificate_form,
    listed_form,
    pattern_form,
    webadmin_form,
)
from cmsdeploy.model.action import checked_file_name
from cmsdeploy.model.secret import Secret

__all__ = [
    "ALIASES",
    "CERTIFICATE_NAMES",
    "CERTIFICATE_ROLES",
    "OURS",
    "SECRET_PARTS",
    "SECRET_WORDS",
    "WORDS",
    "Word",
    "misspelling_of",
]

CERTIFICATE_ROLES = ("key", "cert", "bundle", "trust", "fullchain")
# `names: content` gives every content a name of its own, so that nothing in use is written over.
CERTIFICATE_NAMES = ("plain", "content")
_WEBADMIN_KEYS = ("host", "port", "user", "password", "fingerprint", "ca_file")
_BRIDGE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,62}")
_RESERVED_BRIDGES = frozenset({"all", "list", "none", "add", "del"})
_CLUSTER_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}")
_INTERFACE = re.compile(r"[A-Za-z0-9]{1,15}")
_DOMAIN = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_HOST_KEY = re.compile(r"SHA256:[A-Za-z0-9+/]{43}=?")
_FINGERPRINT = re.compile(r"(?:SHA256:)?[0-9A-Fa-f]{2}(?::?[0-9A-Fa-f]{2}){31}")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@\\-]{0,127}")
_SESSIONS = ("exec", "shell")
OURS = ("xmpp_", "cms_", "callbridge_")

Check = Callable[[Any], None]


@dataclass(frozen=True)
class Word:
    """One word. ``form`` is the check as a JSON Schema, for editors; ``is_computed`` marks what
    follows from the rest and may not be written."""

    name: str
    check: Check
    meaning: str
    form: Mapping[str, Any] = field(default_factory=lambda: TEXT_FORM)
    is_computed: bool = False


def _described(value: Any) -> str:
    if isinstance(value, Secret):
        return "a secret"
    kinds: Sequence[tuple[Any, str]] = (
        (bool, f"a boolean ({str(value).lower()})"),
        ((int, float), f"a number ({printable(str(value), 20)})"),
        (Mapping, "a mapping"),
        (list, "a list"),
        (type(None), "empty"),
        (str, "a text"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "a date")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise InputError(f"has to be a text, this is {_described(value)}", "put it in quotes")
    if not value:
        raise InputError("is empty", "write a value, or take the line out")
    return value


def _matching(form: re.Pattern[str], what: str, rule: str) -> Check:
    def check(value: Any) -> None:
        if not form.fullmatch(_text(value)):
            raise InputError(f"{printable(value, 60)!r} cannot be {what}", f"use {rule}")

    return check


def _address(value: Any) -> None:
    checked_address(_text(value))


def _address_or_blank(value: Any) -> None:
    if value != "":
        _address(value)


def _seen_at(value: Any) -> None:
    if value == "none":
        return
    address, colon, port = _text(value).rpartition(":")
    if not colon:
        raise InputError(
            f"has no port: {printable(value, 60)}", "write ADDRESS:PORT (ports 5222, 5223), or none"
        )
    checked_address(address.removeprefix("[").removesuffix("]"))
    _port(port)


def _any_text(value: Any) -> None:
    _text(value)


def _port(value: Any) -> None:
    is_text = isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 6
    number = int(value) if is_text else value
    if isinstance(number, bool) or not isinstance(number, int):
        raise InputError(
            f"has to be a port number, this is {_described(value)}", "write a number, 1 to 65535"
        )
    if not 0 < number < 65536:
        raise InputError(f"{number} is no port", "write a number, 1 to 65535")


def _one_of(*options: str) -> Check:
    def check(value: Any) -> None:
        if value not in options:
            shown = repr(printable(value, 40)) if isinstance(value, str) else _described(value)
            raise InputError(f"cannot be {shown}", f"choose: {' or '.join(options)}")

    return check


def _secret(value: Any) -> None:
    if not isinstance(value, (Secret, str)):
        raise InputError(f"has to be a text, this is {_described(value)}", "put it in quotes")


def _bridge_name(value: Any) -> None:
    rule = "at most 63 letters, digits, - and _, without a domain part"
    _matching(_BRIDGE_NAME, "the name of a call bridge", rule)(value)
    if value in _RESERVED_BRIDGES:
        raise InputError(f"{value!r} is a word of the xmpp commands", "name it otherwise")


def _interfaces(value: Any) -> None:
    items = value if isinstance(value, list) else [value]
    check = _matching(_INTERFACE, "an interface", "a letter: xmpp_listen: a, or [a, b]")
    for item in items:
        check(item)
    if not items or len(set(items)) < len(items):
        raise InputError("names an interface twice or none", "write a, or [a, b]")


def _keys(value: Any, known: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(
            f"has to be a mapping, this is {_described(value)}",
            f"write {{{', '.join(f'{key}: …' for key in known)}}}",
        )
    for key in value:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            action = f"did you mean {near[0]}?" if near else f"it knows: {', '.join(known)}"
            raise InputError(f"has no entry {printable(str(key), 60)!r}", action)
    return value


def _within(key: str, check: Check, value: Any) -> None:
    try:
        check(value)
    except InputError as error:
        raise InputError(f"{key}: {error.cause}", error.action) from None


def _certificate(value: Any) -> None:
    for role, entry in _keys(value, (*CERTIFICATE_ROLES, "names")).items():
        check = _one_of(*CERTIFICATE_NAMES) if role == "names" else _certificate_entry
        _within(role, check, entry)


def _certificate_entry(value: Any) -> None:
    if isinstance(value, Mapping):
        entry = _keys(value, ("name", "source", "passphrase"))
        if entry.get("source") is not None:
            _text(entry["source"])
        if entry.get("passphrase") is not None:
            _secret(entry["passphrase"])
        value = entry.get("name")
    try:
        checked_file_name(_text(value))
    except RefusedError as error:
        raise InputError(error.cause, error.action) from None


def _webadmin(value: Any) -> None:
    checks: dict[str, Check] = {
        "host": _address,
        "port": _port,
        "user": _matching(_USER, "a user", "letters, digits and . - _ @"),
        "password": _secret,
        "fingerprint": _matching(_FINGERPRINT, "a fingerprint", "64 hexadecimal digits"),
        "ca_file": _any_text,
    }
    if value is None:
        return
    entries = _keys(value, _WEBADMIN_KEYS)
    for key, entry in entries.items():
        _within(key, checks[key], entry)
    if "fingerprint" in entries and "ca_file" in entries:
        raise InputError("has both fingerprint and ca_file", "keep one of them")


_USER_RULE = "letters, digits and . - _ @"


def _formed(name: str, form: re.Pattern[str], what: str, rule: str, meaning: str) -> Word:
    return Word(name, _matching(form, what, rule), meaning, pattern_form(form))


_ALL = (
    Word("ansible_host", _address, "the address we connect to; else the host's name"),
    Word("ansible_port", _port, "the SSH port; else 22", PORT_FORM),
    _formed("ansible_user", _USER, "a user", _USER_RULE, "else admin"),
    Word("ansible_password", _secret, "the MMP password"),
    Word("ansible_ssh_private_key_file", _any_text, "a key file"),
    Word("ansible_ssh_private_key_passphrase", _secret, "the passphrase of the key file"),
    _formed("cms_host_key", _HOST_KEY, "a host key", "SHA256:… as ssh-keygen -l", "pin"),
    Word(
        "cms_webadmin",
        _webadmin,
        "the Web Admin API of the box",
        webadmin_form(_USER, _FINGERPRINT),
    ),
    Word(
        "cms_session",
        _one_of(*_SESSIONS),
        "how commands are sent; else exec",
        {"enum": list(_SESSIONS)},
    ),
    _formed("xmpp_domain", _DOMAIN, "a domain", "a name like example.com", "XMPP domain"),
    Word("xmpp_listen", _interfaces, "interfaces: a, or [a, b]", listed_form(_INTERFACE)),
    Word(
        "xmpp_certificate",
        _certificate,
        "names on the box: key, cert, bundle, trust",
        certificate_form(CERTIFICATE_ROLES, CERTIFICATE_NAMES),
    ),
    _formed("xmpp_cluster", _CLUSTER_NAME, "a cluster", "letters, digits, - _ .", "else default"),
    Word("xmpp_cluster_first", _any_text, "the host that founds the cluster; else the first"),
    Word("xmpp_address", _address, "what joiners join; else ansible_host"),
    Word(
        "xmpp_seen_at",
        _seen_at,
        "where the certificate in service is looked at: ADDRESS:PORT, or none; else port 5222 of"
        " xmpp_address",
    ),
    Word(
        "callbridge_name",
        _bridge_name,
        "unique name; else the host's short name",
        pattern_form(_BRIDGE_NAME),
    ),
    Word("xmpp_server_address", _address_or_blank, "blank: follow DNS", {"type": "string"}),
    Word("xmpp_callbridges", _any_text, "call bridges of the cluster", is_computed=True),
    Word("xmpp_cluster_servers", _any_text, "servers of the cluster", is_computed=True),
    *(Word(*row) for row in DNS_ROWS),
)
WORDS: Mapping[str, Word] = {word.name: word for word in _ALL}
SECRET_WORDS = frozenset({"ansible_password", "ansible_ssh_private_key_passphrase"})
# Words of which one entry is a secret.
SECRET_PARTS: Mapping[str, str] = {"cms_webadmin": "password", "xmpp_dns_key": "secret"}

# Other names of Ansible for the same thing. Which of two names wins there depends on the plug-in,
# so one name is taken and the others are refused instead of passed over.
ALIASES: Mapping[str, str] = {
    "ansible_ssh_host": "ansible_host",
    "ansible_ssh_port": "ansible_port",
    "ansible_ssh_user": "ansible_user",
    "ansible_ssh_pass": "ansible_password",
    "ansible_ssh_password": "ansible_password",
    "ansible_private_key_file": "ansible_ssh_private_key_file",
    "ansible_ssh_private_key": "ansible_ssh_private_key_file",
}


_SLIP = 0.93


def misspelling_of(name: str) -> InputError | None:
    """What is wrong with the variable name ``name``, or None. Without a place."""
    word = WORDS.get(name)
    if word is not None:
        if word.is_computed:
            return InputError(f"{name} follows from the groups", "take this line out")
        return None
    if name in ALIASES:
        return InputError(f"{name} is not supported", f"write {ALIASES[name]}")
    known = [word.name for word in _ALL if not word.is_computed]
    if not name.lower().startswith(OURS):
        # `xmpp_domian` is caught by how it begins, `xmp_domain` only by how near it is. A word of
        # somebody else's, such as my_xmpp_domain, is farther away than a slip of the finger.
        ours = [word for word in known if word.startswith(OURS)]
        plain = name.lower().replace("-", "_")
        slips = difflib.get_close_matches(plain, ours, n=1, cutoff=_SLIP)
        if not slips:
            return None
    near = difflib.get_close_matches(name.lower(), known, n=1)
    action = f"did you mean {near[0]}?" if near else "give it a name that begins otherwise"
    return InputError(f"{printable(name, 60)!r} is no word of the inventory", action)

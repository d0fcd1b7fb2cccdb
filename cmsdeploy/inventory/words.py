"""The words of an inventory that concern us, and what may be said with each.

A table, so that the documentation, the suggestions and the checks cannot drift apart. Every check
takes the value after templating and raises :class:`InputError` without a place.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cmsdeploy.errors import InputError, RefusedError, printable
from cmsdeploy.inventory.addresses import checked_address, checked_place
from cmsdeploy.inventory.dns_words import DNS_ROWS
from cmsdeploy.inventory.forms import (
    BY_HAND,
    PORT_FORM,
    TEXT_FORM,
    certificate_form,
    chosen_form,
    listed_form,
    pattern_form,
    webadmin_form,
)
from cmsdeploy.inventory.short_secrets import ACCEPTING, MAY_BE_SHORT, check_accepted
from cmsdeploy.inventory.word_checks import (
    Check,
    check_ip,
    check_secret,
    check_within,
    described,
    each_of,
    entries_of,
    matching,
    one_of,
    text_of,
)
from cmsdeploy.model.file_name import checked_file_name

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
_BRIDGE_NAME = r"[A-Za-z0-9_][A-Za-z0-9_-]{0,62}"
_RESERVED_BRIDGES = frozenset({"all", "list", "none", "add", "del"})
_CLUSTER_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}"
_INTERFACE = r"[A-Za-z0-9]{1,15}"
_DOMAIN = r"(?=.{1,253}\Z)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
_HOST_KEY = r"SHA256:[A-Za-z0-9+/]{43}=?"
_FINGERPRINT = r"(?:SHA256:)?[0-9A-Fa-f]{2}(?::?[0-9A-Fa-f]{2}){31}"
_USER = r"[A-Za-z0-9_][A-Za-z0-9_.@\\-]{0,127}"
_SESSIONS = ("exec", "shell")
_STATES = ("present", "absent")
_IP_FORM = r"[0-9A-Fa-f.:]{2,45}"
OURS = ("xmpp_", "cms_", "callbridge_")


@dataclass(frozen=True)
class Word:
    """One word. ``form`` is the check as a JSON Schema, for editors; ``is_computed`` marks what
    follows from the rest and may not be written."""

    name: str
    check: Check
    meaning: str
    form: Mapping[str, Any] = field(default_factory=lambda: TEXT_FORM)
    is_computed: bool = False


def _address(value: Any) -> None:
    checked_address(text_of(value))


def _address_or_blank(value: Any) -> None:
    if value != "":
        _address(value)


def _seen_at(value: object) -> None:
    if value != "none":
        checked_place(text_of(value))


def _any_text(value: Any) -> None:
    text_of(value)


def _port(value: Any) -> None:
    is_text = isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 6
    number = int(value) if is_text else value
    if isinstance(number, bool) or not isinstance(number, int):
        raise InputError(
            f"has to be a port number, this is {described(value)}", "write a number, 1 to 65535"
        )
    if not 0 < number < 65536:
        raise InputError(f"{number} is no port", "write a number, 1 to 65535")


def _bridge_name(value: Any) -> None:
    rule = "at most 63 letters, digits, - and _, without a domain part"
    matching(_BRIDGE_NAME, "the name of a call bridge", rule)(value)
    if value in _RESERVED_BRIDGES:
        raise InputError(f"{value!r} is a word of the xmpp commands", "name it otherwise")


def _rotated(value: object) -> None:
    if value != "all":
        each_of(_bridge_name)(value)


def _interfaces(value: Any) -> None:
    items = value if isinstance(value, list) else [value]
    check = matching(_INTERFACE, "an interface", "a letter: xmpp_listen: a, or [a, b]")
    for item in items:
        check(item)
    if not items or len(set(items)) < len(items):
        raise InputError("names an interface twice or none", "write a, or [a, b]")


def _certificate(value: Any) -> None:
    for role, entry in entries_of(value, (*CERTIFICATE_ROLES, "names")).items():
        check = one_of(*CERTIFICATE_NAMES) if role == "names" else _certificate_entry
        check_within(role, check, entry)


def _certificate_entry(value: Any) -> None:
    if isinstance(value, Mapping):
        entry = entries_of(value, ("name", "source", "passphrase"))
        if entry.get("source") is not None:
            text_of(entry["source"])
        if entry.get("passphrase") is not None:
            check_secret(entry["passphrase"])
        value = entry.get("name")
    try:
        checked_file_name(text_of(value))
    except RefusedError as error:
        raise InputError(error.cause, error.action) from None


def _webadmin(value: Any) -> None:
    checks: dict[str, Check] = {
        "host": _address,
        "port": _port,
        "user": matching(_USER, "a user", "letters, digits and . - _ @"),
        "password": check_secret,
        "fingerprint": matching(_FINGERPRINT, "a fingerprint", "64 hexadecimal digits"),
        "ca_file": _any_text,
    }
    if value is None or value == BY_HAND:
        return
    if isinstance(value, str):
        raise InputError(
            f"cannot be {printable(value, 40)!r}",
            f"write {{host: …, port: …}}, {{}} for the defaults, or {BY_HAND}",
        )
    entries = entries_of(value, _WEBADMIN_KEYS)
    for key, entry in entries.items():
        check_within(key, checks[key], entry)
    if "fingerprint" in entries and "ca_file" in entries:
        raise InputError("has both fingerprint and ca_file", "keep one of them")


_USER_RULE = "letters, digits and . - _ @"


def _formed(name: str, form: str, what: str, rule: str, meaning: str) -> Word:
    return Word(name, matching(form, what, rule), meaning, pattern_form(form))


def _state(name: str, meaning: str) -> Word:
    return Word(name, one_of(*_STATES), meaning, {"enum": list(_STATES)})


_ALL = (
    Word("ansible_host", _address, "the address we connect to; else the host's name"),
    Word("ansible_port", _port, "the SSH port; else 22", PORT_FORM),
    _formed("ansible_user", _USER, "a user", _USER_RULE, "else admin"),
    Word("ansible_password", check_secret, "the MMP password"),
    Word("ansible_ssh_private_key_file", _any_text, "a key file"),
    Word("ansible_ssh_private_key_passphrase", check_secret, "the passphrase of the key file"),
    _formed("cms_host_key", _HOST_KEY, "a host key", "SHA256:… as ssh-keygen -l", "pin"),
    Word(
        "cms_webadmin",
        _webadmin,
        "the Web Admin API of the box; absent or by-hand: a person sets the login",
        webadmin_form(_USER, _FINGERPRINT),
    ),
    Word(
        "cms_session",
        one_of(*_SESSIONS),
        "how commands are sent; else exec",
        {"enum": list(_SESSIONS)},
    ),
    Word(
        ACCEPTING,
        check_accepted,
        "words whose password may be shorter than 8 characters",
        chosen_form(MAY_BE_SHORT),
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
    _state("xmpp_state", "absent: this server leaves the cluster and is reset; else present"),
    Word(
        "xmpp_peers_absent",
        each_of(check_ip),
        "IP addresses of dead servers, which the others shall not list",
        listed_form(_IP_FORM, 0),
    ),
    Word("xmpp_address", _address, "what joiners join; else ansible_host"),
    Word("xmpp_seen_at", _seen_at, "ADDRESS:PORT of the certificate in service, or none"),
    Word(
        "callbridge_name",
        _bridge_name,
        "unique name; else the host's short name",
        pattern_form(_BRIDGE_NAME),
    ),
    _state("callbridge_state", "absent: this call bridge shall have no login; else present"),
    Word(
        "xmpp_callbridges_absent",
        each_of(_bridge_name),
        "call bridges that the servers shall not know; else those with callbridge_state: absent",
        listed_form(_BRIDGE_NAME, 0),
    ),
    Word(
        "xmpp_rotate",
        _rotated,
        "call bridges that get a new secret from rotate-secrets.yml, or all; for -e",
        listed_form(_BRIDGE_NAME, 0),
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

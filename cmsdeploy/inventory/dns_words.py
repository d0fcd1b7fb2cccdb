"""The words about DNS: names and addresses of servers, and who holds, shows and changes records.

Rows for the table of all words, each a name, a check, a meaning and a form. Whether a secret is
base64, and whether a name is in its zone, is for the family to say.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from cmsdeploy.errors import InputError, printable
from cmsdeploy.inventory.addresses import checked_address, is_ip
from cmsdeploy.inventory.forms import PORT_FORM, TEXT_FORM, FormSchema
from cmsdeploy.model.secret import Secret

__all__ = ["DNS_ROWS", "Row"]

_ALGORITHMS = ("hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512")
_NUMBER_FORM: FormSchema = {"type": "integer", "minimum": 0}
_TEXTS_FORM: FormSchema = {
    "anyOf": [TEXT_FORM, {"type": "array", "items": TEXT_FORM, "uniqueItems": True}]
}
_KEY_FORM: FormSchema = {
    "type": "object",
    "properties": {
        "name": TEXT_FORM,
        "algorithm": {"enum": list(_ALGORITHMS)},
        "secret": TEXT_FORM,
    },
    "required": ["name", "secret"],
    "additionalProperties": False,
}
_SERVICE_FORM: FormSchema = {
    "type": "object",
    "properties": {"port": PORT_FORM, "priority": _NUMBER_FORM, "weight": _NUMBER_FORM},
    "additionalProperties": False,
}


class Row(NamedTuple):
    """One word, as :class:`~cmsdeploy.inventory.words.Word` takes it."""

    name: str
    check: Callable[[object], None]
    meaning: str
    form: Mapping[str, object]
    is_computed: bool = False


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise InputError("has to be a text, and not an empty one", "put the value in quotes")
    return value


def _texts(value: object) -> list[str]:
    return [_text(one) for one in (value if isinstance(value, list) else [value])]


def _any(value: object) -> None:
    """It follows from the rest, so nobody writes it."""


def _name(value: object) -> None:
    text = checked_address(_text(value))
    if is_ip(text) or "." not in text.rstrip("."):
        raise InputError(
            f"{printable(text, 60)!r} is no whole name", "write a name such as cms1.example.com"
        )


def _addresses(value: object) -> None:
    for text in _texts(value):
        if not is_ip(text):
            raise InputError(f"{printable(text, 60)!r} is no address", "write 10.1.2.3")


def _servers(value: object) -> None:
    for text in _texts(value):
        place, mark, port = text.partition("#")
        try:
            ipaddress.ip_address(place)
        except ValueError:
            raise InputError(
                f"{printable(text, 60)!r} is no address of a name server",
                "write 10.0.0.53, or 10.0.0.53#5353 where the port is not 53",
            ) from None
        is_number = port.isascii() and port.isdecimal() and len(port) < 6
        if mark and not (is_number and 0 < int(port) < 65536):
            raise InputError(f"{printable(text, 60)!r} has no port after #", "write #5353")


def _number(value: object, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise InputError(f"has to be a number from 0 to {most}", "write a number without quotes")


def _ttl(value: object) -> None:
    _number(value, 2**31 - 1)


def _flag(value: object) -> None:
    if not isinstance(value, bool):
        raise InputError("has to be true or false", "write true or false without quotes")


def _entries(value: object, known: Sequence[str]) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise InputError(
            "has to be a mapping", f"write {{{', '.join(f'{key}: …' for key in known)}}}"
        )
    for key in value:
        if key not in known:
            raise InputError(
                f"has no entry {printable(str(key), 60)!r}", f"it knows: {', '.join(known)}"
            )
    return value


def _service(value: object) -> None:
    for key, number in _entries(value, ("port", "priority", "weight")).items():
        try:
            _number(number, 65535)
        except InputError as error:
            raise InputError(f"{key}: {error.cause}", error.action) from None
        if key == "port" and not number:
            raise InputError("port: 0 is no port", "write a number, 1 to 65535")


def _service_or_none(value: object) -> None:
    if value != "none":
        _service(value)


def _key(value: object) -> None:
    entries = _entries(value, ("name", "algorithm", "secret"))
    _text(entries.get("name"))
    algorithm = entries.get("algorithm", "hmac-sha256")
    if algorithm not in _ALGORITHMS:
        raise InputError(
            f"algorithm: cannot be {printable(str(algorithm), 40)!r}",
            f"choose: {', '.join(_ALGORITHMS)}",
        )
    if not isinstance(entries.get("secret"), Secret):
        raise InputError("has no secret", "write secret: as the key file of the server has it")


DNS_ROWS: tuple[Row, ...] = (
    Row("xmpp_dns_name", _name, "name in DNS; else the host's name and the domain", TEXT_FORM),
    Row("xmpp_dns_address", _addresses, "its addresses in DNS; else ansible_host", _TEXTS_FORM),
    Row("xmpp_dns_zone", _name, "the zone of the records; else the XMPP domain", TEXT_FORM),
    Row(
        "xmpp_dns_servers",
        _servers,
        "the name servers of the zone, by address, the primary first: 10.0.0.53, or 10.0.0.53#5353",
        _TEXTS_FORM,
    ),
    Row("xmpp_dns_resolvers", _servers, "resolvers and views that have to agree", _TEXTS_FORM),
    Row("xmpp_dns_key", _key, "the key of updates: name, algorithm, secret", _KEY_FORM),
    Row("xmpp_dns_ttl", _ttl, "seconds; else 86400", _NUMBER_FORM),
    Row(
        "xmpp_dns_component",
        _service,
        "record for call bridges: port, priority, weight; else 5223, 0, 0",
        _SERVICE_FORM,
    ),
    Row(
        "xmpp_dns_client",
        _service_or_none,
        "record for clients; else 5222, 10, 50; none: no record",
        {"anyOf": [_SERVICE_FORM, {"enum": ["none"]}]},
    ),
    Row(
        "xmpp_dns_exclusive",
        _flag,
        "records of others in our sets: true removes, false accepts; else they are called wrong",
        {"type": "boolean"},
    ),
    Row("xmpp_dns_hosts", _any, "the servers of the cluster in DNS", TEXT_FORM, True),
)

"""What the checks of words are made of: texts, choices, mappings with known keys."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence

from cmsdeploy.errors import InputError, printable
from cmsdeploy.inventory.addresses import is_ip
from cmsdeploy.model.secret import Secret

__all__ = [
    "Check",
    "check_ip",
    "check_secret",
    "check_within",
    "described",
    "each_of",
    "entries_of",
    "matching",
    "one_of",
    "text_of",
]

Check = Callable[[object], None]


def described(value: object) -> str:
    if isinstance(value, Secret):
        return "a secret"
    kinds: Sequence[tuple[type | tuple[type, ...], str]] = (
        (bool, f"a boolean ({str(value).lower()})"),
        ((int, float), f"a number ({printable(str(value), 20)})"),
        (Mapping, "a mapping"),
        (list, "a list"),
        (type(None), "empty"),
        (str, "a text"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "a date")


def text_of(value: object) -> str:
    if not isinstance(value, str):
        raise InputError(f"has to be a text, this is {described(value)}", "put it in quotes")
    if not value:
        raise InputError("is empty", "write a value, or take the line out")
    return value


def matching(form: str, what: str, rule: str) -> Check:
    def check(value: object) -> None:
        text = text_of(value)
        if not re.fullmatch(form, text):  # compiled at the first word of its kind
            raise InputError(f"{printable(text, 60)!r} cannot be {what}", f"use {rule}")

    return check


def each_of(check: Check) -> Check:
    """The same check for one value, or for every one of a list."""

    def check_all(value: object) -> None:
        for item in value if isinstance(value, list) else [value]:
            check(item)

    return check_all


def check_ip(value: object) -> None:
    if not is_ip(text_of(value)):
        raise InputError(
            f"{printable(text_of(value), 60)!r} is no IP address",
            "write it as `xmpp cluster status` lists it, without the port",
        )


def one_of(*options: str) -> Check:
    def check(value: object) -> None:
        if value not in options:
            shown = repr(printable(value, 40)) if isinstance(value, str) else described(value)
            raise InputError(f"cannot be {shown}", f"choose: {' or '.join(options)}")

    return check


def check_secret(value: object) -> None:
    if not isinstance(value, (Secret, str)):
        raise InputError(f"has to be a text, this is {described(value)}", "put it in quotes")


def entries_of(value: object, known: Sequence[str]) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise InputError(
            f"has to be a mapping, this is {described(value)}",
            f"write {{{', '.join(f'{key}: …' for key in known)}}}",
        )
    for key in value:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            action = f"did you mean {near[0]}?" if near else f"it knows: {', '.join(known)}"
            raise InputError(f"has no entry {printable(str(key), 60)!r}", action)
    return value


def check_within(key: str, check: Check, value: object) -> None:
    try:
        check(value)
    except InputError as error:
        raise InputError(f"{key}: {error.cause}", error.action) from None

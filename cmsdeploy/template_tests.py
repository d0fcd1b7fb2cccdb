"""The tests of Ansible that a condition may use (``is match``, ``is version``), in plain Python."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cmsdeploy.errors import InputError, printable

__all__ = ["TESTS"]

_LONGEST_SUBJECT = 64 << 10
_VERSION_PART = re.compile(r"\d+|[a-z]+")
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    **dict.fromkeys(("==", "=", "eq"), operator.eq),
    **dict.fromkeys(("<", "lt"), operator.lt),
    **dict.fromkeys(("<=", "le"), operator.le),
    **dict.fromkeys((">", "gt"), operator.gt),
    **dict.fromkeys((">=", "ge"), operator.ge),
    **dict.fromkeys(("!=", "<>", "ne"), operator.ne),
}


def _form(pattern: str, ignorecase: bool, multiline: bool) -> re.Pattern[str]:
    flags = (re.IGNORECASE if ignorecase else 0) | (re.MULTILINE if multiline else 0)
    try:
        return re.compile(pattern, flags)
    except re.error as error:
        cause = f"the pattern {printable(pattern, 60)!r} does not read: {error}"
        raise InputError(cause, "correct it") from None


def _subject(value: Any) -> str:
    text = str(value)
    if len(text) > _LONGEST_SUBJECT:
        raise InputError("a test searches a text of more than 64 KiB", "search less")
    return text


def _match(
    value: Any, pattern: str = "", ignorecase: bool = False, multiline: bool = False
) -> bool:
    return _form(pattern, ignorecase, multiline).match(_subject(value)) is not None


def _search(
    value: Any, pattern: str = "", ignorecase: bool = False, multiline: bool = False
) -> bool:
    return _form(pattern, ignorecase, multiline).search(_subject(value)) is not None


def _subset(one: Iterable[Any], two: Iterable[Any]) -> bool:
    others = list(two)
    return all(value in others for value in one)


def _superset(one: Iterable[Any], two: Iterable[Any]) -> bool:
    return _subset(two, one)


def _contains(container: Any, value: Any) -> bool:
    return value in container


def _truthy(value: Any, convert_bool: bool = False) -> bool:
    if convert_bool and isinstance(value, str):
        lowered = value.lower()
        if lowered in {"yes", "on", "1", "true", "y", "t"}:
            return True
        if lowered in {"no", "off", "0", "false", "n", "f"}:
            return False
    return bool(value)


def _falsy(value: Any, convert_bool: bool = False) -> bool:
    return not _truthy(value, convert_bool)


def _version(value: Any, other: Any, comparison: str = "eq") -> bool:
    compare = _COMPARISONS.get(comparison)
    if compare is None:
        shown = printable(str(comparison), 20)
        raise InputError(f"versions cannot be compared by {shown!r}", "use ==, !=, <, <=, > or >=")
    try:
        return compare(_version_key(value), _version_key(other))
    except TypeError:
        shown = f"{printable(str(value), 40)} and {printable(str(other), 40)}"
        raise InputError(f"the versions {shown} cannot be compared", "look at both") from None


def _version_key(value: Any) -> list[Any]:
    text = str(value)
    if not text:
        raise InputError("a version is empty", "give it a value")
    return [int(part) if part.isdecimal() else part for part in _VERSION_PART.findall(text)]


TESTS: Mapping[str, Callable[..., bool]] = {
    "all": all,
    "any": any,
    "contains": _contains,
    "falsy": _falsy,
    "issubset": _subset,
    "issuperset": _superset,
    "match": _match,
    "regex": _search,
    "search": _search,
    "subset": _subset,
    "superset": _superset,
    "truthy": _truthy,
    "version": _version,
    "version_compare": _version,
}

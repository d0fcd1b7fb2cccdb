"""The filters of Ansible that a template may use, with Ansible's meaning.

Plain Python: it knows values, not templates. A filter that would make two plans differ
(``random``, ``shuffle``) is not here.
"""

from __future__ import annotations

import json
import os.path
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cmsdeploy.errors import InputError, printable
from cmsdeploy.template_collections import COLLECTION_FILTERS, listed
from cmsdeploy.template_limits import LONGEST_RESULT, LimitError

__all__ = ["FILTERS"]

_LONGEST_SUBJECT = 64 << 10
_TRUE = frozenset({"yes", "on", "1", "true"})


def join(value: Iterable[Any], separator: str = "", attribute: Any = None) -> str:
    """Jinja's ``join`` for lists of texts and numbers, without holding a long result."""
    texts, length = [], 0
    for item in value:
        text = str(item[attribute] if attribute is not None else item)
        length += len(text) + len(separator)
        if length > LONGEST_RESULT:
            raise LimitError("its result is longer than 1 MiB")
        texts.append(text)
    return str(separator).join(texts)


def as_boolean(value: Any) -> bool:
    """``yes``, ``on``, ``1`` and ``true`` are true, all else is false."""
    return value is True or str(value).lower() in _TRUE


def _ternary(value: Any, yes: Any, no: Any, none: Any = None) -> Any:
    if value is None and none is not None:
        return none
    return yes if value else no


def _quote(value: Any) -> str:
    import shlex  # here: no inventory of ours quotes for a shell

    return shlex.quote(str(value))


def _to_json(value: Any, **options: Any) -> str:
    return json.dumps(value, **_json_options(options))


def _to_nice_json(value: Any, indent: int = 4, sort_keys: bool = True, **options: Any) -> str:
    separators = (",", ": ")
    layout: dict[str, Any] = {"indent": indent, "sort_keys": sort_keys, "separators": separators}
    return json.dumps(value, **{**layout, **_json_options(options)})


def _json_options(given: Mapping[str, Any]) -> dict[str, Any]:
    known = {"indent", "sort_keys", "ensure_ascii", "separators"}
    unknown = set(given) - known
    if unknown:
        raise InputError(
            f"to_json has no option {printable(', '.join(unknown), 60)}", "take it out"
        )
    return dict(given)


def _flags(ignorecase: bool, multiline: bool) -> int:
    return (re.IGNORECASE if ignorecase else 0) | (re.MULTILINE if multiline else 0)


def _subject(value: Any) -> str:
    text = str(value)
    if len(text) > _LONGEST_SUBJECT:
        raise LimitError("it searches a text of more than 64 KiB")
    return text


def _form(pattern: str, flags: int) -> re.Pattern[str]:
    try:
        return re.compile(pattern, flags)
    except re.error as error:
        cause = f"the pattern {printable(pattern, 60)!r} does not read: {error}"
        raise InputError(cause, "correct it") from None


def _regex_replace(
    value: Any = "",
    pattern: str = "",
    replacement: str = "",
    ignorecase: bool = False,
    multiline: bool = False,
    count: int = 0,
) -> str:
    form = _form(pattern, _flags(ignorecase, multiline))
    return form.sub(replacement, _subject(value), count=count)


def _regex_search(
    value: Any, pattern: str, *groups: str, ignorecase: bool = False, multiline: bool = False
) -> Any:
    match = _form(pattern, _flags(ignorecase, multiline)).search(_subject(value))
    if match is None:
        return None
    found = [match[_group(text)] for text in groups]
    return found if groups else match[0]


def _group(text: str) -> int | str:
    named = re.fullmatch(r"\\g<(\S+)>", text)
    numbered = re.fullmatch(r"\\(\d+)", text)
    if named is None and numbered is None:
        raise InputError(f"{printable(text, 40)!r} names no group", r"write '\\1' or '\\g<name>'")
    name = named[1] if named else numbered[1] if numbered else ""
    return int(name) if name.isdecimal() else name


def _regex_findall(
    value: Any, pattern: str, multiline: bool = False, ignorecase: bool = False
) -> list[Any]:
    return _form(pattern, _flags(ignorecase, multiline)).findall(_subject(value))


def _regex_escape(value: str) -> str:
    return re.escape(str(value))


def _b64encode(value: str, encoding: str = "utf-8") -> str:
    import base64

    return base64.b64encode(str(value).encode(encoding)).decode("ascii")


def _b64decode(value: str, encoding: str = "utf-8") -> str:
    import base64

    return base64.b64decode(str(value)).decode(encoding)


def _hash(value: str, hashtype: str = "sha1") -> str:
    import hashlib

    if hashtype not in {"sha1", "sha256", "sha384", "sha512", "md5"}:
        raise InputError(f"there is no hash {printable(hashtype, 40)!r}", "use sha256")
    return hashlib.new(hashtype, str(value).encode(), usedforsecurity=False).hexdigest()


def _split(value: Any, separator: str | None = None, most: int = -1) -> list[str]:
    return str(value).split(separator, most)


def _path_join(value: Any) -> str:
    return os.path.join(*([value] if isinstance(value, str) else listed(value)))


FILTERS: Mapping[str, Callable[..., Any]] = {
    **COLLECTION_FILTERS,
    "b64decode": _b64decode,
    "b64encode": _b64encode,
    "basename": lambda path: os.path.basename(str(path)),
    "bool": as_boolean,
    "dirname": lambda path: os.path.dirname(str(path)),
    "from_json": lambda text: json.loads(str(text)),
    "hash": _hash,
    "join": join,
    "path_join": _path_join,
    "quote": _quote,
    "regex_escape": _regex_escape,
    "regex_findall": _regex_findall,
    "regex_replace": _regex_replace,
    "regex_search": _regex_search,
    "split": _split,
    "splitext": lambda path: list(os.path.splitext(str(path))),
    "ternary": _ternary,
    "to_json": _to_json,
    "to_nice_json": _to_nice_json,
    "type_debug": lambda value: type(value).__name__,
}

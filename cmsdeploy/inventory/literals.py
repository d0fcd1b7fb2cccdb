"""Values of INI: a Python literal where the text is one, else the text, as Ansible decides."""

from __future__ import annotations

import ast
import re
import warnings
from functools import lru_cache
from typing import Any

from cmsdeploy.errors import InputError, printable

__all__ = ["typed"]

_WHOLE = re.compile(r"[1-9][0-9]{0,17}|0")
# What most values are: words, versions, addresses. None of these is ever a literal.
_TEXT = re.compile(r"(?!(?:True|False|None|set)\b)[A-Za-z_][A-Za-z0-9_./:-]*|\d+\.\d+\.[\d.]+\w*")


def typed(text: str) -> Any:
    """The value that ``text`` means. Raises :class:`InputError`, without a place."""
    if _WHOLE.fullmatch(text):
        return int(text)
    return text if not text or _TEXT.fullmatch(text) else _literal(text)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of '\d' and 1if in texts of people
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError, OverflowError):
            return text


def _literal(text: str) -> Any:
    return _plain(_parsed(text), text)


def _plain(value: Any, text: str) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(item, text) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item, text) for key, item in value.items()}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise InputError(
        f"{printable(text, 40)} is a Python {type(value).__name__}, which no variable can be",
        "write a list [1, 2], or put quotes into the value: name=\"'text'\"",
    )

"""What one rendering may use: characters, turns of a loop, calls, digits.

Jinja's sandbox keeps a template from reaching Python, but not from eating the machine: measured,
``'a' * 10**8`` passes, and a format of width 500,000,000 ran for seconds and could not be
interrupted. So what grows is counted here, before it grows. A child process with a memory limit was
rejected; it costs more than all renderings of a run. Plain Python: it knows values, not templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import Any

__all__ = [
    "LONGEST_RESULT",
    "LimitError",
    "bounded",
    "check_filter",
    "check_operation",
    "iterated",
    "refuse_heavy",
    "sized",
    "spend",
]

LONGEST_RESULT = 1 << 20
_TOTAL_CHARACTERS = 16 << 20
_MOST_ITERATIONS = 100_000
_WIDEST = 10_000
_MOST_BITS = 10_000
_LONG_WIDTH = r"%[^a-zA-Z%]*(\d{5,}|\*)"
_WIDTH_FILTERS = frozenset(
    ["center", "indent", "wordwrap", "truncate", "batch", "slice", "round", "tojson"]
)


class LimitError(Exception):
    """A rendering asked for too much."""


class _Budget:
    def __init__(self) -> None:
        self.iterations = _MOST_ITERATIONS
        self.characters = _TOTAL_CHARACTERS

    def spend(self, iterations: int = 0, characters: int = 0) -> None:
        self.iterations -= iterations
        self.characters -= characters
        if self.iterations < 0:
            raise LimitError(f"it takes more than {_MOST_ITERATIONS:,} turns of a loop")
        if self.characters < 0:
            raise LimitError("it makes more than 16 MiB of text")


_BUDGET: ContextVar[_Budget | None] = ContextVar("budget", default=None)


def spend(iterations: int = 0, characters: int = 0) -> None:
    budget = _BUDGET.get()
    if budget is not None:
        budget.spend(iterations, characters)


@contextmanager
def bounded() -> Iterator[None]:
    """One budget for a rendering and for all that it evaluates on the way."""
    if _BUDGET.get() is not None:
        yield
        return
    token = _BUDGET.set(_Budget())
    try:
        yield
    finally:
        _BUDGET.reset(token)


def _weight(value: Any) -> int:
    """How long ``value`` would be as text, roughly; stops counting where it is too long."""
    total, waiting = 0, [value]
    while waiting and total <= LONGEST_RESULT:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(item.values())
            waiting.extend(item)
        elif isinstance(item, (list, tuple, set)):
            waiting.extend(islice(item, LONGEST_RESULT))
        total += len(item) if isinstance(item, (str, bytes)) else 8
    return total


def refuse_heavy(value: Any) -> None:
    if _weight(value) > LONGEST_RESULT:
        raise LimitError("its result is longer than 1 MiB")


def sized(value: Any) -> Any:
    if isinstance(value, str):
        if len(value) > LONGEST_RESULT:
            raise LimitError("its result is longer than 1 MiB")
        spend(characters=len(value))
    return value


def check_operation(operator: str, left: Any, right: Any) -> None:
    if operator == "%" and isinstance(left, str):
        _check_format(left)
    elif operator == "+" and isinstance(left, (str, list, tuple)):
        refuse_heavy([left, right])
    elif operator == "*":
        _check_product(left, right)
    elif operator == "**" and isinstance(left, int) and isinstance(right, int):
        _check_number(left.bit_length() * abs(right))


def _check_product(left: Any, right: Any) -> None:
    if isinstance(left, int) and isinstance(right, int):
        _check_number(left.bit_length() + right.bit_length())
        return
    for several, times in ((left, right), (right, left)):
        is_repeated = isinstance(several, (str, bytes, list, tuple)) and isinstance(times, int)
        if is_repeated and _weight(several) * times > LONGEST_RESULT:
            raise LimitError("its result is longer than 1 MiB")


def _check_number(bits: int) -> None:
    if bits > _MOST_BITS:
        raise LimitError("its number is too long")


def _check_format(text: str) -> None:
    if re.search(_LONG_WIDTH, text):
        raise LimitError("its format asks for more than 9,999 characters")


def check_filter(name: str, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> None:
    given = [*arguments, *named.values()]
    if name == "format":
        _check_format(str(next((one for one in arguments if isinstance(one, str)), "")))
    elif name in _WIDTH_FILTERS:
        widths = [one for one in given[1:] if isinstance(one, int)]
        if any(abs(width) > _WIDEST for width in widths):
            raise LimitError(f"its {name} is wider than {_WIDEST:,}")
    elif name == "replace":
        texts = [one for one in arguments if isinstance(one, str)]
        if len(texts) >= 3 and texts[0].count(texts[1]) * len(texts[2]) > LONGEST_RESULT:
            raise LimitError("its result is longer than 1 MiB")
    for one in given:
        if isinstance(one, (list, tuple, dict)):
            refuse_heavy(one)


def iterated(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        spend(iterations=1)
        yield value

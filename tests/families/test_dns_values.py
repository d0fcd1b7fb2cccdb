"""Numbers of the DNS parameters: what is taken for one, and what is not."""

from __future__ import annotations

import pytest

from cmsdeploy.errors import InputError
from cmsdeploy.families.dns.values import number


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, 7), (0, 0), (-1, -1), (3600, 3600), ("3600", 3600), ("0" * 10 + "1", 1)],
)
def test_what_is_a_number(value: object, expected: int) -> None:
    """Digits in quotes will do, up to eleven: no time has more."""
    assert number({"ttl": value}, "ttl", 7) == expected
    assert number({}, "ttl", 7) == 7


@pytest.mark.parametrize(
    "value", ["", "0" * 11 + "1", "1" * 5000, "-1", "1.5", "\u0664\u0662", "\u00b2", True, 1.5, []]
)
def test_what_is_none(value: object) -> None:
    """Before anything is made of it."""
    with pytest.raises(InputError) as caught:
        number({"ttl": value}, "ttl", 7)
    assert (caught.value.cause, caught.value.action) == (
        "dns: ttl has to be a number", "write ttl: 3600",
    )  # fmt: skip

"""Values with a meaning of their own in templates."""

from __future__ import annotations

from typing import NoReturn

from cmsdeploy.template_limits import LimitError

__all__ = ["OMIT", "Omitted", "Verbatim"]


class Verbatim(str):
    """Text that is never read as a template (``!unsafe`` in YAML)."""


class Omitted:
    """What ``omit`` is: its place takes the option out. It has no text."""

    def __repr__(self) -> str:
        return "omit"

    def __str__(self) -> NoReturn:
        raise LimitError("omit is no text: it can only stand alone")

    def __format__(self, specification: str) -> NoReturn:
        self.__str__()


OMIT = Omitted()

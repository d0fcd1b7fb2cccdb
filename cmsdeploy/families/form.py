"""The parameters of a family as data: the spec reads by it, and the schema for editors shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Form", "Parameter"]


class Form(Enum):
    """What a value may be. ``TEXTS`` is one text or a list, ``FILES`` the files of a certificate
    by role, ``REQUEST`` the fields of a request for a certificate, ``DATA`` a mapping or a
    list of them that the family checks itself."""

    TEXT = "text"
    TEXTS = "texts"
    CHOICE = "choice"
    FILES = "files"
    NUMBER = "number"
    REQUEST = "request"
    FLAG = "flag"
    DATA = "data"


@dataclass(frozen=True)
class Parameter:
    """One parameter of a task. ``options`` are those of a ``CHOICE``; ``default`` is what counts
    where it is left out, and ``example`` a value in YAML, as `doc` shows it."""

    name: str
    form: Form
    meaning: str
    is_needed: bool = False
    options: tuple[str, ...] = ()
    default: str = ""
    example: str = ""

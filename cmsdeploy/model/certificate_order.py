"""What a task wants of the certificate of one box, and what the site has for it.

Plain data between a family, which wants, and the rooms that read and check files. A family sees no
certificate, and a room of files sees no command.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cmsdeploy.model.local_file import LocalFile
from cmsdeploy.model.secret import Secret

__all__ = [
    "CONTENT_NAMES",
    "ROLES",
    "CertificateOrder",
    "FileEntry",
    "FoundCertificate",
    "FoundRequest",
    "Remark",
    "RequestOrder",
]

# `fullchain` is for a service that wants the leaf and its authorities in one file (TAC 214618).
ROLES = ("key", "cert", "bundle", "trust", "fullchain")
# The value of `names` by which each content gets a name of its own.
CONTENT_NAMES = "content"


@dataclass(frozen=True)
class FileEntry:
    """``name`` on the box, ``source`` here (None: `files/` of the site, under the same name), and
    the passphrase of a key or of a PKCS#12 file."""

    name: str
    source: str | None = None
    passphrase: Secret | None = None


@dataclass(frozen=True)
class RequestOrder:
    """A certificate to be asked for: ``name`` without ending, of key and request; ``is_here`` says
    that both are made in the site and not on the box. ``fields`` are parts of the subject (CN, OU,
    O, L, ST, C), ``names`` the subjectAltName; where they are empty the site fills them in.
    ``authority`` is whom a person asks."""

    name: str
    is_here: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    authority: str = ""


@dataclass(frozen=True)
class CertificateOrder:
    """``entries`` by role. ``domain`` and ``names`` are what the certificate has to name; None
    takes what the inventory says. ``skipped`` are rules that the play does not ask for."""

    entries: Mapping[str, FileEntry]
    has_content_names: bool = False
    domain: str | None = None
    names: tuple[str, ...] = ()
    skipped: frozenset[str] = frozenset()
    warn_days: int = 30
    request: RequestOrder | None = None


@dataclass(frozen=True)
class Remark:
    """Something about the files that a person should know and that stops nothing."""

    rule: str
    text: str


@dataclass(frozen=True)
class FoundRequest:
    """The request of an order, as far as it is here.

    ``words`` are its fields as the box wants them (``CN:…``); ``target`` is the file that people
    know it by; ``content`` is None while it is not here. ``is_as_wanted`` tells whether a request
    that stands on a box is the one of this order; ``keep`` stores it here; ``make`` makes key and
    request here.
    """

    words: tuple[str, ...]
    target: str
    content: bytes | None = field(default=None, compare=False, repr=False)
    is_as_wanted: Callable[[Secret], bool] = field(
        default=lambda _: True, compare=False, repr=False
    )
    keep: Callable[[Secret | None], None] = field(default=lambda _: None, compare=False, repr=False)
    make: Callable[[Secret | None], None] = field(default=lambda _: None, compare=False, repr=False)


@dataclass(frozen=True)
class FoundCertificate:
    """``files`` by role, as they shall stand on the box; ``names`` by role, also of those that are
    not here yet. ``waits_for`` says in words whose certificate a person has to bring; empty where
    nothing is missing."""

    files: Mapping[str, LocalFile]
    names: Mapping[str, str]
    remarks: tuple[Remark, ...] = ()
    request: FoundRequest | None = None
    waits_for: str = ""

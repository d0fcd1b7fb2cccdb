"""What a task wants of the files of one box."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from cmsdeploy.errors import InputError, RefusedError, printable
from cmsdeploy.families.contract import Site
from cmsdeploy.families.form import Form, Parameter
from cmsdeploy.families.parameters import Parameters, certificate_order
from cmsdeploy.families.pki.commands import csr
from cmsdeploy.model.certificate_order import (
    CertificateOrder,
    FoundRequest,
    Remark,
    RequestOrder,
)
from cmsdeploy.model.local_file import LocalFile

__all__ = ["PARAMETERS", "PkiSpec", "Request", "read_spec"]

# The key last: where a box does not let it be read back, the certificate bears witness of it, and
# has to be there first.
_UPLOADS = ("cert", "bundle", "trust", "fullchain", "key")
_BASE_NAME = re.compile(r"[A-Za-z0-9_-]{1,58}")  # TAC 214618; with .key a file name of 64
_SUBJECT = ("CN", "OU", "O", "L", "ST", "C")
_REQUEST = ("name", "where", "authority", *_SUBJECT, "subjectAltName")
_RULE = re.compile(r"certificate/[a-z-]+")

PARAMETERS = (
    Parameter(
        "certificate",
        Form.FILES,
        "The names of the files on the box, by role; each may have a source here.",
        is_needed=True,
        example="key: xmpp.key\ncert: xmpp.cer\nbundle: chain.cer\ntrust: all-servers.cer",
    ),
    Parameter("domain", Form.TEXT, "What it has to name; else the XMPP domain. Blank: nothing."),
    Parameter("names", Form.TEXTS, "Names of the box, one of which it has to hold."),
    Parameter("skip_checks", Form.TEXTS, "Rules that stop nothing, such as certificate/names."),
    Parameter(
        "warn_days", Form.NUMBER, "Note a certificate that expires sooner; else 30.", default="30"
    ),
    Parameter("csr", Form.REQUEST, "Ask for a new certificate: a new name, and its fields."),
)


@dataclass(frozen=True)
class Request:
    """A certificate that is asked for: ``name`` of key and request without ending; ``is_here`` says
    that they are made in the site. ``found`` is what the site knows of it, ``authority`` whom a
    person asks for the answer."""

    name: str
    is_here: bool
    found: FoundRequest
    authority: str = ""

    def has_name(self, file: str) -> bool:
        """Whether ``file`` has this name, with whatever ending."""
        return file.rpartition(".")[0] == self.name

    @property
    def key_file(self) -> str:
        """The name of the key on the box that made it."""
        return f"{self.name}.key"

    @property
    def file(self) -> str:
        """The name of the request on the box that made it."""
        return f"{self.name}.csr"


@dataclass(frozen=True)
class PkiSpec:
    """The files that shall stand on one host, by role and in the order of upload; ``names`` by role
    are those on the box. ``waits_for`` says what a person has to bring before there can be more."""

    cluster: str
    files: tuple[LocalFile, ...]
    names: Mapping[str, str]
    remarks: tuple[Remark, ...] = ()
    request: Request | None = None
    waits_for: str = ""

    @property
    def key(self) -> str:
        """The name of the key on the box."""
        return self.names["key"]

    @property
    def certificate(self) -> str:
        """The name of the certificate on the box."""
        return self.names["cert"]

    @property
    def bundle(self) -> str:
        """The name of the bundle on the box; "" where there is none."""
        return self.names.get("bundle", "")

    @property
    def has_own_key(self) -> bool:
        """Whether the box makes the key itself: then it is never read, nor sent."""
        return self.request is not None and not self.request.is_here


def read_spec(given: Mapping[str, object], site: Site) -> PkiSpec:
    """Check the parameters; raises ``InputError``."""
    parameters = Parameters("pki", given, PARAMETERS)
    wanted = _request(parameters) if given.get("csr") is not None else None
    order = replace(
        certificate_order(parameters),
        domain=parameters.text("domain", "") if given.get("domain") is not None else None,
        names=parameters.texts("names"),
        skipped=_skipped(parameters),
        warn_days=_days(given.get("warn_days")),
        request=wanted,
    )
    _check_key_name(order)
    found = site.certificate(order)
    request = None
    if wanted is not None and found.request is not None:
        if not wanted.is_here:
            _check_words(wanted.name, found.request)
        request = Request(wanted.name, wanted.is_here, found.request, wanted.authority)
    files = {found.files[role].name: found.files[role] for role in _UPLOADS if role in found.files}
    return PkiSpec(
        site.cluster, tuple(files.values()), found.names, found.remarks, request, found.waits_for
    )


def _check_words(name: str, request: FoundRequest) -> None:
    """How a box wants a blank quoted is not known (RECALL): what it would split is refused."""
    try:
        csr(name, request.words)
    except RefusedError as error:
        raise InputError(
            f"pki: csr: {error.cause}",
            "leave blanks and quotes out, or let key and request be made here: where: here",
        ) from None


def _skipped(parameters: Parameters) -> frozenset[str]:
    for rule in parameters.texts("skip_checks"):
        if not _RULE.fullmatch(rule):
            raise InputError(
                f"{printable(rule, 60)!r} in skip_checks is no rule",
                "write it as it is shown, for example certificate/names",
            )
    return frozenset(parameters.texts("skip_checks"))


def _days(value: object) -> int:
    if value is None:
        return 30
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 3650:
        raise InputError("pki: warn_days has to be a number of days", "write warn_days: 30")
    return value


def _request(parameters: Parameters) -> RequestOrder:
    fields = parameters.mapping("csr", _REQUEST)
    for word, value in fields.items():
        if word != "subjectAltName" and value is not None and not isinstance(value, str):
            raise InputError(
                f"pki: {word} of csr has to be text", f"put the value of {word} in quotes"
            )
    name, where = fields.get("name") or "", fields.get("where") or "box"
    if not _BASE_NAME.fullmatch(name):
        raise InputError(
            f"pki: csr cannot have the name {printable(str(name), 60)!r}",
            "use a new name of at most 58 letters, digits, - and _, without an ending",
        )
    if where not in ("box", "here"):
        raise InputError(f"pki: csr cannot be made {printable(where, 40)!r}", "write box or here")
    alternatives = Parameters("pki", {"csr": fields.get("subjectAltName")}, PARAMETERS).texts("csr")
    subject = {word: fields[word] for word in _SUBJECT if fields.get(word)}
    return RequestOrder(
        name, where == "here", subject, alternatives, str(fields.get("authority") or "")
    )


def _check_key_name(order: CertificateOrder) -> None:
    """The box names a key that it makes itself."""
    request = order.request
    if request is None or request.is_here:
        return
    if order.entries["key"].name != f"{request.name}.key":
        raise InputError(
            f"the box will call the new key {request.name}.key, and the certificate names"
            f" {order.entries['key'].name}",
            f"write key: {request.name}.key, and csr name: {request.name}",
        )

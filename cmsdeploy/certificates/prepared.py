"""The files of one server as they are to stand on a box: written anew, whatever came in.

An authority hands out DER, PKCS#7 in any order, a PKCS#12 file with everything inside; Windows adds
marks and other line ends. What is uploaded is what is made here: clean PEM, LF, one object to a
block, in the order that the box wants (Cisco TAC 213479 steps 3 and 4, TAC 214618).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from cmsdeploy.certificates.certificate import Certificate
from cmsdeploy.certificates.chains import CertificatePath, leaves_of, path_from
from cmsdeploy.certificates.file_checks import ServerFiles, check_files, server_certificate
from cmsdeploy.certificates.findings import Expected, Finding, Severity
from cmsdeploy.certificates.private_keys import Key
from cmsdeploy.certificates.reading import Reading
from cmsdeploy.errors import InputError
from cmsdeploy.model.local_file import FileKind, LocalFile

__all__ = [
    "INDISPENSABLE",
    "Material",
    "content_name",
    "findings_of",
    "rebuilt",
    "refuse_two_contents",
]

# Without these a box cannot work with the files, or others get what is not theirs: no play can
# leave them out.
INDISPENSABLE = frozenset(
    f"certificate/{word}"
    for word in (
        "key-match",
        "key-missing",
        "key-inside",
        "none",
        "several-servers",
        "signature",
        "file-name",
        "file-twice",
    )
)
# What is put right while the files are written anew.
_MENDED = frozenset({"certificate/order", "certificate/leaf-in-bundle"})
_DIGITS = 8


@dataclass(frozen=True)
class Material:
    """``readings`` by role, of the files that are there; ``members`` are the certificates of all
    servers of the cluster by name, as far as they are known, this one's among them."""

    readings: Mapping[str, Reading]
    members: Mapping[str, Certificate] = field(default_factory=dict)
    member_sources: tuple[str, ...] = ()

    @property
    def leaf(self) -> Certificate | None:
        """The certificate of the server."""
        reading = self.readings.get("cert")
        if reading is None:
            return None
        return server_certificate(reading, self.readings.get("key"))

    def path(self, at: datetime) -> CertificatePath | None:
        """The way up from the leaf, through whatever was brought."""
        roles = [role for role in ("cert", "bundle", "fullchain") if role in self.readings]
        pool = tuple(one for role in roles for one in self.readings[role].certificates)
        return path_from(self.leaf, pool, at) if self.leaf is not None else None


def rebuilt(material: Material, names: Mapping[str, str], at: datetime) -> dict[str, LocalFile]:
    """The files by role, under the ``names`` on the box. A role that nothing can be made of is left
    out: what is missing is said by :func:`findings_of`."""
    found: dict[str, LocalFile] = {}
    for role, name in names.items():
        if role == "key":
            key, source = _key(material), _source(material, "key")
            if key is not None:
                found[role] = _key_file(name, source, key)
            continue
        certificates = _certificates(material, role, "bundle" in names, at)
        if certificates:
            found[role] = _certificate_file(name, _source(material, role), certificates)
    return found


def _key(material: Material) -> Key | None:
    reading = material.readings.get("key")
    return None if reading is None else reading.key


def _source(material: Material, role: str) -> str:
    if role in material.readings:
        return material.readings[role].source
    if role == "trust":
        return "+".join(material.member_sources)
    parts = (
        material.readings[one].source for one in ("cert", "bundle") if one in material.readings
    )
    return "+".join(dict.fromkeys(parts))


def _certificates(
    material: Material, role: str, has_bundle: bool, at: datetime
) -> tuple[Certificate, ...]:
    path = material.path(at)
    if path is None:
        return ()
    leaf, given = path.certificates[0], material.readings.get(role)
    if role == "trust":
        if given is None:
            return tuple(dict.fromkeys(material.members.values()))
        leaves = leaves_of(given.certificates)
        return tuple(one for one in dict.fromkeys(given.certificates) if one in leaves)
    if role == "bundle":
        return path.above
    if role == "fullchain" or not has_bundle:
        # A certificate file without a bundle beside it keeps the authorities that it came with.
        brought = material.readings["cert"].certificates
        above = path.certificates[1:]
        return (leaf, *(one for one in above if role == "fullchain" or one in brought))
    return (leaf,)


def _key_file(name: str, source: str, key: Key) -> LocalFile:
    digest = key.public.digest
    return LocalFile(name, source, FileKind.KEY, key.content, f"key:{digest}", (digest,))


def _certificate_file(name: str, source: str, certificates: tuple[Certificate, ...]) -> LocalFile:
    pem = b"".join(one.pem() for one in certificates)
    keys = tuple(one.key.digest for one in certificates)
    identity = f"sha256:{hashlib.sha256(pem).hexdigest()}"
    return LocalFile(name, source, FileKind.CERTIFICATES, pem, identity, keys)


def content_name(name: str, file: LocalFile) -> str:
    """``name`` with eight digits of what the file is, before the ending: ``xmpp-1a2b3c4d.key``.

    The digits of a key are those of its public half: nothing of the secret is in a name.
    """
    stem, dot, ending = name.rpartition(".")
    digits = file.identity.partition(":")[2][:_DIGITS]
    return f"{stem}-{digits}{dot}{ending}" if dot else f"{name}-{digits}"


def findings_of(material: Material, expected: Expected) -> Iterator[Finding]:
    """What is wrong with the files as they were brought. What writing them anew puts right is a
    warning."""
    readings = {role: _plain(role, one) for role, one in material.readings.items()}
    certificate = readings.get("cert")
    if certificate is None:
        return
    files = ServerFiles(
        certificate,
        readings.get("key"),
        readings.get("bundle") or readings.get("fullchain"),
        readings.get("trust"),
        tuple(dict.fromkeys(material.members.values())),
    )
    for finding in check_files(files, expected):
        is_mended = finding.rule in _MENDED and finding.severity is Severity.ERROR
        yield _mended(finding) if is_mended else finding


def _plain(role: str, reading: Reading) -> Reading:
    """A PKCS#12 file holds everything: each role is given its part, so nothing is published."""
    is_container = reading.form == "PKCS#12" and bool(reading.certificates)
    return replace(reading, key=None) if is_container and role != "key" else reading


def _mended(finding: Finding) -> Finding:
    remedy = "nothing has to be done: it is written anew, in order, for the upload"
    return replace(finding, severity=Severity.WARNING, remedy=remedy)


def refuse_two_contents(files: Mapping[str, LocalFile]) -> None:
    """Raise :class:`InputError` where two roles have one name on the box and two contents."""
    taken: dict[str, tuple[str, LocalFile]] = {}
    for role, file in files.items():
        first, other = taken.setdefault(file.name, (role, file))
        if other.identity != file.identity:
            raise InputError(
                f"{file.name} [certificate/file-twice] would be {first} and {role}, which are not"
                " the same",
                "give every file on the box a name of its own",
            )

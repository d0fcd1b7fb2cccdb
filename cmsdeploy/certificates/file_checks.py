"""Do the files of one server belong together: key, certificate, bundle, trust?

===================================  ===========================================================
``certificate/key-match``            the key belongs to the certificate
``certificate/key-missing``          the file that is named as the key holds none
``certificate/none``                 a file that should hold certificates holds none
``certificate/key-inside``           a key beside certificates would be given to the peers
``certificate/several-servers``      one certificate file, two servers' certificates
``certificate/order``                leaf first, each issuer after, the root last in the bundle
``certificate/duplicate``            the same certificate twice in one file
``certificate/stranger``             a certificate in the bundle that the chain has no use for
``certificate/leaf-in-bundle``       (warning) the bundle is what the box presents above the leaf
``certificate/trust``                the trust holds the certificate of every member
``certificate/trust-stranger``       (warning) the trust holds one of no member
``certificate/file-name``            the box takes the name
``certificate/file-twice``           one name on the box, two contents
===================================  ===========================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cmsdeploy.certificates.certificate import Certificate
from cmsdeploy.certificates.chain_checks import check_chain
from cmsdeploy.certificates.chains import CertificatePath, ancestors, leaves_of, path_from
from cmsdeploy.certificates.checks import check_server_certificate
from cmsdeploy.certificates.findings import Expected, Finding, Severity, wrong
from cmsdeploy.certificates.reading import Reading
from cmsdeploy.errors import RefusedError
from cmsdeploy.model.file_name import checked_file_name

__all__ = ["ServerFiles", "check_files", "check_names", "server_certificate"]

_REWRITE = "write it anew with: cmsdeploy certs bundle"


@dataclass(frozen=True)
class ServerFiles:
    """The readings of one server's files; None where a role is not given. ``members`` are the
    certificates of all members of the cluster, for the trust."""

    certificate: Reading
    key: Reading | None = None
    bundle: Reading | None = None
    trust: Reading | None = None
    members: tuple[Certificate, ...] = ()


def server_certificate(reading: Reading, key: Reading | None = None) -> Certificate | None:
    """The server's own certificate in a file: the only leaf, of several the one that belongs to
    the key, else the first one."""
    leaves = leaves_of(reading.certificates)
    if len(leaves) == 1:
        return leaves[0]
    if key is not None and key.key is not None:
        digest = key.key.public.digest
        own = next((one for one in leaves if one.key.digest == digest), None)
        if own is not None:
            return own
    return reading.certificates[0] if reading.certificates else None


def check_files(files: ServerFiles, expected: Expected) -> tuple[Finding, ...]:
    """Every finding for one server, each with the file that it is about."""
    leaf = server_certificate(files.certificate, files.key)
    if leaf is None:
        return tuple(_in(files.certificate, _no_certificate(files.certificate)))
    others = (*files.certificate.certificates, *_of(files.bundle))
    return (
        *_in(files.certificate, check_server_certificate(leaf, expected)),
        *_in(files.certificate, _certificate_file(files.certificate, leaf)),
        *_in(files.bundle or files.certificate, check_chain(leaf, others, expected)),
        *_in(files.key, _key(files.key, leaf)),
        *_in(files.bundle, _bundle(files.bundle, path_from(leaf, others, expected.at))),
        *_in(files.trust, _trust(files.trust, (leaf, *files.members))),
    )


def check_names(names: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """``names`` are names on a box, each with the identities of the contents it would have."""
    for name, identities in names.items():
        try:
            checked_file_name(name)
        except RefusedError as error:
            yield replace(wrong("file-name", error.cause, error.action), file=name)
        if len(set(identities)) > 1:
            text = f"{name} would come from {len(set(identities))} different files"
            remedy = "give every file on the box a name of its own"
            yield replace(wrong("file-twice", text, remedy), file=name)


def _of(reading: Reading | None) -> tuple[Certificate, ...]:
    return () if reading is None else reading.certificates


def _in(reading: Reading | None, found: Sequence[Finding] | Iterator[Finding]) -> Iterator[Finding]:
    source = "" if reading is None else reading.source
    return (replace(finding, file=source) for finding in found)


def _no_certificate(reading: Reading) -> Iterator[Finding]:
    yield wrong(
        "none",
        f"{reading.source} holds no certificate",
        "put into it what the authority sent back, in any form; or write the name of the file that"
        " holds it in its place",
    )


def _key(reading: Reading | None, leaf: Certificate) -> Iterator[Finding]:
    if reading is None:
        return
    if reading.key is None:
        text = f"{reading.source} is named as the key and holds no private key"
        yield wrong("key-missing", text, "name the file that was made with the request")
    elif reading.key.public.digest != leaf.key.digest:
        text = f"the key {reading.source} ({reading.key.public}) does not belong to {leaf.subject}"
        yield wrong("key-match", text, "bring the key that the request was made with")


def _certificate_file(reading: Reading, leaf: Certificate) -> Iterator[Finding]:
    yield from _inside(reading)
    yield from _duplicates(reading)
    leaves = leaves_of(reading.certificates)
    if len(leaves) > 1:
        shown = ", ".join(one.subject for one in leaves)
        text = f"{reading.source} holds the certificates of several servers: {shown}"
        yield wrong("several-servers", text, "give each server a file of its own")
    elif reading.certificates[0] != leaf:
        text = f"{reading.source} does not begin with the certificate of the server"
        yield wrong("order", text, f"{_REWRITE} --kind fullchain")


def _inside(reading: Reading) -> Iterator[Finding]:
    if reading.key is not None:
        text = f"{reading.source} holds a private key beside certificates"
        remedy = "put the key into a file of its own, and take it for known if this was sent around"
        yield wrong("key-inside", text, remedy)


def _duplicates(reading: Reading) -> Iterator[Finding]:
    for one in dict.fromkeys(reading.certificates):
        count = reading.certificates.count(one)
        if count > 1:
            text = f"{one.subject} stands {count} times in {reading.source}"
            yield wrong("duplicate", text, _REWRITE)


def _bundle(reading: Reading | None, path: CertificatePath) -> Iterator[Finding]:
    if reading is None:
        return
    if not reading.certificates:
        yield from _no_certificate(reading)
        return
    yield from _inside(reading)
    yield from _duplicates(reading)
    leaf, given = path.certificates[0], tuple(dict.fromkeys(reading.certificates))
    if leaf in given and leaf not in path.above:
        text = f"{reading.source} holds the server's own certificate"
        yield wrong("leaf-in-bundle", text, _REWRITE, Severity.WARNING)
    related = ancestors([leaf], given + path.certificates)
    for one in given:
        # Above a gap nobody can tell a stranger from the root that the missing one leads to.
        is_above_gap = not path.is_complete and one.is_authority
        if one not in related and not is_above_gap:
            text = f"{one.subject} in {reading.source} has no part in the chain of {leaf.subject}"
            yield wrong("stranger", text, _REWRITE)
    # Where an authority was signed twice, the ways that are not taken may stand anywhere.
    if [one for one in given if one in path.above] != [one for one in path.above if one in given]:
        text = f"{reading.source} is not in order: intermediates first, the root last"
        yield wrong("order", text, _REWRITE)


def _trust(reading: Reading | None, members: Sequence[Certificate]) -> Iterator[Finding]:
    if reading is None:
        return
    if not reading.certificates:
        yield from _no_certificate(reading)
        return
    yield from _inside(reading)
    yield from _duplicates(reading)
    remedy = f"{_REWRITE} --kind trust, with the certificates of all members"
    for one in dict.fromkeys(members):
        if one not in reading.certificates:
            text = f"{reading.source} does not hold the certificate of {one.subject}"
            yield wrong("trust", text, remedy)
    for one in dict.fromkeys(reading.certificates):
        if one not in members:
            text = f"{one.subject} in {reading.source} is the certificate of no member"
            yield wrong("trust-stranger", text, remedy, Severity.WARNING)

"""All certificates that lie about in the folders of a site: where an authority's answer is found.

Answers come back under names that nobody chose, in any form, beside files that are something else.
So an answer is known by its public key, and its chain by issuer and signature; what cannot be read
is no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cmsdeploy.certificates.armour import blocks_in
from cmsdeploy.certificates.certificate import Certificate
from cmsdeploy.certificates.chains import distinct, path_from
from cmsdeploy.certificates.public_keys import public_digest
from cmsdeploy.certificates.reading import Reading, read
from cmsdeploy.certificates.signing_request import SigningRequest, read_request
from cmsdeploy.errors import CmsdeployError

__all__ = ["Answer", "Pool", "is_request", "is_request_for", "pooled", "request_digest"]


@dataclass(frozen=True)
class Answer:
    """A certificate that came back, and those above it as far as they are here; each with the file
    that it was found in."""

    sources: tuple[str, ...]
    certificates: tuple[Certificate, ...]

    @property
    def as_certificate(self) -> Reading:
        """The leaf as a file of its own."""
        return Reading(self.sources[0], "PEM", self.certificates[:1])

    @property
    def as_bundle(self) -> Reading:
        """Those above, in order; the leaf itself where it signed itself."""
        sources = dict.fromkeys(self.sources[1:] or self.sources)
        return Reading("+".join(sources), "PEM", self.certificates[1:] or self.certificates[:1])


@dataclass(frozen=True)
class Pool:
    """``sources`` says in which file each certificate was found first."""

    sources: Mapping[Certificate, str] = field(default_factory=dict)

    def answer(self, digests: Iterable[str], at: datetime) -> Answer | None:
        """The newest certificate for one of the public keys ``digests``, with its chain."""
        wanted = frozenset(digests)
        found = [one for one in self.sources if one.key.digest in wanted]
        if not found:
            return None
        leaf = max(found, key=lambda one: (one.not_before, one.der))
        path = path_from(leaf, distinct(self.sources), at)
        sources = tuple(self.sources[one] for one in path.certificates)
        return Answer(sources, path.certificates)


def pooled(files: Mapping[str, bytes]) -> Pool:
    """The certificates in ``files`` (by the name that people know), in any form."""
    found: dict[Certificate, str] = {}
    for source in sorted(files):
        try:
            reading = read(source, files[source])
        except CmsdeployError:
            continue  # a request, a locked container, notes: no answer
        for one in reading.certificates:
            found.setdefault(one, source)
    return Pool(found)


def is_request(content: bytes) -> bool:
    """Whether there is a block of a certificate request."""
    try:
        return any("CERTIFICATE REQUEST" in block.label for block in blocks_in("", content))
    except CmsdeployError:
        return False


def request_digest(source: str, content: bytes) -> str:
    """The digest of the public key that a request is for. Raises :class:`InputError`."""
    return public_digest(read_request(source, content).public_key)


def is_request_for(content: bytes, common_name: str, names: Iterable[str]) -> bool:
    """Whether a request asks for this common name and, among others, these names."""
    try:
        request = read_request("the request", content)
    except CmsdeployError:
        return False
    held = {name.lower() for name in _names(request)}
    is_named = any(
        part.value == common_name for part in request.subject if part.oid.dotted_string == "2.5.4.3"
    )
    return is_named and held >= {name.lower().rstrip(".") for name in names}


def _names(request: SigningRequest) -> list[str]:
    # A box may write an address as a name; only what it wrote counts.
    return [str(getattr(one, "value", one)) for one in request.names]

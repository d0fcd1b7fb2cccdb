"""What speaks against a request or an upload."""

from __future__ import annotations

from collections.abc import Iterator

from cmsdeploy.families.pki.facts import PkiState
from cmsdeploy.families.pki.ladder import denials, is_begun, is_replacing, is_witnessed
from cmsdeploy.families.pki.spec import PkiSpec, Request
from cmsdeploy.model.local_file import LocalFile
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.secret import UNKNOWN, Secret
from cmsdeploy.model.step import Refusal

__all__ = ["refusals"]


def refusals(host: str, spec: PkiSpec, state: PkiState) -> Iterator[Refusal]:
    """Say why the files of ``host`` cannot be put there from what the box shows."""
    if state.names is UNKNOWN:
        yield Refusal(
            host,
            "pki/list-unreadable",
            Phrase(
                "the reply to `pki list` is not understood, so it cannot be told which"
                " files are there; look with: pki list"
            ),
            spec.cluster,
        )
        return
    if spec.has_own_key and spec.request is not None:
        yield from _of_request(host, spec.cluster, state, spec.request)
    for file in spec.files:
        yield from _of_file(host, spec, state, file)
    for line in denials(spec, state):
        yield Refusal(
            host,
            "pki/denied",
            Phrase(
                "the files stand on the box as they are here, and `{line}` fails there;"
                " look with: {line}",
                line=line,
            ),
            spec.cluster,
        )


def _of_request(host: str, cluster: str, state: PkiState, request: Request) -> Iterator[Refusal]:
    """`pki csr` writes over a key of the same name at once, and breaks the service that uses it
    (DOC, Cisco TAC 214618): a name that is on the box is refused, unless we see our own request."""
    names = frozenset() if state.names is UNKNOWN else state.names
    has_key, seen = state.holds(request.key_file), state.contents.get(request.file)
    here = request.found.content
    if here is None:
        is_taken = any(map(request.has_name, names)) or _is_used(state, request)
        is_ours = has_key and seen is not None and request.found.is_as_wanted(seen)
        if is_taken and not (is_ours and not _is_used(state, request)):
            yield Refusal(
                host,
                "pki/name-taken",
                Phrase(
                    "{name} is on the box already, and `pki csr` would destroy its key at"
                    " once; take a new name for the request",
                    name=request.name,
                ),
                cluster,
            )
    elif not has_key:
        yield Refusal(
            host,
            "pki/request-without-key",
            Phrase(
                "{request} is here, and the box has no {key}: its answer would fit no"
                " key; take a new name for the request",
                request=request.found.target,
                key=request.key_file,
            ),
            cluster,
        )
    elif seen is not None and seen != Secret(here):
        yield Refusal(
            host,
            "pki/request-differs",
            Phrase(
                "{file} on the box is not {request}; take a new name for the request",
                file=request.file,
                request=request.found.target,
            ),
            cluster,
        )


def _is_used(state: PkiState, request: Request) -> bool:
    """Whether a service names a key or certificate of this name, listed or not."""
    return any(map(request.has_name, state.used))


def _of_file(host: str, spec: PkiSpec, state: PkiState, file: LocalFile) -> Iterator[Refusal]:
    if is_replacing(state, file):
        yield Refusal(
            host,
            "pki/file-in-use",
            Phrase(
                "{name} is in use with another content, and a service that runs goes on"
                " with the old one; give the new files new names: they are then taken"
                " into use one server at a time",
                name=file.name,
            ),
            spec.cluster,
        )
    is_hidden = state.holds(file.name) and file.name not in state.contents
    is_known = is_witnessed(state, spec.files, file) or is_begun(state, spec.files, file)
    if is_hidden and not is_known:
        yield Refusal(
            host,
            "pki/unreadable-file",
            Phrase(
                "{name} is on the box, cannot be read back, and the box does not say"
                " that it belongs to the certificate; use a new name for it, or compare"
                " by hand with: pki match {name} CERTIFICATE",
                name=file.name,
            ),
            spec.cluster,
        )

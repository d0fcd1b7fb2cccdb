"""The rungs of one box: the request is made and kept, its answer is brought, each file stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cmsdeploy.families.ladder import Rung
from cmsdeploy.families.pki.commands import LIST, csr, match, verify
from cmsdeploy.families.pki.facts import PkiState
from cmsdeploy.families.pki.spec import PkiSpec, Request
from cmsdeploy.model.action import Command, Download, Local, Manual, Upload
from cmsdeploy.model.local_file import FileKind, LocalFile
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.secret import Secret

__all__ = [
    "denials",
    "file_rung",
    "is_begun",
    "is_replacing",
    "is_witnessed",
    "rungs",
    "wanted_content",
]


def rungs(spec: PkiSpec, *, is_maker: bool) -> Iterator[Rung[PkiState]]:
    """The ladder of one host; ``is_maker`` says that it is the one to make a request here."""
    request = spec.request
    if request is not None and is_maker:
        if request.found.content is None:
            yield from _asking(request)
        is_answered = any(file.name == spec.certificate for file in spec.files)
        # A rendering has the names of the files, and nothing of the request yet.
        if request.found.content is None or not is_answered:
            yield _answered(request)
    for file in spec.files:
        yield file_rung(spec, file)


def _answered(request: Request) -> Rung[PkiState]:
    return Rung(
        name=f"answer-{request.name}",
        why=Phrase("the certificate for {request} is here", request=request.found.target),
        holds=lambda seen: seen.is_answer_awaited,
        action=Manual(
            Phrase(
                "have {request} signed{by}; put the certificate, and those of its"
                " authorities up to the root, into files/ of the site, in any form and"
                " under any name; then run apply again",
                request=request.found.target,
                by=_by(request),
            )
        ),
        then=lambda seen: replace(seen, is_answer_awaited=True),
        source="TAC 213479 step 2",
    )


def _by(request: Request) -> str:
    return Phrase(" by {authority}", authority=request.authority) if request.authority else ""


def _asking(request: Request) -> Iterator[Rung[PkiState]]:
    if request.is_here:
        yield Rung(
            name=f"request-{request.name}",
            why=Phrase("key and request {name} are made here", name=request.name),
            holds=lambda seen: seen.is_request_kept,
            action=Local(
                Phrase(
                    "make {key} and {request}", key=request.key_file, request=request.found.target
                ),
                request.found.make,
            ),
            then=lambda seen: replace(seen, is_request_kept=True),
            source="TAC 213479 step 1",
        )
        return
    yield Rung(
        name=f"request-{request.name}",
        why=Phrase("the box has made {key} and asks for its certificate", key=request.key_file),
        holds=lambda seen: seen.holds(request.file) and seen.holds(request.key_file),
        action=csr(request.name, request.found.words),
        then=lambda seen: seen.with_names(request.file, request.key_file),
        evidence=(LIST,),
        source="TAC 213479 step 1",
    )
    yield Rung(
        name=f"fetched-{request.name}",
        why=Phrase("the request is here, in {request}", request=request.found.target),
        holds=lambda seen: seen.is_request_kept,
        action=Local(
            Phrase("get {file} {request}", file=request.file, request=request.found.target),
            request.found.keep,
            Download(request.file),
        ),
        then=lambda seen: replace(seen, is_request_kept=True),
        source="TAC 213479 step 2",
    )


def wanted_content(file: LocalFile) -> Secret:
    """The content to compare with. A file that was not read (rendering only) equals itself only."""
    if isinstance(file.content, Secret):
        return file.content
    return Secret(file.content if file.content is not None else f"unread {file.source}")


def is_witnessed(state: PkiState, files: tuple[LocalFile, ...], file: LocalFile) -> bool:
    """Whether a key that cannot be read back is borne out by the box's own match.

    The certificate beside it has to be readable and the wanted one; then a key that the box calls
    a match to it is the wanted key.
    """
    return any((file.name, other.name) in state.pairs for other in _beside(state, files, file))


def is_begun(state: PkiState, files: tuple[LocalFile, ...], file: LocalFile) -> bool:
    """Whether a key that cannot be read back looks like an upload of ours that was cut.

    Its certificate stands there as wanted, and no service uses the key yet: it may be written over.
    """
    return file.name not in state.used and bool(_beside(state, files, file))


def _beside(
    state: PkiState, files: tuple[LocalFile, ...], file: LocalFile
) -> tuple[LocalFile, ...]:
    """The certificates of the key ``file`` that stand on the box with the wanted content."""
    return tuple(
        other
        for other in files
        if file.kind is FileKind.KEY
        and other.kind is FileKind.CERTIFICATES
        and other.public_keys[:1] == file.public_keys[:1]
        and state.contents.get(other.name) == wanted_content(other)
    )


def is_replacing(state: PkiState, file: LocalFile) -> bool:
    """Whether a service names the file, and it stands there with another content.

    A torn upload of an earlier run has the same name and is in nobody's use: that one may be
    written over.
    """
    seen = state.contents.get(file.name)
    return seen is not None and seen != wanted_content(file) and file.name in state.used


def _stands(spec: PkiSpec, state: PkiState, file: LocalFile) -> bool:
    is_same = state.contents.get(file.name) == wanted_content(file)
    return is_same or (file.name not in state.contents and is_witnessed(state, spec.files, file))


def _questions(spec: PkiSpec) -> Iterator[tuple[Command, tuple[str, str]]]:
    """What the box can be asked about the files, and the names that are in the question."""
    yield match(spec.key, spec.certificate), (spec.key, spec.certificate)
    if spec.bundle:
        yield verify(spec.certificate, spec.bundle), (spec.certificate, spec.bundle)


def denials(spec: PkiSpec, state: PkiState) -> tuple[str, ...]:
    """What the box says FAILURE to although the files stand there as wanted, as commands."""
    files = {file.name: file for file in spec.files}

    def is_there(name: str) -> bool:
        return _stands(spec, state, files[name]) if name in files else state.holds(name)

    return tuple(
        command.line
        for command, pair in _questions(spec)
        if pair in state.denied and all(map(is_there, pair))
    )


def file_rung(spec: PkiSpec, file: LocalFile) -> Rung[PkiState]:
    """The rung for ``file``: the upload is read back on the wire. Where the box can say whether
    certificates go together, it is asked before a service names them."""
    content = wanted_content(file)
    asked = [
        (command, pair)
        for command, pair in _questions(spec)
        # A key that was uploaded was compared; what the box made itself only the box can compare.
        if file.name in pair and (command.words[1] == "verify" or spec.has_own_key)
    ]
    read = {name for _, pair in asked for name in pair if name != spec.key}

    def holds(seen: PkiState) -> bool:
        lines = {command.line for command, _ in asked}
        return _stands(spec, seen, file) and lines.isdisjoint(denials(spec, seen))

    return Rung(
        name=f"file-{file.name}",
        why=Phrase("{name} stands on the box as it is here", name=file.name),
        holds=holds,
        action=Upload(file.name, file.source, file.identity, file.content),
        then=lambda seen: seen.with_file(file.name, content),
        evidence=(*(Download(name) for name in sorted(read)), *(command for command, _ in asked)),
        source="TAC 213479 step 4",
    )

"""One rung per file: it stands on the box with exactly the content that we have here."""

from __future__ import annotations

from cmsdeploy.families.ladder import Rung
from cmsdeploy.families.pki.facts import PkiState
from cmsdeploy.model.action import Upload
from cmsdeploy.model.local_file import FileKind, LocalFile
from cmsdeploy.model.secret import Secret

__all__ = ["file_rung", "is_begun", "is_replacing", "is_witnessed", "wanted_content"]


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


def file_rung(state: PkiState, files: tuple[LocalFile, ...], file: LocalFile) -> Rung[PkiState]:
    """The rung for ``file``. It has no evidence of its own: the upload is read back on the wire."""
    content = wanted_content(file)

    def holds(seen: PkiState) -> bool:
        stands = seen.contents.get(file.name) == content
        return stands or (file.name not in seen.contents and is_witnessed(seen, files, file))

    return Rung(
        name=f"file-{file.name}",
        why=f"{file.name} stands on the box as it is here",
        holds=holds,
        action=Upload(file.name, file.source, file.identity, file.content),
        then=lambda seen: seen.with_file(file.name, content),
        source="TAC 213479 step 4",
    )

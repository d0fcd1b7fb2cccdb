"""What speaks against an upload."""

from __future__ import annotations

from collections.abc import Iterator

from cmsdeploy.families.pki.facts import PkiState
from cmsdeploy.families.pki.ladder import is_begun, is_replacing, is_witnessed
from cmsdeploy.model.local_file import LocalFile
from cmsdeploy.model.secret import UNKNOWN
from cmsdeploy.model.step import Refusal

__all__ = ["refusals"]


def refusals(
    host: str, cluster: str, state: PkiState, files: tuple[LocalFile, ...]
) -> Iterator[Refusal]:
    """Say why the files of ``host`` cannot be put there from what the box shows."""
    if state.names is UNKNOWN:
        yield Refusal(
            host,
            "pki/list-unreadable",
            "the reply to `pki list` is not understood, so it cannot be told which files are"
            " there; look with: pki list",
            cluster,
        )
        return
    for file in files:
        if is_replacing(state, file):
            yield Refusal(
                host,
                "pki/file-in-use",
                f"{file.name} is in use with another content, and a service that runs goes on with"
                " the old one; give the new files new names: they are then taken into use one"
                " server at a time",
                cluster,
            )
        is_hidden = file.name in state.names and file.name not in state.contents
        is_known = is_witnessed(state, files, file) or is_begun(state, files, file)
        if is_hidden and not is_known:
            yield Refusal(
                host,
                "pki/unreadable-file",
                f"{file.name} is on the box, cannot be read back, and the box does not say that it"
                f" belongs to the certificate; use a new name for it, or compare by hand with:"
                f" pki match {file.name} CERTIFICATE",
                cluster,
            )

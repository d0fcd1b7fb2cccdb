"""Folders of ours that nobody else may look into."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from cmsdeploy.errors import CmsdeployError

__all__ = ["make_private_folder"]


def make_private_folder(folder: Path) -> None:
    """Make ``folder`` and what is missing above it, each born 0700 whatever the umask.

    Raises ``CmsdeployError`` where it cannot be made.
    """
    try:
        for place in (*reversed(folder.parents), folder):
            if not place.exists():
                # Another run may begin at this moment, with the same folder missing.
                with contextlib.suppress(FileExistsError):
                    os.mkdir(place, 0o700)
        if not folder.is_dir():
            raise NotADirectoryError(20, "it is not a folder")
    except OSError as error:
        raise CmsdeployError(
            f"the folder {folder} cannot be made: {error.strerror}",
            "make room, or give another place with CMSDEPLOY_STATE",
        ) from error

"""The command of a backup and its reply."""

from __future__ import annotations

import pytest

from cmsdeploy.families.snapshots import is_ready, snapshot
from cmsdeploy.model.action import Command


def test_the_command_names_the_backup_and_has_its_time() -> None:
    """A box with much in it takes long, and the caller says how long."""
    assert snapshot("before-change", 600) == Command(
        ("backup", "snapshot", "before-change"), deadline=600
    )


@pytest.mark.parametrize(
    ("text", "ready"),
    [
        ("before-change.bak ready for download\r\n", True),
        ("SUCCESS: before-change.bak is Ready for\n download\n", True),
        ("READY FOR DOWNLOAD", True),
        ("FAILURE: no space left\n", False),
        ("", False),
    ],
)
def test_only_the_words_of_the_box_say_that_it_is_there(text: str, ready: bool) -> None:
    """However it spells and breaks them."""
    assert is_ready(text) is ready

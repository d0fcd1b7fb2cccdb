"""Which tasks run: ``--tags`` and ``--skip-tags``, with Ansible's special words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from cmsdeploy.errors import InputError, printable
from cmsdeploy.playbook.play import Playbook

__all__ = ["check_tags", "is_selected"]

_SPECIAL = frozenset({"all", "tagged", "untagged", "always", "never"})


def is_selected(own: frozenset[str], wanted: frozenset[str], skipped: frozenset[str]) -> bool:
    """Whether a task with the tags ``own`` runs. No tag wanted means all of them."""
    tags = own or frozenset({"untagged"})
    return _is_wanted(tags, wanted or frozenset({"all"})) and not _is_skipped(tags, skipped)


def _is_wanted(tags: frozenset[str], wanted: frozenset[str]) -> bool:
    if "always" in tags or tags & wanted:
        return True
    if "never" in tags:
        return False
    return "all" in wanted or ("tagged" in wanted and "untagged" not in tags)


def _is_skipped(tags: frozenset[str], skipped: frozenset[str]) -> bool:
    if "all" in skipped:
        return "always" not in tags or "always" in skipped
    is_tagged = "untagged" not in tags
    return bool(tags & skipped) or ("tagged" in skipped and is_tagged)


def check_tags(playbook: Playbook, words: Iterable[str]) -> None:
    """Refuse a tag that no task has; Ansible would run nothing and say nothing."""
    known = playbook.tag_names() | _SPECIAL
    for word in words:
        if word not in known:
            near = difflib.get_close_matches(word, sorted(known), n=1)
            have = ", ".join(sorted(playbook.tag_names())) or "none at all"
            raise InputError(
                f"no task has the tag {printable(word, 60)!r}",
                f"did you mean {near[0]}?" if near else f"the tags are: {have}",
            )

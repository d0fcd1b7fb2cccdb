"""The version of a box: the one fact that is read before any other, whatever the families want."""

from __future__ import annotations

from cmsdeploy.model.action import Command, Reply
from cmsdeploy.model.reply_text import Verdict, judge
from cmsdeploy.model.version import Version

__all__ = ["VERSION", "understand_version"]

VERSION = Command.of("version")


def understand_version(reply: Reply) -> Version | None:
    """The version in the reply; None where there is none to be found (its layout is not known)."""
    return Version.found_in(reply.text) if judge(reply.text) is Verdict.SILENT else None

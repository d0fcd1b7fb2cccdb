"""`reboot`, `shutdown`, `factory_reset` (mmp 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import cluster, power
from ..exchange import Question, Reply, failure
from .verb import Answer, Verb

if TYPE_CHECKING:
    from ..box import Box

# RECALL that they ask; the words are guesses. DOC mmp 3: a capital Y.
_QUESTION = "Are you sure you wish to {}? (Y/n)"


def _reboot(box: Box, words: tuple[str, ...]) -> Reply:
    if box.world.switches["reboot-asks"] == "yes":
        return Question(_QUESTION.format("reboot"), "reboot", words, True)
    return _do_reboot(box)


def _do_reboot(box: Box) -> str:
    # The reply of a real box is UNKNOWN; the connection ends with it.
    power.boot(box)
    return ""


def _confirm_reboot(box: Box, _words: tuple[str, ...], text: str) -> str:
    return _do_reboot(box) if text.strip() == "Y" else failure("Operation cancelled")


def _shutdown(box: Box, words: tuple[str, ...]) -> Reply:
    if box.world.switches["reboot-asks"] == "yes":
        return Question(_QUESTION.format("shut down"), "shutdown", words, True)
    return _do_shutdown(box)


def _do_shutdown(box: Box) -> str:
    power.switch_off(box)
    return ""


def _confirm_shutdown(box: Box, _words: tuple[str, ...], text: str) -> str:
    return _do_shutdown(box) if text.strip() == "Y" else failure("Operation cancelled")


def _factory_reset(box: Box, words: tuple[str, ...]) -> Reply:
    # DOC TAC-214620: `factory_reset app`, then a reboot.
    if words[0] not in ("app", "full"):
        return failure(f"Unknown reset {words[0]}")
    return Question(_QUESTION.format("reset to factory settings"), "factory-reset", words, True)


def _confirm_factory_reset(box: Box, _words: tuple[str, ...], text: str) -> str:
    if text.strip() != "Y":
        return failure("Operation cancelled")
    member = cluster.membership(box)
    if member:
        cluster.leave(box, member, as_ghost=True)
    box.xmpp = type(box.xmpp)()
    box.services.clear()
    power.boot(box)
    return ""


VERBS = (
    Verb("reboot", _reboot, is_write=True),
    Verb("shutdown", _shutdown, is_write=True),
    Verb("factory_reset", _factory_reset, "app|full", 1, 1, is_write=True),
)
ANSWERS: dict[str, Answer] = {
    "reboot": _confirm_reboot,
    "shutdown": _confirm_shutdown,
    "factory-reset": _confirm_factory_reset,
}

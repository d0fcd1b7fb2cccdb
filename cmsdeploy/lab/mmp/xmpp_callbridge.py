"""`xmpp callbridge ...`: which call bridges may log in to the server of one box, and with what.

Records are not copied between the members of a cluster: each node needs them added (TAC-213479
steps 7 and 8). Texts without a named source are guesses.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..exchange import Question, Reply, failure, lines, success
from ..login import record_domain
from .verb import Answer, Verb

if TYPE_CHECKING:
    from ..box import Box

_CALLBRIDGE_NAME = re.compile(r"[A-Za-z0-9._-]+\Z")


def _refused_name(box: Box, name: str, *, may_replace: bool = False) -> str | None:
    needs_running = box.world.switches["callbridge-add-needs-running"] == "yes"
    if needs_running and not box.xmpp.is_running:
        return failure("XMPP server is not running")  # guess
    if not _CALLBRIDGE_NAME.match(name):
        # CL-LAB: no domain part. Which letters are taken is a guess.
        return failure(f"Invalid callbridge name {name}")
    if name in box.xmpp.callbridges and not may_replace:
        return failure(f"Callbridge {name} already exists")  # unique: TAC-213479; text guess
    return None


def _written(box: Box, name: str, secret: str) -> None:
    box.xmpp.callbridges[name] = secret
    if box.xmpp.domain is not None:
        box.xmpp.record_domains[name] = box.xmpp.domain


def _record(box: Box, name: str) -> str:
    # SEEN xmpp-callbridge-list.
    return lines(
        f"Callbridge : {name}",
        f"Domain     : {record_domain(box, name) or 'none'}",
        f"Secret     : {box.xmpp.callbridges[name]}",
    )


def _callbridge_add(box: Box, words: tuple[str, ...]) -> str:
    name = words[0]
    refusal = _refused_name(box, name)
    if refusal:
        return refusal
    secret = box.world.secrets.next()
    _written(box, name, secret)
    layout = box.world.switches["callbridge-add-reply"]
    if layout == "record":  # RECALL mmp 4.1
        return lines("Success    : true") + _record(box, name)
    return lines(f"Added callbridge: Secret: {secret}") if layout == "line" else ""


def _callbridge_add_secret(box: Box, words: tuple[str, ...]) -> Reply:
    # SEEN xmpp-callbridge-add-secret-prompt; colon TAC-217319.
    switches = box.world.switches
    may_replace = switches["add-secret-again"] == "replaces"
    refusal = _refused_name(box, words[0], may_replace=may_replace)
    if refusal:
        return refusal
    colon = ":" if switches["add-secret-prompt"] == "colon" else ""
    is_echoed = switches["add-secret-echo"] == "on"
    return Question(f"Enter callbridge secret{colon}", "callbridge-secret", words, is_echoed)


def _take_secret(box: Box, words: tuple[str, ...], text: str) -> str:
    name, secret = words[0], text.strip()
    if not secret:
        return failure("No secret given")  # guess
    _written(box, name, secret)
    layout = box.world.switches["add-secret-reply"]
    if layout == "record":
        return lines("Success    : true") + _record(box, name)
    return success(f"Callbridge {name} added") if layout == "success" else ""


def _callbridge_del(box: Box, words: tuple[str, ...]) -> str:
    # RECALL mmp 4.1; texts are guesses.
    box.xmpp.record_domains.pop(words[0], None)
    if box.xmpp.callbridges.pop(words[0], None) is None:
        return failure(f"Callbridge {words[0]} does not exist")
    said = box.world.switches["callbridge-del-reply"] == "success"
    return success(f"Callbridge {words[0]} deleted") if said else ""


def _callbridge_list(box: Box, _words: tuple[str, ...]) -> str:
    # SEEN xmpp-callbridge-list. What an empty list prints is UNKNOWN.
    if not box.xmpp.callbridges and box.world.switches["callbridge-list-empty"] == "line":
        return lines("No callbridges configured")
    return "".join("***\n" + _record(box, name) for name in box.xmpp.callbridges)


VERBS = (
    Verb("xmpp callbridge add", _callbridge_add, "<name>", 1, 1, is_write=True),
    Verb("xmpp callbridge add-secret", _callbridge_add_secret, "<name>", 1, 1, is_write=True),
    Verb("xmpp callbridge del", _callbridge_del, "<name>", 1, 1, is_write=True),
    Verb("xmpp callbridge list", _callbridge_list),
)
ANSWERS: dict[str, Answer] = {"callbridge-secret": _take_secret}

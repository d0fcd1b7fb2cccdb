"""`xmpp multi_domain`, `xmpp max_sessions`, `xmpp motd`: RECALL (mmp 4.1), each with a switch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..box_state import MoreDomain
from ..exchange import failure, lines
from .verb import Verb
from .xmpp import is_set

if TYPE_CHECKING:
    from ..box import Box

_LONGEST_MOTD = 2048


def _domain_add(box: Box, words: tuple[str, ...]) -> str:
    # Takes effect at `xmpp restart` on a real box; here at once (guess). Files are looked at by
    # enable.
    domains = box.xmpp.more_domains
    if words[0] in domains or words[0] == box.xmpp.domain:
        return failure(f"Domain {words[0]} already exists")
    domains[words[0]] = MoreDomain(words[1], words[2], words[3] if len(words) > 3 else None)
    return is_set(box, "Domain")


def _domain_del(box: Box, words: tuple[str, ...]) -> str:
    if box.xmpp.more_domains.pop(words[0], None) is None:
        return failure(f"Domain {words[0]} does not exist")
    return is_set(box, "Domain")


def _domain_list(box: Box, _words: tuple[str, ...]) -> str:
    return "".join(
        "***\n"
        + lines(
            f"Domain     : {domain}",
            f"Key        : {one.key_file}",
            f"Certificate: {one.certificate_file}",
            f"Bundle     : {one.bundle_file or 'none'}",
        )
        for domain, one in box.xmpp.more_domains.items()
    )


def _max_sessions(box: Box, words: tuple[str, ...]) -> str:
    if words[0] != "none" and not (words[0].isdigit() and int(words[0]) > 0):
        return failure("Invalid number of sessions")
    box.xmpp.max_sessions = None if words[0] == "none" else int(words[0])
    return is_set(box, "Max sessions")


def _motd_add(box: Box, words: tuple[str, ...]) -> str:
    text = " ".join(words).strip('"')
    if len(text) > _LONGEST_MOTD:
        return failure("Message is too long")
    box.xmpp.motd = text
    box.files.write("xmpp.motd", text.encode())
    return is_set(box, "Message of the day")


def _motd_del(box: Box, _words: tuple[str, ...]) -> str:
    box.xmpp.motd = None
    if "xmpp.motd" in box.files:
        box.files.remove("xmpp.motd")
    return is_set(box, "Message of the day")


VERBS = (
    Verb("xmpp multi_domain add", _domain_add, "<domain> <key> <crt> [<bundle>]", 3, 4,
         is_write=True, switch="multi-domain"),
    Verb("xmpp multi_domain del", _domain_del, "<domain>", 1, 1, is_write=True,
         switch="multi-domain"),
    Verb("xmpp multi_domain list", _domain_list, switch="multi-domain"),
    Verb("xmpp max_sessions", _max_sessions, "<n>|none", 1, 1, is_write=True,
         switch="max-sessions"),
    Verb("xmpp motd add", _motd_add, "<message>", 1, 400, is_write=True, switch="motd"),
    Verb("xmpp motd del", _motd_del, is_write=True, switch="motd"),
)  # fmt: skip

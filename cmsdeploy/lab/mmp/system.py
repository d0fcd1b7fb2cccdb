"""Who and where the box is, who may log in (mmp 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exchange import Question, Reply, failure, lines, success
from .verb import Answer, Verb

if TYPE_CHECKING:
    from ..box import Box

# DOC TAC-213821, 202722 for admin and api; the others RECALL.
ROLES = ("admin", "api", "crypto", "audit", "appadmin")
_QUESTIONS = {
    "short": ("Please enter password:", "Please re-enter password:"),  # uploader-password-prompt
    "long": ("Please enter new password:", "Please enter new password again:"),
}


def _version(box: Box, _words: tuple[str, ...]) -> str:
    # DOC TAC-214620 that it prints the version; layout UNKNOWN.
    is_labelled = box.world.switches["version-layout"] == "labelled"
    return lines(f"Version: {box.version}" if is_labelled else box.version)


def _hostname(box: Box, words: tuple[str, ...]) -> str:
    if not words:
        is_known = box.world.switches["bare-hostname"] == "prints"
        return lines(box.hostname) if is_known else failure("incorrect number of parameters")
    box.hostname_after_reboot = words[0]
    return lines("A reboot is required for the change to take effect")  # SEEN hostname


def _help(box: Box, _words: tuple[str, ...]) -> str:
    # RECALL that it exists; the layout is a guess. Imported late: the table imports this file.
    from .table import syntaxes

    return lines(*syntaxes(box.release))


def _license(_box: Box, _words: tuple[str, ...]) -> str:
    # SEEN license-excerpt.
    end = "expiry: 2023-Apr-28 (690 days remain)"
    return lines(*(f"Feature: {name} status: Activated {end}" for name in ("callbridge", "turn")))


def _user_list(box: Box, _words: tuple[str, ...]) -> str:
    # CODE MIV: a header, then name, role, expiry, status. Words of the header are a guess.
    rows = [f"{name:16}{role:8}2030-Jan-01 enabled" for name, role in box.users.items()]
    return lines(f"{'USERNAME':16}{'ROLE':8}EXPIRY      STATUS", *rows)


def _ask(box: Box, number: int, kind: str, words: tuple[str, ...]) -> Question:
    texts = _QUESTIONS[box.world.switches["user-password-prompt"]]
    return Question(texts[number], kind, words, False)


def _user_add(box: Box, words: tuple[str, ...]) -> Reply:
    # DOC TAC-213821: asks for the password twice; texts UNKNOWN.
    name, role = words
    if role not in ROLES:
        return failure(f"Unknown role {role}")
    if name in box.users:
        return failure(f"User {name} already exists")
    return _ask(box, 0, "user-password", words)


def _first_password(box: Box, words: tuple[str, ...], text: str) -> Reply:
    if not text:
        return failure("No password given")  # guess
    # The first answer waits among the words of the second question, as data.
    return _ask(box, 1, "user-password-again", (*words, text))


def _second_password(box: Box, words: tuple[str, ...], text: str) -> str:
    name, role, first = words
    if first != text:
        return failure("Passwords do not match")  # guess
    box.users[name], box.passwords[name] = role, text
    return success(f"User {name} added")  # guess


def _user_del(box: Box, words: tuple[str, ...]) -> str:
    # RECALL, as passwd.
    name = words[0]
    if name not in box.users or name == box.identity.user:
        return failure(f"User {name} cannot be deleted")
    del box.users[name], box.passwords[name]
    return ""


def _user_rule(_box: Box, _words: tuple[str, ...]) -> str:
    # DOC TAC-217319 that it exists; what a rule does is not simulated.
    return ""


def _passwd(box: Box, words: tuple[str, ...]) -> Reply:
    # RECALL mmp 8. Without a name the own password; who is logged in is the wire's to know.
    name = words[0] if words else box.user
    if name not in box.users:
        return failure(f"Unknown user {name}")
    return _ask(box, 0, "passwd", (name,))


def _new_password(box: Box, words: tuple[str, ...], text: str) -> Reply:
    if not text:
        return failure("No password given")
    return _ask(box, 1, "passwd-again", (*words, text))


def _new_password_again(box: Box, words: tuple[str, ...], text: str) -> str:
    name, first = words
    if first != text:
        return failure("Passwords do not match")
    box.passwords[name] = text
    return success("Password changed")


VERBS = (
    Verb("version", _version),
    Verb("hostname", _hostname, "[<name>]", 0, 1, is_write=True, reads_when_bare=True),
    Verb("help", _help),
    Verb("?", _help),
    Verb("license", _license),
    Verb("user list", _user_list),
    Verb("user add", _user_add, "<name> <role>", 2, 2, is_write=True),
    Verb("user del", _user_del, "<name>", 1, 1, is_write=True),
    Verb("user rule", _user_rule, "<rule> <value>", 2, 2, is_write=True),
    Verb("passwd", _passwd, "[<name>]", 0, 1, is_write=True),
)
ANSWERS: dict[str, Answer] = {
    "user-password": _first_password,
    "user-password-again": _second_password,
    "passwd": _new_password,
    "passwd-again": _new_password_again,
}

"""What a person may have meant: names of variables, hosts, groups, filters and tests."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from cmsdeploy.errors import printable

__all__ = ["of_syntax", "of_undefined"]

_UNDEFINED = r"'(\w+)' is undefined"
_NO_PART = r"'.*' has no (?:attribute|element) '?([^']+)'?"
_NO_WORD = r"No (filter|test) named '(\w+)'"
_DEFINE = "define it in the inventory, or give a default: {{ name | default(…) }}"
# Where names of hosts and groups are looked up, and what is looked up there.
_PLACES = (("hostvars", "host"), ("groups", "group"))


def of_undefined(message: str, text: str, variables: Mapping[str, object]) -> tuple[str, str]:
    """The cause and the next action for what Jinja calls undefined in the template ``text``."""
    name = re.fullmatch(_UNDEFINED, message)
    if name is not None:
        return message, _meant(name[1], variables) or _DEFINE
    part = re.fullmatch(_NO_PART, message)
    for place, what in _PLACES if part is not None else ():
        known = variables.get(place) if re.search(rf"\b{place}\b", text) else None
        if part is not None and isinstance(known, Mapping) and part[1] not in known:
            cause = f"there is no {what} {printable(part[1], 60)!r}"
            return cause, _meant(part[1], known) or _DEFINE
    return printable(message, 200), _DEFINE


def of_syntax(message: str, words: Mapping[str, Iterable[str]]) -> str:
    """The next action for a template that does not read; ``words`` has the filters and tests."""
    word = re.match(_NO_WORD, message)
    meant = _meant(word[2], words[word[1]]) if word is not None else ""
    if meant or word is None:
        return meant or "close what is open, and quote texts"
    return f"look for the {word[1]} in the list of those that there are"


def _meant(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, [str(one) for one in known], n=1)
    return f"did you mean {near[0]}?" if near else ""

"""A password that is too short to be hidden is refused before any connection, or accepted by name.

A mask finds a secret by its text. One of a few characters stands in other words by chance, so
masking it everywhere would show it by the pattern of the holes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cmsdeploy.errors import InputError

if TYPE_CHECKING:
    from cmsdeploy.model.host import Host

__all__ = ["ACCEPTING", "MAY_BE_SHORT", "check_accepted", "short_ones"]

ACCEPTING = "cms_short_secrets"
# The words whose passwords go to a box. A passphrase opens a file and goes nowhere.
MAY_BE_SHORT = ("ansible_password", "cms_webadmin")
_LEAST = 8
_IS_LONG = re.compile(rb".{%d,}" % _LEAST, re.DOTALL)


def check_accepted(value: object) -> None:
    """The check of :data:`ACCEPTING`: a list of words. Raises ``InputError`` without a place."""
    names = value if isinstance(value, list) else [value]
    if not names or len(set(map(str, names))) < len(names):
        raise InputError("names a word twice or none", f"write [{', '.join(MAY_BE_SHORT)}]")
    for name in names:
        if name not in MAY_BE_SHORT:
            raise InputError("names another word", f"choose: {' or '.join(MAY_BE_SHORT)}")


def short_ones(host: Host, accepted: object) -> Iterator[tuple[str, InputError]]:
    """The words whose password goes to ``host`` and has fewer than eight bytes, with what to say.
    ``accepted`` is what the host says with :data:`ACCEPTING`."""
    given = {"ansible_password": host.login.password}
    webadmin = host.webadmin.password if host.webadmin else None
    if webadmin is not given["ansible_password"]:
        given["cms_webadmin"] = webadmin
    names = accepted if isinstance(accepted, list) else [accepted]
    for word, secret in given.items():
        if secret is not None and word not in names and not secret.has_form(_IS_LONG):
            yield (
                word,
                InputError(
                    f"{word} of {host.name}: fewer than {_LEAST} characters cannot be hidden well",
                    f"set a longer one on the box, or accept it: {ACCEPTING}: [{word}]",
                ),
            )

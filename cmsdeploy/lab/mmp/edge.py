"""`firewall` (3.x, `firewall-input`, TAC-221729) and `tls` (TAC-217320, 217062, 222766).

Their status is not known: guesses. What they forbid or allow is not simulated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..box_state import Service
from ..exchange import failure, lines
from .verb import Verb

if TYPE_CHECKING:
    from ..box import Box

_VERSIONS = ("1.0", "1.1", "1.2", "1.3")
_TLS = ("sip", "ldap", "webadmin", "dtls")


def _values(box: Box, name: str) -> dict[str, str]:
    return box.services.setdefault(name, Service()).values


def _show(box: Box, name: str) -> str:
    return lines(*(f"{label:24}: {text}" for label, text in _values(box, name).items()))


def _firewall(box: Box, words: tuple[str, ...]) -> str:
    # SEEN firewall-input: `a default allow`, `a deny 22`, `a enable`.
    if words[0] not in box.interfaces:
        return failure(f"Unknown interface {words[0]}")
    values = _values(box, f"firewall {words[0]}")
    rest = words[1:]
    if not rest:
        return _show(box, f"firewall {words[0]}")
    if rest[0] == "default" and rest[1:] in (("allow",), ("deny",)):
        values["Default"] = rest[1]
    elif rest[0] in ("allow", "deny") and len(rest) == 2:
        values[f"Port {rest[1]}"] = rest[0]
    elif rest in (("enable",), ("disable",)):
        values["Enabled"] = "true" if rest[0] == "enable" else "false"
    else:
        return failure("incorrect number of parameters")
    return ""


def _tls(box: Box, words: tuple[str, ...]) -> str:
    if words[0] == "min-dtls-version" and len(words) == 2:
        _values(box, "tls dtls")["Minimum DTLS version"] = words[1]
        return ""
    if words[0] not in _TLS:
        return failure(f"Unknown service {words[0]}")
    name = f"tls {words[0]}"
    change = words[1:]
    if not change:
        defaults = {"Minimum TLS version": "1.2", "Verification": "disabled", "Trust": "none"}
        _values(box, name).update({**defaults, **_values(box, name)})
        return _show(box, name)
    if change[0] == "verify" and change[1:] in (("enable",), ("disable",)):
        _values(box, name)["Verification"] = f"{change[1]}d"
    elif change[0] == "trust" and len(change) == 2:
        _values(box, name)["Trust"] = change[1]
    elif change[0] == "min-tls-version" and change[1:] and change[1] in _VERSIONS:
        _values(box, name)["Minimum TLS version"] = change[1]
    else:
        return failure("incorrect number of parameters")
    return ""


VERBS = (
    Verb("firewall", _firewall, "<interface> [default|allow|deny|enable|disable ...]", 1, 3,
         is_write=True, reads_up_to=1),
    Verb("tls", _tls, "sip|ldap|webadmin|dtls [trust|verify|min-tls-version ...]", 1, 3,
         is_write=True, reads_up_to=1),
)  # fmt: skip

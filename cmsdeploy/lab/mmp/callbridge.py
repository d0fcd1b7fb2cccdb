"""`callbridge ...`: settings of the call bridge, whose status has three columns (mmp 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..box_state import Service
from ..exchange import failure, lines, success
from ..power import is_pair_good
from .verb import Verb

if TYPE_CHECKING:
    from ..box import Box

# SEEN callbridge-status (3.9 or near): three groups, each with a column of its own. Which lines
# older versions lack is a guess: C2W came in 2.9, the token expiry in 3.8 (mmp 7).
_OWN = ("Listening interfaces", "Preferred interface", "Key file", "Certificate file", "Address")
_TRUST = {
    "C2W trusted certs": "c2w",
    "Callbridge cluster trusted certs": "cluster",
    "Callbridge trust branding certs": "branding",
}
_PARTNERS = (
    "UCM trusted certs", "UCM verification mode", "IMPS trusted certs", "IMPS verification mode",
    "WC3 JWT Expiry in hours", "AV1 Video Codec",
)  # fmt: skip
_DEFAULTS = {
    "Listening interfaces": "a",
    "UCM verification mode": "disabled",
    "IMPS verification mode": "disabled",
    "WC3 JWT Expiry in hours": "24",
}
_SINCE = {
    "C2W trusted certs": (2, 9),
    "WC3 JWT Expiry in hours": (3, 8),
}


def _values(box: Box) -> dict[str, str]:
    return box.services.setdefault("callbridge", Service(is_enabled=True)).values


def _status(box: Box, _words: tuple[str, ...]) -> str:
    values = _values(box)

    def group(labels: tuple[str, ...], pad: int) -> str:
        shown = [label for label in labels if box.release >= _SINCE.get(label, (0, 0))]
        return lines(*(f"{n:{pad}}: {values.get(n, _DEFAULTS.get(n, 'none'))}" for n in shown))

    own = _OWN if values.get("CA Bundle file", "none") == "none" else (*_OWN, "CA Bundle file")
    # The AV1 line is shown once it was set; where it stands is a guess.
    partners = _PARTNERS if "AV1 Video Codec" in values else _PARTNERS[:-1]
    return group(own, 22) + group(tuple(_TRUST), 36) + group(partners, 26)


def _set(box: Box, *pairs: tuple[str, str]) -> str:
    _values(box).update(pairs)
    said = box.world.switches["service-setter-reply"] == "success"
    return success(f"{pairs[0][0]} configured") if said else ""


def _listen(box: Box, words: tuple[str, ...]) -> str:
    return _set(box, ("Listening interfaces", " ".join(words)))


def _prefer(box: Box, words: tuple[str, ...]) -> str:
    return _set(box, ("Preferred interface", words[0]))


def _certs(box: Box, words: tuple[str, ...]) -> str:
    key, leaf, bundle = (*words, "none", "none")[:3]
    return _set(box, ("Key file", key), ("Certificate file", leaf), ("CA Bundle file", bundle))


def _trust(box: Box, words: tuple[str, ...]) -> str:
    label = next((label for label, word in _TRUST.items() if word == words[0]), None)
    if label is None:
        return failure("incorrect number of parameters")
    return _set(box, (label, words[1]))


def _partner(box: Box, words: tuple[str, ...], name: str) -> str:
    labels = {"add": f"{name} trusted certs", "certs": f"{name} trusted certs",
              "verify": f"{name} verification mode"}  # fmt: skip
    if words[0] not in labels:
        return failure("incorrect number of parameters")
    text = {"enable": "enabled", "disable": "disabled"}.get(words[1], words[1])
    return _set(box, (labels[words[0]], text))


def _expiry(box: Box, words: tuple[str, ...]) -> str:
    # DOC TAC-221573: 1 to 24 hours.
    if not (words[0].isdigit() and 1 <= int(words[0]) <= 24):
        return failure("Expiry must be between 1 and 24")  # guess
    return _set(box, ("WC3 JWT Expiry in hours", words[0]))


def _codec(box: Box, words: tuple[str, ...]) -> str:
    # DOC TAC-221776.
    if words[0] not in ("enable", "disable"):
        return failure("enable or disable expected")
    return _set(box, ("AV1 Video Codec", f"{words[0]}d"))


def _restart(box: Box, _words: tuple[str, ...]) -> str:
    # DOC TAC-217062 that it exists and drops all calls; the text is a guess.
    values = _values(box)
    pair = values.get("Key file", "none"), values.get("Certificate file", "none")
    if pair[0] != "none" and not is_pair_good(box, *pair):
        return failure("Key and certificate pair do not match")
    box.link.settings = ()  # the XMPP login is made anew
    return success("Callbridge restarted")


VERBS = (
    Verb("callbridge", _status),
    Verb("callbridge listen", _listen, "<interface>|none", 1, 4, is_write=True),
    Verb("callbridge prefer", _prefer, "<interface>", 1, 1, is_write=True),
    Verb("callbridge certs", _certs, "<key> <crt> [<bundle>]|none", 1, 3, is_write=True),
    Verb("callbridge trust", _trust, "cluster|branding <bundle>", 2, 2, is_write=True),
    Verb("callbridge trust c2w", lambda box, words: _trust(box, ("c2w", *words)), "<bundle>", 1, 1,
         is_write=True),
    Verb("callbridge ucm", lambda box, words: _partner(box, words, "UCM"), "add|verify|certs ...",
         2, 2, is_write=True),
    Verb("callbridge imps", lambda box, words: _partner(box, words, "IMPS"),
         "add|verify|certs ...", 2, 2, is_write=True),
    Verb("callbridge wc3jwt expiry", _expiry, "<1-24>", 1, 1, is_write=True),
    Verb("callbridge av1", _codec, "enable|disable", 1, 1, is_write=True),
    Verb("callbridge enable", _restart, is_write=True, switch="callbridge-enable"),
    Verb("callbridge restart", _restart, is_write=True),
)  # fmt: skip

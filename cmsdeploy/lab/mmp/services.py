"""Status of services that the lab shows and does not run: web admin, call bridge, database.

Layouts are those of the transcripts, pad columns included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exchange import failure, lines, success
from .verb import Verb

if TYPE_CHECKING:
    from ..box import Box


def _padded(pad: int, fields: dict[str, str]) -> str:
    return lines(*(f"{name:{pad}}: {value}" for name, value in fields.items()))


def _certificate(box: Box, ending: str) -> str:
    # The files of a fresh box are a guess; SEEN are `core.key` and `cmscore-fullchain.cer`.
    names = {".key": "core.key", ".cer": "cmscore-fullchain.cer"}
    return names[ending] if names[ending] in box.files else "none"


def _webadmin(box: Box, _words: tuple[str, ...]) -> str:
    # SEEN webadmin-status.
    return _padded(
        24,
        {
            "Enabled": "true",
            "TLS listening interface": "a",
            "TLS listening port": "443",
            "Key file": _certificate(box, ".key"),
            "Certificate file": _certificate(box, ".cer"),
            "HTTP redirect": "Disabled",
            "STATUS": "webadmin running",
        },
    )


def _callbridge(box: Box, _words: tuple[str, ...]) -> str:
    # SEEN callbridge-status (3.9 or near): three groups, three columns. Which lines older
    # versions lack is a guess: C2W came in 2.9, the token expiry in 3.8 (mmp 7).
    own = {
        "Listening interfaces": "a",
        "Preferred interface": "none",
        "Key file": _certificate(box, ".key"),
        "Certificate file": _certificate(box, ".cer"),
        "Address": "none",
    }
    trusted = "cmsedge-fullchain.cer" if "cmsedge-fullchain.cer" in box.files else "none"
    trust = {
        "C2W trusted certs": trusted,
        "Callbridge cluster trusted certs": "none",
        "Callbridge trust branding certs": "none",
    }
    if box.release < (2, 9):
        del trust["C2W trusted certs"]
    partners = {
        "UCM trusted certs": "none",
        "UCM verification mode": "disabled",
        "IMPS trusted certs": "none",
        "IMPS verification mode": "disabled",
    }
    if box.release >= (3, 8):
        partners["WC3 JWT Expiry in hours"] = "24"
    return _padded(22, own) + _padded(36, trust) + _padded(26, partners)


def _callbridge_restart(_box: Box, _words: tuple[str, ...]) -> str:
    # DOC TAC-217062 that it exists; the text is a guess.
    return success("Callbridge restarted")


def _database_status(_box: Box, _words: tuple[str, ...]) -> str:
    # Label and pad SEEN database-cluster-status; `Disabled` is a guess, the lab has no database.
    return _padded(25, {"Status": "Disabled"})


def _backup(box: Box, words: tuple[str, ...]) -> str:
    # CODE MIV: the text holds `ready for download`; two files: DOC TAC-215421.
    name = words[0]
    if f"{name}.bak" in box.files:
        return failure(f"{name}.bak already exists")  # guess
    box.files.write(f"{name}.bak", b"backup of " + box.name.encode() + b"\n")
    box.files.write(f"{name}.json", b"{}\n")
    return lines(f"{name}.bak ready for download")


VERBS = (
    Verb("webadmin", _webadmin),
    Verb("callbridge", _callbridge),
    Verb("callbridge restart", _callbridge_restart, is_write=True),
    Verb("database cluster status", _database_status),
    Verb("backup snapshot", _backup, "<name>", 1, 1, is_write=True),
)

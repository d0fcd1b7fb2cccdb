"""The other services as data: labels of their status, setters, words of their results.

Labels and pads are SEEN where a transcript is named; else they follow the style of the others
(guess). `mmp 7` has the sub-commands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

_Release = tuple[int, int]
# each: one value a label; joined: all words in one label; flag: Enabled or Disabled;
# count: like each, `none` allowed; secret: asked for at a prompt.
Form = Literal["each", "joined", "flag", "sip", "nfs", "secret"]


@dataclass(frozen=True)
class Setter:
    """Sub-command that fills `labels`; `least` and `most` count its words."""

    words: str
    form: Form
    labels: tuple[str, ...]
    least: int = 1
    most: int = 1


@dataclass(frozen=True)
class Spec:
    """One service of a span of releases.

    `labels` has the default of each line of the status; `needs` must be set before `enable`.
    `done` is how the service names itself in results.
    """

    name: str
    done: str
    labels: dict[str, str]
    setters: tuple[Setter, ...]
    pad: int = 24
    needs: tuple[tuple[str, str], ...] = ()
    files: tuple[str, str, str] = ("Key file", "Certificate file", "CA Bundle file")
    hides_unset: tuple[str, ...] = ()
    since: _Release = (0, 0)
    until: _Release = (99, 0)
    is_enabled_at_first: bool = False
    status_line: str = ""
    hidden: tuple[str, ...] = field(default=())


_PAIR = ("Key file", "Certificate file", "CA Bundle file")
_SIP_PAIR = ("SIP key file", "SIP certificate file", "SIP CA Bundle file")


def _certs(words: str = "certs", labels: tuple[str, ...] = _PAIR) -> Setter:
    return Setter(words, "each", labels, 1, 3)


def _none(*labels: str) -> dict[str, str]:
    return dict.fromkeys(labels, "none")


_SIP_SETTERS = (
    Setter("sip listen", "sip", ("SIP interfaces",), 1, 3),
    _certs("sip certs", _SIP_PAIR),
    Setter("sip traffictrace", "flag", ("SIP traffic trace",)),
    Setter("limit", "each", ("Call Limit",)),
)
_NFS = Setter("nfs", "nfs", ("NFS domain name", "NFS directory"))
_UPLOADER = {
    "NFS hostname": "none", "NFS directory": "none", "CMS host": "none", "CMS port": "none",
    "CMS user": "none", "CMS trust bundle": "none", "Vbrick Rev hostname": "none",
    "Vbrick Rev port": "443", "Vbrick Rev username": "none", "Vbrick Rev trust bundle": "none",
    "View access": "Private", "cospace_member_access": "none",
    "recording_owned_by_cospace_owner": "false", "fallback_owner": "none",
    "comments_enabled": "false", "ratings_enabled": "false", "downloads_enabled": "false",
    "active_upon_upload": "true", "delete_after_upload": "false",
}  # fmt: skip

SPECS: tuple[Spec, ...] = (
    # SEEN webadmin-status. Installed boxes show their Web Admin: there is an API.
    Spec(
        "webadmin", "webadmin",
        {"TLS listening interface": "a", "TLS listening port": "443",
         **_none(*_PAIR), "HTTP redirect": "Disabled"},
        (Setter("listen", "each", ("TLS listening interface", "TLS listening port"), 1, 2),
         _certs(), Setter("http-redirect", "flag", ("HTTP redirect",))),
        hides_unset=("CA Bundle file",), is_enabled_at_first=True, status_line="webadmin",
    ),
    # SEEN webbridge-enable-success for setters and words; labels are a guess.
    Spec(
        "webbridge", "Webbridge",
        {"Interface whitelist": "none", **_none(*_PAIR), "Trust bundle": "none",
         "HTTP redirect": "Disabled"},
        (Setter("listen", "joined", ("Interface whitelist",), 1, 4), _certs(),
         Setter("trust", "each", ("Trust bundle",)),
         Setter("http-redirect", "flag", ("HTTP redirect",))),
        needs=(("Interface whitelist", "Listening interface not configured"),
               ("Key file", "Key and certificate not configured")),
    ),
    # Commands SEEN webbridge3-input; the status "as other services" (TAC-221729), a guess.
    Spec(
        "webbridge3", "Webbridge3",
        {"HTTPS Interface whitelist": "none",
         **_none("HTTPS Key file", "HTTPS Certificate file", "HTTPS Frame ancestors"),
         "HTTP redirect": "Disabled", "C2W Interface whitelist": "none",
         **_none("C2W Key file", "C2W Certificate file", "C2W Trust bundle")},
        (Setter("https listen", "joined", ("HTTPS Interface whitelist",), 1, 4),
         Setter("https certs", "each", ("HTTPS Key file", "HTTPS Certificate file"), 1, 2),
         Setter("https frame-ancestors", "joined", ("HTTPS Frame ancestors",), 1, 4),
         Setter("c2w listen", "joined", ("C2W Interface whitelist",), 1, 4),
         Setter("c2w certs", "each", ("C2W Key file", "C2W Certificate file"), 1, 2),
         Setter("c2w trust", "each", ("C2W Trust bundle",)),
         Setter("meetingapps add", "joined", ("Meeting apps",), 3, 3),
         Setter("http-redirect", "flag", ("HTTP redirect",))),
        pad=26, files=("HTTPS Key file", "HTTPS Certificate file", ""),
        needs=(("HTTPS Interface whitelist", "HTTPS listening interface not configured"),
               ("HTTPS Key file", "HTTPS key and certificate not configured"),
               ("C2W Key file", "C2W key and certificate not configured")),
    ),
    # Commands SEEN turn-input; the password in clear: DOC TAC-221729; labels are a guess.
    Spec(
        "turn", "TURN server",
        {**_none("Username", "Password", "Realm", "Public IP", "Relay address"),
         **_none(*_PAIR), "TLS port": "none", "Listening interfaces": "none"},
        (_certs(), Setter("listen", "joined", ("Listening interfaces",), 1, 4),
         Setter("credentials", "each", ("Username", "Password", "Realm"), 3, 3),
         Setter("public-ip", "each", ("Public IP",)), Setter("tls", "each", ("TLS port",))),
        needs=(("Listening interfaces", "Listening interface not configured"),
               ("Username", "Credentials not configured")),
    ),
    # 2.x labels after streamer-status-2x, which has the same commands.
    Spec(
        "recorder", "Recorder",
        {"Interface whitelist": "none", "Key file": "none", "Certificate file": "none",
         "Trust bundle": "none", **_none("NFS domain name", "NFS directory"),
         "Resolution": "720p"},
        (Setter("listen", "joined", ("Interface whitelist",), 1, 4), _certs(),
         Setter("trust", "each", ("Trust bundle",)), _NFS,
         Setter("resolution", "each", ("Resolution",))),
        needs=(("Interface whitelist", "Listening interface not configured"),
               ("Key file", "TLS port set but no certificates configured")),
        until=(3, 0),
    ),
    # SEEN recorder-status (its padding is not known).
    Spec(
        "recorder", "Recorder",
        {"SIP interfaces": "none", **_none(*_SIP_PAIR), "SIP traffic trace": "Disabled",
         **_none("NFS domain name", "NFS directory"), "Resolution": "720p", "Call Limit": "none"},
        (*_SIP_SETTERS, _NFS, Setter("resolution", "each", ("Resolution",))),
        files=_SIP_PAIR, since=(3, 0),
        needs=(("SIP interfaces", "SIP interfaces not configured"),),
    ),
    # SEEN streamer-status-2x.
    Spec(
        "streamer", "Streamer",
        {"Interface whitelist": "none", "Key file": "none", "Certificate file": "none",
         "Trust bundle": "none"},
        (Setter("listen", "joined", ("Interface whitelist",), 1, 4),
         Setter("certs", "each", ("Key file", "Certificate file"), 1, 2),
         Setter("trust", "each", ("Trust bundle",))),
        needs=(("Interface whitelist", "Listening interface not configured"),
               ("Key file", "TLS port set but no certificates configured")),
        until=(3, 0),
    ),
    # SEEN streamer-status-disabled.
    Spec(
        "streamer", "Streamer",
        {"SIP interfaces": "none", **_none(*_SIP_PAIR), "SIP Resolution": "720p",
         "SIP traffic trace": "Disabled", "Call Limit": "none"},
        (*_SIP_SETTERS, Setter("sip resolution", "each", ("SIP Resolution",))),
        files=_SIP_PAIR, since=(3, 0),
        needs=(("SIP interfaces", "SIP interfaces not configured"),),
    ),
    # SEEN uploader-status and uploader-password-prompt.
    Spec(
        "uploader", "uploader", _UPLOADER,
        (Setter("nfs", "nfs", ("NFS hostname", "NFS directory")),
         *(Setter(f"cms {word}", "each", (label,)) for word, label in (
             ("host", "CMS host"), ("port", "CMS port"), ("user", "CMS user"),
             ("trust", "CMS trust bundle"))),
         Setter("cms password", "secret", ("CMS password",), 0, 0),
         *(Setter(f"rev {word}", "each", (label,)) for word, label in (
             ("host", "Vbrick Rev hostname"), ("port", "Vbrick Rev port"),
             ("user", "Vbrick Rev username"), ("trust", "Vbrick Rev trust bundle"))),
         Setter("rev password", "secret", ("Vbrick Rev password",), 0, 0),
         Setter("access", "each", ("View access",)),
         *(Setter(label, "each", (label,)) for label in _UPLOADER if "_" in label)),
        pad=33, hidden=("CMS password", "Vbrick Rev password"), files=("", "", ""),
        needs=(("NFS hostname", "NFS not configured"), ("CMS host", "CMS host not configured")),
    ),
    # Commands SEEN scheduler-input; labels are a guess.
    Spec(
        "scheduler", "Scheduler",
        {"HTTPS Interface whitelist": "none",
         **_none("HTTPS Key file", "HTTPS Certificate file", "C2W Key file",
                 "C2W Certificate file", "C2W Trust bundle")},
        (Setter("https listen", "joined", ("HTTPS Interface whitelist",), 1, 2),
         Setter("https certs", "each", ("HTTPS Key file", "HTTPS Certificate file"), 1, 2),
         Setter("c2w certs", "each", ("C2W Key file", "C2W Certificate file"), 1, 2),
         Setter("c2w trust", "each", ("C2W Trust bundle",))),
        pad=26, files=("HTTPS Key file", "HTTPS Certificate file", ""),
    ),
    Spec(
        "meetingapps", "Meeting apps",
        {"HTTPS Interface whitelist": "none", **_none("HTTPS Key file", "HTTPS Certificate file")},
        (Setter("https listen", "joined", ("HTTPS Interface whitelist",), 1, 2),
         Setter("https certs", "each", ("HTTPS Key file", "HTTPS Certificate file"), 1, 2)),
        pad=26, files=("HTTPS Key file", "HTTPS Certificate file", ""),
    ),
)  # fmt: skip


def spec_of(name: str, release: _Release) -> Spec:
    """Give the spec of a service in a release; the newest where none covers it."""
    found = [one for one in SPECS if one.name == name]
    return next((one for one in found if one.since <= release < one.until), found[-1])

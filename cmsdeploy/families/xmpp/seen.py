"""What a server presents in service, and what the certificate files on its box hold.

Renewed is not served: a running server goes on with the certificate that it was started with
(TAC 214618: the service has to be restarted). So a handshake with its port bears witness, and
nothing that was just set does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from cmsdeploy.model.action import Download, Handshake, Replies
from cmsdeploy.model.reply_text import fields
from cmsdeploy.model.secret import UNKNOWN, Unknown

if TYPE_CHECKING:
    from cmsdeploy.model.pem_text import PemCertificate

__all__ = ["Seen", "change_file", "leaves_in", "short", "understand_seen"]

_SHOWN = 8


@dataclass(frozen=True)
class Seen:
    """``presented`` is the fingerprint of the leaf in service, unknown where nobody could look;
    ``why_not`` says in words why. ``until`` is its last moment, as text, and ``is_over`` whether
    that had passed when it was seen. ``files`` are the fingerprints in each file that was read, in
    order, and ``blocks`` the PEM of all of them."""

    presented: str | Unknown = UNKNOWN
    why_not: str = ""
    until: str = ""
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    blocks: Mapping[str, str] = field(default_factory=dict)
    is_over: bool = False

    def holds(self, name: str | Unknown, leaves: Iterable[str]) -> bool:
        """Whether the file ``name`` is known to have all of ``leaves``."""
        return name is not UNKNOWN and set(leaves) <= set(self.files.get(name, ()))

    def with_file(self, name: str, leaves: Iterable[str]) -> Seen:
        """As it will be when the file has ``leaves``."""
        return Seen(
            self.presented,
            self.why_not,
            self.until,
            {**self.files, name: tuple(leaves)},
            self.blocks,
            self.is_over,
        )


def short(fingerprint: str) -> str:
    """A fingerprint for people: its first 8 digits."""
    return fingerprint[:_SHOWN]


def leaves_in(certificates: Iterable[PemCertificate]) -> tuple[str, ...]:
    """The fingerprints, in order."""
    return tuple(one.fingerprint for one in certificates)


def change_file(trusted: Iterable[PemCertificate]) -> str:
    """The name of the trust file for the time in which old and new certificates are in service.

    It follows from what is wanted in the end alone, so that a run that was cut finds it again.
    """
    wanted = "\n".join(sorted(leaves_in(trusted)))
    return f"xmpp-change-{hashlib.sha256(wanted.encode()).hexdigest()[:_SHOWN]}.cer"


def understand_seen(replies: Replies) -> Seen | None:
    """What the replies show; None where nobody was to look."""
    looks = [read for read in replies if isinstance(read, Handshake) and read.upgrade]
    if not looks:
        return None
    # Imported here: a rendering sees nothing.
    from cmsdeploy.model.pem_text import certificates_in

    text = replies[looks[0]].text
    found = fields(text.partition("-----BEGIN")[0])
    chain = certificates_in(text)
    files = {
        read.name: certificates_in(reply.text)
        for read, reply in replies.items()
        if isinstance(read, Download) and read.is_public
    }
    everything = (*chain[:1], *(one for some in files.values() for one in some))
    return Seen(
        presented=chain[0].fingerprint if chain else UNKNOWN,
        why_not=found.get("Not seen", "" if chain else "nothing was said about it"),
        until=found.get("Valid until", ""),
        files={name: leaves_in(some) for name, some in files.items() if some},
        blocks={one.fingerprint: one.text for one in everything},
        is_over=_is_over(found.get("Valid until", ""), replies[looks[0]].moment),
    )


def _is_over(until: str, moment: float) -> bool:
    """Whether ``until`` was before ``moment``, in seconds of UTC since 1970; 0: nobody looked."""
    try:
        last = datetime.strptime(until, "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=timezone.utc)
    except ValueError:
        return False
    return 0 < last.timestamp() < moment

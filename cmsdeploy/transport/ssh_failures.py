"""What goes wrong before and during a login, in sentences: one cause, one next action.

The library's own words ("No existing session", "no acceptable kex algorithm") help nobody at night.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cmsdeploy.errors import UnreachableError, printable
from cmsdeploy.transport.contract import Deadline
from cmsdeploy.transport.negotiation import missing, read_offer

__all__ = [
    "Place",
    "incompatible",
    "login_cut",
    "login_late",
    "login_refused",
    "no_negotiation",
    "other_login_wanted",
]

_SHA1 = frozenset(
    {
        "ssh-rsa",
        "diffie-hellman-group1-sha1",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group-exchange-sha1",
    }
)
_OFFER_SECONDS = 5.0


@dataclass(frozen=True)
class Place:
    """An address and a port, as messages name them."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"{printable(self.address, 255)} port {self.port}"


def incompatible(place: Place, ours: Mapping[str, Sequence[str]], said: str) -> tuple[str, str]:
    """Cause and action where both sides have no algorithm in common.

    The box is asked once more, without a key exchange, for what it has: the library does not tell.
    """
    try:
        offer = read_offer(place.address, place.port, Deadline(_OFFER_SECONDS))
    except UnreachableError:
        return f"{place}: {printable(said, 300)}", "compare with `ssh -vv` to the same box"
    word, theirs = missing(offer, ours)
    if not word:
        return f"{place}: {printable(said, 300)}", "compare with `ssh -vv` to the same box"
    cause = f"{place}: no common {word}, the box offers only {printable(', '.join(theirs), 400)}"
    if _SHA1.intersection(theirs):
        return cause, "SHA-1 left paramiko with version 5: pip install 'paramiko<5' for this box"
    return cause, f"let the box offer a {word} algorithm of today, or update its software"


def no_negotiation(
    place: Place, version: str, deadline: Deadline, error: BaseException | None
) -> UnreachableError:
    """There is a port, but no SSH session came of it. ``version`` is the server's, if it came."""
    if not version:
        when = f"within {deadline.seconds:g} seconds" if deadline.has_passed else "before it closed"
        return UnreachableError(
            f"{place} takes connections but sent no SSH banner {when}",
            "check that this is the SSH port of the box, and that it is not still starting or full",
        )
    shown = f"{place} ({printable(version, 100)})"
    if deadline.has_passed:
        return UnreachableError(
            f"{shown} did not finish the key exchange within {deadline.seconds:g} seconds",
            "check the load of the box and the network to it",
        )
    said = str(error) if error is not None else ""
    return UnreachableError(
        f"{shown} ended the key exchange: {printable(said or 'no reason given', 300)}",
        "look at the log of the box",
    )


def login_late(user: str, deadline: Deadline) -> UnreachableError:
    """No answer to the login."""
    return UnreachableError(
        f"the login of {printable(user, 100)} was not answered within {deadline.seconds:g} seconds",
        "check the load of the box, and its RADIUS or LDAP server if it uses one",
    )


def login_refused(user: str) -> UnreachableError:
    """The box said no."""
    return UnreachableError(
        f"the box refuses the login of {printable(user, 100)} (one attempt was made)",
        "check user and credential by hand, before tries lock the account",
    )


def other_login_wanted(user: str, allowed: Sequence[str]) -> UnreachableError:
    """The box takes other kinds of credentials."""
    kinds = printable(", ".join(allowed), 200)
    return UnreachableError(
        f"the box does not let {printable(user, 100)} log in this way; it allows only: {kinds}",
        "configure a credential of that kind",
    )


def login_cut(user: str, error: BaseException | None) -> UnreachableError:
    """The connection broke during the login."""
    said = str(error) if error is not None else ""
    return UnreachableError(
        f"the connection ended during the login of {printable(user, 100)}: "
        f"{printable(said or 'no reason given', 300)}",
        "check user and password first: a box may hang up on a wrong one; then whether it limits"
        " sessions or addresses",
    )

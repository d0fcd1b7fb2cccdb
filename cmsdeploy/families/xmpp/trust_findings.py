"""What is wrong with the certificates that servers show each other: over, or not trusted.

The cluster trust holds the leaf certificates of all servers (TAC 213479, step 4); a member whose
certificate is missing there is a stranger to the one that has the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from cmsdeploy.families.xmpp.facts import XmppState
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.seen import short
from cmsdeploy.families.xmpp.symptoms import LOGINS, SYMPTOMS
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.secret import UNKNOWN
from cmsdeploy.model.step import Problem

__all__ = ["trust_findings"]

_EXPLAINED = SYMPTOMS | LOGINS | {"xmpp/cut-off", "xmpp/no-leader"}


def trust_findings(group: Group) -> Iterator[Problem]:
    """Only where the play looks at certificates in service (``xmpp_seen_at``)."""
    for host, state in group.states.items():
        spec = group.specs[host]
        if state.seen is None or spec.look is None:
            continue
        if state.seen.is_over:
            yield Problem(
                host,
                "xmpp/certificate-expired",
                f"the certificate that {host} presents is over since {state.seen.until}",
                cluster=group.cluster,
                evidence=(Evidence(host, spec.look.line, f"Valid until {state.seen.until}"),),
                likelihood=88,
                explains=_EXPLAINED,
            )
        trusted = _trusted(group, host, state)
        strangers = [
            (other, leaf)
            for other, leaf in _presented(group)
            if trusted and other != host and leaf not in trusted
        ]
        if strangers:
            names = ", ".join(f"{other} (certificate {short(leaf)})" for other, leaf in strangers)
            yield Problem(
                host,
                "xmpp/peer-untrusted",
                f"{host} does not trust {names}: {_trust_file(group, host, state)} does not hold"
                " what is presented there",
                cluster=group.cluster,
                evidence=(
                    Evidence(
                        host,
                        f"get {_trust_file(group, host, state)}",
                        f"holds {', '.join(map(short, trusted))}",
                    ),
                    *(
                        Evidence(other, look.line, f"certificate {short(leaf)}")
                        for other, leaf in strangers
                        if (look := group.specs[other].look) is not None
                    ),
                ),
                likelihood=86,
                explains=_EXPLAINED,
            )


def _trust_file(group: Group, host: str, state: XmppState) -> str:
    return group.specs[host].trust if state.trust is UNKNOWN else state.trust


def _trusted(group: Group, host: str, state: XmppState) -> tuple[str, ...]:
    """The fingerprints in the trust file of the box; empty where it could not be read."""
    if state.seen is None:
        return ()
    return tuple(state.seen.files.get(_trust_file(group, host, state), ()))


def _presented(group: Group) -> list[tuple[str, str]]:
    return [
        (host, state.seen.presented)
        for host, state in group.states.items()
        if state.seen is not None and state.seen.presented is not UNKNOWN
    ]

"""Is this certificate fit for an XMPP server? Pure functions; every finding has a rule.

====================================  ==========================================================
``certificate/names``                 the SAN holds the domain, the box and its sharers
``certificate/expired``               and ``not-yet-valid``, ``expires-soon`` (warning)
``certificate/extended-usage``        server and client, where uses are named at all
``certificate/key-usage``             digitalSignature, where uses are named at all
``certificate/authority-flag``        a server is no authority
``certificate/version``, ``serial``   version 3, a positive serial
``certificate/critical-extension``    nothing critical that nobody knows
``certificate/key-algorithm``         and ``key-size``, ``signature-algorithm``: see algorithms
``certificate/self-signed``           (warning)
====================================  ==========================================================

Those of the chain stand in ``chain_checks``, those of several files in ``file_checks``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from cmsdeploy.certificates.algorithms import algorithm_findings
from cmsdeploy.certificates.certificate import Certificate
from cmsdeploy.certificates.extensions import ANY_USE, CLIENT, SERVER
from cmsdeploy.certificates.findings import Expected, Finding, Severity, wrong
from cmsdeploy.certificates.server_names import covers
from cmsdeploy.errors import printable

__all__ = ["check_server_certificate", "date_findings", "days_left", "form_findings"]

_LAST_SERIAL = 1 << 159


def check_server_certificate(one: Certificate, expected: Expected) -> tuple[Finding, ...]:
    """Everything that can be said of the certificate alone."""
    return (
        *_names(one, expected),
        *date_findings(one, expected.at, expected.warn_days),
        *_extended_usage(one),
        *_key_usage(one),
        *_authority(one),
        *form_findings(one),
        *algorithm_findings(one),
    )


def days_left(one: Certificate, at: datetime) -> int:
    """Whole days until it expires; negative once it has."""
    return (one.not_after - at) // timedelta(days=1)


def _names(one: Certificate, expected: Expected) -> Iterator[Finding]:
    lacking = []
    if expected.domain and not covers(one.extensions, expected.domain):
        lacking.append(expected.domain)
    lacking += [
        server.label
        for server in expected.servers
        if not any(covers(one.extensions, name) for name in server.names)
    ]
    if lacking:
        held = ", ".join((*one.extensions.names, *one.extensions.addresses)) or "nothing"
        yield wrong(
            "names",
            f"the SAN of {one.subject} does not hold {', '.join(dict.fromkeys(lacking))};"
            f" it holds {printable(held, 300)}",
            "have it issued with the XMPP domain and the names of all its servers as subjectAltName"
            " (the common name does not count)",
        )


def date_findings(one: Certificate, at: datetime, warn_days: int) -> Iterator[Finding]:
    """Dates at the moment ``at``; both ends of the time are part of it (RFC 5280)."""
    if at < one.not_before:
        text = f"{one.subject} is valid from {_date(one.not_before)} only"
        yield wrong("not-yet-valid", text, "wait, or look at the clock of this machine")
    elif at > one.not_after:
        text = f"{one.subject} expired on {_date(one.not_after)}"
        yield wrong("expired", text, "have it issued anew")
    elif days_left(one, at) < warn_days:
        text = f"{one.subject} expires in {days_left(one, at)} days, on {_date(one.not_after)}"
        yield wrong("expires-soon", text, "have it issued anew soon", Severity.WARNING)


def _date(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def _extended_usage(one: Certificate) -> Iterator[Finding]:
    uses = one.extensions.extended
    if uses is None:
        return
    words = {SERVER: "server", CLIENT: "client"}
    lacking = [word for use, word in words.items() if use not in uses]
    remedy = "have it issued with the extended key usages serverAuth and clientAuth"
    if lacking and ANY_USE in uses:
        text = f"{one.subject} may be used for anything, instead of server and client"
        yield wrong("extended-usage", text, remedy, Severity.WARNING)
    elif lacking:
        text = f"{one.subject} may not be used as a TLS {' or '.join(lacking)}"
        yield wrong("extended-usage", text, remedy)


def _key_usage(one: Certificate) -> Iterator[Finding]:
    uses = one.extensions.uses
    if uses is not None and "digitalSignature" not in uses:
        yield wrong(
            "key-usage",
            f"{one.subject} may be used for {', '.join(sorted(uses))}, not for digitalSignature",
            "have it issued with the key usages digitalSignature and keyEncipherment",
        )


def _authority(one: Certificate) -> Iterator[Finding]:
    if one.is_self_signed:
        yield wrong(
            "self-signed",
            f"{one.subject} signed itself",
            "have it signed by an authority; Cisco advises against it in production",
            Severity.WARNING,
        )
    elif one.extensions.is_authority:
        yield wrong(
            "authority-flag",
            f"{one.subject} is the certificate of an authority (CA:TRUE)",
            "name the certificate of the server",
        )


def form_findings(one: Certificate) -> Iterator[Finding]:
    """Version, serial and unknown critical extensions, for a server or an authority."""
    if one.version < 3:
        # A root of version 1 is old, and believed because it is there.
        severity = Severity.WARNING if one.is_self_signed else Severity.ERROR
        text = f"{one.subject} has version {one.version}: it cannot say what it is for"
        yield wrong("version", text, "have it issued with version 3", severity)
    if not 0 < one.serial < _LAST_SERIAL:
        kind = "is too large" if one.serial > 0 else f"is {printable(str(one.serial), 40)}"
        yield wrong("serial", f"the serial number of {one.subject} {kind}", "have it issued anew")
    if one.extensions.strange:
        yield wrong(
            "critical-extension",
            f"{one.subject} has a critical extension that nobody here knows:"
            f" {', '.join(one.extensions.strange)}",
            "have it issued without that extension",
        )

"""Does a way lead from a server's certificate to a root, and does every step of it hold?

===================================  ===========================================================
``certificate/chain``                an issuer is missing
``certificate/signature``            the one with the issuer's name is not it: another key
``certificate/authority-flag``       an issuer is no authority (CA:TRUE, keyCertSign)
``certificate/path-length``          an authority stands above more others than it may
===================================  ===========================================================

Dates, keys and signatures of the authorities are checked by the rules of ``checks``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cmsdeploy.certificates.algorithms import algorithm_findings
from cmsdeploy.certificates.certificate import Certificate
from cmsdeploy.certificates.chains import CertificatePath, path_from
from cmsdeploy.certificates.checks import date_findings, form_findings
from cmsdeploy.certificates.findings import Expected, Finding, wrong

__all__ = ["check_chain"]


def check_chain(
    leaf: Certificate, others: Iterable[Certificate], expected: Expected
) -> tuple[Finding, ...]:
    """Findings for the best way from ``leaf`` up through ``others``; none for the leaf itself."""
    path = path_from(leaf, others, expected.at)
    return (*_ends(path), *_authorities(path, expected))


def _ends(path: CertificatePath) -> Iterator[Finding]:
    last = path.certificates[-1]
    if path.is_complete:
        return
    if path.rejected:
        yield wrong(
            "signature",
            f"{last.subject} was not signed by the {last.issuer} that is there:"
            " it has the name, and another key",
            "get the issuer's certificate from the authority again",
        )
    else:
        yield wrong(
            "chain",
            f"the issuer of {last.subject} is missing: {last.issuer}",
            "get that certificate from the authority, and put it into the bundle",
        )


def _authorities(path: CertificatePath, expected: Expected) -> Iterator[Finding]:
    for place, one in enumerate(path.certificates[1:]):
        yield from date_findings(one, expected.at, expected.warn_days)
        yield from _may_issue(one, place)
        yield from form_findings(one)
        yield from algorithm_findings(one)


def _may_issue(one: Certificate, below: int) -> Iterator[Finding]:
    """``below`` is the number of authorities between ``one`` and the server."""
    uses, longest = one.extensions.uses, one.extensions.path_length
    remedy = "get the certificate of the authority that really issued it"
    if not one.is_authority:
        text = f"{one.subject} issued another certificate and is no authority (CA:FALSE)"
        yield wrong("authority-flag", text, remedy)
    elif uses is not None and "keyCertSign" not in uses:
        text = f"{one.subject} issued another certificate and may not (no keyCertSign)"
        yield wrong("authority-flag", text, remedy)
    if longest is not None and below > longest:
        text = f"{one.subject} may stand above {longest} other authorities, and {below} are below"
        yield wrong("path-length", text, remedy)

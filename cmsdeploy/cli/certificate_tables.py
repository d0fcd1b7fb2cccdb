"""Findings and dates of certificates as lines for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from textwrap import wrap

from cmsdeploy.certificates.certificate import Certificate
from cmsdeploy.certificates.checks import days_left
from cmsdeploy.certificates.findings import Severity
from cmsdeploy.certificates.reading import Reading
from cmsdeploy.cli.certificate_checks import Told

__all__ = [
    "Dated",
    "dates_as_json",
    "dates_as_lines",
    "files_as_lines",
    "findings_as_json",
    "findings_as_lines",
]

_WIDTH = 100
_NARROWEST, _WIDEST = 80, 120
# DAYS, EXPIRES and the longest STATUS, each with the blanks behind it, and those behind FILE.
_DATES = 5 + 2 + 10 + 2 + 13 + 2 + 2
_WORDS = {Severity.ERROR: "wrong  ", Severity.WARNING: "note   "}


@dataclass(frozen=True)
class Dated:
    """A certificate, the file that holds it, and the servers that are to be given it; or, where
    ``services`` are named, those that hold it."""

    certificate: Certificate
    file: str
    servers: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where it is, for people."""
        if not self.services:
            return self.file
        return f"{self.file} on {', '.join(self.servers)} ({', '.join(self.services)})"

    def status(self, at: datetime, warn_days: int) -> str:
        """One word for how its dates stand at the moment ``at``."""
        if at < self.certificate.not_before:
            return "not-yet-valid"
        if at > self.certificate.not_after:
            return "expired"
        return "expires-soon" if days_left(self.certificate, at) < warn_days else "valid"


def files_as_lines(readings: Sequence[Reading], at: datetime) -> list[str]:
    """A table of what was looked at."""
    rows = [("HOLDS", "DAYS", "FILE")]
    for one in {reading.source: reading for reading in readings}.values():
        dates = [days_left(certificate, at) for certificate in one.certificates]
        count = len(dates)
        holds = [f"{count} certificate{'s' if count > 1 else ''}"] if count else []
        holds += ["private key"] if one.key is not None else []
        rows.append((", ".join(holds) or "nothing", str(min(dates)) if dates else "", one.source))
    return _table(rows, numbers=1)


def _table(rows: Sequence[tuple[str, ...]], numbers: int) -> list[str]:
    """Columns side by side; the one with ``numbers`` ends where its heading ends."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            f"{cell:>{width}}" if column == numbers else f"{cell:<{width}}"
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def findings_as_lines(told: Sequence[Told], looked_at: int) -> Iterator[str]:
    """Two lines for each finding, errors first, and a last line that counts."""
    for one in sorted(told, key=lambda one: one.finding.severity is not Severity.ERROR):
        finding = one.finding
        place = " ".join(word for word in (", ".join(one.servers), finding.file) if word)
        yield f"{_WORDS[finding.severity]} {place} [{finding.rule}] {finding.evidence}"
        yield f"        next: {finding.remedy}"
    errors = sum(1 for one in told if one.finding.severity is Severity.ERROR)
    if told:
        yield f"{errors} wrong, {len(told) - errors} to note, in {_files(looked_at)}"
    else:
        yield f"All is well with {_files(looked_at)}."


def _files(count: int) -> str:
    return f"{count} file" if count == 1 else f"{count} files"


def findings_as_json(told: Sequence[Told], at: datetime, files: Sequence[str]) -> dict[str, object]:
    """The same for programs, version 1."""
    return {
        "version": 1,
        "at": at.isoformat(),
        "files": list(files),
        "findings": [
            {
                "servers": list(one.servers),
                "file": one.finding.file,
                "rule": one.finding.rule,
                "severity": one.finding.severity.value,
                "evidence": one.finding.evidence,
                "remedy": one.finding.remedy,
            }
            for one in told
        ],
    }


def dates_as_lines(
    dated: Sequence[Dated], at: datetime, warn_days: int, width: int = _WIDTH
) -> list[str]:
    """A table, what expires first on top; what is too long for ``width`` goes on below itself."""
    rows: list[tuple[str, ...]] = [("DAYS", "EXPIRES", "STATUS", "FILE", "SUBJECT")]
    half = (min(max(width, _NARROWEST), _WIDEST) - _DATES) // 2
    for one in sorted(dated, key=lambda one: one.certificate.not_after):
        certificate = one.certificate
        dates = (
            str(days_left(certificate, at)),
            certificate.not_after.strftime("%Y-%m-%d"),
            one.status(at, warn_days),
        )
        cells = zip_longest(
            wrap(one.place, half, break_on_hyphens=False) or [""],
            wrap(certificate.subject, half, break_on_hyphens=False) or [""],
            fillvalue="",
        )
        for number, (place, subject) in enumerate(cells):
            rows.append((*(("", "", "") if number else dates), place, subject))
    return _table(rows, numbers=0)


def dates_as_json(dated: Sequence[Dated], at: datetime, warn_days: int) -> dict[str, object]:
    """The same for programs, version 1."""
    return {
        "version": 1,
        "at": at.isoformat(),
        "warn_days": warn_days,
        "certificates": [
            {
                "servers": list(one.servers),
                "file": one.file,
                "services": list(one.services),
                "subject": one.certificate.subject,
                "issuer": one.certificate.issuer,
                "serial": f"{one.certificate.serial:x}",
                "fingerprint": one.certificate.fingerprint,
                "not_before": one.certificate.not_before.isoformat(),
                "not_after": one.certificate.not_after.isoformat(),
                "days_left": days_left(one.certificate, at),
                "status": one.status(at, warn_days),
            }
            for one in sorted(dated, key=lambda one: one.certificate.not_after)
        ],
    }

"""Which commands exist in which release: the declared table of the grammar.

Releases are 2.1, 2.2.5, 2.3, 2.9.5, 3.0, 3.8 and what lies between. A row holds for every command
that begins with its words; a command needs all its rows to hold. What no row names is in every
release. Section 10 of the MMP reference unless a row says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..switches import Mark

_Release = tuple[int, int]
_EVER: _Release = (0, 0)
_ALWAYS: _Release = (99, 0)


@dataclass(frozen=True)
class Span:
    """Commands of these first words exist from `since` on, and no longer in `until`."""

    words: str
    since: _Release
    until: _Release
    mark: Mark
    source: str


SPANS: tuple[Span, ...] = (
    Span("xmpp", _EVER, (3, 0), "DOC", "TAC-217062"),
    Span("xmpp cluster", (2, 0), _ALWAYS, "DOC", "CL-LAB: 2.1 for production; 2.0 RECALL"),
    Span("xmpp multi_domain", (1, 8), _ALWAYS, "DOC", "1.8 guide contents, TAC-211301"),
    Span("webbridge", _EVER, (3, 0), "DOC", "TAC-217062"),
    Span("webbridge3", (2, 9), _ALWAYS, "DOC", "CL-LAB, TAC-217319"),
    Span("sipedge", _EVER, (3, 0), "DOC", "TAC-217062, TAC-217319"),
    Span("h323_gateway", _EVER, (3, 0), "DOC", "TAC-217062, TAC-217319"),
    Span("trunk", _EVER, (3, 0), "DOC", "TAC-217062"),
    Span("loadbalancer", _EVER, (3, 0), "DOC", "TAC-217062"),
    Span("recorder", (1, 9), _ALWAYS, "DOC", "TAC-202722"),
    Span("recorder listen", _EVER, (3, 0), "DOC", "TAC-217062"),
    Span("recorder certs", _EVER, (3, 0), "DOC", "TAC-217062"),
    Span("recorder trust", _EVER, (3, 0), "DOC", "TAC-217062"),
    Span("recorder sip", (3, 0), _ALWAYS, "DOC", "TAC-217062, TAC-225405"),
    Span("recorder limit", (3, 0), _ALWAYS, "DOC", "TAC-225405"),
    Span("recorder resolution", (2, 4), _ALWAYS, "RECALL", "mmp 7 has it for 3.0 and later"),
    Span("streamer", (2, 1), _ALWAYS, "DOC", "TAC-211261"),
    Span("streamer listen", _EVER, (3, 0), "DOC", "TAC-211261, TAC-217062"),
    Span("streamer certs", _EVER, (3, 0), "DOC", "TAC-211261, TAC-217062"),
    Span("streamer trust", _EVER, (3, 0), "DOC", "TAC-211261, TAC-217062"),
    Span("streamer sip", (3, 0), _ALWAYS, "DOC", "TAC-217062, TAC-217320"),
    Span("streamer limit", (3, 0), _ALWAYS, "DOC", "TAC-217320"),
    Span("uploader", (2, 4), _ALWAYS, "RECALL", "mmp 7; 3.x DOC TAC-217320"),
    Span("scheduler", (3, 3), _ALWAYS, "DOC", "TAC-217367"),
    Span("meetingapps", (3, 3), _ALWAYS, "DOC", "TAC-218117"),
    Span("firewall", (3, 0), _ALWAYS, "INFERRED", "TAC-221729: 3.x edge"),
    Span("callbridge trust c2w", (2, 9), _ALWAYS, "DOC", "CL-LAB"),
    Span("callbridge wc3jwt", (3, 8), _ALWAYS, "DOC", "TAC-221573"),
    Span("callbridge av1", (3, 9), _ALWAYS, "DOC", "TAC-221776"),
    Span("pki sign", (2, 7), _ALWAYS, "DOC", "TAC-214618"),
    Span("tls", (2, 3), _ALWAYS, "DOC", "TAC-222766"),
)


@lru_cache(maxsize=4096)
def exists(words: tuple[str, ...], release: _Release) -> bool:
    """Whether the command of these fixed words is known to the release."""
    rows = [span for span in SPANS if words[: len(span.words.split())] == _split(span.words)]
    return all(span.since <= release < span.until for span in rows)


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split())

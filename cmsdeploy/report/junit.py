"""JUnit's XML, as CI servers read it: one suite a cluster, one case for each sentence of each box.

There is no standard; this is the part on which Jenkins, GitLab and GitHub's readers agree:
``testsuites``, ``testsuite``, ``testcase`` with ``classname`` and ``name``, and within it
``failure``, ``error`` or ``skipped`` with a ``message``. Texts may come from boxes: what XML cannot
hold is written as an escape, and every text is one line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from cmsdeploy.errors import printable
from cmsdeploy.planning.promises import Promise, Verdict

__all__ = ["junit_lines"]

_ELEMENTS = {Verdict.BROKEN: "failure", Verdict.UNREAD: "error", Verdict.UNSEEN: "skipped"}
_LONGEST = 4000


def junit_lines(promises: Sequence[Promise], title: str) -> Iterator[str]:
    """The lines of the document."""
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f"<testsuites name={_quoted(title)}{_counts(promises)}>"
    by_cluster = sorted(promises, key=lambda promise: promise.cluster)
    for cluster, own in groupby(by_cluster, key=lambda promise: promise.cluster):
        cases = list(own)
        yield f'  <testsuite name={_quoted(f"cluster {cluster}")}{_counts(cases)} time="0">'
        for case in cases:
            yield from _case(case)
        yield "  </testsuite>"
    yield "</testsuites>"


def _case(promise: Promise) -> Iterator[str]:
    head = f"    <testcase classname={_quoted(promise.host)} name={_quoted(promise.name)}"
    head += f' time="{promise.seconds:g}"'
    element = _ELEMENTS.get(promise.verdict)
    if element is None:
        yield f"{head}/>"
        return
    message = f"<{element} message={_quoted(promise.text)}"
    yield f"{head}>"
    if promise.verdict is Verdict.UNSEEN:
        yield f"      {message}/>"
    else:
        body = escape(_legal(printable(f"{promise.host}: {promise.text}", _LONGEST)))
        yield f"      {message} type={_quoted(promise.name)}>{body}</{element}>"
    yield "    </testcase>"


def _counts(promises: Sequence[Promise]) -> str:
    seen = Counter(promise.verdict for promise in promises)
    return (
        f' tests="{len(promises)}" failures="{seen[Verdict.BROKEN]}"'
        f' errors="{seen[Verdict.UNREAD]}" skipped="{seen[Verdict.UNSEEN]}"'
    )


def _quoted(text: str) -> str:
    return quoteattr(_legal(printable(text, _LONGEST)))


def _legal(text: str) -> str:
    # `printable` leaves what XML 1.0 forbids beside control characters: two code points a plane.
    return "".join(one if ord(one) & 0xFFFE != 0xFFFE else f"\\u{ord(one):04x}" for one in text)

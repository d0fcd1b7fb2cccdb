"""The report of a run as one HTML file, from its journal (``report_run.html.j2``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path

from cmsdeploy.errors import printable
from cmsdeploy.model.gathering import gathered
from cmsdeploy.report.catalogue import Catalogue, catalogue
from cmsdeploy.report.graph_svg import svg
from cmsdeploy.report.graph_time import time_line
from cmsdeploy.report.html_page import page, picture_words
from cmsdeploy.report.run import Outcome, Run, RunStep, lines_of

__all__ = ["RUN_TEMPLATE", "run_report"]

RUN_TEMPLATE = "report_run.html.j2"
_LONGEST = 10_000


def run_report(run: Run, *, title: str, language: str = "en", search: Sequence[Path] = ()) -> str:
    """Give ``run`` as HTML. ``search`` are the site's own template folders; ours come last.

    Raises ``OptionError`` for a language that we do not have and ``InputError`` for a template
    that cannot be read.
    """
    words = catalogue(language, "report", search)
    say = picture_words(words)
    bad = [step for step in run.steps if step.is_bad]
    own = gathered(run.steps, lambda step: step.host)
    unreachable = Counter(host for host, _ in run.unreachable)
    variables: dict[str, object] = {
        "title": _shown(title),
        "digest": _shown(run.digest),
        "begun": _moment(run.begun),
        "ended": _moment(run.ended),
        "took": f"{_length(run):.1f}",
        "counts": list(_counts(run)),
        "is_cut": run.is_cut,
        "damage": _shown(run.damage),
        "hosts": [_host(host, own.get(host, []), unreachable[host]) for host in run.hosts],
        "timeline": svg(time_line(run, say), is_alone=False) if run.steps else "",
        "bad": [_step(step, words) for step in bad],
        "unreachable": [
            {"box": _shown(h), "text": _shown(words.say(text))} for h, text in run.unreachable
        ],
        "warnings": [
            {"box": _shown(h), "text": _shown(words.say(text))} for h, text in run.warnings
        ],
        "steps": [_step(step, words) for step in run.steps],
    }
    return page(RUN_TEMPLATE, variables, words, search)


def _shown(text: str) -> str:
    return printable(text, _LONGEST)


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return ""
    known = moment.astimezone(timezone.utc) if moment.tzinfo else moment
    return known.strftime("%Y-%m-%d %H:%M:%S")


def _length(run: Run) -> float:
    return (run.ended - run.begun).total_seconds() if run.begun and run.ended else 0.0


def _counts(run: Run) -> Iterator[dict[str, object]]:
    outcomes = Counter(step.outcome for step in run.steps)
    numbers = {
        "boxes": len(run.hosts),
        "changed": outcomes[Outcome.DONE] + outcomes[Outcome.PROVED],
        "failed": outcomes[Outcome.FAILED] + len(run.unreachable),
        "open": outcomes[Outcome.UNKNOWN] + outcomes[Outcome.BEGUN],
        "skipped": outcomes[Outcome.SKIPPED],
        "warnings": len(run.warnings),
    }
    for name, number in numbers.items():
        is_bad = number > 0 and name == "failed"
        is_careful = number > 0 and name in ("open", "skipped", "warnings")
        yield {"name": name, "number": number, "is_bad": is_bad, "is_careful": is_careful}


def _host(host: str, own: Sequence[RunStep], unreachable: int) -> dict[str, object]:
    outcomes = Counter(step.outcome for step in own)
    return {
        "box": _shown(host),
        "changed": outcomes[Outcome.DONE] + outcomes[Outcome.PROVED],
        "failed": outcomes[Outcome.FAILED] + unreachable,
        "open": outcomes[Outcome.UNKNOWN] + outcomes[Outcome.BEGUN],
        "skipped": outcomes[Outcome.SKIPPED],
        "seconds": f"{sum(step.seconds for step in own):.1f}",
    }


def _step(step: RunStep, words: Catalogue) -> dict[str, object]:
    return {
        "number": step.number,
        "box": _shown(step.host),
        "line": _shown(words.say(step.line)),
        "time": step.begun.strftime("%H:%M:%S"),
        "seconds": f"{step.seconds:.1f}" if step.ended else "",
        "outcome": step.outcome.value,
        "said": [_shown(words.say(line)) for text in step.said for line in lines_of(text)],
    }

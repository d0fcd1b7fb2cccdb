"""A plan, findings, tables and facts as lines of a record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from cmsdeploy.families.contract import State
from cmsdeploy.model.step import Problem, Proof, Refusal, Step
from cmsdeploy.planning.compare import Comparison
from cmsdeploy.planning.diagnosis import Diagnosis
from cmsdeploy.planning.tables import Table

__all__ = [
    "facts",
    "findings",
    "named_in",
    "plan",
    "problems",
    "refusals",
    "states",
    "steps",
    "tables",
    "without_digests",
]

_DIGEST = re.compile(r"\b[0-9a-f]{8}\b")
_WORD = re.compile(r"`[^`]*`|\S+")
# A word that is no word of a sentence: it has a digit, a sign, or a capital within; and None.
_NAME = re.compile(r"[\d/_.:`\"@=*{-]|^'|\w[A-Z]|^None$")


def named_in(sentence: object) -> str:
    """What a sentence names, in its order; ``…`` for a sentence that names nothing."""
    if not isinstance(sentence, str):
        return f"no text: {sentence!r}"
    words = [word.strip(".,;:()") for word in _WORD.findall(sentence)]
    # A digest that happens to have no digit is no word of a sentence either.
    named = " ".join(word for word in words if _NAME.search(word) or _DIGEST.fullmatch(word))
    return named or ("…" if sentence else "nothing")


def steps(of: Iterable[Step]) -> Iterator[str]:
    """Every step with all that is known of it."""
    for step in of:
        kind = f"[{step.action.kind}, {step.risk.value}{', on the way' * step.is_transient}]"
        yield f"{step.identity} {kind} {step.action.line}"
        yield f"    for {step.cluster}: {named_in(step.why)} ({step.source or 'no source'})"
        yield from _more(step)


def _more(step: Step) -> Iterator[str]:
    if deadline := getattr(step.action, "deadline", None):
        yield f"    for {deadline:g} s at most"
    if step.needs:
        yield f"    needs {' '.join(sorted(step.needs))}"
    if step.makes or step.uses:
        yield f"    makes {step.makes}, uses {' '.join(sorted(map(str, step.uses)))}"
    if step.proof is not None:
        yield f"    {_proof(step.proof)}"


def _proof(proof: Proof) -> str:
    own = [read.line for read in (proof.own.reads if proof.own else ())]
    earlier = [named_in(sentence.text) for sentence in proof.earlier]
    return f"proof: {' + '.join(own) or 'none'}; still: {'; '.join(earlier) or 'none'}"


def plan(of: Comparison) -> Iterator[str]:
    """Refusals, steps, drift, what stands beside them, and what will be so."""
    yield from refusals(of.plan.refusals)
    yield from steps(of.plan.steps)
    yield from (f"drift: {line}" for line in steps(of.drift))
    yield from (f"reads {secret} on {host}" for secret, host in of.plan.sources.items())
    yield from problems("note", of.notes)
    yield from problems("problem", of.problems)
    yield from (f"{cluster} waits: {named_in(why)}" for cluster, why in of.waiting.items())
    yield from (f"summary: {named_in(sentence)}" for sentence in of.summary)


def states(of: Comparison) -> Iterator[str]:
    """What is, and what will be, by host and family."""
    for word, facts in (("is", of.plan.facts), ("will be", of.facts_after)):
        for host, own in facts.items():
            for family, fact in own.items():
                yield f"{word} {host} {family}: {json.dumps(fact, sort_keys=True)}"


def facts(state: State) -> str:
    """What a state shows, as a plan rests on it."""
    return json.dumps(state.facts(), sort_keys=True)


def refusals(of: Iterable[Refusal]) -> Iterator[str]:
    """Each with its rule and what it names."""
    for one in of:
        kind = " (of number)" if one.is_of_number else ""
        yield f"refused: {one.rule} {one.host} of {one.cluster}{kind}: {named_in(one.text)}"


def problems(word: str, of: Iterable[Problem]) -> Iterator[str]:
    """Each with all that is known of it."""
    for one in of:
        yield f"{word}: {one.rule} {one.host} of {one.cluster}, {one.severity.value}"
        yield f"    {one.likelihood} of 100: {named_in(one.text)}"
        yield from (f"    seen {_seen(seen.host)}{seen.command}: {seen.seen}"
                    for seen in one.evidence)  # fmt: skip
        explains = " ".join(sorted(one.explains)) or "nothing"
        on = " ".join(sorted(one.explains_on)) or "every host"
        yield f"    explains {explains} on {on}"
        yield f"    costs {named_in(one.risk)}; next {named_in(one.fix)}"
        yield from (f"    asks {' '.join(ask)}" for ask in one.asks)


def _seen(host: str) -> str:
    return f"on {host}: " if host else ""


def findings(of: Diagnosis) -> Iterator[str]:
    """In their order, each with its causes."""
    for one in of.findings:
        yield from problems("found", [one.problem])
        yield from (f"    follows from {rule} {host}" for host, rule in one.causes)


def tables(of: Iterable[Table]) -> Iterator[str]:
    """Cell by cell, in the order of rows and columns."""
    for table in of:
        yield f"table {table.name} of {table.cluster}: {' | '.join(table.columns)}"
        for row in table.rows:
            cells = [table.cells.get((row, column)) for column in table.columns]
            shown = (f"{'!' * cell.is_wrong}{cell.text}" if cell else "-" for cell in cells)
            seen = dict.fromkeys(cell.host for cell in cells if cell and cell.host != row)
            yield f"    {row}: {' | '.join(shown)}{' seen on ' * bool(seen)}{', '.join(seen)}"


def without_digests(lines: Iterable[str]) -> Iterator[str]:
    """Lines about certificates that are made for one run: their digests are never the same."""
    return (_DIGEST.sub("DIGEST", line) for line in lines)

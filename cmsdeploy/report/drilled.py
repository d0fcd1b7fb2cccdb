"""What a drill has measured: for people, for programs, and as cases of a table of tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cmsdeploy.errors import printable
from cmsdeploy.model.drill import Drilled, Measured
from cmsdeploy.planning.promises import Promise, Verdict

__all__ = ["drilled_as_json", "drilled_lines", "drilled_promises"]


def drilled_lines(drilled: Drilled) -> Iterator[str]:
    """A table: who, what, after how many seconds."""
    drill = drilled.drill
    yield f"cluster {drill.cluster}: {drill.host} was away for {drilled.away:.1f} s"
    rows = [(one.host, _seconds(one, drilled), one.text) for one in drilled.measured]
    width = max((len(host) for host, _, _ in rows), default=0)
    for host, seconds, text in rows:
        yield f"  {host:<{width}}  {seconds:>9}  {printable(text)}"
    for host, cause in drilled.errors.items():
        yield f"wrong   {host} could not be looked at: {printable(cause)}"
    for one in drilled.measured:
        if one.seconds is None:
            yield f"wrong   {one.host} [drill] {_late(one, drilled)}"


def _seconds(one: Measured, drilled: Drilled) -> str:
    if one.seconds is None and drilled.was_interrupted:
        return "not seen"
    return f"> {drilled.within:.0f} s" if one.seconds is None else f"{one.seconds:.1f} s"


def _late(one: Measured, drilled: Drilled) -> str:
    if drilled.was_interrupted:
        return f"it was not seen before the drill was ended that {one.text}"
    return f"it was not seen within {drilled.within:.0f} s that {one.text}"


def drilled_as_json(drilled: Drilled) -> dict[str, object]:
    """The same for programs; ``seconds`` is null where it was not seen in time."""
    return {
        "cluster": drilled.drill.cluster,
        "stopped": drilled.drill.host,
        "away_seconds": round(drilled.away, 3),
        "within_seconds": drilled.within,
        "interrupted": drilled.was_interrupted,
        "taken_over": _as_json(drilled.taken_over),
        "followed": _as_json(drilled.followed),
        "restored": _as_json(drilled.restored),
    }


def _as_json(measured: Sequence[Measured]) -> list[dict[str, object]]:
    return [
        {
            "host": one.host,
            "family": one.family,
            "text": one.text,
            "seconds": None if one.seconds is None else round(one.seconds, 3),
        }
        for one in measured
    ]


def drilled_promises(drilled: Drilled) -> tuple[Promise, ...]:
    """A case for each thing that had to become true."""
    cluster = drilled.drill.cluster
    return tuple(
        Promise(
            cluster,
            one.host,
            f"{when}: {one.text}",
            Verdict.BROKEN if one.seconds is None else Verdict.KEPT,
            _late(one, drilled) if one.seconds is None else "",
            round(one.seconds or 0.0, 3),
        )
        for when, some in (
            ("while it is away", (*drilled.taken_over, *drilled.followed)),
            ("when it is back", drilled.restored),
        )
        for one in some
    )

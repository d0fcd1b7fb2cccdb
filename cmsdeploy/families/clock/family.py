"""The five verbs of ``clock``: a gate, which never has a step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median_low

from cmsdeploy.errors import InputError, printable
from cmsdeploy.families.clock.explanations import EXPLANATIONS
from cmsdeploy.families.clock.facts import DATE, STATUS, ClockState, understand
from cmsdeploy.families.contract import Site, VersionRange
from cmsdeploy.families.form import Form, Parameter
from cmsdeploy.families.gate import Gate
from cmsdeploy.families.parameters import Parameters
from cmsdeploy.model.action import Read, Replies
from cmsdeploy.model.cell import BOXES, Cell
from cmsdeploy.model.explanation import Explanation
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.secret import UNKNOWN, Unknown
from cmsdeploy.model.step import Problem, Severity

__all__ = ["ClockFamily", "ClockSpec"]

_MINUTE = "60"
_LONGEST = 86_400
_SHOWN = 2.0
# Every time zone is a number of these away from every other.
_ZONE_STEP = 900
PARAMETERS = (
    Parameter(
        "within", Form.TEXT, f"Seconds by which clocks may differ; else {_MINUTE}.", default=_MINUTE
    ),
)


@dataclass(frozen=True)
class ClockSpec:
    """``within`` is in seconds."""

    cluster: str
    within: int


@dataclass(frozen=True)
class ClockFamily(Gate[ClockSpec, ClockState]):
    """The clocks of a cluster, compared with each other."""

    name: str = "clock"
    parameters: tuple[Parameter, ...] = PARAMETERS
    versions: VersionRange = field(default_factory=VersionRange)
    explanations: Mapping[str, Explanation] = field(
        default_factory=lambda: EXPLANATIONS, hash=False, repr=False
    )

    def spec(self, parameters: Mapping[str, object], site: Site) -> ClockSpec:
        within = Parameters(self.name, parameters, PARAMETERS).text("within", _MINUTE)
        if not (within.isascii() and within.isdigit() and 0 < int(within[:6]) <= _LONGEST):
            raise InputError(
                f"clock: within cannot be {printable(within, 40)!r}",
                f'write seconds, from "1" to "{_LONGEST}"',
            )
        return ClockSpec(site.cluster, int(within))

    def reads(self, spec: ClockSpec) -> tuple[Read, ...]:
        return (STATUS, DATE)

    def state(self, replies: Replies) -> ClockState:
        return understand(replies)

    def blank(self, spec: ClockSpec) -> ClockState:
        return ClockState(0.0, is_utc=True)

    def problems(
        self, desired: Mapping[str, ClockSpec], observed: Mapping[str, ClockState]
    ) -> tuple[Problem, ...]:
        off = _off(desired, observed)
        return tuple(
            problem
            for host, spec in desired.items()
            for problem in _problems(host, spec, observed[host], off[host])
        )

    def cells(
        self, desired: Mapping[str, ClockSpec], observed: Mapping[str, ClockState]
    ) -> tuple[Cell, ...]:
        off = _off(desired, observed)
        return tuple(
            Cell(BOXES, spec.cluster, host, "clock", _signed(off[host]), host, is_wrong)
            for host, spec in desired.items()
            for is_wrong in (_is_skewed(spec, observed[host], off[host]),)
        )

    def is_read(self, words: tuple[str, ...]) -> bool:
        return words == DATE.words


def _off(
    desired: Mapping[str, ClockSpec], observed: Mapping[str, ClockState]
) -> dict[str, float | None]:
    """How far each clock is ahead of the middle one of its cluster; None where it is not shown.

    The middle one, because one wrong clock must not make the others wrong.
    """
    found: dict[str, float | None] = {}
    clusters: dict[str, dict[str, float | Unknown]] = {}
    for host, spec in desired.items():
        clusters.setdefault(spec.cluster, {})[host] = observed[host].ahead
    for own in clusters.values():
        shown = [ahead for ahead in own.values() if ahead is not UNKNOWN]
        middle = median_low(shown) if shown else 0.0
        found.update(
            {host: None if ahead is UNKNOWN else ahead - middle for host, ahead in own.items()}
        )
    return found


def _is_skewed(spec: ClockSpec, state: ClockState, off: float | None) -> bool:
    if off is None or abs(off) <= spec.within:
        return False
    return state.is_utc or _beside_zones(off) > spec.within


def _beside_zones(off: float) -> float:
    """What is left of a difference when time zones may explain the rest."""
    rest = abs(off) % _ZONE_STEP
    return min(rest, _ZONE_STEP - rest)


def _problems(
    host: str, spec: ClockSpec, state: ClockState, off: float | None
) -> Iterator[Problem]:
    if off is None:
        text = Phrase("the box does not show its clock; compare it by hand")
    elif _is_skewed(spec, state, off):
        text = Phrase(
            "its clock is {seconds} s {side} that of most boxes of the cluster, more than {within}"
            " s; look with: ntp server list",
            seconds=f"{abs(off):.0f}",
            side=Phrase("ahead of") if off > 0 else Phrase("behind"),
            within=spec.within,
        )
        seen = Evidence(
            host, STATUS.line if state.is_utc else DATE.line, f"{_signed(off)} beside most boxes"
        )
        yield Problem(host, "clock/skew", text, cluster=spec.cluster, evidence=(seen,))
        return
    elif abs(off) > spec.within:
        text = Phrase(
            "its clock is {seconds} s off, which may be its time zone; compare it by hand, or"
            " describe its Web Admin",
            seconds=f"{abs(off):.0f}",
        )
    else:
        return
    yield Problem(host, "clock/unseen", text, Severity.NOTE, spec.cluster)


def _signed(off: float | None) -> str:
    if off is None:
        return "unknown"
    # Boxes show whole seconds and are read one after the other: under two is no difference.
    return "same" if abs(off) < _SHOWN else f"{round(off):+d} s"

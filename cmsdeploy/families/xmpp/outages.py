"""How long a cluster is down while all its servers are stopped: told before anybody says yes.

The length comes from what the steps declare: the deadline of a command that stops or starts a
service, and of a wait for an election. A deadline is what has to be over before "slow" means
"broken", so a usual run takes a part of it; how large a part is a guess until a real box was timed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.model.action import Command, Wait
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.step import Problem, Risk, Severity, Step

__all__ = ["outage_told", "seconds_down"]

# A usual part of a declared deadline (guess), and what a command without one takes (guess).
_PART = 1 / 6
_QUICK = 2.0
# A call bridge without connection tries again every 64 seconds (SEEN, transcript
# webadmin-event-log-dns-error): the outage ends for people when it has logged in.
_LOGIN = 64.0


def outage_told(
    group: Group, steps: Sequence[Step]
) -> tuple[tuple[Step, ...], tuple[Problem, ...]]:
    """``steps`` with the length of the outage in the sentences of those that begin it, and a note
    for a person; as they are where none is an outage."""
    if not any(step.risk is Risk.OUTAGE for step in steps):
        return tuple(steps), ()
    seconds = seconds_down(group, steps)
    text = Phrase(
        "XMPP of cluster {cluster} is down for about {seconds} s: all servers are stopped, and"
        " nobody logs in until {first} leads a cluster again",
        cluster=group.cluster,
        seconds=seconds,
        first=group.first,
    )
    told = (
        replace(
            step,
            why=Phrase(
                "{why}; XMPP of cluster {cluster} is down for about {seconds} s",
                why=step.why,
                cluster=group.cluster,
                seconds=seconds,
            ),
        )
        if step.risk is Risk.OUTAGE
        else step
        for step in steps
    )
    note = Problem(group.first, "xmpp/outage", text, Severity.NOTE, group.cluster)
    return tuple(told), (note,)


def seconds_down(group: Group, steps: Sequence[Step]) -> int:
    """From the first stop until call bridges have logged in to the founder, in tens of seconds."""
    by_name = {step.identity: step for step in steps}
    ends: dict[str, float] = {}
    founded = f"{group.first}/xmpp/agreed"
    whole = _end(founded, by_name, ends) if founded in by_name else 0.0
    return max(10, round((whole + _LOGIN) / 10) * 10)


def _end(name: str, steps: Mapping[str, Step], ends: dict[str, float]) -> float:
    """When a step is done, at the earliest: after all that it needs."""
    if name not in ends:
        before = [_end(need, steps, ends) for need in sorted(steps[name].needs) if need in steps]
        ends[name] = max(before, default=0.0) + _seconds(steps[name])
    return ends[name]


def _seconds(step: Step) -> float:
    deadline = step.action.deadline if isinstance(step.action, Command | Wait) else None
    return _QUICK if deadline is None else deadline * _PART

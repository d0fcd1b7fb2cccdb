"""What is said of the certificates in service: a line for each server, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from cmsdeploy.families.xmpp.facts import XmppState
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.seen import Seen, short
from cmsdeploy.families.xmpp.service import expected_leaf, is_set, is_stale
from cmsdeploy.families.xmpp.spec import XmppSpec
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.secret import UNKNOWN
from cmsdeploy.model.step import Problem, Severity

__all__ = ["in_service_cell", "service_lines", "service_problems"]

_OFF = "the play looks nowhere (xmpp_seen_at: none)"


def service_lines(group: Group) -> Iterator[str]:
    """Which certificate each running server presents, as far as it was seen."""
    for host, spec in group.specs.items():
        state = group.states[host]
        if state.enabled is not True or (spec.look is None and not spec.is_unseen):
            continue
        yield f"  {host} presents: {_shown(spec, state)}"


def _shown(spec: XmppSpec, state: XmppState) -> str:
    seen = state.seen or Seen(why_not=_OFF)
    if seen.presented is UNKNOWN:
        return f"not seen: {seen.why_not}"
    until = f", valid until {seen.until}" if seen.until else ""
    which = f", not {spec.certificate}" if is_stale(spec, state) else f" ({spec.certificate})"
    return f"certificate {short(seen.presented)}{which}{until}"


def in_service_cell(spec: XmppSpec, state: XmppState) -> tuple[tuple[str, str, bool], ...]:
    """Column, text and whether it is wrong; none where the play does not speak of it."""
    if spec.look is None and not spec.is_unseen:
        return ()
    presented = UNKNOWN if state.seen is None else state.seen.presented
    text = "not seen" if presented is UNKNOWN else short(presented)
    is_wrong = is_stale(spec, state) or (presented is UNKNOWN and spec.look is not None)
    return (("presents", text, is_wrong),)


def service_problems(group: Group) -> Iterator[Problem]:
    """Another certificate in service than the wanted one, or one that nobody could see."""
    for host, spec in group.specs.items():
        state = group.states[host]
        if state.enabled is not True:
            continue
        seen = state.seen or Seen(why_not=_OFF)
        if is_stale(spec, state) and not is_set(spec, state):
            continue  # a change that nobody has rolled out yet is no fault
        if is_stale(spec, state) and spec.look is not None:
            text = (
                f"it presents certificate {short(str(seen.presented))} and not"
                f" {short(expected_leaf(spec, state))} of {spec.certificate}"
            )
            evidence = Evidence(host, spec.look.line, f"certificate {short(str(seen.presented))}")
            yield Problem(
                host,
                "xmpp/other-in-service",
                text,
                cluster=group.cluster,
                evidence=(evidence,),
                asks=((host, "xmpp", "restart"),),
            )
        elif seen.presented is UNKNOWN and (spec.look is not None or spec.is_unseen):
            yield Problem(
                host,
                "xmpp/not-seen-in-service",
                f"which certificate it presents was not seen: {seen.why_not}",
                Severity.NOTE if spec.is_unseen else Severity.ERROR,
                group.cluster,
            )

"""How the records stand as tables: name servers by sets, and what each box finds itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cmsdeploy.families.dns.asked import box_lookup, query
from cmsdeploy.families.dns.facts import DnsState
from cmsdeploy.families.dns.spec import DnsSpec
from cmsdeploy.families.dns.view import no_answer
from cmsdeploy.families.dns.wanted import merged, own_sets, target_of
from cmsdeploy.model.cell import BOXES, Cell
from cmsdeploy.model.records import RecordSet
from cmsdeploy.model.secret import UNKNOWN

__all__ = ["cells_of"]

_TABLE = "name servers"


def cells_of(desired: Mapping[str, DnsSpec], observed: Mapping[str, DnsState]) -> Iterator[Cell]:
    """One row for each server and view, one column for each service and each server's address."""
    for host, spec in desired.items():
        if spec.is_carrier:
            yield from _of_servers(spec, observed[host])
        if spec.asks_box:
            found = observed[host].lookups.get(box_lookup(spec.component), UNKNOWN)
            ours = (
                () if found is UNKNOWN else [one for one in found if target_of(one) in spec.names]
            )
            text = "unknown" if found is UNKNOWN else f"{len(ours)} of {len(spec.targets)}"
            yield Cell(BOXES, spec.cluster, host, "finds by DNS", text, host)


def _of_servers(spec: DnsSpec, state: DnsState) -> Iterator[Cell]:
    for place, server in enumerate((*spec.servers, *spec.resolvers)):
        role = "primary" if not place else "zone" if place < len(spec.servers) else "view"
        for own in own_sets(spec):
            asked = query(spec, server, own.name, own.kind)
            shown = state.shown(asked)
            seen = shown if isinstance(shown, RecordSet) else None
            is_wrong = seen is None or merged(spec, own, seen).data != seen.data
            text = _text(own, seen)
            if shown is UNKNOWN:
                is_wrong = True
                text = "no answer" if no_answer(state.answer(asked)) else "not its zone"
            column = _column(spec, own)
            row = f"{server} ({role})"
            yield Cell(_TABLE, spec.cluster, row, column, text, spec.host, is_wrong)


def _column(spec: DnsSpec, own: RecordSet) -> str:
    if own.kind != "SRV":
        return f"{own.name.partition('.')[0]} {own.kind}"
    return "SRV for bridges" if own.name == spec.component else "SRV for clients"


def _text(own: RecordSet, seen: RecordSet | None) -> str:
    if seen is None:
        return "none"
    right = len(set(own.data) & set(seen.data))
    more = len(seen.data) - right
    return f"{right} of {len(own.data)}" + (f" and {more} else" if more else "")

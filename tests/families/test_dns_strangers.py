"""Records that point at none of our servers, and what boxes find that is not held."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cmsdeploy.families.dns.asked import box_lookup, query
from cmsdeploy.families.dns.cells import cells_of
from cmsdeploy.families.dns.facts import DnsState
from cmsdeploy.families.dns.records import flaws_of_service
from cmsdeploy.families.dns.refusals import boxes_astray
from cmsdeploy.families.dns.spec import DnsSpec, Service, Target
from cmsdeploy.families.dns.wanted import own_sets
from cmsdeploy.model.records import NameAnswer, RecordSet
from cmsdeploy.model.secret import UNKNOWN, Unknown

CB1 = "cb1.tptac9.com."
SPEC = DnsSpec(
    cluster="default", host="cb1", domain="tptac9.com.", zone="tptac9.com.",
    targets=(Target("cb1", CB1, ("10.0.0.1",), Service(5223), None),), servers=("10.0.0.53",),
    is_box_to_agree=True,
)  # fmt: skip
OWN = next(one for one in own_sets(SPEC) if one.name == SPEC.component)
_THERE = NameAnswer("NOERROR", records=(RecordSet("old.com.", "A", 60, ("10.0.0.9",)),))
_ALIAS = NameAnswer("NOERROR", records=(RecordSet("old.com.", "CNAME", 60, (CB1,)),))


@pytest.mark.parametrize(
    ("target", "says", "is_exclusive", "rule", "is_broken", "is_accepted"),
    [
        (".", None, None, "dns/null-target", True, False),
        ("10.0.0.1.", None, None, "dns/address-target", True, False),
        ("2001:db8::1.", None, None, "dns/address-target", True, False),
        (f"{CB1}tptac9.com.", None, None, "dns/relative-target", True, False),
        ("cb1.", None, None, "dns/relative-target", True, False),
        ("nobody.", None, None, "dns/relative-target", True, False),
        ("old.com.", _ALIAS, None, "dns/cname-target", True, False),
        ("old.com.", NameAnswer("NXDOMAIN", True), None, "dns/address-missing", True, False),
        ("old.com.", _THERE, None, "dns/foreign-target", False, False),
        ("old.com.", _THERE, True, "dns/foreign-target", False, False),
        ("old.com.", _THERE, False, "dns/foreign-target", False, True),
        ("old.com.", None, False, "dns/foreign-target", False, True),
    ],
)
def test_each_stranger_has_its_name(
    target: str, says: NameAnswer | None, is_exclusive: bool | None, rule: str, is_broken: bool,
    is_accepted: bool,
) -> None:  # fmt: skip
    """Most are slips in a record that should be ours; each may be removed where we were told to."""
    seen = replace(OWN, data=(*OWN.data, f"0 0 5223 {target}"))
    targets = (("old.com.", "A", says),) if says else ()
    answer = NameAnswer("NOERROR", True, (seen,), targets=targets)
    spec = replace(SPEC, is_exclusive=is_exclusive)
    assert [
        (flaw.rule, flaw.is_broken, flaw.is_accepted, flaw.is_removable)
        for flaw in flaws_of_service(spec, OWN, answer)
    ] == [(rule, is_broken, is_accepted, True)]


_ASKED = query(SPEC, "10.0.0.53", OWN.name, "SRV")
_LOOKUP = box_lookup(SPEC.component)


@pytest.mark.parametrize(
    ("found", "held", "finds"),
    [
        (OWN.data, OWN, ""),
        (("0 0 5223 old.com.",), OWN, "it finds 0 0 5223 old.com. for _xmpp-component._tcp."),
        ((), OWN, "it finds no record for _xmpp-component._tcp."),
        (UNKNOWN, OWN, ""),
        (None, OWN, ""),
        # An update will come first.
        (("0 0 5223 old.com.",), replace(OWN, ttl=60), ""),
    ],
)
def test_a_box_that_finds_others_than_are_held(
    found: tuple[str, ...] | Unknown | None, held: RecordSet, finds: str
) -> None:
    """Only where it is to agree, and was asked; what it did not say is no difference."""
    lookups = {} if found is None else {_LOOKUP: found}
    answers = {_ASKED: NameAnswer("NOERROR", True, (held,))}
    state = DnsState(answers, lookups)
    said = list(boxes_astray({"cb1": SPEC}, {"cb1": state}))
    assert [(one.host, one.rule) for one in said] == [("cb1", "dns/box-differs")] * bool(finds)
    assert all(one.text.startswith(finds) for one in said)
    spec = replace(SPEC, is_box_to_agree=False)
    assert list(boxes_astray({"cb1": spec}, {"cb1": state})) == []


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (OWN.data, "1 of 1"),
        (("0 0 5223 old.com.",), "0 of 1"),
        ((), "0 of 1"),
        (UNKNOWN, "unknown"),
        (None, "unknown"),
    ],
)
def test_what_a_box_finds_stands_in_its_table(
    found: tuple[str, ...] | Unknown | None, text: str
) -> None:
    """Of our servers; a box that was not asked shows nothing to be relied on."""
    state = DnsState({}, {} if found is None else {_LOOKUP: found})
    (*_, cell) = cells_of({"cb1": SPEC}, {"cb1": state})
    assert (cell.row, cell.column, cell.text, cell.host) == ("cb1", "finds by DNS", text, "cb1")
    assert not cell.is_wrong

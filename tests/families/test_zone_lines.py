"""Lines of a zone as people paste them: names made whole, what is cut or no record left out."""

from __future__ import annotations

import pytest

from cmsdeploy.families.dns.zone_lines import ZoneRecord, zone_records

SRV = "_xmpp-client._tcp"
ZONE = f"""\
; a comment
$ORIGIN Example.com.
$TTL 300
@ IN SOA ns hostmaster (
    7 ; serial
    3600 600 86400 300 )
  NS ns
{SRV}  1h IN SRV 10 50 5222 CB1
       IN 300 SRV 10 50 5222 cb2.example.com.
cb1 A 10.0.0.1
www.example.com. CNAME cb1
txt TXT "a ; b"
    A 10.0.0.9
$ORIGIN lab
cb3 AAAA FE80::1
"""


def test_a_zone_is_read_as_it_is_meant() -> None:
    """Owners go on, origins move, units and classes of either order are passed over."""
    client = f"{SRV}.example.com"
    assert [(one.owner, one.kind, one.data, one.is_relative) for one in zone_records(
        ZONE.splitlines()
    )] == [
        ("example.com", "SOA", ("ns", "hostmaster", "7", "3600", "600", "86400", "300"), False),
        (client, "SRV", ("10", "50", "5222", "cb1.example.com"), True),
        (client, "SRV", ("10", "50", "5222", "cb2.example.com"), False),
        ("cb1.example.com", "A", ("10.0.0.1",), False),
        ("www.example.com", "CNAME", ("cb1.example.com",), True),
        ("txt.example.com", "A", ("10.0.0.9",), False),
        ("cb3.lab.example.com", "AAAA", ("fe80::1",), False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "", "; only a comment", "( )", "$ORIGIN", "$ORIGIN a b", "words that are no record",
        "cb1 A", "cb1 A 10.0.0.1 more", f"{SRV} SRV 10 50 port cb1.", f"{SRV} SRV 10 50 5222",
        "cb1 CNAME a/b", "a/b A 10.0.0.1", "cb1 MX 10 mail.", "cb1 300",
    ],
)  # fmt: skip
def test_what_is_no_whole_record_of_ours_is_left_out(line: str) -> None:
    """And does not stop what comes behind it."""
    found = list(zone_records([line, "cb9. A 10.0.0.9"]))
    assert found == [ZoneRecord("cb9", "A", ("10.0.0.9",), "cb9. A 10.0.0.9")]


def test_a_parenthesis_that_nobody_closes_hides_nothing_for_long() -> None:
    """After a hundred lines it is given up, and each line stands for itself again."""
    lines = ["@ IN SOA ns. h. (", *(f"cb{n}. A 10.0.0.{n}" for n in range(150))]
    assert [one.owner for one in zone_records(lines)] == [f"cb{n}" for n in range(150)]


def test_the_text_is_as_written_with_single_blanks() -> None:
    """For people; what is compared is in small letters."""
    (record,) = zone_records(["CB1.Example.com.   300  IN A   10.0.0.1"])
    assert record.text == "CB1.Example.com. 300 IN A 10.0.0.1"
    assert (record.owner, record.data) == ("cb1.example.com", ("10.0.0.1",))

"""The DNS of the lab: zones, the servers that hold them, and what a call bridge finds in them.

Law of this room. The files here are pure: they know records as text, and what RFC 1034, 2136, 2181
and 2782 say of them; no socket, no clock, no DNS library. Bytes, signatures and listening are in
`wire/`, the only place of the lab that imports dnspython. Nothing here knows a box.

    Zone, Record          the data of one zone, by name and kind; can be copied at any moment
    carry_out             one update message (RFC 2136) on a zone
    NameServer            zones, faults and keys of one server: primary, secondary or another view
    NameService           the servers of one lab
    in_order              targets of a service by priority and weight (RFC 2782)
"""

from __future__ import annotations

from .choice import Service, in_order
from .faults import FAULTS, DnsFault, DnsFaults
from .records import Record, absolute, record_from_text
from .server import NameServer, Reply, TsigKey
from .service import NameService
from .update import Row, carry_out
from .zone import Found, Zone
from .zones_of_site import Component, zones_of

__all__ = [
    "FAULTS",
    "Component",
    "DnsFault",
    "DnsFaults",
    "Found",
    "NameServer",
    "NameService",
    "Record",
    "Reply",
    "Row",
    "Service",
    "TsigKey",
    "Zone",
    "absolute",
    "carry_out",
    "in_order",
    "record_from_text",
    "zones_of",
]

"""Family ``dns``: the records by which call bridges and clients find the XMPP servers.

Law. This folder knows records: which are wanted, which were seen at which server, and what is wrong
with them. It does not know how a question travels or how an update is signed, and it never asks for
a name that its spec does not hold. Its steps stand on one host of a cluster, the first: records
belong to no box, and somebody has to carry them.
"""

from __future__ import annotations

from cmsdeploy.families.dns.family import DnsFamily

__all__ = ["family"]

family = DnsFamily()

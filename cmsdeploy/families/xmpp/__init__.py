"""Family ``xmpp``: the XMPP server of CMS 2.x and the cluster that several of them make.

Law. This folder knows the words of ``xmpp …`` and of its replies. ``facts`` understands one box,
``commands`` says the lines, ``ladder`` is the order on one box, and only ``rules`` speaks of other
hosts: leader, peers, majority, whose secret counts. It does not know files, wires or time.
"""

from __future__ import annotations

from cmsdeploy.families.xmpp.family import XmppFamily

__all__ = ["family"]

family = XmppFamily()

"""Family ``callbridge``: how the call bridge of a box logs in to the XMPP servers.

Law. This folder knows one object of the Web Admin API, ``system/configuration/xmpp``, and the alarm
that tells of a failed login. It does not know how a request travels, nor where the secret comes
from: it names it.
"""

from __future__ import annotations

from cmsdeploy.families.callbridge.family import CallbridgeFamily

__all__ = ["family"]

family = CallbridgeFamily()

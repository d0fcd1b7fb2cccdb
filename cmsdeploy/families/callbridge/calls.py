"""The requests: the object's fields are SEEN in Cisco's API collection of CMS 2.5 (mmp.md 9)."""

from __future__ import annotations

from cmsdeploy.families.first_fact import VERSION
from cmsdeploy.model.action import Call, Tail
from cmsdeploy.model.secret import SecretRef

__all__ = ["ALARMS", "LOG", "NO_LOGIN", "SETTINGS", "WITNESSES", "put_login"]

_PATH = "/api/v1/system/configuration/xmpp"
SETTINGS = Call("GET", _PATH)
ALARMS = Call("GET", "/api/v1/system/alarms")
LOG = Tail("log")
# As TAC 217062 empties them in Web Admin before 3.0. An empty secret is none.
_FIELDS = ("uniqueName", "domain", "serverAddressOverride", "sharedSecret")
NO_LOGIN = Call("PUT", _PATH, tuple((name, "") for name in _FIELDS))
# The box writes each command into its log, so the version that is asked before it says when the
# log was read, on the clock of the box.
WITNESSES = (ALARMS, VERSION, LOG)


def put_login(name: str, domain: str, server_address: str, secret: SecretRef) -> Call:
    """Set all four fields in one request, so that a box never has half of a login.

    An empty ``server_address`` lets the call bridge follow DNS (TAC 213479, step 9).
    """
    form = (
        ("uniqueName", name),
        ("domain", domain),
        ("serverAddressOverride", server_address),
    )
    return Call("PUT", _PATH, form, (("sharedSecret", secret),))

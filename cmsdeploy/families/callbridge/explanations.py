"""The rules of ``callbridge`` at length."""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.model.finding import Explanation

__all__ = ["EXPLANATIONS"]

EXPLANATIONS: Mapping[str, Explanation] = {
    "callbridge/alarm": Explanation(
        "A call bridge is not logged in",
        "The box raises an alarm that speaks of XMPP: its call bridge has no connection to any XMPP"
        " server. Name, domain, secret, server address and DNS all have to be right for a login;"
        " this rule says that one of them is not, the others say which.",
        "`/api/v1/system/alarms`; in Web Admin, Status > General and the fault conditions.",
        "Clients that are registered by XMPP reach no conference on this call bridge.",
        "See to the causes that stand before this finding first. Where there are none, read the"
        " secret again with `xmpp callbridge list` on every server and set the login again.",
        "Cisco TAC 213479, scenarios 1 and 2",
    ),
    "callbridge/unseen": Explanation(
        "The login cannot be seen",
        "No Web Admin is described for the box (`cms_webadmin`), or it did not answer, or it has no"
        " list of alarms. Whether the call bridge is logged in is not known.",
        "No answer of the API that shows alarms.",
        "A login that does not work stays unnoticed.",
        "Look at Web Admin > Status > General by hand, or describe the Web Admin in the inventory.",
        "Cisco TAC 217319, step 33",
    ),
}

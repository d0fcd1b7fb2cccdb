"""The rules of ``callbridge`` at length."""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.model.explanation import Explanation

__all__ = ["EXPLANATIONS"]

_ONE_SHEET = (
    "Web Admin > Configuration > General, or `doctor --fix`: all four fields are set in one"
    " request, so that a box never has half of a login."
)

_SETTINGS: Mapping[str, Explanation] = {
    "callbridge/login-missing": Explanation(
        "The call bridge has no XMPP login",
        "Name, domain and secret of the login were never set on this box, or were taken out.",
        "`/api/v1/system/configuration/xmpp` has an empty `uniqueName`.",
        "The call bridge does not try to log in: no alarm, no line in the log, no calls.",
        _ONE_SHEET,
        "Cisco TAC 213479, step 9",
    ),
    "callbridge/name-differs": Explanation(
        "The call bridge logs in under another name",
        "The servers know each call bridge by a name of its own, without a domain part. Under"
        " another name it is turned away, or takes the place of another one.",
        "`uniqueName` in `/api/v1/system/configuration/xmpp`.",
        "The call bridge is turned away: `authentication failure`.",
        _ONE_SHEET,
        "Cisco TAC 213479, step 9 and scenario 2",
    ),
    "callbridge/domain-differs": Explanation(
        "The call bridge logs in to another domain",
        "The domain of the login is the domain of the XMPP servers, and the one whose DNS records"
        " lead there.",
        "`domain` in `/api/v1/system/configuration/xmpp`.",
        "DNS leads elsewhere or nowhere, or the servers turn the call bridge away.",
        _ONE_SHEET,
        "Cisco TAC 213479, step 9",
    ),
    "callbridge/server-differs": Explanation(
        "The call bridge goes to another server address",
        "A blank server address lets the call bridge follow DNS and fail over. An address binds it"
        " to that one server.",
        "`serverAddressOverride` in `/api/v1/system/configuration/xmpp`.",
        "With a wrong address there is no connection; with a right one no failover.",
        _ONE_SHEET,
        "Cisco TAC 213479, step 9",
    ),
    "callbridge/dns-error": Explanation(
        "The call bridge finds no XMPP server by DNS",
        "With a blank server address the call bridge looks for `_xmpp-component._tcp` of its domain"
        " and for the addresses of what that leads to. It found nothing that it can use.",
        "The log: `No DNS A or AAAA records for …` and `dns error`, every 64 seconds; the status"
        " page: `due to DNS error`.",
        "Clients that are registered by XMPP reach no conference on this call bridge.",
        "One SRV record for each server, port 5223, each target with an A or AAAA record and no"
        " alias. `cmsdeploy dns check` says which is wrong; `dns lookup SRV` on the box says what"
        " the box sees.",
        "Cisco TAC 213479, scenario 1",
    ),
    "callbridge/secret-differs": Explanation(
        "The call bridge is turned away with the secret that it has",
        "Name, domain and server are as wanted, and the log tells of an authentication failure."
        " The API does not show the secret, so it is told from that.",
        "The log: `authentication failure`; on the servers, all secrets are the same.",
        "Clients that are registered by XMPP reach no conference on this call bridge.",
        "Read the secret with `xmpp callbridge list` on every server, compare, and set it again. "
        + _ONE_SHEET,
        "Cisco TAC 213479, scenario 2",
    ),
}

EXPLANATIONS: Mapping[str, Explanation] = {
    **_SETTINGS,
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
    "callbridge/log": Explanation(
        "The log tells of a failed login",
        "The log of the box holds the line that a call bridge writes every 64 seconds as long as it"
        " has no connection, and the last one is not older than that.",
        "The end of the file `log` (SFTP), or Web Admin > Logs > Event log: `XMPP component"
        " connection disconnected due to failure reason`. The reason is in the finding.",
        "Clients that are registered by XMPP reach no conference on this call bridge.",
        "`dns error`: see to the records of the domain. `authentication failure`: compare the"
        " secret on every server, name and domain. Otherwise see whether the servers run.",
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

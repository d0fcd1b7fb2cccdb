"""The rules of ``xmpp`` at length: the certificates in service, and their renewal."""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.model.explanation import Explanation

__all__ = ["SERVICE"]

_NOTHING = "Nothing is done to the cluster."
_RESTARTED = "Cisco TAC 214618"
_JOINED = "Cisco TAC 213479, step 4"
_HANDSHAKE = "The handshake with the port of `xmpp_seen_at`, as `openssl s_client` shows it."

SERVICE: Mapping[str, Explanation] = {
    "xmpp/other-in-service": Explanation(
        "Another certificate is in service than the settings name",
        "A server goes on with the certificate that it was started with. The file was changed"
        " afterwards, and nobody restarted the server.",
        _HANDSHAKE,
        "The old certificate expires in service although a new one lies on the box.",
        "Apply the play: it stops and starts one server at a time, followers first.",
        _RESTARTED,
    ),
    "xmpp/not-seen-in-service": Explanation(
        "Which certificate is in service was not seen",
        "What lies on the box and what is presented are two things. Nobody could look at the port,"
        " so nothing is said of the second.",
        _HANDSHAKE + " A port that refuses, is silent or speaks something else shows nothing.",
        "A certificate that is renewed and not served is found out when it expires.",
        "Open the way to the port, or name another place with `xmpp_seen_at: ADDRESS:PORT`. Where"
        " there is no way, say `xmpp_seen_at: none` and look from elsewhere:"
        " `openssl s_client -connect ADDRESS:5222 -starttls xmpp`.",
    ),
    "xmpp/not-seen": Explanation(
        "A renewal needs the certificate in service, and it cannot be seen",
        "While one server presents an old certificate, all others have to trust it. It is read off"
        " the port, and the port shows nothing.",
        _HANDSHAKE,
        _NOTHING,
        "Open the way to the port. Or say `xmpp_seen_at: none` and go in three runs: the old"
        " certificates with a trust file of old and new; the new ones with the same trust file; the"
        " new ones with a trust file of the new.",
        _JOINED,
    ),
    "xmpp/seen-at-one-place": Explanation(
        "Two servers are looked at in one place",
        "The certificate of a server would be taken for that of another, and a server would be"
        " restarted for what its neighbour presents.",
        "`xmpp_seen_at` has one value for two servers of a cluster; or nobody wrote it, and they"
        " have one `xmpp_address`.",
        _NOTHING,
        "Leave `xmpp_seen_at` out where every host has its own `xmpp_address`: it is port 5222 of"
        " that then, and IPv6 gets its brackets. Behind one address write `xmpp_seen_at` for each"
        " host, with a port of its own (`192.0.2.1:15222`, `[2001:db8::1]:15222`), or `none`.",
    ),
    "xmpp/stopped-member": Explanation(
        "A member is stopped while the certificates change",
        "Its peers have to trust the certificate that it comes back with, and nobody sees it.",
        "`xmpp` says that it is not enabled, and its peers list it.",
        _NOTHING,
        "Start it with `xmpp enable`, and plan again.",
        _JOINED,
    ),
    "xmpp/trust-lacks": Explanation(
        "The trust file lacks the certificate of a server",
        "The servers take each other for peers by their leaf certificates; the trust file is all of"
        " them, joined, or the one that they share.",
        "The fingerprints of the files here.",
        "The cluster would fall apart.",
        "Join the certificates of all servers: `cmsdeploy certs bundle` makes the file.",
        _JOINED,
    ),
    "xmpp/other-certificate": Explanation(
        "A file in use has another content on the box",
        "The certificate file that the server names is not the one that is here under this name."
        " To write over it would leave no way back, and a restart would take it into service.",
        "The fingerprints of the file on the box and of the file here.",
        _NOTHING,
        "Give the new files new names, or let `names: content` do it.",
        _RESTARTED,
    ),
    "xmpp/change-trust": Explanation(
        "The trust file of an earlier, cut run is too old",
        "It was made of what was in service then; since then a server got a certificate that is not"
        " in it.",
        "The fingerprints in the file on the box, and the handshakes with all servers.",
        _NOTHING,
        "Set the former trust file with `xmpp cluster trust`, restart that server, and plan again.",
        _JOINED,
    ),
}

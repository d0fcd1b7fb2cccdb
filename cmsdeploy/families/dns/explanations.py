"""The rules of ``dns`` at length."""

from __future__ import annotations

from collections.abc import Mapping

from cmsdeploy.model.explanation import Explanation

__all__ = ["EXPLANATIONS"]

EXPLANATIONS: Mapping[str, Explanation] = {
    "dns/alias-owner": Explanation(
        "The name of a service is an alias",
        "The name that call bridges or clients ask for is a CNAME record, so no SRV record "
        "can stand beside it.",
        "A CNAME in the answer to the SRV question.",
        "Some clients follow it and some do not; no update of ours can add records there.",
        "Remove the CNAME by hand, then run `cmsdeploy dns update`.",
        "RFC 1034, 3.6.2",
    ),
    "dns/srv-missing": Explanation(
        "An SRV record is missing",
        "Call bridges whose server address is blank find XMPP servers by SRV records only. A "
        "server without a record is never found; without any record nobody logs in.",
        "The event log says: No DNS A or AAAA records for _xmpp-component._tcp.<domain>.",
        "No call bridge that follows DNS logs in, or none moves to this server when another fails.",
        "`cmsdeploy dns update`, or the zone file of `cmsdeploy dns zone`.",
        "Cisco TAC 213479, scenario 1",
    ),
    "dns/wrong-port": Explanation(
        "An SRV record has the wrong port",
        "Call bridges connect to 5223, clients to 5222, unless the inventory says otherwise. "
        "The two are easily mixed up: the first example of TAC 213479 has 5222 for call "
        "bridges.",
        "The port in the SRV record.",
        "The connection reaches a service that speaks to somebody else, or nobody.",
        "`cmsdeploy dns update`.",
        "Cisco TAC 213479, step 9 and section DNS records",
    ),
    "dns/wrong-preference": Explanation(
        "Priority or weight differ",
        "The record leads to the right server and port with another priority or weight than "
        "the inventory says.",
        "The first two numbers of the SRV record.",
        "One server gets all the logins, or none until the others have failed.",
        "`cmsdeploy dns update`, or write what is meant into xmpp_dns_component or "
        "xmpp_dns_client.",
        "RFC 2782",
    ),
    "dns/null-target": Explanation(
        "The service is said not to exist",
        "The target '.' says that the domain decidedly has no such service.",
        "A single dot as target of the SRV record.",
        "Whoever reads this record gives up.",
        "Say xmpp_dns_exclusive: true and run `cmsdeploy dns update`, or remove the record by"
        " hand.",
        "RFC 2782",
    ),
    "dns/address-target": Explanation(
        "The target is an address",
        "The target of an SRV record is a name; an address written there is taken for a name "
        "that does not exist.",
        "Numbers with dots as target.",
        "The server is not found.",
        "Say xmpp_dns_exclusive: true and run `cmsdeploy dns update`: it writes the name and "
        "an A record.",
        "RFC 2782",
    ),
    "dns/relative-target": Explanation(
        "A final dot is missing",
        "In a zone file a name without a final dot gets the zone behind it: cms1.example.com "
        "becomes cms1.example.com.example.com. TAC 213479 prints its records that way.",
        "The domain stands twice in the target, or not at all.",
        "The server is not found.",
        "Say xmpp_dns_exclusive: true and run `cmsdeploy dns update`, or write the dot.",
        "Cisco TAC 213479, section DNS records",
    ),
    "dns/cname-target": Explanation(
        "The target is an alias",
        "An SRV record may not lead to a CNAME. Name servers take it all the same.",
        "The answer for the address of the target begins with a CNAME.",
        "Some clients find the server and some do not.",
        "Give the server a record of its own instead of the CNAME; an update cannot put one "
        "beside it.",
        "RFC 2782",
    ),
    "dns/address-missing": Explanation(
        "A server has no address",
        "The name of a server leads to no A or AAAA record.",
        "No records for the target of the SRV record.",
        "The server is not found; the event log of the call bridge says so every 64 seconds.",
        "`cmsdeploy dns update` where the name is in the zone; else make the record where its"
        " zone is kept.",
        "Cisco TAC 213479, scenario 1",
    ),
    "dns/foreign-target": Explanation(
        "A record leads to a stranger",
        "The SRV set has a record for a machine that is no XMPP server of this cluster: an "
        "old server, or a slip in a name.",
        "A target that no host of the inventory has.",
        "Call bridges try to log in there, and wait until they fail.",
        "Remove it: xmpp_dns_exclusive: true and `cmsdeploy dns update`. Where it belongs "
        "there, xmpp_dns_exclusive: false says so.",
        "Cisco TAC 213479, section DNS records",
    ),
    "dns/twice": Explanation(
        "A server stands in a set twice",
        "There are two records for one server, mostly with two ports.",
        "Two SRV records with one target.",
        "Half of the tries go to the wrong port.",
        "`cmsdeploy dns update`.",
        "RFC 2782",
    ),
    "dns/wrong-ttl": Explanation(
        "The TTL differs",
        "All records of a set share one TTL; an update that adds one record changes it for all.",
        "The TTL of the set.",
        "Others forget old records sooner or later than meant.",
        "`cmsdeploy dns update`, or write the TTL that is meant: xmpp_dns_ttl.",
        "RFC 2181, 5.2",
    ),
    "dns/wrong-address": Explanation(
        "An address of a server is missing",
        "The name of a server does not lead to an address that the inventory names.",
        "The A or AAAA records of the server.",
        "Call bridges connect elsewhere, or not at all.",
        "`cmsdeploy dns update`, or correct xmpp_dns_address.",
    ),
    "dns/foreign-address": Explanation(
        "A server has an address that nobody named",
        "The name of a server leads to an address that the inventory does not name, mostly an"
        " old one.",
        "The A or AAAA records of the server.",
        "A part of the connections goes to the old machine.",
        "xmpp_dns_exclusive: true and `cmsdeploy dns update`, or name the address in "
        "xmpp_dns_address.",
    ),
    "dns/no-answer": Explanation(
        "A name server gives no answer",
        "The server is down, is not reached, or refuses to answer us.",
        "No packet, or SERVFAIL, REFUSED, NOTIMP.",
        "What it tells others is not known; where it is the primary, nothing can be changed.",
        "See to the server; check its address in xmpp_dns_servers or xmpp_dns_resolvers.",
    ),
    "dns/not-authoritative": Explanation(
        "A server does not hold the zone",
        "The inventory names the server for a zone that it does not hold.",
        "Its answer for the SOA record of the zone is not authoritative.",
        "What it says is hearsay, and it takes no updates.",
        "Name the servers of the zone in xmpp_dns_servers, or the right zone in xmpp_dns_zone.",
        "RFC 1034, 4.2",
    ),
    "dns/wildcard": Explanation(
        "A wildcard answers for everybody",
        "A name that nobody has leads to an address, so a record `*` stands in the zone.",
        "An answer for a name that was made up.",
        "A server whose record is missing seems to have an address.",
        "Remove the wildcard, or give every server a record of its own.",
        "RFC 4592",
    ),
    "dns/secondary-behind": Explanation(
        "A secondary is behind",
        "A server of the zone shows older records than the primary.",
        "A smaller serial number in its SOA record.",
        "Whoever asks it gets the old servers.",
        "See to zone transfers: notification, permission, TCP port 53.",
        "RFC 1996",
    ),
    "dns/servers-differ": Explanation(
        "The servers of a zone differ",
        "Two servers of one zone hold different records, and not because one is behind.",
        "Different sets, and serial numbers that do not explain it.",
        "It depends on chance which servers somebody finds.",
        "Let one be the primary of the other, or update each of them.",
        "RFC 1034, 4.3.5",
    ),
    "dns/views-differ": Explanation(
        "A resolver shows something else",
        "A resolver or a view shows other records than the primary: it remembers old ones, or"
        " it is fed from elsewhere (split horizon).",
        "Different sets; the text says for how long it may remember.",
        "Boxes that use this resolver find other servers.",
        "Wait as long as the text says and check again. If it stays, update the zone of that view.",
        "RFC 2308",
    ),
    "dns/box-differs": Explanation(
        "A box finds something else",
        "What `dns lookup SRV` says on the box is not what the name servers hold: its "
        "resolver differs, or it has records of its own.",
        "The reply of the box.",
        "The call bridge of this box follows other records than everybody thinks.",
        "Look with `dns` on the box: its name servers, and records of its own (`dns add rr`).",
        "Cisco TAC 211261 and TAC 213479, scenario 1",
    ),
    "dns/box-unseen": Explanation(
        "What the box finds is not known",
        "The reply of the box to `dns lookup SRV` is not understood: no document shows its layout.",
        "A reply without anything that looks like an SRV record.",
        "A resolver of the box that differs stays unnoticed until its call bridge cannot log in.",
        "Look at the reply by hand: `cmsdeploy exec HOST -- dns lookup SRV _xmpp-"
        "component._tcp.<domain>`.",
    ),
    "dns/not-asked": Explanation(
        "The records were not looked at",
        "One host of a cluster carries the questions to name servers, and this task leaves it out.",
        "The host that is named is not among the hosts of the play.",
        "Whatever is wrong with the records stays unnoticed.",
        "Let the play have all XMPP servers of the cluster.",
    ),
}

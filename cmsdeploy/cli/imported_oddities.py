"""What is odd about boxes that are imported: each a sentence, and what to do or what follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cmsdeploy.cli.found_boxes import FoundBox
from cmsdeploy.model.secret import UNKNOWN, Secret

__all__ = ["oddities"]


def oddities(
    box: FoundBox, boxes: Sequence[FoundBox], clusters: Mapping[str, str]
) -> Iterator[str]:
    """Of one box among ``boxes``; ``clusters`` names the cluster of each. No secret in it."""
    if box.error is not None:
        cause = box.error.cause.splitlines()[0]
        yield f"it could not be read to the end: {cause}; import again when it answers"
    elif not box.is_server and not box.is_bridge:
        yield "it has neither an XMPP server nor a login, and is in no group (CMS 3.x has none)"
    if box.host.webadmin is None:
        yield (
            "no Web Admin was asked, so whether its call bridge has a login is not known; write"
            " cms_webadmin for it, and import again"
        )
    if box.is_bridge:
        yield from _of_login(box, boxes, clusters)
    if not box.is_server:
        return
    own = clusters[box.host.name]
    others = [one for one in boxes if one.is_server and clusters[one.host.name] == own]
    yield from _of_server(box, others)
    yield from _of_peers(box, boxes)
    yield from _of_bridges(box, boxes)
    yield from _of_secrets(box, others)


def _of_login(
    box: FoundBox, boxes: Sequence[FoundBox], clusters: Mapping[str, str]
) -> Iterator[str]:
    login = box.login
    own = [
        one for one in boxes if one.is_server and clusters[one.host.name] == clusters[box.host.name]
    ]
    domains = [str(one.server.domain) for one in own]
    if domains and login.domain is not UNKNOWN and login.domain not in domains:
        yield (
            f"its call bridge logs in to the domain {login.domain}, and the servers have"
            f" {domains[0]}; find out which is right: cmsdeploy doctor"
        )
    if login.is_failing:
        yield "its call bridge says that it is not logged in; find out why: cmsdeploy doctor"
    if own and all(login.name not in _known_bridges(one) for one in own):
        yield f"its call bridge logs in as {login.name}, which no server knows; a plan adds it"


def _known_bridges(box: FoundBox) -> Mapping[str, object]:
    return {} if box.server.bridges is UNKNOWN else box.server.bridges


def _of_server(box: FoundBox, others: Sequence[FoundBox]) -> Iterator[str]:
    server = box.server
    domains = {str(one.server.domain) for one in others}
    if len(domains) > 1:
        yield f"its domain is {server.domain}, and not all servers of its cluster have that one"
    if server.enabled is not True:
        yield "its XMPP server is stopped, or does not say whether it runs; a plan starts it"
    if server.clustered is not False and server.leader is None:
        yield "it is in a cluster and names no leader; find out why: cmsdeploy doctor"
    if server.clustered is False:
        joins = "joins the others" if len(others) > 1 else "founds one"
        yield f"it is in no cluster; by a plan it {joins}"
    if server.trust is UNKNOWN or not server.trust:
        yield (
            "its trust file is not shown, and its certificate is written in its place; look with:"
            " xmpp cluster status"
        )
    if server.listen is UNKNOWN or not server.listen:
        shown = "are not shown" if server.listen is UNKNOWN else "are not set"
        yield f"its interfaces {shown}; another server's are written, or `a`: look with: xmpp"


def _of_peers(box: FoundBox, boxes: Sequence[FoundBox]) -> Iterator[str]:
    server = box.server
    known = {address for one in boxes for address in (one.address, *one.server.addresses)}
    peers = sorted(set(server.peers))
    nobodies = [peer for peer in peers if peer.rpartition(":")[0] not in known]
    if nobodies:
        yield (
            f"it lists {', '.join(nobodies)}, which none of the boxes has; import these too, or"
            " where one is dead: replace-server.yml"
        )
    for peer in peers:
        if server.peers.count(peer) > 1:
            yield f"it lists {peer} more than once (CSCvi67717); mend it: cmsdeploy doctor"


def _of_bridges(box: FoundBox, boxes: Sequence[FoundBox]) -> Iterator[str]:
    names = {str(one.login.name) for one in boxes if one.is_bridge}
    more = sorted(set(_known_bridges(box)) - names)
    if more:
        yield (
            f"it knows call bridges that are on none of the boxes: {', '.join(more)}; they stay as"
            " they are: import their boxes too, or write them as xmpp_callbridges_absent"
        )


def _of_secrets(box: FoundBox, others: Sequence[FoundBox]) -> Iterator[str]:
    own = _secrets(box)
    for name in sorted({name for one in others for name in _secrets(one)}):
        every = [_secrets(one).get(name) for one in others]
        if name not in own:
            yield f"it does not know call bridge {name}, which another server knows; a plan adds it"
        elif any(value not in (None, own[name]) for value in every):
            yield (
                f"its secret of call bridge {name} is not that of every other server; by a plan all"
                " have that of the most"
            )


def _secrets(box: FoundBox) -> Mapping[str, Secret]:
    bridges = {} if box.server.bridges is UNKNOWN else box.server.bridges
    return {n: one.secret for n, one in bridges.items() if isinstance(one.secret, Secret)}

"""From what was found on boxes to an inventory, a playbook and a list of files; no secret in them.

Pure: texts from states. Everything that is odd stands beside what it is about, as a comment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cmsdeploy.cli.found_boxes import FoundBox
from cmsdeploy.cli.imported_inventory import inventory_lines
from cmsdeploy.cli.imported_oddities import oddities
from cmsdeploy.model.cluster import DEFAULT_CLUSTER

__all__ = ["ImportedSite", "imported"]


@dataclass(frozen=True)
class ImportedSite:
    """``files`` by path below the folder; ``odd`` are the sentences that stand in them too."""

    files: Mapping[str, str]
    odd: tuple[str, ...]


def imported(boxes: Sequence[FoundBox], playbooks: Mapping[str, str]) -> ImportedSite:
    """The site of ``boxes``. ``playbooks`` are the texts that go with every one, by name."""
    clusters = _clusters(boxes)
    odd = {box.host.name: tuple(oddities(box, boxes, clusters)) for box in boxes}
    return ImportedSite(
        {
            "inventory.yml": "\n".join(inventory_lines(boxes, clusters, odd)) + "\n",
            **{f"playbooks/{name}": text for name, text in playbooks.items()},
            "files/README.txt": "\n".join(_files(boxes)) + "\n",
        },
        tuple(f"{host}: {text}" for host, texts in odd.items() for text in texts),
    )


def _clusters(boxes: Sequence[FoundBox]) -> dict[str, str]:
    """The cluster of each box by the peers that it lists; a call bridge goes by its domain."""
    groups: list[list[FoundBox]] = []
    for box in (one for one in boxes if one.is_server):
        mine = next((g for g in groups if any(_are_peers(box, other) for other in g)), None)
        if mine is None:
            groups.append([box])
        else:
            mine.append(box)
    names = (
        [DEFAULT_CLUSTER] if len(groups) < 2 else [f"cluster-{n + 1}" for n in range(len(groups))]
    )
    found = {
        box.host.name: name for name, group in zip(names, groups, strict=False) for box in group
    }
    domains = {
        str(group[0].server.domain): name for name, group in zip(names, groups, strict=False)
    }
    for box in boxes:
        found.setdefault(box.host.name, domains.get(str(box.login.domain), names[0]))
    return found


def _are_peers(one: FoundBox, other: FoundBox) -> bool:
    """Whether two servers are of one cluster: they list the same, or one lists the other. One that
    lists nobody else belongs to those that have its domain."""
    listed, others = set(one.server.peers), set(other.server.peers)
    if listed & others or _lists(one, other) or _lists(other, one):
        return True
    is_alone = len(listed) < 2 or len(others) < 2
    return is_alone and one.server.domain == other.server.domain


def _lists(one: FoundBox, other: FoundBox) -> bool:
    addresses = {other.host.address, *other.server.addresses}
    return any(peer.rpartition(":")[0] in addresses for peer in one.server.peers)


def _files(boxes: Sequence[FoundBox]) -> Iterator[str]:
    yield "The files that the boxes name; none was fetched, and keys stay where they are."
    yield "Put them here before a playbook is run that looks at certificates, as site.yml does;"
    yield "until then: playbooks/imported.yml, or --skip-tags certificates."
    yield ""
    wanted: dict[str, dict[str, None]] = {}
    for box in boxes:
        server = box.server
        for name in (server.key, server.certificate, server.bundle, server.trust):
            if isinstance(name, str) and name:
                wanted.setdefault(name, {})[box.host.name] = None
    for name, hosts in sorted(wanted.items()):
        yield f"{name:32}  on {', '.join(hosts)}"

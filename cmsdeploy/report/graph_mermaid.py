"""Graphs as Mermaid flowcharts, which wikis and code forges draw by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cmsdeploy.errors import printable
from cmsdeploy.model.gathering import gathered
from cmsdeploy.report.graph import EdgeKind, PlanGraph
from cmsdeploy.report.graph_topology import Cluster, ways

__all__ = ["plan_mermaid", "topology_mermaid"]

# Everything but letters, digits and a few marks is written by its number: what Mermaid and the
# HTML behind it act on depends on the version that draws.
_PLAIN = re.compile(r"[^A-Za-z0-9 .,:_/@=+-]")
_ARROWS = {
    EdgeKind.NEXT: "-->",
    EdgeKind.NEEDS: "-. secret .->",
    EdgeKind.AFTER: "==>",
    EdgeKind.PLAY: "-.->",
}
_RISKS = {
    "disruptive": "fill:#fff5cc",
    "destructive": "fill:#ffebe9",
    "outage": "fill:#ffd8b5",
}


def plan_mermaid(graph: PlanGraph) -> str:
    """The steps by box, and every edge."""
    lines = ["flowchart TB"]
    number = 0
    own = gathered(graph.steps, lambda step: step.host)
    for hosts in graph.hosts.values():
        for host in hosts:
            number += 1
            lines.append(f"  subgraph box{number}[{_quoted(host)}]")
            for step in own.get(host, []):
                lines.append(f"    s{step.number}[{_quoted(f'{step.number}. {step.line}')}]")
            lines.append("  end")
    for edge in graph.edges:
        lines.append(f"  s{edge.source.number} {_ARROWS[edge.kind]} s{edge.target.number}")
    for risk, style in _RISKS.items():
        names = [f"s{step.number}" for step in graph.steps if step.risk == risk]
        if names:
            lines += [
                f"  classDef {risk} {style},color:#1f2328",
                f"  class {','.join(names)} {risk}",
            ]
    return "\n".join(lines)


def topology_mermaid(clusters: Sequence[Cluster]) -> str:
    """Call bridges, the ways they log in by, servers."""
    lines = ["flowchart TB"]
    for number, cluster in enumerate(clusters, start=1):
        label = f"cluster {cluster.name}" + (f", {cluster.domain}" if cluster.domain else "")
        lines.append(f"  subgraph c{number}[{_quoted(label)}]")
        lines += [f"    {line}" for line in _cluster(cluster, f"c{number}")]
        lines.append("  end")
    return "\n".join(lines)


def _cluster(cluster: Cluster, mark: str) -> Iterator[str]:
    for number, server in enumerate(cluster.servers):
        role = server.role or ("founds the cluster" if server.is_founder else "")
        parts = filter(None, ("XMPP server", server.name, server.address, role, server.wrong))
        yield f"{mark}s{number}[{_quoted(', '.join(parts))}]"
    for number, way in enumerate(ways(cluster)):
        text = f"SRV {way.text}" if way.is_srv else way.text
        yield f"{mark}w{number}([{_quoted(text)}])"
        for bridge in way.bridges:
            name = f"{mark}b{cluster.bridges.index(bridge)}"
            parts = filter(None, ("call bridge", bridge.name, bridge.login, bridge.wrong))
            yield f"{name}[{_quoted(', '.join(parts))}] --> {mark}w{number}"
        for server in way.servers:
            yield f"{mark}w{number} --> {mark}s{cluster.servers.index(server)}"
    center = cluster.center
    for number, server in enumerate(cluster.servers):
        if center is not None and server is not center:
            word = "follows" if center.is_leader else "joins"
            yield f"{mark}s{number} -. {word} .-> {mark}s{cluster.servers.index(center)}"


def _quoted(text: str) -> str:
    return '"' + _PLAIN.sub(lambda found: f"#{ord(found[0])};", printable(text, 300)) + '"'

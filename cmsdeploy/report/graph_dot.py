"""Graphs in the language of graphviz, for those who lay them out themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cmsdeploy.errors import printable
from cmsdeploy.model.gathering import gathered
from cmsdeploy.report.graph import EdgeKind, PlanGraph
from cmsdeploy.report.graph_topology import Cluster, ways

__all__ = ["plan_dot", "topology_dot"]

_HEAD = (
    "  rankdir=TB;",
    '  node [shape=box, style="rounded,filled", fillcolor="#f6f8fa", fontname="sans-serif"];',
    '  edge [color="#6e7781", fontname="sans-serif", fontsize=10];',
)
_COLORS = {"disruptive": "#fff5cc", "destructive": "#ffebe9", "outage": "#ffd8b5"}
_EDGES = {
    EdgeKind.NEXT: "",
    EdgeKind.NEEDS: ' [color="#7a3fd1", style=dashed, constraint=false]',
    EdgeKind.AFTER: ' [color="#0860c4", constraint=false]',
    EdgeKind.PLAY: ' [color="#8a6100", style=dotted, constraint=false]',
}


def plan_dot(graph: PlanGraph) -> str:
    """The steps by box, and every edge in the colour of its kind."""
    lines = ["digraph plan {", *_HEAD]
    number = 0
    own = gathered(graph.steps, lambda step: step.host)
    for hosts in graph.hosts.values():
        for host in hosts:
            number += 1
            lines += [f"  subgraph cluster_{number} {{", f"    label={_quoted(host)};"]
            for step in own.get(host, []):
                label = _quoted(f"{step.number}  {step.line}")
                color = _COLORS.get(step.risk)
                filled = f', fillcolor="{color}"' if color else ""
                tip = _quoted(step.why)
                lines.append(f"    s{step.number} [label={label}, tooltip={tip}{filled}];")
            lines.append("  }")
    for edge in graph.edges:
        lines.append(f"  s{edge.source.number} -> s{edge.target.number}{_EDGES[edge.kind]};")
    return "\n".join([*lines, "}"])


def topology_dot(clusters: Sequence[Cluster]) -> str:
    """Call bridges, the ways they log in by, servers."""
    lines = ["digraph topology {", *_HEAD]
    for number, cluster in enumerate(clusters, start=1):
        label = f"cluster {cluster.name}" + (f", {cluster.domain}" if cluster.domain else "")
        lines += [f"  subgraph cluster_{number} {{", f"    label={_quoted(label)};"]
        lines += [f"    {line}" for line in _cluster(cluster, f"c{number}")]
        lines.append("  }")
    return "\n".join([*lines, "}"])


def _cluster(cluster: Cluster, mark: str) -> Iterator[str]:
    for number, server in enumerate(cluster.servers):
        role = server.role or ("founds the cluster" if server.is_founder else "")
        label = _quoted(*filter(None, (server.name, server.address, role, server.wrong)))
        bold = ", penwidth=2" if server is cluster.center else ""
        yield f"{mark}_server{number} [label={label}{bold}];"
    for number, way in enumerate(ways(cluster)):
        text = f"SRV {way.text}" if way.is_srv else way.text
        yield f"{mark}_way{number} [label={_quoted(text)}, shape=plain];"
        for bridge in way.bridges:
            name = f"{mark}_bridge{cluster.bridges.index(bridge)}"
            label = _quoted("call bridge", *filter(None, (bridge.name, bridge.login, bridge.wrong)))
            yield f"{name} [label={label}];"
            yield f"{name} -> {mark}_way{number};"
        for server in way.servers:
            yield f"{mark}_way{number} -> {mark}_server{cluster.servers.index(server)};"
    center = cluster.center
    for number, server in enumerate(cluster.servers):
        if center is not None and server is not center:
            first = cluster.servers.index(center)
            label = "follows" if center.is_leader else "joins"
            yield f"{mark}_server{number} -> {mark}_server{first} [label={label}, style=dashed];"


def _quoted(*lines: str) -> str:
    # A backslash of ours begins an escape of graphviz (\N would be the node's name).
    shown = [printable(line, 300).replace("\\", "\\\\").replace('"', '\\"') for line in lines]
    return '"' + "\\n".join(shown) + '"'

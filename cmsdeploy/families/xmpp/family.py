"""The five verbs of ``xmpp``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from cmsdeploy.families.contract import Outcome, Site, VersionRange
from cmsdeploy.families.form import Parameter
from cmsdeploy.families.ladder import Ladder, climb
from cmsdeploy.families.secret_names import callbridge_secret
from cmsdeploy.families.xmpp import commands, log_findings, rules
from cmsdeploy.families.xmpp.cells import cells_of
from cmsdeploy.families.xmpp.departures import entry_stays
from cmsdeploy.families.xmpp.deployed import deployed, is_old
from cmsdeploy.families.xmpp.explanations import EXPLANATIONS
from cmsdeploy.families.xmpp.facts import XmppState, understand
from cmsdeploy.families.xmpp.findings import findings
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.ladder import rungs
from cmsdeploy.families.xmpp.place import Place
from cmsdeploy.families.xmpp.refusals import refusals
from cmsdeploy.families.xmpp.repairs import operated, repairs
from cmsdeploy.families.xmpp.seen import Seen, change_file
from cmsdeploy.families.xmpp.spec import PARAMETERS, XmppSpec, read_spec
from cmsdeploy.families.xmpp.summary import summary_of
from cmsdeploy.model.action import Download, Read, Replies
from cmsdeploy.model.cell import Cell
from cmsdeploy.model.finding import Explanation
from cmsdeploy.model.logged import Logged
from cmsdeploy.model.secret import UNKNOWN, Secret, SecretRef
from cmsdeploy.model.step import Problem, Refusal, Step
from cmsdeploy.model.version import Version

__all__ = ["XmppFamily"]

_VERSIONS = VersionRange(
    Version(2, 1),
    Version(3, 0),
    "XMPP resiliency is for production from CMS 2.1 on, and the XMPP server left the product in"
    " CMS 3.0 (Cisco TAC 217062)",
)
_READS = frozenset(
    {
        ("xmpp",),
        ("xmpp", "callbridge", "list"),
        ("xmpp", "cluster", "status"),
        ("xmpp", "multi_domain", "list"),
    }
)


@dataclass(frozen=True)
class XmppFamily:
    """The XMPP server and its cluster."""

    name: str = "xmpp"
    parameters: tuple[Parameter, ...] = PARAMETERS
    versions: VersionRange = field(default=_VERSIONS)
    explanations: Mapping[str, Explanation] = field(
        default_factory=lambda: EXPLANATIONS, hash=False, repr=False
    )

    def spec(self, parameters: Mapping[str, Any], site: Site) -> XmppSpec:
        return read_spec(parameters, site)

    def reads(self, spec: XmppSpec) -> tuple[Read, ...]:
        own = tuple(commands.address(interface) for interface in spec.listen)
        usual = (commands.STATUS, commands.BRIDGE_LIST, commands.CLUSTER_STATUS, *own)
        if spec.look is None:
            return usual
        files = dict.fromkeys((spec.certificate, spec.trust, change_file(spec.trusted)))
        return (*usual, *(Download(name, is_public=True) for name in files), spec.look)

    def state(self, replies: Replies) -> XmppState:
        return understand(replies)

    def blank(self, spec: XmppSpec) -> XmppState:
        if spec.is_cluster_wanted and is_old(spec):
            return deployed(spec)
        return XmppState(
            enabled=False,
            clustered=False,
            domain="",
            listen=frozenset(),
            key="",
            certificate="",
            bundle="",
            trust="",
            bridges={},
            seen=None if spec.look is None else Seen(),
        )

    def steps(
        self,
        desired: Mapping[str, XmppSpec],
        observed: Mapping[str, XmppState],
        made: frozenset[SecretRef],
    ) -> Outcome:
        steps: list[Step] = []
        refused: list[Refusal] = []
        sources: dict[SecretRef, str] = {}
        replaced: set[SecretRef] = set()
        predicted: dict[str, XmppState] = dict(observed)
        ladders: list[Ladder[XmppState]] = []
        healing: list[Ladder[XmppState]] = []
        groups = tuple(rules.groups(desired, observed))
        for group in groups:
            against, climbing = _judged(group)
            refused.extend(against)
            is_refused = any(not refusal.is_of_number for refusal in against)
            healers = repairs(group, _ladders) if is_refused else ()
            ladders.extend(climbing)
            healing.extend(healers)
            if not is_refused:
                climbed, after = climb(climbing)
                steps.extend(climbed)
                predicted.update(_settled(group, after))
            if climbing or healers:
                sources.update(rules.sources(group))
                replaced |= rules.replaced(group)
        return Outcome(
            tuple(steps),
            tuple(refused),
            sources,
            frozenset(replaced),
            predicted,
            ladders=tuple(ladders),
            repairs=tuple(healing),
            settled=partial(_healed, groups),
        )

    def problems(
        self, desired: Mapping[str, XmppSpec], observed: Mapping[str, XmppState]
    ) -> tuple[Problem, ...]:
        return tuple(
            problem for group in _staying(desired, observed) for problem in findings(group)
        )

    def cells(
        self, desired: Mapping[str, XmppSpec], observed: Mapping[str, XmppState]
    ) -> tuple[Cell, ...]:
        return tuple(cell for group in _staying(desired, observed) for cell in cells_of(group))

    def summary(
        self, desired: Mapping[str, XmppSpec], observed: Mapping[str, XmppState]
    ) -> tuple[str, ...]:
        return tuple(line for group in _staying(desired, observed) for line in summary_of(group))

    def done(self, spec: XmppSpec) -> XmppSpec:
        """A new secret is made each time that one is asked for."""
        return replace(spec, rotated=())

    def secrets(self, spec: XmppSpec, state: XmppState) -> Mapping[SecretRef, Secret]:
        bridges = {} if state.bridges is UNKNOWN else state.bridges
        return {
            callbridge_secret(spec.cluster, name): bridge.secret
            for name, bridge in bridges.items()
            if isinstance(bridge.secret, Secret)
        }

    def is_read(self, words: tuple[str, ...]) -> bool:
        return words in _READS

    def shows_secrets(self, words: tuple[str, ...]) -> bool:
        return words[:2] == ("xmpp", "callbridge")

    def log_findings(self, logs: Mapping[str, Logged]) -> tuple[Problem, ...]:
        return tuple(log_findings.log_findings(logs))

    def log_secrets(self, logs: Mapping[str, Logged]) -> tuple[Secret, ...]:
        return tuple(log_findings.log_secrets(logs))

    def not_in_log(self, logs: Mapping[str, Logged]) -> tuple[str, ...]:
        return tuple(log_findings.not_in_log(logs))


def _healed(
    groups: Sequence[Group], after: Mapping[str, object], clusters: Collection[str]
) -> dict[str, XmppState]:
    """The states of every server of ``clusters`` after a repair: what one of them takes off the
    list is off it everywhere, and who was started is listed."""
    states = {host: state for host, state in after.items() if isinstance(state, XmppState)}
    found: dict[str, XmppState] = {}
    for group in groups:
        if group.cluster in clusters:
            found.update(_settled(group, {host: states[host] for host in group.specs}))
    return found


def _staying(desired: Mapping[str, XmppSpec], observed: Mapping[str, XmppState]) -> Iterator[Group]:
    """The groups without those who leave: what is promised is promised of the others."""
    for group in rules.groups(desired, observed):
        if group.staying.specs:
            yield group.staying


def _judged(group: Group) -> tuple[tuple[Refusal, ...], list[Ladder[XmppState]]]:
    """What speaks against a climb, and what is climbed. Entries of dead servers are put in order
    first, where the task asks for that. The number of servers is judged by who plans the play."""
    against = refusals(group)
    numbers = tuple(one for one in against if one.is_of_number)
    stopping = tuple(one for one in against if not one.is_of_number)
    is_asked = any(spec.has_dead_removed for spec in group.specs.values())
    # One thing in a night: who shall be back waits until nobody has to leave any more.
    is_leaving = any(host in group.members() for host in group.leaving)
    is_back = any(group.listed_as(one.host) and one.host not in group.leaving for one in stopping)
    is_healed_here = is_asked and {one.rule for one in stopping} == {"xmpp/dead-peer"}
    is_healed_here = is_healed_here and not (is_leaving and is_back)
    if is_healed_here or (group.gone and not stopping):
        climbing = list(operated(group, _ladders))
        if climbing:
            return numbers, climbing
        return (*numbers, *(stopping or (entry_stays(group),))), []
    return against, [] if stopping else _ladders(group)


def _settled(group: Group, after: Mapping[str, XmppState]) -> dict[str, XmppState]:
    """The predicted states as the servers would report them, so that a later task of the same
    playbook sees the cluster that this one makes."""
    newcomers = [host for host in group.staying.specs if host not in group.members()]
    left = {group.listed_as(host) for host in group.leaving} | {*group.dead, *group.gone}
    peers = (*sorted(group.peers - left), *newcomers)
    named = {state.leader for state in group.states.values() if state.leader}
    leader = min(named) if named else group.first
    return {
        host: state
        if host in group.leaving
        else replace(state, peers=peers, leader=leader, expected_peers=0)
        for host, state in after.items()
    }


def _ladders(
    group: Group, placed: Callable[[Place], Place] = lambda place: place
) -> list[Ladder[XmppState]]:
    places = rules.places(group)
    members = frozenset(group.members())
    ladders = []
    for host, spec in group.specs.items():
        state = replace(group.states[host], is_member=host in members)
        climbing = tuple(rungs(spec, state, placed(places[host])))
        ladders.append(Ladder(host, "xmpp", group.cluster, state, climbing))
    return ladders

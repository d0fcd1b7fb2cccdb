"""The five verbs of ``xmpp``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from cmsdeploy.families.contract import Outcome, Site, VersionRange
from cmsdeploy.families.form import Parameter
from cmsdeploy.families.ladder import Ladder, climb
from cmsdeploy.families.secret_names import callbridge_secret
from cmsdeploy.families.xmpp import commands, rules
from cmsdeploy.families.xmpp.deployed import deployed, is_old, to_be_rebuilt
from cmsdeploy.families.xmpp.facts import XmppState, understand
from cmsdeploy.families.xmpp.findings import findings
from cmsdeploy.families.xmpp.group import Group
from cmsdeploy.families.xmpp.judging import judged, ladders_of, settled
from cmsdeploy.families.xmpp.outages import outage_told
from cmsdeploy.families.xmpp.seen import Seen, change_file
from cmsdeploy.families.xmpp.spec import PARAMETERS, Rebuild, XmppSpec, read_spec
from cmsdeploy.families.xmpp.summary import summary_of
from cmsdeploy.model.action import Download, Read, Replies
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.secret import UNKNOWN, Secret, SecretRef
from cmsdeploy.model.step import Problem, Refusal, Step
from cmsdeploy.model.version import Version

if TYPE_CHECKING:
    from cmsdeploy.model.cell import Cell
    from cmsdeploy.model.explanation import Explanation
    from cmsdeploy.model.logged import Logged

__all__ = ["XmppFamily"]

_VERSIONS = VersionRange(
    Version(2, 1),
    Version(3, 0),
    Phrase(
        "XMPP resiliency is for production from CMS 2.1 on, and the XMPP server left the product in"
        " CMS 3.0 (Cisco TAC 217062)"
    ),
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

    # What a plan does not ask for is loaded by those who do.

    @property
    def explanations(self) -> Mapping[str, Explanation]:
        from cmsdeploy.families.xmpp.explanations import EXPLANATIONS

        return EXPLANATIONS

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
        if spec.rebuild is not Rebuild.NEVER:
            return to_be_rebuilt(spec)
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
        notes: list[Problem] = []
        groups = tuple(rules.groups(desired, observed))
        for group in groups:
            verdict = judged(group)
            refused.extend(verdict.refusals)
            notes.extend(verdict.notes)
            healers = _repairs(group) if verdict.is_refused else ()
            ladders.extend(verdict.ladders)
            healing.extend(healers)
            if not verdict.is_refused:
                climbed, after = climb(verdict.ladders)
                told, remarks = outage_told(group, climbed)
                steps.extend(told)
                notes.extend(remarks)
                predicted.update(settled(verdict.group, after))
            if verdict.ladders or healers:
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
            notes=tuple(notes),
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
        from cmsdeploy.families.xmpp.cells import cells_of

        return tuple(cell for group in _staying(desired, observed) for cell in cells_of(group))

    def summary(
        self, desired: Mapping[str, XmppSpec], observed: Mapping[str, XmppState]
    ) -> tuple[str, ...]:
        return tuple(line for group in _staying(desired, observed) for line in summary_of(group))

    def done(self, spec: XmppSpec) -> XmppSpec:
        """A new secret is made, and a cluster founded anew, each time that it is asked for."""
        is_asked = spec.rebuild is Rebuild.ASKED
        return replace(spec, rotated=(), rebuild=Rebuild.NEVER if is_asked else spec.rebuild)

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
        from cmsdeploy.families.xmpp.log_findings import log_findings

        return tuple(log_findings(logs))

    def log_secrets(self, logs: Mapping[str, Logged]) -> tuple[Secret, ...]:
        from cmsdeploy.families.xmpp.log_findings import log_secrets

        return tuple(log_secrets(logs))

    def not_in_log(self, logs: Mapping[str, Logged]) -> tuple[str, ...]:
        from cmsdeploy.families.xmpp.log_findings import not_in_log

        return tuple(not_in_log(logs))


def _repairs(group: Group) -> tuple[Ladder[XmppState], ...]:
    from cmsdeploy.families.xmpp.repairs import repairs

    return repairs(group, ladders_of)


def _healed(
    groups: Sequence[Group], after: Mapping[str, object], clusters: Collection[str]
) -> dict[str, XmppState]:
    """The states of every server of ``clusters`` after a repair: what one of them takes off the
    list is off it everywhere, and who was started is listed."""
    states = {host: state for host, state in after.items() if isinstance(state, XmppState)}
    found: dict[str, XmppState] = {}
    for group in groups:
        if group.cluster in clusters:
            found.update(settled(group, {host: states[host] for host in group.specs}))
    return found


def _staying(desired: Mapping[str, XmppSpec], observed: Mapping[str, XmppState]) -> Iterator[Group]:
    """The groups without those who leave: what is promised is promised of the others."""
    for group in rules.groups(desired, observed):
        if group.staying.specs:
            yield group.staying

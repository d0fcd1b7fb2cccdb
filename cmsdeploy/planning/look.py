"""What was seen of the hosts at one look, as the planning needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cmsdeploy.errors import HostError
    from cmsdeploy.families.contract import Family
    from cmsdeploy.model.version import Version
    from cmsdeploy.planning.stage import Stage

__all__ = ["HostLook", "Look", "blank_look"]


@dataclass(frozen=True)
class HostLook:
    """One host: ``states`` by family. ``error`` says why it could not be read (to the end); then
    there are only the states of those families that were answered whole.

    ``version`` is None where the box does not say it in a way that we understand, or where nobody
    asked (``is_blank``: a rendering from boxes out of the carton).
    """

    version: Version | None = None
    states: Mapping[str, Any] = field(default_factory=dict)
    error: HostError | None = None
    is_blank: bool = False


Look = Mapping[str, HostLook]


def blank_look(stages: Sequence[Stage], registry: Mapping[str, Family[Any, Any]]) -> Look:
    """The look at boxes out of the carton, for a rendering: no network, no file."""
    looks: dict[str, dict[str, object]] = {}
    for stage in stages:
        for name, spec in stage.desired.items():
            states = looks.setdefault(name, {})
            states.setdefault(stage.family, registry[stage.family].blank(spec))
    return {name: HostLook(states=states, is_blank=True) for name, states in looks.items()}

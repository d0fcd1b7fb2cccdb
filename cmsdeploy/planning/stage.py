"""One task of a playbook, evaluated: which family wants what of which host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cmsdeploy.errors import Origin
from cmsdeploy.model.step import Risk

if TYPE_CHECKING:
    from cmsdeploy.model.action import Pause
    from cmsdeploy.model.failure_limit import FailureLimit

__all__ = ["SHOWN_SECRETS", "Permission", "Stage"]

# The exception by which a play goes on where boxes echo what is typed at the question for a secret.
SHOWN_SECRETS = "shown-secrets"


@dataclass(frozen=True)
class Permission:
    """What a play allows (``allow:``): risks beyond safe, and exceptions by name."""

    risks: frozenset[Risk] = frozenset({Risk.SAFE})
    exceptions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Stage:
    """``desired`` by host, in inventory order; ``clusters`` says which cluster a host is in.

    ``play`` and ``batch`` count from 0: every step of an earlier play or batch comes before every
    step of a later one, within a cluster. ``title`` is the name of the task for people.
    With a ``failure_limit`` that order holds between clusters too, and too many failed hosts of the
    batch stop all of them. ``is_check`` marks a task that only proves (``check_mode: true``): what
    it would have to change is a problem, never a step. ``is_only_read`` says that the whole run
    writes nothing: the number of servers is told then, and forbids nothing. A stage with a
    ``pause`` wants nothing of a host and belongs to no family: it holds what comes after it.
    """

    family: str
    title: str
    desired: Mapping[str, Any]
    clusters: Mapping[str, str]
    play: int = 0
    batch: int = 0
    permission: Permission = Permission()
    is_check: bool = False
    is_only_read: bool = False
    failure_limit: FailureLimit | None = None
    pause: Pause | None = None
    origin: Origin | None = field(default=None, compare=False)

"""What is asked of the library, and what it answers: plain data in, plain data out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cmsdeploy.model.secret import Secret

__all__ = ["Request", "Result"]


@dataclass(frozen=True)
class Request:
    """One resource, wanted of the clusters of ``hosts``.

    ``resource`` is a name of :data:`~cmsdeploy.embedding.resources.RESOURCES`. ``hosts`` maps
    every host that counts to its variables, final values; ``groups`` are the names of hosts by
    group. ``host`` is the one that a resource of single boxes is for. ``parameters`` are those of
    the resource's family; what is left out comes from the words of the inventory. ``folder`` is
    the site: ``files/`` lies in it, or beside it where it is called ``playbooks``.

    ``state`` is where locks and journals lie, the same for all who may meet; ``known_hosts`` are
    read as OpenSSH reads them.

    ``playbook`` takes the place of the one that ships (a resource of whole clusters only).
    ``allow`` adds to what the playbook allows. ``limit`` are the hosts that may be written to, None
    for all. ``password`` and ``user`` count where the variables of a host are silent.
    """

    resource: str
    host: str
    hosts: Mapping[str, Mapping[str, object]] = field(repr=False)
    groups: Mapping[str, Sequence[str]]
    folder: Path
    inventory_folder: Path
    state: Path
    known_hosts: Sequence[Path]
    parameters: Mapping[str, object] = field(default_factory=dict, repr=False)
    playbook: Path | None = None
    allow: Sequence[str] = ()
    limit: frozenset[str] | None = None
    is_check: bool = False
    password: Secret | None = None
    user: str | None = None
    forks: int = 20


@dataclass(frozen=True)
class Result:
    """How it went, in plain values that hold no secret.

    ``exit_code`` is the one that the command line would have given (docs/reference/exit-codes.md);
    ``message`` is one line, ``errors`` all of them. ``commands`` are what was planned by host, in
    order; ``plan`` the same as people read it, ``difference`` before and after by object.
    ``summary`` is how the cluster stands; ``seen`` what the box of the request shows, by family,
    where that was asked for. ``is_unreachable`` says that the only trouble is a connection, the one
    to the box of the request itself.
    """

    exit_code: int = 0
    is_changed: bool = False
    message: str = ""
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    commands: Mapping[str, Sequence[str]] = field(default_factory=dict)
    plan: tuple[str, ...] = ()
    difference: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()
    seen: Mapping[str, object] | None = None
    journal: str = ""
    is_unreachable: bool = False

    @property
    def is_failed(self) -> bool:
        """Whether the request was not fulfilled."""
        return self.exit_code != 0

"""A cluster with real certificates in two generations, and a record of the way from one to the
other."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache

from cmsdeploy.certificates.describe import describe
from cmsdeploy.lab import World
from cmsdeploy.lab.watching import Watch
from cmsdeploy.model.local_file import LocalFile
from tests.contract.deployment import Deployment, names
from tests.contract.engineer import Engineer
from tests.contract.names import add_name_servers
from tests.lab.material import issued

__all__ = ["OWN", "SHARED", "deployed", "generation", "local", "watched"]

SEEN_AT = "{address}:5222"
_ROOT = "Test Root"
_MOST = 5
_Pairs = tuple[tuple[str, str], ...]
# One certificate for each server, or one for all of them (TAC 213479, steps 1 and 4).
OWN = {"key": "{host}-%s.key", "cert": "{host}-%s.cer", "trust": "trust-%s.cer"}
SHARED = {"key": "all-%s.key", "cert": "all-%s.cer", "trust": "all-%s.cer"}


def local(name: str, source: str | None = None) -> LocalFile:
    """A file of the site, made from its name: ``cb2-new.cer`` is cb2's leaf of generation new."""
    return describe(name, f"files/{name}", _content(name))


@cache
def _content(name: str) -> bytes:
    stem, _, ending = name.rpartition(".")
    owner, _, made = stem.partition("-")
    if owner == "root":
        return issued(_ROOT, is_authority=True).certificate
    if owner == "trust":
        # Of all servers that there may be: a cluster that grows needs no other trust.
        return b"".join(issued(f"{host}.{made}", _ROOT).certificate for host in names(_MOST))
    pair = issued(f"{owner}.{made}", _ROOT)
    return pair.key if ending == "key" else pair.certificate


def generation(
    name: str, servers: int, kind: Mapping[str, str] = OWN, seen_at: str = SEEN_AT
) -> Deployment:
    """What is wanted of so many servers with the certificates of generation ``name``."""
    boxes = tuple(names(servers))
    files = {role: file.replace("%s", name) for role, file in kind.items()}
    return Deployment(
        boxes, boxes, certificate={**files, "bundle": "root.cer"}, reads=local, seen_at=seen_at
    )


@cache
def _deployed(servers: int, kind: _Pairs, switches: _Pairs) -> World:
    wanted = generation("old", servers, dict(kind))
    world = World(dict(switches), checks_certificates=True)
    for name in wanted.boxes:
        world.add_box(name, wanted.address(name))
    add_name_servers(world, wanted.domain)
    outcome = Engineer(world, wanted).run()
    assert outcome.plan.refusals == ()
    assert outcome.report is not None
    assert outcome.report.errors == {}
    return world


def deployed(
    servers: int, kind: Mapping[str, str] = OWN, switches: Mapping[str, str] | None = None
) -> World:
    """A live cluster with the certificates of generation old."""
    chosen = tuple(sorted((switches or {}).items()))
    return copy.deepcopy(_deployed(servers, tuple(kind.items()), chosen))


def watched(world: World) -> Watch:
    """Write down every moment of ``world`` from now on."""
    world.watch = Watch()
    return world.watch

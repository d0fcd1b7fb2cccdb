"""Scenes with certificates that are looked at in service, and plans without any look."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from cmsdeploy.families import families
from cmsdeploy.lab import World
from cmsdeploy.planning.compare import compare
from cmsdeploy.planning.diagnosis import diagnose
from cmsdeploy.planning.look import Look, blank_look
from cmsdeploy.planning.stage import Stage
from cmsdeploy.planning.tables import standing
from tests.contract import renewing
from tests.contract.deployment import Deployment
from tests.contract.engineer import Engineer, blank_world
from tests.contract.registration import stages_of
from tests.contract.test_renewal import replaced_in_place
from tests.contract.wire import Cut, Fuse
from tests.doctor.clinic import wanted_of
from tests.families.test_requests import Asking, Folder
from tests.records.said import findings, plan, states, tables, without_digests

__all__ = ["SCENES"]

Deed = Callable[[World], object]


def _seen(stages: Sequence[Stage], look: Look) -> Iterator[str]:
    comparison = compare(stages, look, families())
    yield from plan(comparison)
    yield from findings(diagnose(stages, look, families()))
    yield from tables(standing(stages, look, families(), comparison))


def _renewal(cut: int, kind: Mapping[str, str], deed: Deed) -> Iterator[str]:
    """New certificates on a live cluster, after so many writes of a run that was killed."""
    world = renewing.deployed(3, kind)
    wanted = renewing.generation("new", 3, kind)
    if cut:
        Engineer(world, wanted, fuse=Fuse(cut, Cut.KILLED_AFTER)).run_until_cut()
    deed(world)
    world.advance(200)
    engineer = Engineer(world, wanted)
    stages = engineer.stages()
    look = engineer.look(stages).look
    yield from without_digests(_seen(stages, look))


def _not_restarted(trust: str) -> Iterator[str]:
    """New content under the old names, and the servers present what was."""
    world = renewing.deployed(3)
    stages = Engineer(world, replaced_in_place(world, trust)).stages()
    look = Engineer(world, replaced_in_place(world, trust)).look(stages).look
    yield from without_digests(_seen(stages, look))


def _rendered(wanted: Deployment) -> Iterator[str]:
    stages = stages_of(wanted)
    comparison = compare(stages, blank_look(stages, families()), families())
    yield from plan(comparison)
    yield from states(comparison)


def _typed(line: str) -> Deed:
    return lambda world: world.boxes["cb2"].execute(line)


def _limited(wanted: Deployment, *limit: str) -> Iterator[str]:
    """Boxes out of the carton, and only some of them may be written to."""
    stages = stages_of(wanted)
    look = blank_look(stages, families())
    yield from plan(compare(stages, look, families(), frozenset(limit)))


def _requested(runs: int, *, is_answered: bool) -> Iterator[str]:
    """Keys that the boxes make: before the request, after it, and when it is answered."""
    wanted = Asking(folder=Folder())
    world = blank_world(wanted)
    for _ in range(runs):
        Engineer(world, wanted, ("pki",)).run()
    wanted.folder.is_answered = is_answered
    yield from plan(Engineer(world, wanted, ("pki",)).plan())


DEEDS: Mapping[str, Deed] = {
    "nothing": lambda world: None,
    "stopped": _typed("xmpp disable"),
    "alone": _typed("xmpp cluster remove"),
}
RENDERED: Mapping[str, Deployment] = {
    "three": wanted_of(3),
    "a login less": replace(wanted_of(3), absent_logins=("cb3",)),
    "a server less": replace(wanted_of(5), leaving=("cb4", "cb5")),
    "all gone": replace(wanted_of(3), leaving=("cb1", "cb2", "cb3"),
                        absent_logins=("cb1", "cb2", "cb3")),
    "records of our own": replace(wanted_of(1), is_exclusive=True, must_boxes_agree=True),
}  # fmt: skip


def _scenes() -> Iterator[tuple[str, Callable[[], Iterator[str]]]]:
    for name, deed in DEEDS.items():
        yield f"renewal, {name}", partial(_renewal, 0, renewing.OWN, deed)
    for cut in (3, 6, 9, 12, 15, 18, 21):
        yield f"renewal, cut {cut}", partial(_renewal, cut, renewing.OWN, DEEDS["nothing"])
        yield (
            f"renewal, cut {cut} shared",
            partial(_renewal, cut, renewing.SHARED, DEEDS["stopped" if cut % 2 else "nothing"]),
        )
    for trust in ("both.cer", "trust-old.cer"):
        yield f"renewal, in place and {trust}", partial(_not_restarted, trust)
    for runs, is_answered in ((0, False), (1, False), (1, True), (2, True)):
        said = f"{runs} runs{', answered' * is_answered}"
        yield f"request, {said}", partial(_requested, runs, is_answered=is_answered)
    for limit in (("cb1",), ("cb2",), ("cb1", "cb3"), ("cb9",)):
        yield f"limited, {' '.join(limit)}", partial(_limited, wanted_of(3), *limit)
    for name, wanted in RENDERED.items():
        yield f"rendered, {name}", partial(_rendered, wanted)


SCENES = dict(_scenes())

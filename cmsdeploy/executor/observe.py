"""Looking at all boxes side by side: the version first, and no more to a box that is not for us."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cmsdeploy.errors import HostError
from cmsdeploy.executor.box import Box, Registry
from cmsdeploy.executor.clock import Stopwatch
from cmsdeploy.families.first_fact import VERSION, understand_version
from cmsdeploy.model.event import Event, EventKind, Listener
from cmsdeploy.model.host import Host
from cmsdeploy.planning.gate import version_refusal
from cmsdeploy.planning.look import HostLook, Look
from cmsdeploy.planning.stage import Stage

if TYPE_CHECKING:
    # A rendering needs no session, and what belongs to one takes long to load.
    from cmsdeploy.session.contract import Session

__all__ = ["Observation", "Observer"]


@dataclass(frozen=True)
class Observation:
    """``look`` is for the planning, ``boxes`` keep the sessions for an apply; close it after."""

    look: Look
    boxes: Mapping[str, Box]

    def close(self) -> None:
        """Let go of every box."""
        for box in self.boxes.values():
            box.session.close()


@dataclass(frozen=True)
class Observer:
    """How to look: ``open_session`` connects lazily, ``forks`` boxes are read side by side.

    ``are_boxes_asked`` is False where nothing that the stages read is on a box.
    """

    registry: Registry
    open_session: Callable[[Host], Session]
    listener: Listener
    forks: int = 20
    are_boxes_asked: bool = True

    def observe(self, stages: Sequence[Stage], hosts: Mapping[str, Host]) -> Observation:
        """Read every host of ``stages``. An error of one host is in its look, never raised."""
        names = tuple(dict.fromkeys(name for stage in stages for name in stage.desired))
        boxes = {
            name: Box(
                hosts[name],
                self.open_session(hosts[name]),
                tuple(stage for stage in stages if name in stage.desired),
                self.registry,
            )
            for name in names
        }
        return Observation(self._look_at(boxes), boxes)

    def again(self, observation: Observation) -> Observation:
        """Look once more, over the connections that are open."""
        for box in observation.boxes.values():
            box.replies.clear()
        return Observation(self._look_at(observation.boxes), observation.boxes)

    def _look_at(self, boxes: Mapping[str, Box]) -> dict[str, HostLook]:
        if self.forks == 1 or len(boxes) < 2:  # one after the other needs no thread
            return {name: self._look(box) for name, box in boxes.items()}
        with ThreadPoolExecutor(max_workers=min(self.forks, len(boxes))) as pool:
            try:
                return dict(zip(boxes, pool.map(self._look, boxes.values()), strict=True))
            except KeyboardInterrupt:
                # Nothing is changed by a look, so nobody has to wait for its end.
                pool.shutdown(wait=False, cancel_futures=True)
                for box in boxes.values():
                    box.session.close()
                raise

    def _look(self, box: Box) -> HostLook:
        watch = Stopwatch()
        name = box.host.name
        try:
            seen = self._read(box)
        except HostError as error:
            error.host = error.host or name
            self.listener(Event(EventKind.HOST_UNREACHABLE, name, text=error.cause))
            # A Web Admin that does not answer hides nothing of what the MMP has said.
            told = box.replies.get(VERSION)
            version = None if told is None else understand_version(told)
            return HostLook(version, box.whole_states(), error)
        self.listener(Event(EventKind.HOST_READ, name, seconds=watch.seconds))
        return seen

    def _read(self, box: Box) -> HostLook:
        if not self.are_boxes_asked:
            box.look(box.reads())
            return HostLook(None, box.states())
        box.look([VERSION])
        version = understand_version(box.replies[VERSION])
        name = box.host.name
        if any(version_refusal(stage, name, version, self.registry) for stage in box.stages):
            return HostLook(version=version)
        box.look(box.reads())
        return HostLook(version, box.states())

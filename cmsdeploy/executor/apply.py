"""Walking the graph of a plan: hosts side by side wherever no edge holds them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from graphlib import TopologicalSorter

from cmsdeploy.errors import CmsdeployError, HostError
from cmsdeploy.executor.carry_out import Carrier
from cmsdeploy.model.action import Pause
from cmsdeploy.model.event import Event, EventKind, Listener
from cmsdeploy.model.failure_limit import FailureLimit
from cmsdeploy.model.step import Step

__all__ = ["Result", "RunReport", "walk"]


class Result(Enum):
    """How a step ended."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass
class RunReport:
    """What a run did: the result of every step, and the error of each host that failed.

    ``fatal`` is an error that is nobody's host: the journal could not be written, a lock is lost.
    """

    results: dict[str, Result] = field(default_factory=dict)
    errors: dict[str, HostError] = field(default_factory=dict)
    fatal: CmsdeployError | None = None
    was_interrupted: bool = False


def walk(steps: Sequence[Step], carrier: Carrier, listener: Listener, forks: int = 20) -> RunReport:
    """Carry out ``steps`` in the order of their edges; give the report, raise nothing expected.

    A failure stops the rest of its own cluster and no other, unless its batch has a limit of
    failures that is exceeded: then all stop. Steps under way are finished. An
    interrupt (Ctrl-C) lets the commands under way end and hands out no further ones. Nothing is
    under way during a pause; it is held here and not by a worker, so that Ctrl-C reaches it.
    """
    run = _Run(steps, listener)
    carrier.is_stopping = run.stop.is_set
    with ThreadPoolExecutor(max_workers=max(1, min(forks, len({s.host for s in steps})))) as pool:

        def submit(step: Step) -> None:
            if forks == 1 or isinstance(step.action, Pause):  # one after the other: no thread
                run.attempt(carrier.carry_out, step)
            else:
                pool.submit(run.attempt, carrier.carry_out, step)

        try:
            run.drive(submit)
        except KeyboardInterrupt:
            run.interrupt()
            with _second_interrupt_ends(pool):
                run.drain()
    return run.report


@contextmanager
def _second_interrupt_ends(pool: ThreadPoolExecutor) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        raise


def _waiting_for_pauses(steps: Sequence[Step]) -> dict[str, set[str]]:
    """The clusters that go on after each pause: when all of them have failed, nobody waits."""
    waiting: dict[str, set[str]] = {
        step.identity: set() for step in steps if isinstance(step.action, Pause)
    }
    for step in steps if waiting else ():
        for pause in step.needs & waiting.keys() if step.cluster else ():
            waiting[pause].add(step.cluster)
    return waiting


class _Run:
    """The walk: a sorter, what is under way, and what came back."""

    def __init__(self, steps: Sequence[Step], listener: Listener) -> None:
        self._steps = {step.identity: step for step in steps}
        self._position = {step.identity: number for number, step in enumerate(steps)}
        self._sorter: TopologicalSorter[str] = TopologicalSorter(
            {step.identity: step.needs & self._steps.keys() for step in steps}
        )
        self._sorter.prepare()
        self._ended: queue.SimpleQueue[tuple[Step, Result | BaseException]] = queue.SimpleQueue()
        self._listener = listener
        self._under_way = 0
        self._broken: set[str] = set()
        self._failed: dict[FailureLimit, set[str]] = {}
        self._is_over = False
        self._waiting = _waiting_for_pauses(steps)
        self.stop = threading.Event()
        self.report = RunReport()

    def drive(self, submit: Callable[[Step], object]) -> None:
        """Hand out what is ready until nothing is left."""
        while self._sorter.is_active():
            for identity in sorted(self._sorter.get_ready(), key=self._position.__getitem__):
                step = self._steps[identity]
                if self._is_held(step):
                    self._skip(step)
                else:
                    self._under_way += 1
                    submit(step)
            if self._under_way:
                self._take_one()

    def _is_held(self, step: Step) -> bool:
        clusters = self._waiting.get(step.identity, {step.cluster})
        return self.stop.is_set() or self._is_over or clusters <= self._broken

    def attempt(self, carry_out: Callable[[Step], None], step: Step) -> None:
        """In a worker: do the step and bring the outcome back to the walk.

        What happened while the step waited for a worker counts: then it is not begun.
        """
        if self._is_held(step):
            self._ended.put((step, Result.SKIPPED))
            return
        try:
            carry_out(step)
        except BaseException as error:  # brought back and raised in the walk, whatever it is
            if isinstance(error, HostError):
                self._broken.add(step.cluster)
                self._count(step)
            elif isinstance(error, CmsdeployError):
                self.stop.set()
            self._ended.put((step, error))
        else:
            self._ended.put((step, Result.DONE))

    def _count(self, step: Step) -> None:
        """A failed host of a batch that may have few. Not `stop`: who waits is let to the end."""
        limit = step.failure_limit
        if limit is not None:
            failed = self._failed.setdefault(limit, set())
            failed.add(step.host)
            self._is_over = self._is_over or limit.is_exceeded(len(failed))

    def interrupt(self) -> None:
        """Hand out nothing more."""
        self.stop.set()
        self.report.was_interrupted = True

    def drain(self) -> None:
        """Wait for what is under way, and count the rest as skipped."""
        while self._under_way:
            self._take_one()
        for identity, step in self._steps.items():
            if identity not in self.report.results:
                self._skip(step)

    def _take_one(self) -> None:
        step, ended = self._ended.get()
        self._under_way -= 1
        if isinstance(ended, KeyboardInterrupt) and isinstance(step.action, Pause):
            raise ended  # a pause that somebody ends was not done and did not fail
        if ended is Result.SKIPPED:
            self._skip(step)
            return
        self._sorter.done(step.identity)
        if isinstance(ended, Result):
            self.report.results[step.identity] = ended
            return
        self.report.results[step.identity] = Result.FAILED
        if isinstance(ended, HostError):
            self.report.errors.setdefault(step.host, ended)
        elif isinstance(ended, CmsdeployError):
            self.report.fatal = self.report.fatal or ended
        else:
            raise ended

    def _skip(self, step: Step) -> None:
        self.report.results[step.identity] = Result.SKIPPED
        if self._sorter.is_active() and not self.report.was_interrupted:
            self._sorter.done(step.identity)
        self._listener(Event(EventKind.STEP_SKIPPED, step.host, step.identity, step.action.line))

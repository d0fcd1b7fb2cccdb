"""A host is stopped for a while, and everybody is looked at: how long until others have taken over,
and until all is as before?

Whatever happens in between, the last thing that is done is to start it again; Ctrl-C ends the
looking and not that. Where it cannot be started, the error says what a person has to type.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from cmsdeploy.errors import DeviceError, HostError, UnreachableError
from cmsdeploy.executor.box import Box
from cmsdeploy.executor.clock import Stopwatch, pauses
from cmsdeploy.model.action import Command
from cmsdeploy.model.drill import Drill, Drilled, Measured
from cmsdeploy.model.event import Event, EventKind, Listener
from cmsdeploy.model.step import Sentence
from cmsdeploy.planning.drill import Rehearsal

__all__ = ["Driller"]

_BETWEEN_LOOKS = 0.5
_STEP = "drill"


Key = tuple[str, str]


@dataclass
class Driller:
    """Holds one drill. ``within`` are the seconds that taking over, and coming back, may take,
    ``seconds_to_start`` those after which a person has to start the host."""

    rehearsal: Rehearsal
    boxes: Mapping[str, Box]
    listener: Listener
    within: float
    seconds_to_start: float = 90.0

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self.result = Drilled(self.rehearsal.drill, self.within)

    def hold(self) -> Drilled:
        """Stop, look, start, look. Raises ``HostError`` where the host could not be stopped at all,
        or, with the command for a person, where it could not be started again."""
        drill, result = self.rehearsal.drill, self.result
        watch = Stopwatch()
        try:
            self._send(drill.stop)
        except UnreachableError:
            raise  # nothing was sent, so nothing has to be taken back
        except HostError as error:
            self._started(watch)
            raise error from None
        except KeyboardInterrupt:
            result.was_interrupted = True
        else:
            others = {(host, drill.family): one for host, one in drill.taken_over.items()}
            try:
                found = self._looked(watch, others, self.rehearsal.followers)
                result.taken_over, result.followed = found
            except KeyboardInterrupt:  # it came just before or after the waiting
                self._over.set()
                result.was_interrupted = True
        result.away = self._started(watch)
        back = {(host, drill.family): one for host, one in drill.restored.items()}
        again = Stopwatch()
        self._over.clear()
        result.restored, _ = self._looked(again, back, {})
        return result

    def _send(self, command: Command) -> None:
        host = self.rehearsal.drill.host
        step = f"{host}/{_STEP}/{'-'.join(command.words)}"
        self.listener(Event(EventKind.STEP_INTENDED, host, step, command.line))
        watch = Stopwatch()
        try:
            self.boxes[host].session.perform(command, {})
        except HostError as error:
            error.host, error.step = error.host or host, _STEP
            self.listener(Event(EventKind.STEP_UNKNOWN, host, step, error.cause))
            raise
        self.listener(Event(EventKind.STEP_DONE, host, step, "", watch.seconds))

    def _started(self, watch: Stopwatch) -> float:
        """Start the host, also where the first Ctrl-C comes at this very moment."""
        try:
            return self._start(watch)
        except KeyboardInterrupt:
            if self.result.was_interrupted:
                raise
            self.result.was_interrupted = True
        box = self.boxes[self.rehearsal.drill.host]
        box.session.reconnect()
        return watch.seconds if self._runs(box, self.rehearsal.drill) else self._start(watch)

    def _start(self, watch: Stopwatch) -> float:
        """Start the host again, over new connections where it has to be; gives how long it was
        away. A second Ctrl-C ends this too."""
        drill = self.rehearsal.drill
        box, last = self.boxes[drill.host], ""
        for _ in pauses(self.seconds_to_start):
            try:
                self._send(drill.start)
                return watch.seconds
            except HostError as error:
                last = error.cause
                box.session.reconnect()
                if self._runs(box, drill):
                    return watch.seconds
        raise DeviceError(
            f"it was stopped for the drill and could not be started again: {last}",
            f"on {drill.host}, type: {drill.start.line}",
            drill.host,
            _STEP,
        )

    def _runs(self, box: Box, drill: Drill) -> bool:
        sentence = drill.restored[drill.host]
        try:
            box.look(sentence.reads)
        except HostError:
            return False
        return sentence.holds(box.state(drill.family))

    def _looked(
        self, watch: Stopwatch, first: Mapping[Key, Sentence], second: Mapping[Key, Sentence]
    ) -> tuple[tuple[Measured, ...], tuple[Measured, ...]]:
        """Look at all hosts side by side until every sentence is true, or the time is over."""
        seen: dict[tuple[int, Key], float] = {}
        hosts = dict.fromkeys(host for host, _ in (*first, *second))
        looks: list[Future[None]] = []
        with ThreadPoolExecutor(max_workers=max(1, len(hosts))) as pool:
            for host in hosts:
                open_ones = {
                    (number, key): sentence
                    for number, some in enumerate((first, second))
                    for key, sentence in some.items()
                    if key[0] == host
                }
                looks.append(pool.submit(self._look_at, host, open_ones, seen, watch))
            try:
                wait(looks)
            except KeyboardInterrupt:
                self._over.set()
                self.result.was_interrupted = True
        for look in looks:
            look.result()
        return _measured(0, first, seen), _measured(1, second, seen)

    def _look_at(
        self,
        host: str,
        open_ones: dict[tuple[int, Key], Sentence],
        seen: dict[tuple[int, Key], float],
        watch: Stopwatch,
    ) -> None:
        box = self.boxes[host]
        while open_ones and watch.seconds < self.within and not self._over.is_set():
            try:
                box.look(tuple(dict.fromkeys(r for s in open_ones.values() for r in s.reads)))
                self.result.errors.pop(host, None)
                for place, sentence in list(open_ones.items()):
                    if sentence.holds(box.state(place[1][1])):
                        seen[place] = watch.seconds
                        del open_ones[place]
            except HostError as error:
                self.result.errors[host] = error.cause
            self._over.wait(_BETWEEN_LOOKS if open_ones else 0.0)


def _measured(
    number: int, sentences: Mapping[Key, Sentence], seen: Mapping[tuple[int, Key], float]
) -> tuple[Measured, ...]:
    return tuple(
        Measured(key[0], key[1], sentence.text, seen.get((number, key)))
        for key, sentence in sentences.items()
    )

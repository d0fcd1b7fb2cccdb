"""One step on one box: announced, sent, and, where somebody builds on it, seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from cmsdeploy.errors import DeadlineError, DeviceError, HostError, SecretShownError
from cmsdeploy.executor.box import Box
from cmsdeploy.executor.clock import Stopwatch, pauses
from cmsdeploy.model.action import Call, Command, Local, Manual, Pause, Upload, Wait
from cmsdeploy.model.event import Event, EventKind, Listener
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.records import Update
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.model.step import Proof, Sentence, Step

__all__ = ["Carrier"]


@dataclass
class Carrier:
    """Carries steps out on the boxes of one run. Steps of one host come one at a time.

    ``secrets`` grows while boxes make some; ``is_outcome_unknown`` tells the errors after which
    only a new look can say what the box did; ``shown`` takes the secrets out of a reply.
    ``is_stopping`` is asked while waiting. ``ask`` asks a person in a pause whether to go on; it is
    None where nobody is to be asked. The next step of the box behind each of ``before_questions``
    is a command that asks.
    """

    boxes: Mapping[str, Box]
    points: frozenset[str]
    listener: Listener
    is_outcome_unknown: Callable[[HostError], bool]
    secrets: dict[SecretRef, Secret] = field(default_factory=dict)
    is_stopping: Callable[[], bool] = lambda: False
    shown: Callable[[str], str] = lambda text: ""
    are_shown_secrets_allowed: bool = False
    pauses: Callable[[float], Iterator[float]] = pauses
    ask: Callable[[str], bool] | None = None
    before_questions: frozenset[str] = frozenset()

    def carry_out(self, step: Step) -> None:
        """Do ``step``. Raises ``HostError`` with host and step attached.

        The events of the journal are told before each change; an error of the listener stops us.
        """
        box = self.boxes[step.host]
        watch = Stopwatch()
        self._tell(EventKind.STEP_INTENDED, step, step.action.line)
        try:
            said = self._send(box, step)
            self._tell(EventKind.STEP_DONE, step, said, watch.seconds)
            if step.identity in self.points:
                self._prove(box, step)
            elif step.identity in self.before_questions:
                # The secret may still be made on another box; the shell is open when it comes.
                box.session.prepare()
        except HostError as error:
            error.host, error.step = step.host, step.identity.partition("/")[2]
            kind = self.is_outcome_unknown(error)
            self._tell(EventKind.STEP_UNKNOWN if kind else EventKind.STEP_FAILED, step, error.cause)
            raise

    def _send(self, box: Box, step: Step) -> str:
        """Do it; gives what the box said, fit to be shown."""
        action = step.action
        if isinstance(action, Pause):
            self._hold(step, action)
            return ""
        if isinstance(action, Wait):
            return self._wait(box, step, action)
        box.unchanged.clear()
        if isinstance(action, Command | Upload | Call | Update):
            return self._perform(box, step, action)
        if isinstance(action, Local):
            content = box.session.read(action.read).content if action.read is not None else None
            action.act(content)
            return ""
        if isinstance(action, Manual):
            self._tell(EventKind.WARNING, step, Phrase("by hand: {line}", line=action.line))
            return ""
        raise DeviceError(f"{action.kind} steps cannot be carried out", "upgrade cmsdeploy")

    def _perform(self, box: Box, step: Step, action: Command | Upload | Call | Update) -> str:
        missing = sorted(str(ref) for ref in step.uses if ref not in self.secrets)
        if missing:
            raise DeviceError(
                f"the secret {', '.join(missing)} was not found on the box that should show it",
                "run apply again; it looks anew where each secret is",
            )
        try:
            reply = box.session.perform(action, self.secrets)
        except HostError as error:
            is_shown = isinstance(error, SecretShownError)
            if is_shown and not self.are_shown_secrets_allowed:
                raise
            if is_shown or self.is_outcome_unknown(error):
                if not self._took_effect(box, step):
                    raise
                text = f"{error.cause}; a new look shows that it is done"
            elif isinstance(error, DeviceError) and getattr(action, "may_fail", False):
                text = f"{error.cause}; the next look decides"
            else:
                raise
            self._tell(EventKind.WARNING, step, text)
            return ""
        # A reply that holds secrets is for its family alone, whatever a redactor can do.
        return "" if getattr(action, "shows_secrets", False) else self.shown(reply.text)

    def _took_effect(self, box: Box, step: Step) -> bool:
        """Look again after a lost reply. Never send again without a look: the next run decides."""
        own = step.proof.own if step.proof else None
        if own is None:
            return False
        try:
            box.session.reconnect()
            box.look(own.reads)
        except HostError:
            return False
        return bool(own.holds(box.state(step.family)))

    def _wait(self, box: Box, step: Step, action: Wait) -> str:
        own = step.proof.own if step.proof else None
        if own is None:
            raise DeviceError(f"nothing shows whether {action.for_what}", "report this as a bug")
        for waited in self.pauses(action.deadline):
            box.look(action.reads)
            if own.holds(box.state(step.family)):
                return Phrase("after {seconds} s", seconds=f"{waited:.1f}")
            self._tell(EventKind.WAITING, step, action.for_what, waited)
            box.unchanged.clear()  # time passes: what was seen before may be over
            if self.is_stopping():
                raise DeadlineError("stopped while waiting", "run apply again")
        facts = box.state(step.family).facts()
        raise DeadlineError(
            f"waited {action.deadline:.0f} s until {action.for_what}, and it is not so; the box"
            f" shows: {_shown(facts)}",
            "look at the box, then run apply again: it goes on from here",
        )

    def _hold(self, step: Step, pause: Pause) -> None:
        """Let time pass, or a person decide. ``KeyboardInterrupt`` means that nothing goes on."""
        if pause.seconds is not None:
            self._let_pass(step, pause, pause.seconds)
            self._reconnect()
            return
        self._tell(EventKind.PAUSED, step, pause.line)
        if self.ask is None:
            # As Ansible does without a terminal; the lines above and here are in the journal too.
            self._tell(EventKind.WARNING, step, "nobody is asked here: the run goes on")
        elif not self.ask(pause.prompt):
            raise KeyboardInterrupt
        self._reconnect()

    def _reconnect(self) -> None:
        for box in self.boxes.values():
            # Boxes close connections on which nothing is said; nobody else uses one during a pause.
            box.session.reconnect()
            box.unchanged.clear()

    def _let_pass(self, step: Step, pause: Pause, seconds: int) -> None:
        try:
            # Told in here: a person may answer the very line that says so.
            self._tell(EventKind.PAUSED, step, pause.line)
            for waited in self.pauses(seconds):
                self._tell(EventKind.WAITING, step, pause.line, waited)
        except KeyboardInterrupt as interrupt:
            # As in Ansible, Ctrl-C may end the pause alone; a signal to end has no such meaning.
            is_signal = type(interrupt) is not KeyboardInterrupt
            if is_signal or self.ask is None or not self.ask("Ctrl-C: go on early?"):
                raise

    def _prove(self, box: Box, step: Step) -> None:
        proof = step.proof or Proof(None)
        # What was read after our last change here shows it; waits change nothing.
        box.look([read for read in proof.reads if read not in box.unchanged])
        state = box.state(step.family)
        unmet = [each for each in proof.sentences if not each.holds(state)]
        if unmet:
            raise _unproved(unmet)
        if step.makes:
            self.secrets.update(box.secrets())
        if proof.sentences:
            self._tell(EventKind.STEP_PROVED, step)

    def _tell(
        self, kind: EventKind, step: Step, text: str = "", seconds: float | None = None
    ) -> None:
        self.listener(Event(kind, step.host, step.identity, text, seconds))


def _unproved(unmet: list[Sentence]) -> DeviceError:
    what = "; ".join(each.text for each in unmet)
    looks = sorted({read.line for each in unmet for read in each.reads})
    return DeviceError(
        f"the box took the commands, and a new look does not show that: {what}",
        f"look with: {' and '.join(looks)}",
    )


def _shown(facts: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in facts.items())

"""One request from the first look to the last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property

from cmsdeploy.embedding.orders import Order, order_of
from cmsdeploy.embedding.request import Request, Result
from cmsdeploy.errors import CmsdeployError, UnreachableError
from cmsdeploy.executor.apply import RunReport
from cmsdeploy.executor.journal import Journal, new_journal
from cmsdeploy.executor.lock import locked
from cmsdeploy.executor.observe import Observation, Observer
from cmsdeploy.executor.walking import carrier_of, walk_plan
from cmsdeploy.families import families
from cmsdeploy.model.action import Manual, Pause, Wait
from cmsdeploy.model.event import Event, Listener
from cmsdeploy.model.host import Host
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.secret import Secret
from cmsdeploy.model.step import Problem, Severity
from cmsdeploy.planning.compare import UNREACHABLE, Comparison, carried_out, compare
from cmsdeploy.planning.guard import check_plan_holds
from cmsdeploy.planning.look import HostLook
from cmsdeploy.report.difference import difference_lines
from cmsdeploy.report.outcome import differences, refusal_code, waiting_lines
from cmsdeploy.report.text import plan_lines, problem_lines, refusal_lines, totals
from cmsdeploy.session import open_box
from cmsdeploy.session.contract import Session
from cmsdeploy.session.redaction import Redactor

__all__ = ["fulfil"]

# Nothing on a box is changed by these.
_NO_CHANGE = (Wait, Pause, Manual)


def fulfil(request: Request, listener: Listener | None = None) -> Result:
    """Look, plan, and, unless it is a check, carry out and look again.

    Nothing that is expected is raised: what went wrong stands in the result, without secrets.
    ``listener`` is told every event of the run, from several threads.
    """
    redactor = Redactor()
    try:
        result = _Run(request, order_of(request), redactor, listener or _nobody).result()
    except CmsdeployError as error:
        result = Result(error.exit_code, message=_first_line(error), errors=_lines(error))
        if isinstance(error, UnreachableError):
            result = replace(result, is_unreachable=error.host in ("", request.host))
    return _masked(result, redactor)


def _nobody(event: Event) -> None:
    """Told nothing."""


@dataclass
class _Run:
    request: Request
    order: Order
    redactor: Redactor
    listener: Listener
    journal: Journal | None = field(default=None)

    @cached_property
    def hosts(self) -> Mapping[str, Host]:
        """The boxes with their secrets, which nobody will see from now on."""
        request = self.request
        found = {}
        for name in self.order.hosts:
            box = self.order.inventory.box(name, password=request.password, user=request.user)
            known = (
                box.login.password,
                box.login.key_passphrase,
                box.webadmin.password if box.webadmin else None,
            )
            self.redactor.add(*(secret for secret in known if isinstance(secret, Secret)))
            found[name] = box
        return found

    def result(self) -> Result:
        request = self.request
        if request.is_check or self.order.resource.is_only_read:
            observer = self._observer()
            observation = observer.observe(self.order.stages, self.hosts)
            observation.close()
            return self._looked(observation)
        state = request.state
        with ExitStack() as stack:
            written = [self.hosts[name] for name in self.order.written]
            work = f"{request.resource} of {request.host}"
            lock = stack.enter_context(locked(written, state / "locks", work))
            self.journal = stack.enter_context(new_journal(state / "journal", lock))
            observer = self._observer()
            observation = observer.observe(self.order.stages, self.hosts)
            stack.callback(observation.close)
            return self._applied(observer, observation)

    def _observer(self) -> Observer:
        return Observer(families(), self._open, self._tell, self.request.forks)

    def _open(self, host: Host) -> Session:
        known = tuple(self.request.known_hosts)
        return open_box(host, known_hosts=known, redactor=self.redactor)

    def _tell(self, event: Event) -> None:
        if self.journal is not None:
            self.journal(event)
        self.listener(event)

    def _compared(self, observation: Observation, *, is_after: bool = False) -> Comparison:
        registry = families()
        stages = carried_out(self.order.stages, registry) if is_after else self.order.stages
        return compare(stages, observation.look, registry, self.order.limit)

    def _looked(self, observation: Observation) -> Result:
        resource = self.order.resource
        if resource.is_only_read and not resource.is_whole:
            return self._seen(observation.look[self.request.host])
        comparison = self._compared(observation)
        result = self._planned(comparison, observation)
        if result.exit_code or not resource.is_only_read:
            return result
        return self._proved(result, comparison, observation)

    def _seen(self, look: HostLook) -> Result:
        """What one box shows, judged by nobody."""
        if look.error is not None:
            raise look.error
        seen = {name: state.facts() for name, state in look.states.items()}
        return Result(seen={"version": str(look.version), **seen})

    def _planned(self, comparison: Comparison, observation: Observation) -> Result:
        """What would be done, or why nothing may be."""
        plan = comparison.plan
        refusals = tuple(refusal_lines(plan.refusals))
        code = refusal_code(plan.refusals, observation.look)
        return Result(
            exit_code=code,
            is_unreachable=code == UnreachableError.exit_code and self._is_away(plan),
            is_changed=any(not isinstance(step.action, _NO_CHANGE) for step in plan.steps),
            message=refusals[0] if refusals else totals(plan.steps),
            errors=refusals,
            notes=(*problem_lines(comparison.notes), *waiting_lines(comparison)),
            commands=_commands(plan),
            plan=(*plan_lines(plan), totals(plan.steps)),
            difference=tuple(difference_lines(plan, comparison.facts_after)),
        )

    def _is_away(self, plan: Plan) -> bool:
        own = self.request.host
        return any(one.rule == UNREACHABLE and one.host == own for one in plan.refusals)

    def _applied(self, observer: Observer, observation: Observation) -> Result:
        comparison = self._compared(observation)
        planned = self._planned(comparison, observation)
        plan = comparison.plan
        if not plan.steps:
            return self._proved(planned, comparison, observation)
        check_plan_holds(plan)
        report = self._walked(plan, observation)
        planned = replace(planned, journal=str(self.journal.path) if self.journal else "")
        if report.fatal is not None:
            raise report.fatal
        if report.was_interrupted:
            raise KeyboardInterrupt
        if report.errors:
            return _failed(planned, report)
        after = observer.again(observation)
        return self._proved(planned, self._compared(after, is_after=True), after)

    def _walked(self, plan: Plan, observation: Observation) -> RunReport:
        from cmsdeploy.transport.contract import is_outcome_unknown

        carrier = carrier_of(
            plan, observation, self.order.stages, self._tell, self.redactor, is_outcome_unknown
        )
        return walk_plan(plan, carrier, self.request.forks, self._check_locks)

    def _check_locks(self) -> None:
        if self.journal is not None:
            self.journal.check_lock()

    def _proved(self, result: Result, last: Comparison, observation: Observation) -> Result:
        """``result`` after the last look: what is left, and what is wrong between the boxes."""
        wrong = [*self._wrong(last.problems), *differences(last)]
        left = tuple(refusal_lines(last.plan.refusals))
        errors = tuple(dict.fromkeys((*result.errors, *left, *wrong)))
        code = result.exit_code or refusal_code(last.plan.refusals, observation.look)
        return replace(
            result,
            exit_code=code or (2 if wrong else 0),
            errors=errors,
            message=errors[0] if errors else result.message,
            notes=tuple(dict.fromkeys((*result.notes, *waiting_lines(last)))),
            summary=last.summary,
        )

    def _wrong(self, problems: tuple[Problem, ...]) -> Iterator[str]:
        """What fails us: errors of boxes that this request is for."""
        errors = [problem for problem in problems if problem.severity is Severity.ERROR]
        limit = self.order.limit
        return problem_lines(one for one in errors if limit is None or one.host in limit)


def _failed(result: Result, report: RunReport) -> Result:
    code = 0
    lines: list[str] = []
    for error in report.errors.values():
        code |= error.exit_code
        lines += _lines(error)
    return replace(result, exit_code=code, errors=tuple(lines), message=lines[0])


def _commands(plan: Plan) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for step in plan.steps:
        found.setdefault(step.host, []).append(step.action.line)
    return found


def _lines(error: CmsdeployError) -> tuple[str, ...]:
    return tuple(str(error).splitlines())


def _first_line(error: CmsdeployError) -> str:
    return _lines(error)[0] if _lines(error) else type(error).__name__


def _masked(result: Result, redactor: Redactor) -> Result:
    """What a box shows in the wrong field may come here as the name of something."""
    masked = redactor.masked

    def lines(given: Sequence[str]) -> tuple[str, ...]:
        return tuple(masked(line) for line in given)

    return replace(
        result,
        errors=lines(result.errors),
        notes=lines(result.notes),
        plan=lines(result.plan),
        difference=lines(result.difference),
        summary=lines(result.summary),
        message=masked(result.message),
        commands={
            host: [masked(line) for line in lines] for host, lines in result.commands.items()
        },
        seen=None if result.seen is None else _values_masked(result.seen, masked),
    )


def _values_masked(seen: Mapping[str, object], masked: Callable[[str], str]) -> dict[str, object]:
    def value(given: object) -> object:
        if isinstance(given, str):
            return masked(given)
        if isinstance(given, Mapping):
            return {masked(str(key)): value(item) for key, item in given.items()}
        return [value(item) for item in given] if isinstance(given, (list, tuple)) else given

    return {name: value(given) for name, given in seen.items()}

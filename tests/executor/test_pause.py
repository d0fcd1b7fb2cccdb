"""What happens in a pause: time passes, or a person decides; then everything is connected anew."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from cmsdeploy.errors import DeviceError
from cmsdeploy.executor.apply import Result, RunReport, walk
from cmsdeploy.executor.carry_out import Carrier
from cmsdeploy.model.action import Pause
from cmsdeploy.model.event import EventKind
from cmsdeploy.model.step import Step
from tests.executor.boxes import Site, step


def pause(needs: str, prompt: str = "Look.", seconds: int | None = None) -> Step:
    return Step("b/pause/1", "b", "", Pause(prompt, seconds), "why", needs=frozenset(needs.split()))


def steps(held: Step, first: str = "one") -> list[Step]:
    """Two hosts, two clusters, a pause in the middle."""
    before = [step(f"{host}/{first}", cluster=host) for host in "ab"]
    after = [step(f"{host}/two", f"{host}/{first} b/pause/1", host) for host in "ab"]
    return [*before, held, *after]


def answering(answer: bool) -> tuple[Callable[[str], bool], list[str]]:
    """A person who always says the same, and what that person was asked."""
    asked: list[str] = []

    def ask(text: str) -> bool:
        assert threading.current_thread() is threading.main_thread(), "Ctrl-C reaches no worker"
        asked.append(text)
        return answer

    return ask, asked


def run(site: Site, held: Step, carrier: Carrier, first: str = "one", forks: int = 20) -> RunReport:
    return walk(steps(held, first), carrier, site.events.append, forks)


@pytest.mark.parametrize("forks", [1, 20])
@pytest.mark.parametrize("goes_on", [True, False])
def test_a_person_decides(goes_on: bool, forks: int) -> None:
    """Asked once, with the text; a no is an interrupt, and nothing has failed."""
    site = Site("a", "b")
    carrier = site.carrier()
    carrier.ask, asked = answering(goes_on)
    report = run(site, pause("a/one b/one"), carrier, forks=forks)
    assert asked == ["Look."]
    assert site.sent == (["one", "two"] * 2 if goes_on else ["one"] * 2)
    assert report.was_interrupted is not goes_on
    assert report.results["b/pause/1"] is (Result.DONE if goes_on else Result.SKIPPED)
    assert Result.FAILED not in report.results.values()
    assert site.told(EventKind.PAUSED) == ["b/pause/1"]


def test_where_nobody_is_asked_it_is_said_and_goes_on() -> None:
    """Ansible without a terminal."""
    site = Site("a", "b")
    run(site, pause("a/one b/one"), site.carrier())
    assert site.sent == ["one", "two"] * 2
    warned = [event.text for event in site.events if event.kind is EventKind.WARNING]
    assert warned == ["nobody is asked here: the run goes on"]


@pytest.mark.parametrize(("answer", "goes_on"), [(True, True), (False, False), (None, False)])
def test_time_passes_and_ctrl_c_may_end_it_early(answer: bool | None, goes_on: bool) -> None:
    """As in Ansible: Ctrl-C, and then to go on or to end it. None is nobody to ask."""

    def interrupted(seconds: float) -> Iterator[float]:
        assert seconds == 300
        yield 0.0
        raise KeyboardInterrupt

    site = Site("a", "b")
    carrier = site.carrier()
    carrier.pauses = interrupted
    carrier.ask = None if answer is None else lambda text: bool(answer)
    report = run(site, pause("a/one b/one", seconds=300), carrier)
    assert report.was_interrupted is not goes_on
    assert site.sent == (["one", "two"] * 2 if goes_on else ["one"] * 2)


def test_time_passes_on_a_clock() -> None:
    """The seconds are those of the playbook."""
    asked: list[float] = []

    def clock(seconds: float) -> Iterator[float]:
        asked.append(seconds)
        yield from (0.0, seconds)

    site = Site("a", "b")
    carrier = site.carrier()
    carrier.pauses = clock
    report = run(site, pause("a/one b/one", seconds=7), carrier)
    assert asked == [7]
    assert set(report.results.values()) == {Result.DONE}


class _Terminated(KeyboardInterrupt):
    """A signal to end, as the command line has it."""


def test_a_signal_to_end_asks_nobody() -> None:
    """Only Ctrl-C may mean "go on"."""

    def terminated(seconds: float) -> Iterator[float]:
        yield 0.0
        raise _Terminated

    site = Site("a", "b")
    carrier = site.carrier()
    carrier.pauses, carrier.ask = terminated, lambda text: True
    assert run(site, pause("a/one b/one", seconds=9), carrier).was_interrupted
    assert site.sent == ["one"] * 2


@pytest.mark.parametrize(("failing", "is_asked"), [("b", True), ("ab", False)])
def test_a_pause_waits_while_any_cluster_goes_on(failing: str, is_asked: bool) -> None:
    """The host that it was given to may have failed; it holds the others all the same."""

    def fail() -> None:
        raise DeviceError("the box says no")

    site = Site("a", "b", fail=fail)
    before = [step(f"{h}/{'fail' if h in failing else 'one'}", cluster=h) for h in "ab"]
    names = " ".join(each.identity for each in before)
    after = [step(f"{h}/two", f"{names} b/pause/1", h) for h in "ab"]
    carrier = site.carrier()
    carrier.ask, asked = answering(True)
    walk([*before, pause(names), *after], carrier, site.events.append)
    assert bool(asked) is is_asked
    assert site.sent == ([] if failing == "ab" else ["one", "two"])


def test_everything_is_connected_anew_afterwards() -> None:
    """Boxes drop connections on which nothing is said for minutes."""
    site = Site("a", "b")
    run(site, pause("a/one b/one"), site.carrier())
    assert [session.connections for session in site.sessions.values()] == [2, 2]

"""A plug-in of pytest that tries mutants: ``python -m pytest -p tests.mutation.trying``.

mutmut writes every mutant into the module and lets ``MUTANT_UNDER_TEST`` choose. Its own runner
collects the tests again for each mutant, which takes longer than the tests; and it forks from a
process whose caches the tests have filled, where a mutant is not even asked. Here the tests are
collected once, nothing is run, and each mutant gets a fork of that.

``CMSDEPLOY_MUTANTS`` names a file of JSON: ``workers``, ``names`` of mutants with their tests and
the seconds that these take, and ``results``, a file to which a line of JSON is added for each: a
run that is stopped goes on behind them. Without ``names`` each test is run once, and the result is
which tests call which function.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

__all__ = ["JOB", "NOT_REACHED", "looked_at", "pytest_configure", "tried_in"]

JOB = "CMSDEPLOY_MUTANTS"
NOT_REACHED = 33
_CHOICE = "MUTANT_UNDER_TEST"
# Of the processor, beside three times what the tests take without a mutant: one that loops for
# ever is stopped. A test that waits ends by its own deadline (pytest-timeout).
_MORE_SECONDS = 5


def looked_at(results: Path) -> list[tuple[str, float, str]]:
    """Each test with its seconds and the functions that it calls."""
    found = map(json.loads, _whole_lines(results))
    return [(test, seconds, calls) for test, seconds, calls in found]


def tried_in(results: Path) -> dict[str, tuple[int, str]]:
    """What was written so far: for each name its exit code, and the test that noticed it."""
    found = map(json.loads, _whole_lines(results))
    return {name: (code, noticed) for name, code, noticed in found}


def _whole_lines(results: Path) -> list[str]:
    """What a stop has cut is taken away: behind it none could be added."""
    text = results.read_text() if results.is_file() else ""
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        results.write_text(whole)
    return whole.splitlines()


def pytest_configure(config: pytest.Config) -> None:
    """Only where there is a job: the plug-in is harmless else."""
    if JOB in os.environ:
        job = json.loads(Path(os.environ[JOB]).read_text())
        config.pluginmanager.register(
            _Loop(job["results"], job.get("names"), job.get("workers", 1)), "mutants"
        )


class _Loop:
    """Takes the place of pytest's own loop over the tests."""

    def __init__(
        self, results: str, names: Mapping[str, tuple[float, list[str]]] | None, workers: int
    ) -> None:
        self.results, self.names, self.workers = Path(results), names, workers

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if self.names is not None:
            _Tries(session.items, self.results, self.workers).try_all(self.names)
        else:
            self._look(session)
        return True

    def _look(self, session: pytest.Session) -> None:
        """Which tests call which function, and their seconds; all must pass."""
        os.environ[_CHOICE] = "stats"
        calls: set[str] = set()
        # mutmut's own looks at its configuration for each call, which takes longer than the tests.
        trampoline = importlib.import_module("mutmut.mutation.trampoline")
        vars(trampoline)["record_trampoline_hit"] = lambda name, caller=None: calls.add(name)
        known = {test for test, _, _ in looked_at(self.results)}
        waiting = [item for item in session.items if item.nodeid not in known]
        for number, (item, following) in enumerate(_pairs(waiting), len(known) + 1):
            calls.clear()
            began = time.process_time()
            if not _passes(item, following):
                print(f"fails without any mutant: {item.nodeid}", file=sys.stderr)
                session.testsfailed += 1
                continue
            spent = time.process_time() - began
            with self.results.open("a") as file:
                file.write(json.dumps([item.nodeid, spent, " ".join(sorted(calls))]) + "\n")
            if not number % 100:
                print(f"{number} tests looked at", file=sys.stderr, flush=True)


class _Tries:
    """One fork for each mutant, as many at a time as there are workers."""

    def __init__(self, items: Sequence[pytest.Item], results: Path, workers: int) -> None:
        self.place = {item.nodeid: item for item in items}
        self.results, self.workers = results, workers
        self.tried = set(tried_in(results))
        # The name of each mutant that is being tried, and where its fork tells who noticed.
        self.running: dict[int, tuple[str, int]] = {}

    def try_all(self, names: Mapping[str, tuple[float, list[str]]]) -> None:
        """Those that have no result yet."""
        os.environ[_CHOICE] = ""
        # What is here is here for good: a child that looks through it would copy all of it.
        gc.collect()
        gc.freeze()
        for name, (seconds, tests) in names.items():
            chosen = [self.place[test] for test in tests if test in self.place]
            if name in self.tried:
                continue
            if not chosen:
                self._keep(name, NOT_REACHED, "")
                continue
            if len(self.running) >= self.workers:
                self._reap()
            reading, writing = os.pipe()
            child = os.fork()
            if not child:
                _try_one(name, chosen, writing, seconds)
            os.close(writing)
            self.running[child] = (name, reading)
        while self.running:
            self._reap()

    def _reap(self) -> None:
        child, status = os.wait()
        name, reading = self.running.pop(child)
        with open(reading, encoding="utf-8") as told:
            self._keep(name, os.waitstatus_to_exitcode(status), told.read())

    def _keep(self, name: str, code: int, noticed: str) -> None:
        with self.results.open("a") as file:
            file.write(json.dumps([name, code, noticed]) + "\n")
        self.tried.add(name)
        # In the check there is no mutant, and nothing lives on.
        is_alive = code in (0, NOT_REACHED) and "__mutmut_" in name
        lives = f": {name} lives on" if is_alive else ""
        if lives or not len(self.tried) % 10:
            print(f"{len(self.tried)} tried{lives}", file=sys.stderr, flush=True)


def _try_one(name: str, items: Sequence[pytest.Item], told: int, seconds: float) -> None:
    """In a process of its own, which ends here: 1 where a test notices, 0 where none does. The
    test that is being run, or was the last, is told."""
    code = 1
    try:
        # A name that mutmut has not given is no mutant: its tests have to pass.
        os.environ[_CHOICE] = name
        limit = round(3 * seconds + _MORE_SECONDS)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        for item, following in _pairs(items):
            if not _passes(item, following):
                os.write(told, item.nodeid.encode())
                break
        else:
            code = 0
    finally:
        os._exit(code)


def _pairs(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    return zip(items, [*items[1:], None], strict=True)


def _passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    return not any(report.failed for report in runtestprotocol(item, False, following))

"""A plug-in of pytest that tries mutants: ``python -m pytest -p tests.mutation.trying``.

mutmut writes every mutant into the module and lets ``MUTANT_UNDER_TEST`` choose. Its own runner
collects the tests again for each mutant, which takes longer than the tests; and it forks from a
process whose caches the tests have filled, where a mutant is not even asked. Here the tests are
collected once, nothing is run, and each mutant gets a fork of that.

``CMSDEPLOY_MUTANTS`` names a file of JSON: ``workers``, ``names`` of mutants with their tests, and
``results``, a file to write. Without names each test is run once, and the result is which tests
call which function.
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

__all__ = ["JOB", "NOT_REACHED", "pytest_configure"]

JOB = "CMSDEPLOY_MUTANTS"
NOT_REACHED = 33
_CHOICE = "MUTANT_UNDER_TEST"
# Of the processor; a test that waits ends by its own deadline (pytest-timeout).
_SECONDS, _SECONDS_FOR_ALL = 25, 1800


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
        self, results: str, names: Mapping[str, Sequence[str]] | None, workers: int
    ) -> None:
        self.results, self.names, self.workers = Path(results), names, workers

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if self.names is not None:
            self._try(session.items, self.names)
        else:
            self._look(session)
        return True

    def _look(self, session: pytest.Session) -> None:
        """Which tests call which function, and their seconds, quick ones first; all must pass."""
        os.environ[_CHOICE] = "stats"
        calls: set[str] = importlib.import_module("mutmut.state").state()._stats
        callers: dict[str, list[tuple[float, str]]] = {}
        for item, following in _pairs(session.items):
            calls.clear()
            began = time.process_time()
            if not _passes(item, following):
                print(f"fails without any mutant: {item.nodeid}", file=sys.stderr)
                session.testsfailed += 1
            spent = time.process_time() - began
            for function in calls:
                callers.setdefault(function, []).append((spent, item.nodeid))
        self.results.write_text(json.dumps({each: sorted(own) for each, own in callers.items()}))

    def _try(self, items: Sequence[pytest.Item], names: Mapping[str, Sequence[str]]) -> None:
        """One fork for each mutant, as many at a time as there are workers."""
        os.environ[_CHOICE] = ""
        # What is here is here for good: a child that looks through it would copy all of it.
        gc.collect()
        gc.freeze()
        place = {item.nodeid: item for item in items}
        codes: dict[str, int] = {}
        chosen: Sequence[pytest.Item]
        running: dict[int, str] = {}
        for name, tests in names.items():
            # The mutant without a name is none: with it all tests have to pass.
            chosen = [place[test] for test in tests if test in place] if name else items
            if not chosen:
                codes[name] = NOT_REACHED
                continue
            if len(running) >= self.workers:
                _reap(running, codes)
                self.results.write_text(json.dumps(codes))
            child = os.fork()
            if not child:
                _try_one(name, chosen)
            running[child] = name
        while running:
            _reap(running, codes)
        self.results.write_text(json.dumps(codes))


def _reap(running: dict[int, str], codes: dict[str, int]) -> None:
    child, status = os.wait()
    codes[running.pop(child)] = os.waitstatus_to_exitcode(status)
    print(f"\r{len(codes)} tried", end="", file=sys.stderr, flush=True)


def _try_one(name: str, items: Sequence[pytest.Item]) -> None:
    """In a process of its own, which ends here: 1 where a test notices, 0 where none does."""
    code = 1
    try:
        os.environ[_CHOICE] = name
        limit = _SECONDS if name else _SECONDS_FOR_ALL
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        code = int(not all(_passes(item, following) for item, following in _pairs(items)))
    finally:
        os._exit(code)


def _pairs(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    return zip(items, [*items[1:], None], strict=True)


def _passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    return not any(report.failed for report in runtestprotocol(item, False, following))

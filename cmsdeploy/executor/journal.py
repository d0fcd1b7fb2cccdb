"""The journal: what was intended, sent and seen, one JSON object a line, flushed before it happens.

A line that announces a change is on the disk before the change is sent; if it cannot be written,
the change is not sent. "Unknown" is a legal answer. The journal is for people and for proof after a
cut; no run reads it to decide anything, because the boxes are the truth.

Each line ends with a sum over itself and the sum of the line before: a reader finds a torn end, a
lost line and a changed byte (``journal_reading``). It is no signature: who can write can sum.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType

from cmsdeploy.errors import CmsdeployError, LockLostError
from cmsdeploy.executor.holder import new_run
from cmsdeploy.executor.lock import Lock
from cmsdeploy.executor.private_folder import make_private_folder
from cmsdeploy.model.event import Event, EventKind

__all__ = ["FIRST_SUM", "Journal", "line_sum", "new_journal"]

FIRST_SUM = "0" * 16

# After these the disk is asked to hold the line before we go on.
_FLUSHED = frozenset({EventKind.RUN_STARTED, EventKind.STEP_INTENDED, EventKind.RUN_ENDED})


def _nobody_else(host: str) -> None:
    """Whoever writes without a lock is alone."""


def line_sum(before: str, body: str) -> str:
    """The sum of a line: over the sum of the one before, and all of this one that precedes it."""
    return hashlib.sha256(f"{before}\n{body}".encode()).hexdigest()[:16]


def new_journal(folder: Path, lock: Lock | None = None) -> Journal:
    """Make a new file in ``folder`` (born 0700, the file 0600), named by the id of the run, which
    holds ``lock``: no change is announced without it."""
    if lock is None:
        return Journal(folder / f"{new_run()}.jsonl")
    return Journal(folder / f"{lock.holder.run}.jsonl", check=lock.check)


class Journal:
    """A listener that writes. Several threads may tell it events."""

    def __init__(
        self,
        path: Path,
        flush: Callable[[int], None] = os.fsync,
        check: Callable[[str], None] = _nobody_else,
    ) -> None:
        """``flush`` asks the disk to hold what the descriptor has been given. ``check`` is asked
        before each change of a host; it raises ``LockLostError`` where we may not."""
        self.path = path
        self._flush = flush
        self._check = check
        self._loss = ""
        self._lock = threading.Lock()
        self._disk = threading.Lock()
        self._sum = FIRST_SUM
        self._written = 0
        self._held = 0
        self._is_told = False
        self._failure: OSError | None = None
        make_private_folder(path.parent)
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW
            self._descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise CmsdeployError(
                f"the journal {path} cannot be written: {error.strerror}",
                "make room or give another place with CMSDEPLOY_STATE",
            ) from error

    def __call__(self, event: Event) -> None:
        """Write one event. Raises ``CmsdeployError`` where the disk does not take it, and
        ``LockLostError``, with the loss written down, where it announces what we may not do."""
        if self._loss and event.kind is EventKind.RUN_ENDED:
            event = replace(event, text=self._loss)
            self._is_told = True
        self._write(event)
        if event.kind is EventKind.STEP_INTENDED:
            try:
                self.check_lock(event.host)
            except LockLostError as error:
                text = f"not sent: {error.cause}"
                self._write(replace(event, kind=EventKind.STEP_FAILED, text=text))
                raise

    def check_lock(self, host: str = "") -> None:
        """Raise ``LockLostError`` where nothing may be changed any more; our last line tells it."""
        try:
            self._check(host)
        except LockLostError as error:
            self._loss = error.cause
            raise

    def _write(self, event: Event) -> None:
        record = {
            "at": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
            "event": event.kind.value,
            "host": event.host,
            "step": event.step,
            "text": event.text,
            "seconds": None if event.seconds is None else round(event.seconds, 4),
        }
        body = json.dumps(record, ensure_ascii=True).removesuffix("}")
        try:
            with self._lock:
                own = line_sum(self._sum, body)
                line = f'{body}, "sum": "{own}"}}\n'.encode()
                if os.write(self._descriptor, line) < len(line):
                    # A disk that is nearly full takes a part and calls that a success.
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                self._sum = own
                self._written = number = self._written + 1
            if event.kind in _FLUSHED:
                self._hold(number)
        except OSError as error:
            raise CmsdeployError(
                f"the journal {self.path} cannot be written: {error.strerror}",
                "nothing further was sent; make room and run again",
            ) from error

    def _hold(self, number: int) -> None:
        """Come back when the disk holds the first ``number`` lines. Whoever asks it asks for all
        who wait by then: else a hundred boxes would stand in line for it."""
        with self._disk:
            if self._failure is not None:
                # The system tells of a lost line once; the next question would be answered well.
                raise self._failure
            if self._held >= number:
                return
            written = self._written
            try:
                self._flush(self._descriptor)
            except OSError as error:
                self._failure = error
                raise
            self._held = written

    def close(self) -> None:
        """Close the file; the journal takes no further event. Its last line tells of a loss."""
        if self._loss and not self._is_told:
            with contextlib.suppress(CmsdeployError):
                self(Event(EventKind.RUN_ENDED))
        os.close(self._descriptor)

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

"""A lab that runs: started with its DNS, its audit log on disk, stopped."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cmsdeploy.cli.lab_site import LabSite
from cmsdeploy.errors import CmsdeployError, OptionError

if TYPE_CHECKING:
    from cmsdeploy.lab import Lab
    from cmsdeploy.lab.wire.running_site import RunningSite

__all__ = ["running", "running_site"]

_POLL_SECONDS = 0.1


@contextmanager
def running(
    site: LabSite,
    switches: Mapping[str, str],
    latency_seconds: float,
    *,
    are_ports_real: bool = True,
) -> Iterator[Lab]:
    """Start the boxes of ``site``, as :func:`running_site` does, and give the boxes alone."""
    with running_site(site, switches, latency_seconds, are_ports_real=are_ports_real) as started:
        yield started.lab


@contextmanager
def running_site(
    site: LabSite,
    switches: Mapping[str, str],
    latency_seconds: float,
    *,
    are_ports_real: bool = True,
) -> Iterator[RunningSite]:
    """Start boxes and DNS of ``site``, write the derived inventory, and keep the audit log.

    ``are_ports_real``: the ports of the inventory where they are free; else always any.

    Raises ``OptionError`` for an unknown switch and ``CmsdeployError`` where the extra ``lab`` is
    not installed or the boxes cannot listen.
    """
    started = _started(site, switches, latency_seconds, are_ports_real)
    try:
        log = _AuditLog(started.lab, site.folder / "audit.jsonl")
        try:
            log.start()
            yield started
        finally:
            log.stop()
    finally:
        started.stop()


def _started(
    site: LabSite, switches: Mapping[str, str], latency_seconds: float, are_ports_real: bool
) -> RunningSite:
    try:
        from cmsdeploy.lab import LabError
        from cmsdeploy.lab.wire.running_site import RunningSite

        started = RunningSite(
            site.description(), site.out, site.folder,
            switches=switches, latency_seconds=latency_seconds, are_ports_real=are_ports_real,
        )  # fmt: skip
        started.start()
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("cmsdeploy"):
            raise
        raise CmsdeployError(
            f"the lab needs a library that is not installed: {error.name}",
            "pip install 'cmsdeploy[lab]'",
        ) from error
    except LabError as error:
        raise OptionError(str(error), "look at: cmsdeploy lab switches") from error
    except OSError as error:
        raise CmsdeployError(
            f"the boxes cannot listen on loopback: {error.strerror or error}",
            "on systems other than Linux, give lo0 the addresses 127.77.0.1 and following, "
            "and 127.77.254.1",
        ) from error
    return started


class _AuditLog:
    """Copies what the boxes log to one file, a JSON object a line, while the lab runs."""

    def __init__(self, lab: Lab, path: Path) -> None:
        self._lab = lab
        self._seen = dict.fromkeys(lab.boxes, 0)
        path.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        self._descriptor = os.open(path, flags, 0o600)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._copy_until_end, daemon=True)

    def start(self) -> None:
        """Begin to copy."""
        self._thread.start()

    def stop(self) -> None:
        """Copy the rest and end."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()
        self._copy()
        os.close(self._descriptor)

    def _copy_until_end(self) -> None:
        while not self._end.wait(_POLL_SECONDS):
            self._copy()

    def _copy(self) -> None:
        for name in self._lab.take_asked():
            entries = self._lab.audit(name)[self._seen[name] :]
            self._seen[name] += len(entries)
            for entry in entries:
                record = {
                    "host": name,
                    "kind": str(getattr(entry.kind, "value", entry.kind)),
                    "line": entry.text,
                    "is_write": entry.is_write,
                }
                os.write(self._descriptor, (json.dumps(record) + "\n").encode())

"""What the scripts share: the job, and the secrets that one box shows and the others are told."""

from __future__ import annotations

import json
import re
import sys
import threading
from typing import Any

_SECRET = re.compile(r"Callbridge\s*:\s*(\S+).*?Secret\s*:\s*(\S+)", re.DOTALL)


def read_job() -> dict[str, Any]:
    """The job on standard input."""
    job: dict[str, Any] = json.load(sys.stdin)
    return job


class Secrets:
    """Filled by what the first box says, waited for by the others."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._found: dict[str, str] = {}
        self._all_found = threading.Event()

    @property
    def are_known(self) -> bool:
        """Whether each was shown."""
        return len(self._found) >= self._wanted

    def learn(self, text: str) -> None:
        """Take the secrets out of a reply."""
        self._found.update(_SECRET.findall(text))
        if self.are_known:
            self._all_found.set()

    def of(self, bridge: str) -> str:
        """Wait for the secret of a call bridge."""
        self._all_found.wait(60)
        return self._found[bridge]


def secrets_of(job: dict[str, Any]) -> Secrets:
    """As many secrets as the lines ask for."""
    asked = {line[1] for lines in job["commands"].values() for line in lines if type(line) is list}
    return Secrets(len(asked))

"""One update as a process of its own, for a clock of its own; the server comes by stdin."""

from __future__ import annotations

import sys

from tests.dns.material import Person, parameters

if __name__ == "__main__":
    report = Person(parameters(sys.stdin.read().strip())).apply()
    print("\n".join(str(error) for error in report.errors.values()))

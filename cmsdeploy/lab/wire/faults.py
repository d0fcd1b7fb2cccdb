"""Faults of one simulated box, turned on and off while the lab runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Action = Literal["hang", "close-before", "close-after", "pretend"]
_ONCE = ("close-before", "close-after")


@dataclass(frozen=True)
class Rule:
    """A fault for the commands whose line contains `text`."""

    action: Action
    text: str


class Faults:
    """Switches of trouble for one box; calls may come from any thread and take effect at once."""

    def __init__(self, listen: Callable[[bool], None], new_host_key: Callable[[], None]) -> None:
        """Keep the two acts that need the lab's loop: listening or not, and a new host key."""
        self._listen = listen
        self._new_host_key = new_host_key
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def refuse_connections(self) -> None:
        """Make the box unreachable: open connections break, new ones are refused."""
        self._listen(False)

    def accept_connections(self) -> None:
        """Let the box listen again, on the ports that it had."""
        self._listen(True)

    def change_host_key(self) -> None:
        """Give the box a new SSH host key; open connections break."""
        self._new_host_key()

    def hang_on(self, text: str) -> None:
        """Never answer commands that contain `text`, nor carry them out, until `clear`."""
        self._add("hang", text)

    def close_before(self, text: str) -> None:
        """Break the connection once, before such a command has any effect."""
        self._add("close-before", text)

    def close_after(self, text: str) -> None:
        """Break the connection once, after such a command had its effect, before its reply."""
        self._add("close-after", text)

    def pretend(self, text: str) -> None:
        """Answer such commands as if they had worked and change nothing, until `clear`."""
        self._add("pretend", text)

    def clear(self) -> None:
        """Forget every rule; hanging commands go on."""
        with self._lock:
            self._rules.clear()

    def take(self, line: str) -> Action | None:
        """Give the fault for a command line; one that happens once is used up by this."""
        with self._lock:
            for rule in self._rules:
                if rule.text in line:
                    if rule.action in _ONCE:
                        self._rules.remove(rule)
                    return rule.action
        return None

    def is_hanging(self, line: str) -> bool:
        """Whether a command that hangs must go on hanging."""
        with self._lock:
            return any(rule.action == "hang" and rule.text in line for rule in self._rules)

    def _add(self, action: Action, text: str) -> None:
        with self._lock:
            self._rules.append(Rule(action, text))

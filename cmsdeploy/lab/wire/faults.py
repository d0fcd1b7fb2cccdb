"""Faults of one simulated box, turned on and off while the lab runs. A fault is data."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from ..errors import UnknownFaultError

# What each kind does. Operations: a command line; `answer LINE` for what is typed at its question;
# `prompt`; `channel`, `ssh connect`, `ssh login`, `https connect`, `xmpp connect 5222`;
# `sftp open NAME`, and `read`, `write`, `close`, `stat`, `list`, `remove`, `rename` likewise;
# `GET /api/v1/...`.
KINDS: Mapping[str, str] = {
    "refuse": "refused without effect; value: words of the box, or the HTTP status (503)",
    "hang": "never answered nor carried out until the fault is taken back",
    "drop-before": "the connection breaks before there is any effect",
    "drop-after": "the connection breaks after the effect, before the reply",
    "pretend": "answered as if it had worked, and nothing changes",
    "delay": "carried out after value seconds (1)",
    "reboot-before": "the box boots before there is any effect",
    "reboot-after": "the box boots after the effect, before the reply",
    "drip": "the reply comes one byte at a time, value seconds apart (0.01)",
    "split": "the reply comes in two parts, cut at byte value (1), 0.05 seconds apart",
    "garbage": "bytes that are no text come before the reply; value replaces them",
    "insert": "value comes before the reply",
    "append": "value comes after the reply",
    "truncate": "the reply ends after value bytes (0), and then the connection breaks",
    "endless": "the reply never ends: value (a line) is repeated until the client leaves",
    "wrong-prompt": "value is printed where the prompt belongs (`other> `)",
    "echo": "the answer at a hidden question is echoed",
    "no-echo": "typed lines are not echoed",
    "disk-full": "files take no more than value bytes (0)",
    "wrong-size": "stat tells value as size; without value no size at all",
    "unreachable": "at once: connections break and new ones are refused",
    "new-host-key": "at once: another SSH host key; open connections break",
}
AT_ONCE = ("unreachable", "new-host-key")
ACTS = ("refuse", "hang", "drop-before", "drop-after", "pretend", "delay", "reboot-before",
        "reboot-after")  # fmt: skip
OUTPUT = ("drip", "split", "garbage", "insert", "append", "truncate", "endless")


@dataclass(frozen=True)
class Fault:
    """One row of a table of faults.

    It acts on operations whose text contains `match`: not on the first `after` of them, then on
    each `every`-th one, `count` times (None: until taken back). Raises `UnknownFaultError`.
    """

    kind: str
    match: str = ""
    count: int | None = 1
    after: int = 0
    every: int = 1
    value: str = ""

    def __post_init__(self) -> None:
        """Refuse a kind that does not exist."""
        if self.kind not in KINDS:
            near = get_close_matches(self.kind, KINDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise UnknownFaultError(f"no fault is of the kind {self.kind!r}.{hint}")

    def seconds(self, default: float) -> float:
        """Give the value as seconds."""
        return float(self.value or default)

    def number(self, default: int) -> int:
        """Give the value as a number."""
        return int(self.value or default)


def _read(row: Mapping[str, str | int | None]) -> Fault:
    count = row.get("count", 1)
    return Fault(
        kind=str(row["kind"]),
        match=str(row.get("match", "")),
        count=None if count is None else int(count),
        after=int(row.get("after") or 0),
        every=int(row.get("every") or 1),
        value=str(row.get("value", "")),
    )


@dataclass
class _Standing:
    """A fault with what became of it."""

    fault: Fault
    met: int = 0
    done: int = 0

    def is_for(self, operation: str, kinds: tuple[str, ...]) -> bool:
        """Whether it could act here."""
        is_left = self.fault.count is None or self.done < self.fault.count
        return is_left and self.fault.kind in kinds and self.fault.match in operation

    def meet(self) -> bool:
        """Count one operation; whether the fault acts on it."""
        self.met += 1
        place = self.met - self.fault.after
        acts = place > 0 and place % self.fault.every == 0
        self.done += acts
        return acts


class Faults:
    """Trouble of one box; calls may come from any thread and take effect at once."""

    def __init__(self, listen: Callable[[bool], None], new_host_key: Callable[[], None]) -> None:
        """Keep the two acts that need the lab's loop: listening or not, and a new host key."""
        self._listen = listen
        self._new_host_key = new_host_key
        self._standing: list[_Standing] = []
        self._is_unreachable = False
        self._lock = threading.Lock()

    def add(self, *faults: Fault) -> None:
        """Turn faults on; the first that fits an operation acts on it."""
        for fault in faults:
            if fault.kind == "unreachable":
                self.refuse_connections()
            elif fault.kind == "new-host-key":
                self.change_host_key()
            else:
                with self._lock:
                    self._standing.append(_Standing(fault))

    def load(self, rows: Iterable[Mapping[str, str | int | None]]) -> None:
        """Turn on the faults of a table: each row has fields of `Fault`, `kind` at least."""
        self.add(*(_read(row) for row in rows))

    def reset(self) -> None:
        """Take every fault back; hanging commands go on, the box listens again."""
        self.clear()
        if self._is_unreachable:
            self.accept_connections()

    def clear(self) -> None:
        """Forget every fault of commands, files and requests; hanging commands go on."""
        with self._lock:
            self._standing.clear()

    def refuse_connections(self) -> None:
        """Make the box unreachable: open connections break, new ones are refused."""
        self._is_unreachable = True
        self._listen(False)

    def accept_connections(self) -> None:
        """Let the box listen again, on the ports that it had."""
        self._is_unreachable = False
        self._listen(True)

    def change_host_key(self) -> None:
        """Give the box a new SSH host key; open connections break."""
        self._new_host_key()

    def hang_on(self, text: str) -> None:
        """Never answer commands that contain `text`, nor carry them out, until `clear`."""
        self.add(Fault("hang", text, None))

    def close_before(self, text: str) -> None:
        """Break the connection once, before such a command has any effect."""
        self.add(Fault("drop-before", text))

    def close_after(self, text: str) -> None:
        """Break the connection once, after such a command had its effect, before its reply."""
        self.add(Fault("drop-after", text))

    def pretend(self, text: str) -> None:
        """Answer such commands as if they had worked and change nothing, until `clear`."""
        self.add(Fault("pretend", text, None))

    def take(self, operation: str, *kinds: str) -> Fault | None:
        """Give the fault of one of the kinds that acts on an operation, and count it."""
        with self._lock:
            for standing in self._standing:
                if standing.is_for(operation, kinds) and standing.meet():
                    return standing.fault
        return None

    def look(self, operation: str, kind: str) -> Fault | None:
        """Give a fault that could act, without counting."""
        with self._lock:
            found = [one.fault for one in self._standing if one.is_for(operation, (kind,))]
        return found[0] if found else None

    def stands(self, fault: Fault) -> bool:
        """Whether the fault was not taken back."""
        with self._lock:
            return any(one.fault is fault for one in self._standing)

"""What is said on one channel: commands over exec, or a shell with prompt and echo."""

from __future__ import annotations

import asyncio
from collections import deque

import asyncssh

from ..exchange import Exchange
from .description import FIRST_LOGIN
from .output import send_through
from .talk import Desk, Talk
from .terminal import LineEditor

_LEAVE = ("exit", "quit", "logout")  # guess
_MOTDS = {  # UNKNOWN, printed only where the switch says so
    "shown": "Cisco Meeting Server\n",
    "escapes": "\x1b[1mCisco\x1b[0m Meeting Server\x07\n\x1b]0;cms\x07",
}
_MORE = "--More--"
Process = asyncssh.SSHServerProcess[str]


class Channel:
    """What exec channels and shells share: writing text, reading lines, questions."""

    def __init__(self, process: Process, desk: Desk, talk: Talk) -> None:
        """Serve one channel."""
        self._process = process
        self._desk = desk
        self._talk = talk
        self._switches = desk.box.world.switches
        self._has_terminal = process.term_type is not None
        self._editor = LineEditor()
        self._waiting: deque[str] = deque()
        self._is_ended = False

    async def _send(self, text: str) -> None:
        is_crlf = self._has_terminal and self._switches["shell-line-ends"] == "crlf"
        self._process.stdout.write(text.replace("\n", "\r\n") if is_crlf else text)
        await self._process.stdout.drain()

    async def _reply(self, operation: str, text: str) -> None:
        await send_through(self._desk.faults, operation, text, self._send)

    async def _read_line(self, operation: str, *, is_echoed: bool) -> str | None:
        """Read one typed line; None at the end of input or where the user cancels."""
        faults = self._desk.faults
        if faults.take(operation, "no-echo"):
            is_echoed = False
        elif not is_echoed and faults.take(operation, "echo"):
            is_echoed = True
        self._editor.is_echoed = is_echoed
        while True:
            if not self._waiting and not await self._read_more():
                return None
            key = self._editor.feed(self._waiting.popleft())
            if self._has_terminal and key.echo:
                await self._send(key.echo)
            if key.line is not None:
                return key.line
            if key.is_cancelled or key.is_end:
                self._is_ended = key.is_end
                return None

    async def _read_more(self) -> bool:
        try:
            self._waiting.extend(await asyncio.wait_for(self._process.stdin.read(4096), self._idle))
        except asyncssh.TerminalSizeChanged:
            return await self._read_more()
        except (asyncssh.BreakReceived, asyncssh.SignalReceived):
            self._waiting.append("\x03")
        except asyncio.TimeoutError:
            self._waiting.clear()
        self._is_ended = not self._waiting
        return not self._is_ended

    @property
    def _idle(self) -> float | None:
        word = self._switches["ssh-idle-seconds"]
        return None if word == "never" else float(word)

    async def _ask(self, line: str, exchange: Exchange) -> Exchange:
        """Put every question of the exchange, the first text being written already."""
        while exchange.question is not None:
            await self._reply(f"question {line}", exchange.question)
            if not self._has_terminal:
                await self._send("\n")
            typed = await self._read_line(f"answer {line}", is_echoed=exchange.is_echoed)
            if typed is None:
                return Exchange("", exchange.box)  # cancelled: the command did nothing (guess)
            exchange = await self._talk.answer(exchange, typed)
            await self._say(line, exchange)
        return exchange

    async def _say(self, line: str, exchange: Exchange) -> None:
        await self._reply(line, exchange.text)


class Shell(Channel):
    """An interactive session with prompt."""

    async def run(self) -> None:
        """Serve lines until the client leaves."""
        await self._reply("shell", _MOTDS.get(self._switches["login-banner"], ""))
        await self._ask_new_password()
        while True:
            wrong = self._desk.faults.take("prompt", "wrong-prompt")
            await self._reply("prompt", (wrong.value or "other> ") if wrong else self._prompt())
            line = await self._read_line("line", is_echoed=True)
            if line is None and not self._is_ended:
                continue
            if line is None or line.strip() in _LEAVE:
                break
            if line.strip():
                exchange = await self._talk.execute(line)
                await self._say(line, exchange)
                await self._ask(line, exchange)
        self._process.exit(0)

    def _prompt(self) -> str:
        return self._desk.box.prompt

    async def _say(self, line: str, exchange: Exchange) -> None:
        columns, rows = self._size()
        text = exchange.text
        if columns and self._switches["shell-wraps"] == "yes":
            text = "".join(f"{part}\n" for row in text.splitlines() for part in _cut(row, columns))
        if not (rows and self._switches["shell-pages"] == "yes"):
            await self._reply(line, text)
            return
        shown = text.splitlines(keepends=True)
        while shown:
            page, shown = shown[: rows - 1], shown[rows - 1 :]
            await self._reply(line, "".join(page))
            if shown:
                await self._wait_for_key()

    def _size(self) -> tuple[int, int]:
        if not self._has_terminal:
            return 0, 0
        columns, rows, _, _ = self._process.term_size
        return columns, rows

    async def _wait_for_key(self) -> None:
        await self._send(_MORE)
        if self._waiting or await self._read_more():
            self._waiting.popleft()
        await self._send("\r" + " " * len(_MORE) + "\r")

    async def _ask_new_password(self) -> None:
        # DOC TAC-213821, NOTE23: the first log-in forces a new password; words UNKNOWN.
        box = self._desk.box
        wants = self._switches["first-login"] == "asks-new-password"
        user = box.identity.user
        while wants and box.passwords[user] == FIRST_LOGIN and not self._is_ended:
            typed = []
            for question in ("Please enter new password:", "Please re-enter new password:"):
                await self._send(question)
                typed.append(await self._read_line("answer password", is_echoed=False))
            if typed[0] and typed[0] == typed[1]:
                box.passwords[user] = typed[0]


class Execution(Channel):
    """One command over an exec channel; questions read standard input (CODE: MIV)."""

    _is_refused = False

    async def run(self, line: str) -> None:
        """Carry the line out and close the channel."""
        exchange = await self._talk.execute(line)
        await self._say(line, exchange)
        await self._ask(line, exchange)
        tells = self._switches["exit-status"] == "one-on-failure"
        self._process.exit(1 if tells and self._is_refused else 0)

    async def _say(self, line: str, exchange: Exchange) -> None:
        self._is_refused = self._is_refused or exchange.is_refused
        if exchange.is_refused and self._switches["stderr-for-failures"] == "yes":
            self._process.stderr.write(exchange.text)
        else:
            await self._reply(line, exchange.text)


def _cut(row: str, columns: int) -> list[str]:
    return [row[i : i + columns] for i in range(0, len(row), columns)] or [""]

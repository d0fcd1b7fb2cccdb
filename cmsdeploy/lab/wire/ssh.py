"""SSH of one box: log-in, exec channels, shells. Built on asyncssh, a second implementation.

Sources: section 1 of the MMP reference. Channels that come too fast are refused where the switch
`channel-pacing-ms` says so (CODE: MIV, JAVA).
"""

from __future__ import annotations

import hmac
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

import asyncssh

from ..exchange import Exchange
from .sftp import BoxFiles
from .talk import ConnectionCutError, Desk, Talk
from .terminal import LineEditor

_LEAVE = ("exit", "quit", "logout")  # guess
_BANNER = "Cisco Meeting Server\n"  # UNKNOWN, shown only where the switch says so
Process = asyncssh.SSHServerProcess[str]


class Door(asyncssh.SSHServer):
    """One connection to a box."""

    def __init__(
        self,
        desk: Desk,
        connections: set[asyncssh.SSHServerConnection],
        authorized_keys: Sequence[str],
    ) -> None:
        """`connections` is where the connection enters itself while it lives."""
        self._desk = desk
        self._connections = connections
        self._authorized = [asyncssh.import_public_key(line) for line in authorized_keys]
        self._connection: asyncssh.SSHServerConnection | None = None
        self._last_channel = float("-inf")

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Remember the connection, so that faults can break it."""
        self._connection = conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        if self._connection is not None:
            self._connections.discard(self._connection)

    def password_auth_supported(self) -> bool:
        """Passwords are always taken (DOC, mmp 1)."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Compare with the one user of the box."""
        identity = self._desk.box.identity
        is_right = hmac.compare_digest(password.encode(), identity.password.encode())
        return username == identity.user and is_right

    def public_key_auth_supported(self) -> bool:
        """Keys are taken where the description carries one (SEEN pki-inspect: a key store)."""
        return bool(self._authorized)

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether the key is one of the description."""
        return username == self._desk.box.identity.user and key in self._authorized

    def session_requested(self) -> Any:
        """Open a channel, or refuse one that comes too fast."""
        pacing_seconds = int(self._desk.box.world.switches["channel-pacing-ms"]) / 1000
        now = time.monotonic()
        is_too_fast = now - self._last_channel < pacing_seconds
        self._last_channel = now
        if is_too_fast:
            return False
        return asyncssh.SSHServerProcess(self._serve, self._files, 3, False)

    def _files(self, channel: Any) -> asyncssh.SFTPServer:
        return BoxFiles(channel, self._desk)

    async def _serve(self, process: Process) -> None:
        try:
            if process.command is None:
                await _Shell(process, self._desk).run()
            else:
                await _Execution(process, self._desk).run(process.command)
        except ConnectionCutError:
            if self._connection is not None:
                self._connection.abort()
        except (BrokenPipeError, ConnectionError, asyncssh.Error):
            pass  # the client left; nobody is there to be told


class _Channel:
    """What exec channels and shells share: writing text, reading lines, questions."""

    def __init__(self, process: Process, desk: Desk) -> None:
        self._process = process
        self._desk = desk
        self._talk = Talk(desk)
        self._has_terminal = process.term_type is not None
        self._editor = LineEditor()
        self._waiting: deque[str] = deque()

    def _write(self, text: str) -> None:
        is_crlf = self._has_terminal and self._desk.box.world.switches["shell-line-ends"] == "crlf"
        self._process.stdout.write(text.replace("\n", "\r\n") if is_crlf else text)

    async def _read_line(self, *, is_echoed: bool) -> str | None:
        """Read one typed line; None at the end of input or where the user cancels."""
        self._editor.is_echoed = is_echoed
        while True:
            if not self._waiting and not await self._read_more():
                return None
            key = self._editor.feed(self._waiting.popleft())
            if self._has_terminal and key.echo:
                self._write(key.echo)
            if key.line is not None:
                return key.line
            if key.is_cancelled or key.is_end:
                self._is_ended = key.is_end
                return None

    _is_ended = False

    async def _read_more(self) -> bool:
        try:
            self._waiting.extend(await self._process.stdin.read(4096))
        except asyncssh.TerminalSizeChanged:
            return await self._read_more()
        except (asyncssh.BreakReceived, asyncssh.SignalReceived):
            self._waiting.append("\x03")
        self._is_ended = not self._waiting
        return not self._is_ended

    async def _ask(self, exchange: Exchange) -> Exchange:
        """Put every question of the exchange, the first text being written already."""
        while exchange.question is not None:
            self._write(exchange.question)
            if not self._has_terminal:
                self._write("\n")
            typed = await self._read_line(is_echoed=exchange.is_echoed)
            if typed is None:
                return Exchange("", exchange.box)  # cancelled: the command did nothing (guess)
            exchange = await self._talk.answer(exchange, typed)
            self._say(exchange)
        return exchange

    def _say(self, exchange: Exchange) -> None:
        self._write(exchange.text)


class _Shell(_Channel):
    """An interactive session with prompt."""

    async def run(self) -> None:
        """Serve lines until the client leaves."""
        if self._desk.box.world.switches["login-banner"] == "shown":
            self._write(_BANNER)
        while True:
            self._write(self._desk.box.prompt)
            line = await self._read_line(is_echoed=True)
            if line is None and not self._is_ended:
                continue
            if line is None or line.strip() in _LEAVE:
                break
            if line.strip():
                exchange = await self._talk.execute(line)
                self._say(exchange)
                await self._ask(exchange)
        self._process.exit(0)


class _Execution(_Channel):
    """One command over an exec channel; questions read standard input (CODE: MIV)."""

    _is_refused = False

    async def run(self, line: str) -> None:
        """Carry the line out and close the channel."""
        exchange = await self._talk.execute(line)
        self._say(exchange)
        await self._ask(exchange)
        tells = self._desk.box.world.switches["exit-status"] == "one-on-failure"
        self._process.exit(1 if tells and self._is_refused else 0)

    def _say(self, exchange: Exchange) -> None:
        self._is_refused = self._is_refused or exchange.is_refused
        if exchange.is_refused and self._desk.box.world.switches["stderr-for-failures"] == "yes":
            self._process.stderr.write(exchange.text)
        else:
            self._write(exchange.text)

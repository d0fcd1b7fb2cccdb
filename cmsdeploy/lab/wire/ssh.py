"""SSH of one box: log-in, channels. Built on asyncssh, a second implementation.

Sources: section 1 of the MMP reference. Channels that come too fast are refused where the switch
`channel-pacing-ms` says so (CODE: MIV, JAVA). What is said on a channel is `channel.py`'s.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Sequence

import asyncssh
from asyncssh.channel import SSHChannel

from .channel import Execution, Process, Shell
from .sftp import BoxFiles
from .talk import ConnectionCutError, Desk, Talk

_BANNERS = {  # UNKNOWN, sent only where the switch says so
    "shown": "Authorised access only\n",
    "escapes": "\x1b[2J\x1b[1;31mAuthorised\x1b[0m access only\x07\n",
}
# Old versions (UNKNOWN which): what a client of today must be asked to speak.
LEGACY = {
    "kex_algs": ["diffie-hellman-group14-sha1"],
    "encryption_algs": ["aes128-cbc", "aes256-cbc"],
    "mac_algs": ["hmac-sha1"],
    "signature_algs": ["ssh-rsa"],
}


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
        self._authorized = authorized_keys
        self._connection: asyncssh.SSHServerConnection | None = None
        self._last_channel = float("-inf")
        self._user = desk.box.identity.user

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Remember the connection, so that faults can break it."""
        self._connection = conn
        self._connections.add(conn)
        limit = self._desk.box.world.switches["sessions-per-user"]
        is_over = limit != "unlimited" and len(self._connections) > int(limit)
        fault = self._desk.faults.take("ssh connect", "refuse", "drop-before")
        if is_over or fault is not None or not self._desk.box.is_up:
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        if self._connection is not None:
            self._connections.discard(self._connection)

    async def begin_auth(self, username: str) -> bool:
        """Send the banner, where there is one, and wait as faults will have it."""
        banner = _BANNERS.get(self._desk.box.world.switches["ssh-banner"])
        if banner and self._connection is not None:
            self._connection.send_auth_banner(banner)
        try:
            await self._desk.enter("ssh login", 0.0)
        except ConnectionCutError:
            self._abort()
        self._user = username
        return True

    def password_auth_supported(self) -> bool:
        """Passwords are always taken (DOC, mmp 1)."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Compare with the users of the box; an `api` user has no MMP (DOC TAC-202722)."""
        box = self._desk.box
        expected = box.passwords.get(username, "")
        is_right = hmac.compare_digest(password.encode(), expected.encode())
        return username in box.users and box.users[username] != "api" and is_right

    def public_key_auth_supported(self) -> bool:
        """Keys are taken where the box knows any (SEEN pki-inspect: a key store)."""
        return bool(self._lines(self._user))

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether the key is one of the description or of an uploaded `<user>.pub` (RECALL)."""
        known = []
        for line in self._lines(username):
            try:
                known.append(asyncssh.import_public_key(line))
            except asyncssh.KeyImportError:
                continue
        return key in known

    def _lines(self, username: str) -> list[str]:
        box = self._desk.box
        own = list(self._authorized) if username == box.identity.user else []
        uploaded = box.files.get(f"{username}.pub")
        grants = box.world.switches["pub-file-grants-login"] == "yes" and username in box.users
        return [*own, uploaded.decode("utf-8", "replace")] if uploaded and grants else own

    def session_requested(self) -> asyncssh.SSHServerProcess[str] | bool:
        """Open a channel, or refuse one that comes too fast."""
        pacing_seconds = int(self._desk.box.world.switches["channel-pacing-ms"]) / 1000
        now = time.monotonic()
        is_too_fast = now - self._last_channel < pacing_seconds
        self._last_channel = now
        if is_too_fast or self._desk.faults.take("channel", "refuse"):
            return False
        return asyncssh.SSHServerProcess(self._serve, self._files, 3, False)

    def _files(self, channel: SSHChannel[bytes]) -> asyncssh.SFTPServer:
        if not isinstance(channel, asyncssh.SSHServerChannel):
            raise asyncssh.SFTPFailure("no server channel")
        return BoxFiles(channel, self._desk, self._abort)

    def _abort(self) -> None:
        if self._connection is not None:
            self._connection.abort()

    async def _serve(self, process: Process) -> None:
        peer = process.get_extra_info("peername") or ("127.0.0.1", 0)
        talk = Talk(self._desk, self._user, f"{peer[0]}:{peer[1]}")
        try:
            if process.command is None:
                await Shell(process, self._desk, talk).run()
            else:
                await Execution(process, self._desk, talk).run(process.command)
        except ConnectionCutError:
            self._abort()
        except (BrokenPipeError, ConnectionError, asyncssh.Error):
            pass  # the client left; nobody is there to be told

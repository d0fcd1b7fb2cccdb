"""One box on the wire: its listeners, its keys, its open connections."""

from __future__ import annotations

import asyncio
import ssl
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import cast

import asyncssh

from .. import certificates
from . import gathering
from .description import BoxDescription
from .https import WebServer
from .ssh import LEGACY, Door
from .talk import Desk
from .xmpp_ports import XmppPort, ports_of

_LOOK_SECONDS = 0.02  # how often a box that boots is asked whether it is up


class _Listening:
    """Listens in place of asyncssh, which would send each packet by itself."""

    async def create_server(
        self,
        session_factory: Callable[[str, int], object],
        listen_host: str,
        listen_port: int,
    ) -> asyncssh.SSHListener:
        """Listen; `session_factory` makes what asyncssh calls a session here, a connection."""

        def connection() -> asyncio.Protocol:
            return cast(asyncio.Protocol, session_factory(listen_host, listen_port))

        server = await gathering.listen(connection, listen_host, listen_port)
        return cast(asyncssh.SSHListener, server)


class Station:
    """Opens and closes what one box offers. All methods run in the loop of the lab.

    Ports are those of the description; where that says 0, those of the first opening are kept,
    so that a box that was away comes back where clients look for it.
    """

    def __init__(self, description: BoxDescription, desk: Desk) -> None:
        """Make keys and certificate; nothing listens yet."""
        self.description = description
        self.desk = desk
        self.ssh_port = description.ssh_port
        self.api_port = description.api_port
        self.host_key = (
            asyncssh.import_private_key(description.host_key)
            if description.host_key
            else self._new_host_key()
        )
        hostname = description.hostname or description.name
        self._api_key, self.api_certificate = certificates.make_self_signed(
            hostname, description.address, is_quick=True
        )
        self._web = WebServer(desk)
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._web_listener: asyncio.Server | None = None
        self.xmpp_ports = dict.fromkeys(ports_of(desk.box.world.switches), 0)
        self.xmpp_ports.update(self._described())
        self._xmpp = {number: XmppPort(desk, number) for number in self.xmpp_ports}
        self._xmpp_listeners: list[asyncio.Server] = []
        self._is_wanted = False
        self._work: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()
        desk.on_boot = self._went_down

    def _described(self) -> dict[int, int]:
        wanted = self.description.xmpp_ports
        return {number: wanted[number] for number in self.xmpp_ports if number in wanted}

    def _new_host_key(self) -> asyncssh.SSHKey:
        return asyncssh.generate_private_key("ssh-rsa" if self._is_legacy else "ssh-ed25519")

    @property
    def _is_legacy(self) -> bool:
        return self.desk.box.world.switches["ssh-algorithms"] == "legacy"

    def _key_pair(self) -> asyncssh.SSHKeyPair:
        pair = asyncssh.load_keypairs([self.host_key])[0]
        if self._is_legacy:
            # The key alone would offer SHA-2 signatures too.
            pair.host_key_algorithms = (b"ssh-rsa",)
        return pair

    async def open(self) -> None:
        """Listen. Raises OSError where a port is taken or the address is none of this machine."""
        self._is_wanted = True
        if self.description.has_mmp and self._acceptor is None:
            self._acceptor = await asyncssh.listen(
                self.description.address,
                self.ssh_port,
                server_factory=self._new_door,
                server_host_keys=[self._key_pair()],
                encoding="utf-8",
                errors="surrogateescape",
                line_editor=False,
                gss_host=None,
                tunnel=_Listening(),
                **(LEGACY if self._is_legacy else {}),
            )
            self.ssh_port = self._acceptor.get_port()
        if self._web_listener is None:
            self._web_listener = await asyncio.start_server(
                self._web.serve,
                self.description.address,
                self.api_port,
                ssl=self._tls(),
                reuse_address=True,
            )
            self.api_port = self._web_listener.sockets[0].getsockname()[1]
        if not self._xmpp_listeners:
            await self._open_xmpp()

    async def _open_xmpp(self) -> None:
        for number, port in self._xmpp.items():
            listener = await asyncio.start_server(
                port.serve, self.description.address, self.xmpp_ports[number], reuse_address=True
            )
            self._xmpp_listeners.append(listener)
            self.xmpp_ports[number] = listener.sockets[0].getsockname()[1]

    def _new_door(self) -> Door:
        return Door(self.desk, self._connections, self.description.authorized_keys)

    def _tls(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2  # DOC TAC-222766
        # The ssl module reads keys from files only; this one lives for a moment.
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "webadmin.pem")
            path.touch(mode=0o600)
            path.write_bytes(self._api_key + self.api_certificate)
            context.load_cert_chain(path)
        return context

    async def close(self) -> None:
        """Stop listening and break every open connection."""
        self._is_wanted = False
        await self._shut()
        # A box that boots must not come back behind our back.
        await asyncio.gather(*self._work, return_exceptions=True)
        await self._shut()

    async def _shut(self) -> None:
        if self._acceptor is not None:
            self._acceptor.close()
        if self._web_listener is not None:
            self._web_listener.close()
        for listener in self._xmpp_listeners:
            listener.close()
        self._acceptor = self._web_listener = None
        self._xmpp_listeners = []
        for connection in list(self._connections):
            connection.abort()
        writers = (self._web.writers, *(port.writers for port in self._xmpp.values()))
        for writer in [one for some in writers for one in some]:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def change_host_key(self) -> None:
        """Come back with another host key on the same ports."""
        await self.close()
        self.host_key = self._new_host_key()
        await self.open()

    def _went_down(self) -> None:
        task = asyncio.get_running_loop().create_task(self.come_back())
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def come_down(self) -> None:
        """Stop listening because the box is off."""
        with self.desk.lock:
            self.desk.forget_boots()
        await self._shut()

    async def come_back(self) -> None:
        """Stop listening until the box is up, then listen again where that is wanted."""
        async with self._turn:
            await self._shut()
            while self._is_wanted and not self._is_up():
                await asyncio.sleep(_LOOK_SECONDS)
            if self._is_wanted:
                await self.open()

    def _is_up(self) -> bool:
        with self.desk.lock:
            self.desk.keep_time()
            self.desk.forget_boots()
            return self.desk.box.is_up

    @property
    def host_key_fingerprint(self) -> str:
        """`SHA256:` and Base64 without padding, as OpenSSH prints it."""
        return self.host_key.get_fingerprint()

    @property
    def host_key_line(self) -> str:
        """Line for known_hosts."""
        address = self.description.address
        place = address if self.ssh_port == 22 else f"[{address}]:{self.ssh_port}"
        algorithm, blob = self.host_key.export_public_key().decode().split()[:2]
        return f"{place} {algorithm} {blob}"

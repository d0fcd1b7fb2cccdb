"""The ports of an XMPP server, as far as TLS: which certificate is presented there.

RFC 6120 section 5: a stream is opened, STARTTLS is offered, asked for and granted, and TLS begins.
What the real ports begin with is not known, so it is a switch. Behind the handshake nothing is
said: no client of the lab logs in to XMPP over a socket.
"""

from __future__ import annotations

import asyncio
import ssl
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from .. import presenting
from ..presenting import InForce
from .talk import ConnectionCutError, Desk

_LONGEST_OPENING = 4096
_TLS = "urn:ietf:params:xml:ns:xmpp-tls"
_HEADER = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream="
    "'http://etherx.jabber.org/streams' id='1' from='{domain}' version='1.0'>"
    "<stream:features><starttls xmlns='" + _TLS + "'><required/></starttls></stream:features>"
)
_PROCEED = f"<proceed xmlns='{_TLS}'/>"
_GARBAGE = b"\xff\xfe\x00\x00 not a stream \x80"
_SWITCHES = {
    presenting.CLIENT_PORT: "client-port",
    presenting.COMPONENT_PORT: "component-port",
    presenting.SERVER_PORT: "server-port",
}


def ports_of(switches: Mapping[str, str]) -> tuple[int, ...]:
    """The ports that a server has, by their usual numbers."""
    return tuple(port for port, name in _SWITCHES.items() if switches[name] != "closed")


class XmppPort:
    """Serves one port of one box; `number` is the usual one, whatever port it listens on.

    Faults of the operation `xmpp connect NUMBER`: refuse, drop-before, hang, garbage.
    """

    def __init__(self, desk: Desk, number: int) -> None:
        """`writers` holds the open connections, so that faults can break them."""
        self._desk = desk
        self._number = number
        self.writers: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until the client leaves."""
        self.writers.add(writer)
        try:
            await self._serve(reader, writer)
        except ConnectionCutError:
            writer.transport.abort()
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
            pass  # the client left, refused our certificate, or talks nonsense
        finally:
            self.writers.discard(writer)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        operation = f"xmpp connect {self._number}"
        fault = await self._desk.enter(operation, 0.0)
        if fault is not None and fault.kind == "refuse":
            raise ConnectionCutError
        shown, domain = self._desk.do(self._shown)
        if shown is None:
            raise ConnectionCutError
        if self._desk.faults.take(operation, "garbage") is not None:
            writer.write(_GARBAGE)
            await writer.drain()
            return
        if self._desk.box.world.switches[_SWITCHES[self._number]] == "starttls":
            await _negotiate(reader, writer, domain)
        await _shake_hands(_context(shown), reader, writer)
        while await reader.read(_LONGEST_OPENING):
            pass

    def _shown(self) -> tuple[InForce | None, str]:
        return presenting.presented(self._desk.box), self._desk.box.xmpp.domain or ""


async def _negotiate(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, domain: str
) -> None:
    await _until(reader, b"<stream:stream")
    writer.write(_HEADER.format(domain=domain).encode())
    await writer.drain()
    await _until(reader, b"<starttls")
    writer.write(_PROCEED.encode())
    await writer.drain()


async def _until(reader: asyncio.StreamReader, element: bytes) -> None:
    """Read up to the end of the tag of `element`. Raises ValueError for what is no stream."""
    said = b""
    while element not in said or b">" not in said.partition(element)[2]:
        more = await reader.read(1)
        if not more or len(said) > _LONGEST_OPENING or not b"<".startswith(said[:1]):
            raise ValueError("no stream")
        said += more


async def _shake_hands(
    context: ssl.SSLContext, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    # By hand: streams of Python 3.10 cannot begin TLS on the way.
    received, to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(received, to_send, server_side=True)
    is_done = False
    while not is_done:
        try:
            tls.do_handshake()
            is_done = True
        except ssl.SSLWantReadError:
            pass
        writer.write(to_send.read())
        await writer.drain()
        if not is_done:
            more = await reader.read(_LONGEST_OPENING)
            if not more:
                raise EOFError
            received.write(more)


@lru_cache(maxsize=4096)
def _context(shown: InForce) -> ssl.SSLContext:
    """Raises ValueError where key and certificate are none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # DOC TAC-222766
    # The ssl module reads keys from files only; this one lives for a moment.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "xmpp.pem")
        path.touch(mode=0o600)
        path.write_bytes(b"\n".join((shown.key, shown.certificate, shown.bundle)))
        try:
            context.load_cert_chain(path)
        except ssl.SSLError:
            raise ValueError("no pair") from None
    return context

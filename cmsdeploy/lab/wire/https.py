"""HTTPS of one box: as much HTTP/1.1 as the clients of the Web Admin API use.

Header names and their order follow `api-get-response`; keep-alive as there.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl

from ..mmp.services import is_web_admin_up
from ..web_admin import ApiAnswer, unauthorised
from .output import send_through
from .talk import ConnectionCutError, Desk

_LARGEST_BODY = 1_000_000
_OWN_HEADERS = {
    "Server": "Apache",
    "X-Frame-Options": "DENY",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_last(self) -> bool:
        """Whether the client wants the connection closed behind it."""
        return self.headers.get("connection", "").lower() == "close"

    @property
    def form(self) -> dict[str, str]:
        """Fields of the body; empty values are kept, they clear a setting."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


class WebServer:
    """Answers the requests of all connections to one box."""

    def __init__(self, desk: Desk) -> None:
        """`writers` holds the open connections, so that faults can break them."""
        self._desk = desk
        self.writers: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side closes it."""
        self.writers.add(writer)
        try:
            self._admit()
            while await self._serve_one(reader, writer):
                pass
        except ConnectionCutError:
            writer.transport.abort()
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
            pass  # the client left or talks nonsense; nobody is there to be told
        finally:
            self.writers.discard(writer)
            writer.close()

    def _admit(self) -> None:
        fault = self._desk.faults.take("https connect", "refuse", "drop-before")
        if fault or not is_web_admin_up(self._desk.box) or not self._desk.box.is_up:
            raise ConnectionCutError

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request = await _read(reader)
        user = self._user_of(request)
        if user is None:
            answer = unauthorised()
        else:
            peer = writer.get_extra_info("peername") or ("127.0.0.1", 0)
            origin = f"{peer[0]}:{peer[1]}"
            answer = await self._desk.api(request.method, request.path, request.form, user, origin)

        async def send(text: str) -> None:
            writer.write(text.encode("latin-1"))
            await writer.drain()

        whole = _render(answer, is_last=request.is_last).decode("latin-1")
        operation = f"{request.method} {request.path}"
        await send_through(self._desk.faults, operation, whole, send)
        return not request.is_last

    def _user_of(self, request: _Request) -> str | None:
        # HTTP basic, the users of the MMP, `api` users too (mmp 1 and 9).
        kind, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, ValueError):
            return None
        user, _, password = given.partition(":")
        expected = self._desk.box.passwords.get(user)
        if kind.lower() != "basic" or expected is None:
            return None
        return user if hmac.compare_digest(password.encode(), expected.encode()) else None


async def _read(reader: asyncio.StreamReader) -> _Request:
    """Read one request. Raises EOFError (as IncompleteReadError) and ValueError."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *rows = head.rstrip("\r\n").split("\r\n")
    method, path, _version = first.split(" ")
    pairs = (row.partition(":") for row in rows)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= _LARGEST_BODY:
        raise ValueError("body too large")
    return _Request(method, path, headers, await reader.readexactly(length))


def _render(answer: ApiAnswer, *, is_last: bool) -> bytes:
    body = answer.body.encode()
    keep = {"Connection": "close"}
    if not is_last:
        keep = {"Keep-Alive": "timeout=5, max=100", "Connection": "Keep-Alive"}
    headers = {**_OWN_HEADERS, **answer.headers, "Content-Length": str(len(body)), **keep}
    rows = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    phrase = HTTPStatus(answer.status).phrase
    return f"HTTP/1.1 {answer.status} {phrase}\r\n{rows}\r\n".encode("latin-1") + body

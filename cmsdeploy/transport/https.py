"""The Web Admin API over HTTPS by urllib3: one request, one connection, one deadline.

The only module that imports urllib3. Its pools and retries are not used. A connection that is kept
open may just have been dropped by the server when a PUT goes out on it, and then nobody knows
whether the PUT arrived; a new one costs five milliseconds.

Nothing of the environment counts: no proxy, no ``.netrc``, no ``SSLKEYLOGFILE``, no redirect. The
password is sent only when the certificate was verified. A timeout of the library is per read, so a
server that drips could hold us for hours; here a timer cuts the socket at the deadline.
"""

from __future__ import annotations

import base64
import http.client
import os
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlencode

import urllib3.connection
import urllib3.exceptions
from urllib3.response import HTTPResponse

from cmsdeploy.errors import (
    HostError,
    IdentityError,
    RefusedError,
    UnreachableError,
    printable,
)
from cmsdeploy.model.host import WebAdmin
from cmsdeploy.transport.contract import (
    REPLY_CAP,
    Deadline,
    Form,
    HttpAnswer,
    LateReplyError,
    OutcomeUnknownError,
)
from cmsdeploy.transport.tcp import dial
from cmsdeploy.transport.tls import plain_fingerprint, seen_fingerprint, tls_context

__all__ = ["HttpsApi"]

_CHUNK = 64 * 1024
_PATH = re.compile(r"/[A-Za-z0-9._~/?=&%:@!$'()*+,;-]*")
_METHODS = frozenset({"GET", "POST", "PUT", "DELETE"})
_Failure = (OSError, urllib3.exceptions.HTTPError, http.client.HTTPException, ValueError)
_WITHOUT_BODY = frozenset({204, 304})


class HttpsApi:
    """An :class:`~cmsdeploy.transport.contract.Api` of ``webadmin``.

    ``timeout`` (seconds) spans name, connection and TLS; ``deadline_seconds`` the whole request.
    """

    def __init__(
        self, webadmin: WebAdmin, *, timeout: float = 10.0, deadline_seconds: float = 30.0
    ) -> None:
        self._webadmin = webadmin
        self._timeout = timeout
        self._deadline_seconds = deadline_seconds
        self._fingerprint = plain_fingerprint(webadmin)
        self._context = tls_context(webadmin, self._fingerprint)

    def request(self, method: str, path: str, form: Form = ()) -> HttpAnswer:
        """Send one request and give the answer, whatever its status is.

        Raises ``UnreachableError`` or ``IdentityError`` when nothing was sent,
        ``LateReplyError`` or ``OutcomeUnknownError`` when it was and no whole answer came.
        """
        if method not in _METHODS or not _PATH.fullmatch(path):
            raise RefusedError(f"{printable(method, 20)} {printable(path, 200)} is no API request")
        deadline = Deadline(self._deadline_seconds)
        connection = self._connected(deadline.within(self._timeout))
        wire = connection.sock
        try:
            with _cut_at(deadline, wire):
                return self._exchange(connection, (method, path, form), deadline)
        finally:
            connection.close()
            _hang_up(wire)

    def close(self) -> None:
        """Nothing stays open between requests."""

    def _connected(self, deadline: Deadline) -> _Connection:
        """Connect and verify; nothing but TLS was sent after it."""
        connection = _Connection(self._webadmin, deadline, self._context, self._fingerprint)
        try:
            connection.connect()
        except UnreachableError as error:
            raise UnreachableError(
                f"the Web Admin: {error.cause}",
                "look at `webadmin` on the box; host and port of its API stand in `cms_webadmin`"
                " (by-hand: a person sets the login)",
            ) from error
        except HostError:
            raise
        except _Failure as error:
            connection.close()
            raise self._refused(error, deadline) from error
        return connection

    def _refused(self, error: Exception, deadline: Deadline) -> UnreachableError:
        reason = _verification_failure(error)
        place = f"{printable(self._webadmin.host, 255)} port {self._webadmin.port}"
        if reason is None:
            why = "in time" if deadline.has_passed else printable(str(error), 300)
            return UnreachableError(
                f"{place} does not speak TLS with us: {why}",
                "check that this is the address and port of the Web Admin",
            )
        seen = seen_fingerprint(self._webadmin, Deadline(self._timeout))
        return IdentityError(
            f"the certificate of {place} is not accepted: {reason}; its SHA-256 is {seen}; "
            "no password was sent",
            "compare it with the certificate on the box (`pki inspect`); then name its authority "
            "as `ca_file`, or pin this fingerprint",
        )

    def _exchange(
        self, connection: _Connection, request: tuple[str, str, Form], deadline: Deadline
    ) -> HttpAnswer:
        method, path, form = request
        try:
            connection.request(
                method,
                path,
                body=urlencode(list(form)).encode() if form else None,
                headers=self._headers(has_form=bool(form)),
                preload_content=False,
                decode_content=False,
            )
            response = connection.getresponse()
            try:
                return _answer(response)
            finally:
                response.close()
        except (OutcomeUnknownError, *_Failure) as error:
            if deadline.has_passed:
                raise LateReplyError(
                    f"{method} {path}: no whole answer within {deadline.seconds:g} seconds",
                    "read the object again before anything is repeated",
                ) from error
            if isinstance(error, OutcomeUnknownError):
                raise
            raise _cut(f"{method} {path}: {printable(str(error), 300)}") from error

    def _headers(self, *, has_form: bool) -> dict[str, str]:
        headers = {"Accept": "text/xml", "Accept-Encoding": "identity", "User-Agent": "cmsdeploy"}
        if has_form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        password = self._webadmin.password
        if password is not None:
            pair = self._webadmin.user.encode() + b":" + password.reveal()
            headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
        return headers


class _Connection(urllib3.connection.HTTPSConnection):
    """The library's connection over our own socket: resolved and connected by the deadline."""

    # Whoever turns on the debugging of all HTTP in this process would print the login header.
    debuglevel = 0

    def __init__(
        self,
        webadmin: WebAdmin,
        deadline: Deadline,
        context: ssl.SSLContext,
        fingerprint: str | None,
    ) -> None:
        super().__init__(
            webadmin.host,
            webadmin.port,
            timeout=max(deadline.remaining(), 0.001),
            ssl_context=context,
            assert_fingerprint=fingerprint,
            cert_reqs=context.verify_mode,
        )
        self._place = (webadmin.host, webadmin.port)
        self._deadline = deadline

    def _new_conn(self) -> socket.socket:
        return dial(*self._place, self._deadline)


def _verification_failure(error: Exception) -> str | None:
    """Why the certificate was not accepted; None where it never came to that."""
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, ssl.SSLCertVerificationError):
            return printable(chain.verify_message or str(chain), 200)
        if "ingerprint" in str(chain):
            return "it is not the one that is pinned"
        if isinstance(chain, ssl.CertificateError):
            return printable(str(chain), 200)
        chain = chain.__cause__ or chain.__context__
    return None


@contextmanager
def _cut_at(deadline: Deadline, wire: socket.socket | None) -> Iterator[None]:
    """Shut the socket when ``deadline`` passes, so that whoever reads from it stops reading."""

    def cut() -> None:
        if wire is not None:
            # Of the plain socket: the TLS one would take its session away from under a read.
            with suppress(OSError):
                socket.socket.shutdown(wire, socket.SHUT_RDWR)

    timer = threading.Timer(deadline.remaining(), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(wire: socket.socket | None) -> None:
    """Close for good. A response that failed half-way would keep the socket open for as long as
    somebody looks at its exception, and a server that floods us would go on."""
    descriptor = wire.detach() if wire is not None else -1
    if descriptor >= 0:
        os.close(descriptor)


def _answer(response: HTTPResponse) -> HttpAnswer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    promised = headers.get("content-length")
    # The library takes a cut connection for the end of the head, and then of the body. So an
    # answer that does not say where it ends is none: it may be the first half of one.
    is_delimited = promised is not None or "chunked" in headers.get("transfer-encoding", "").lower()
    if not is_delimited and response.status not in _WITHOUT_BODY:
        raise _cut("the answer does not say how long it is, or its head was cut")
    if promised is not None and not promised.isdigit():
        raise _cut("the answer has a length that is no number")
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise _cut("the answer is compressed, which we did not ask for")
    body = bytearray()
    while chunk := response.read(_CHUNK):
        body += chunk
        if len(body) > REPLY_CAP:
            raise _cut(f"the answer is longer than {REPLY_CAP} bytes")
    # A chunked answer has no length to compare; its end is marked, and the library looks for it.
    if promised is not None and len(body) != int(promised):
        raise _cut(f"the answer has {len(body)} of {promised} bytes")
    return HttpAnswer(response.status, headers, bytes(body))


def _cut(why: str) -> OutcomeUnknownError:
    return OutcomeUnknownError(
        f"no whole answer of the API: {why}", "read the object again before anything is repeated"
    )

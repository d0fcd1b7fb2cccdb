"""A box as a session: commands, files and API calls, each judged, each error with its host."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from cmsdeploy.errors import (
    DeviceError,
    HostError,
    InputError,
    RefusedError,
    UnreachableError,
)
from cmsdeploy.model.action import Call, Command, Download, Handshake, Read, Reply, Tail, Upload
from cmsdeploy.model.host import Host, WebAdmin
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.records import Query, Update
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.session.calling import Caller
from cmsdeploy.session.dialogue import Dialogue
from cmsdeploy.session.naming import Namer
from cmsdeploy.session.presenting import over_network, public_text, seen_at
from cmsdeploy.session.redaction import Redactor, login_secrets
from cmsdeploy.session.reply import Verdict, cleaned, decode, judge
from cmsdeploy.session.shell_driver import ShellDriver
from cmsdeploy.transport.contract import (
    Api,
    Connection,
    Deadline,
    LateReplyError,
    Names,
    is_outcome_unknown,
)

if TYPE_CHECKING:
    from cmsdeploy.transport.handshake import Presentation

__all__ = ["NOT_READ_BACK", "BoxSession", "Connect", "ConnectApi", "ConnectNames"]

Connect = Callable[[Host], Connection]
ConnectApi = Callable[[WebAdmin], Api]
ConnectNames = Callable[[], Names]

# The text of the reply to an upload that the box would not give back.
NOT_READ_BACK = "written; the box does not let the file be read back, so its content is unproved"

_LOOK_AGAIN = "read the state of the box before anything is repeated"
_CONTROL = frozenset(range(0x20)) | {0x7F}


def _no_names() -> Names:
    raise RefusedError("this session knows no name servers", "report this as a bug")


_NO_SECRETS: Mapping[SecretRef, Secret] = {}


class BoxSession:
    """A :class:`~cmsdeploy.session.contract.Session` over any transport.

    ``connect``, ``connect_api`` and ``connect_names`` are called when first needed, and again
    after :meth:`reconnect`. ``default_deadline_seconds`` holds for actions that name none.
    """

    def __init__(
        self,
        host: Host,
        *,
        connect: Connect,
        connect_api: ConnectApi,
        redactor: Redactor,
        connect_names: ConnectNames = _no_names,
        default_deadline_seconds: float = 30.0,
    ) -> None:
        self.host = host
        self._connect = connect
        self._connect_api = connect_api
        self._connect_names = connect_names
        self._redactor = redactor
        self._default_deadline_seconds = default_deadline_seconds
        self._connection: Connection | None = None
        self._shell: ShellDriver | None = None
        self._caller: Caller | None = None
        self._namer: Namer | None = None
        redactor.add(*login_secrets(host))

    def read(self, read: Read) -> Reply:
        """Ask without changing anything. The text is as it came: the family judges it.

        API answers 400 and 404 are given back with their status, other errors raise.
        """
        with self._named():
            if isinstance(read, Command):
                return Reply(text=self._run(read, _NO_SECRETS))
            if isinstance(read, Download):
                content = self._connected().read_file(read.name)
                if read.is_public:
                    return public_text(content)
                return Reply(content=None if content is None else Secret(content))
            if isinstance(read, Handshake):
                return seen_at(read, self.see)
            if isinstance(read, Tail):
                return self._end(read)
            if isinstance(read, Query):
                return self._names().read(read)
            if read.method != "GET":
                raise RefusedError(f"{read.line} is no read", "use perform()")
            return self._api().get(read)

    def copy(self, name: str, take: Callable[[bytes], None]) -> bool:
        """Hand a file of the box to ``take`` piece by piece, however long it is and whatever secret
        is in it; False where there is none."""
        with self._named():
            return self._connected().copy_file(name, take)

    def perform(
        self,
        action: Command | Upload | Call | Update,
        secrets: Mapping[SecretRef, Secret] = _NO_SECRETS,
    ) -> Reply:
        """Carry ``action`` out, once. Raises ``DeviceError`` with what the box said against it."""
        with self._named():
            if isinstance(action, Command):
                return self._command(action, secrets)
            if isinstance(action, Upload):
                return self._upload(action)
            if isinstance(action, Update):
                return self._names().change(action, secrets)
            return self._api().change(action, secrets)

    def see(self, look: Handshake) -> Presentation:
        """What a port presents, over the network. Raises ``HostError``."""
        return over_network(look)

    def prepare(self) -> None:
        """Open the shell and learn its prompt."""
        with suppress(HostError), self._named():
            self._opened_shell(Deadline(self._default_deadline_seconds))

    def reconnect(self) -> None:
        """Drop what is open; the next verb connects anew."""
        self.close()

    def close(self) -> None:
        """Let go of the box."""
        for part in (self._shell, self._caller, self._namer, self._connection):
            if part is not None:
                part.close()
        self._shell = self._caller = self._namer = self._connection = None

    # -- commands ------------------------------------------------------------------------------

    def _command(self, command: Command, secrets: Mapping[SecretRef, Secret]) -> Reply:
        text = self._run(command, secrets)
        verdict = judge(text)
        if verdict in (Verdict.FAILED, Verdict.UNKNOWN_COMMAND):
            raise DeviceError(
                f"{command.line}: the box says: {self._shown(text)}",
                "look at the box; when it is mended, apply goes on from here",
            )
        return Reply(text=text)

    def _run(self, command: Command, secrets: Mapping[SecretRef, Secret]) -> str:
        seconds = command.deadline or self._default_deadline_seconds
        if command.asks or self.host.is_shell_only:
            return cleaned(self._converse(command, secrets, Deadline(seconds)))
        try:
            return cleaned(self._connected().execute(command.line, deadline_seconds=seconds))
        except LateReplyError as error:
            if not error.partial:
                raise
            # Most often a question that nobody announced: it says more than the clock does.
            seen = self._shown(cleaned(error.partial))
            cause = f"{error.cause}; last seen: {seen}"
            raise LateReplyError(cause, error.action, error.partial) from error

    def _converse(
        self, command: Command, secrets: Mapping[SecretRef, Secret], deadline: Deadline
    ) -> bytes:
        # Before anything is sent: a secret that cannot be typed must not leave a question open.
        secret = self._typable(command, secrets)
        question = command.answer.prompt if command.answer else None
        dialogue = Dialogue(command.line, question, command.confirmations)
        return self._opened_shell(deadline).run(
            dialogue, deadline, secret.reveal if secret is not None else None
        )

    def _typable(self, command: Command, secrets: Mapping[SecretRef, Secret]) -> Secret | None:
        if command.answer is None:
            return None
        name = command.answer.secret
        secret = secrets.get(name)
        if secret is None:
            raise RefusedError(f"{command.line}: the secret {name} is not known yet")
        self._redactor.add(secret)
        content = secret.reveal()
        if not content or not _CONTROL.isdisjoint(content):
            raise RefusedError(
                f"the secret {name} is empty or holds control characters",
                "choose one that can be typed in a single line",
            )
        return secret

    def _opened_shell(self, deadline: Deadline) -> ShellDriver:
        if self._shell is None or not self._shell.is_usable:
            self._shell = ShellDriver(self._connected().open_shell(), self._redactor, deadline)
        return self._shell

    # -- files ---------------------------------------------------------------------------------

    def _end(self, read: Tail) -> Reply:
        connection = self._connected()
        try:
            content = connection.read_end(read.name, read.size)
        except HostError:
            # A log is one witness among others: a box that opens no file transfer, or hangs in it,
            # has none, and everything else is asked over a new connection.
            self.close()
            content = None
        return Reply(text=decode(content or b""))

    def _upload(self, upload: Upload) -> Reply:
        if upload.content is None:
            raise RefusedError(f"{upload.line}: the file was not read", "check its path")
        content = upload.content
        if isinstance(content, Secret):
            self._redactor.add(content)
            content = content.reveal()
        connection = self._connected()
        connection.write_file(upload.name, content)
        stored = connection.read_file(upload.name)
        if stored is None:
            return Reply(text=NOT_READ_BACK)
        if hashlib.sha256(stored).digest() != hashlib.sha256(content).digest():
            raise DeviceError(
                f"{upload.line}: the box holds {len(stored)} bytes that are not the "
                f"{len(content)} bytes that were written",
                "check the free space of the box, then run again; no command has named the file",
            )
        return Reply(text=Phrase("{size} bytes written, read back and compared", size=len(content)))

    # -- what is open --------------------------------------------------------------------------

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._connect(self.host)
        return self._connection

    def _api(self) -> Caller:
        if self._caller is None:
            webadmin = self.host.webadmin
            if webadmin is None:
                raise InputError(
                    f"{self.host.name} has no Web Admin in the inventory",
                    "give it `cms_webadmin`",
                    self.host.origin,
                )
            self._caller = Caller(self._connect_api(webadmin), self._redactor)
        return self._caller

    def _names(self) -> Namer:
        if self._namer is None:
            self._namer = Namer(self._connect_names(), self._redactor)
        return self._namer

    def _shown(self, text: str) -> str:
        return self._redactor.shown(" / ".join(filter(None, map(str.strip, text.splitlines()))))

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Attach the host to each error that passes, and let go of what it has broken."""
        try:
            yield
        except HostError as error:
            error.host = error.host or self.host.name
            if is_outcome_unknown(error):
                error.action = error.action or _LOOK_AGAIN
            # The words of a refused file or a lost channel are the box's too.
            error.cause = self._redactor.hidden(error.cause)
            error.args = (error.cause,)
            if isinstance(error, UnreachableError) or is_outcome_unknown(error):
                # A shell or a connection of which the last answer is still to come would give it
                # to the next question. The next verb starts from nothing.
                self.close()
            raise

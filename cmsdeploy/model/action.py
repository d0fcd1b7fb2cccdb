"""What can be done to a box, and what can be read from it: the verbs of the wire, as data.

A command is words, not a string: a word that holds a blank, a quote, a separator or a control
character is refused when the command is built, so no value can become a second command. Secrets
never are words of a command, because the box logs every command line (Cisco TAC 221776, audit
line); they appear as answers to a question, as the content of a file, or as a field of the API.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from cmsdeploy.errors import RefusedError, printable
from cmsdeploy.model.file_name import checked_file_name
from cmsdeploy.model.handshake import Handshake
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.secret import Secret, SecretRef

# A playbook that speaks of no name server needs none of the words about them.
if TYPE_CHECKING:
    from cmsdeploy.model.records import NameAnswer, Query, Update

__all__ = [
    "Action",
    "Answer",
    "Call",
    "Command",
    "Download",
    "Handshake",
    "Local",
    "Manual",
    "Pause",
    "Read",
    "Replies",
    "Reply",
    "Tail",
    "Upload",
    "Wait",
]

# The printable ASCII characters that no document shows as an operator of the MMP. `;` joins two
# commands (mmp.md section 1), `?` asks for help, quotes and `\\` are how other shells escape.
_WORD = re.compile(r"[A-Za-z0-9._:/@+,=%~^#-]+")
_LONGEST_WORD = 300


def _checked_word(word: str) -> str:
    if not _WORD.fullmatch(word) or len(word) > _LONGEST_WORD:
        raise RefusedError(
            f"{printable(word, 60)!r} cannot be one word of an MMP command",
            "use letters, digits and . _ - : / @ + , = only, without blanks or quotes",
        )
    return word


@dataclass(frozen=True)
class Answer:
    """The secret to type when the box asks exactly ``prompt``."""

    prompt: str
    secret: SecretRef


@dataclass(frozen=True)
class Command:
    """One MMP command line.

    ``answer`` is typed when the box asks for it; ``confirmations`` are the beginnings of questions
    that may be answered with a capital ``Y`` (Cisco TAC 216549: a small one does not proceed).
    ``shows_secrets`` marks a command whose reply holds secrets in clear: the reply is parsed by
    its family and never shown as it came. ``may_fail`` marks a command that an earlier, cut run may
    have carried out already, on a box that does not show it: its FAILURE is noted, and the next
    proof decides. ``deadline`` is in seconds, None takes the session's.
    """

    words: tuple[str, ...]
    answer: Answer | None = None
    confirmations: tuple[str, ...] = ()
    shows_secrets: bool = False
    may_fail: bool = False
    deadline: float | None = None

    kind: ClassVar[str] = "command"

    def __post_init__(self) -> None:
        if not self.words:
            raise RefusedError("a command without words", "say what is to be sent")
        for word in self.words:
            _checked_word(word)

    @classmethod
    def of(cls, *words: str) -> Command:
        """The usual way to say a command: ``Command.of("xmpp", "listen", "a")``."""
        return cls(words)

    @property
    def asks(self) -> bool:
        """Whether the box may ask something before it carries the command out."""
        return self.answer is not None or bool(self.confirmations)

    @property
    def line(self) -> str:
        """The line as it is sent, without line end."""
        return " ".join(self.words)


@dataclass(frozen=True)
class Upload:
    """Write a file into the flat SFTP root; read it back and compare before anybody names it.

    ``content`` is a :class:`Secret` when the file holds a private key. ``source`` is the path that
    people know the file by. ``identity`` tells plans apart without the content: for a certificate
    its SHA-256, for a key the SHA-256 of its *public* half.
    """

    name: str
    source: str
    identity: str
    content: bytes | Secret | None = field(default=None, compare=False, repr=False)

    kind: ClassVar[str] = "upload"

    def __post_init__(self) -> None:
        checked_file_name(self.name)

    @property
    def line(self) -> str:
        return f"put {self.source} {self.name}"


@dataclass(frozen=True)
class Download:
    """Read one file of the SFTP root. A read: it changes nothing.

    ``is_public`` says that there is nothing secret in it: then the reply is text. A private key
    that is found in such a file is not given.
    """

    name: str
    is_public: bool = False

    kind: ClassVar[str] = "download"

    def __post_init__(self) -> None:
        checked_file_name(self.name)

    @property
    def line(self) -> str:
        return f"get {self.name}"


@dataclass(frozen=True)
class Tail:
    """Read the end of a text file of the SFTP root, at most ``size`` bytes: the log of a box may be
    far too long to be fetched whole. The first line may be cut. A read: it changes nothing.
    """

    name: str
    size: int = 64 * 1024

    kind: ClassVar[str] = "tail"

    def __post_init__(self) -> None:
        checked_file_name(self.name)

    @property
    def line(self) -> str:
        return f"get {self.name} (its end)"


@dataclass(frozen=True)
class Call:
    """One request to the Web Admin API. ``form`` is in the order of sending, values in clear;
    ``secrets`` are further fields whose values are known by name only."""

    method: str
    path: str
    form: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, SecretRef], ...] = ()

    kind: ClassVar[str] = "call"

    @property
    def line(self) -> str:
        fields = [f"{name}={value}" for name, value in self.form]
        fields += [f"{name}=<{reference}>" for name, reference in self.secrets]
        return " ".join([self.method, self.path, *fields])


@dataclass(frozen=True)
class Wait:
    """Read ``reads`` again and again until the step's sentence is true, for ``deadline`` seconds.

    ``for_what`` completes the sentence "wait until …".
    """

    for_what: str
    reads: tuple[Read, ...]
    deadline: float = 60.0

    kind: ClassVar[str] = "wait"

    @property
    def line(self) -> str:
        return Phrase("wait until {sentence}", sentence=self.for_what)


@dataclass(frozen=True)
class Manual:
    """What a person has to do, because no machine can: ``line`` says it in one sentence.

    ``form`` are the fields of a page to fill in, as people see them; ``asks`` are further fields,
    whose values are known by name only. A person reads them, so no step of ours has to know them.
    """

    line: str
    form: tuple[tuple[str, str], ...] = ()
    asks: tuple[tuple[str, SecretRef], ...] = ()

    kind: ClassVar[str] = "manual"


@dataclass(frozen=True)
class Local:
    """Something that is done here and not on the box: a file of the site is made.

    ``line`` says it as a person would type it. ``act`` is given the content of ``read``, a file of
    the box (None where there is none to read), and raises an error of ours where it cannot.
    """

    line: str
    act: Callable[[Secret | None], None] = field(compare=False, repr=False)
    read: Download | None = None

    kind: ClassVar[str] = "local"


@dataclass(frozen=True)
class Pause:
    """Hold the whole run: for ``seconds``, or, where that is None, until a person goes on.

    ``prompt`` is what the person is to do or to know. Nothing is sent to a box.
    """

    prompt: str = ""
    seconds: int | None = None

    kind: ClassVar[str] = "pause"

    @property
    def line(self) -> str:
        what = (
            Phrase("pause until somebody goes on")
            if self.seconds is None
            else Phrase("pause for {seconds} s", seconds=self.seconds)
        )
        words = " ".join(self.prompt.split())
        return Phrase("{pause}: {words}", pause=what, words=words) if words else what


Read: TypeAlias = "Command | Download | Tail | Call | Query | Handshake"
Action: TypeAlias = "Command | Upload | Call | Update | Wait | Manual | Local | Pause"


@dataclass(frozen=True)
class Reply:
    """What came back for a read: text of a command, body of the API, or bytes of a file.

    ``content`` is None when the box has no such file, or does not let it be read; the ``text`` of
    a :class:`Tail` is empty then. ``status`` is the status of an HTTP answer, 0 elsewhere.
    ``moment`` is when it came, in seconds of UTC since 1970 on our clock; 0 where nobody looked.
    ``names`` is what a name server said to a :class:`Query`.
    """

    text: str = ""
    content: Secret | None = None
    status: int = 0
    moment: float = field(default=0.0, compare=False)
    names: NameAnswer | None = None


Replies = Mapping[Read, Reply]

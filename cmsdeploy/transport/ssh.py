"""SSH by paramiko: reach the box, prove its host key, log in once, open channels.

Only here and in ``ssh_channel`` paramiko is used. Its ``Transport`` is used directly: ``SSHClient``
reads ``known_hosts`` in a way of its own and tries keys that nobody named. Versions 4 and 5 are
both supported, because 5 has no SHA-1 and old boxes may have nothing else.

paramiko waits without a deadline in some places and by the wall clock in others. Wherever it takes
an event it gets one of ours, and the waiting is done here, on the monotonic clock.
"""

from __future__ import annotations

import base64
import contextlib
import io
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cmsdeploy.errors import (
    HostError,
    IdentityError,
    InputError,
    UnreachableError,
    printable,
)
from cmsdeploy.model.host import Host, Login
from cmsdeploy.transport.contract import Deadline
from cmsdeploy.transport.host_key import KnownHosts, check_host_key
from cmsdeploy.transport.key_file import read_key_file
from cmsdeploy.transport.negotiation import algorithms_of, first_of, read_offer
from cmsdeploy.transport.ssh_channel import Channels, end
from cmsdeploy.transport.ssh_connection import SshConnection
from cmsdeploy.transport.ssh_failures import (
    Place,
    incompatible,
    login_cut,
    login_late,
    login_refused,
    no_negotiation,
    other_login_wanted,
)
from cmsdeploy.transport.ssh_library import FAILURES, Transport, paramiko
from cmsdeploy.transport.tcp import Buffered, dial

__all__ = ["connect", "scan_host_key"]

_FAST_KEX = ("curve25519-sha256@libssh.org", "curve25519-sha256")
_FAST_CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr")
_KEY_FAMILIES = (
    ("ssh-ed25519",),
    ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    algorithms_of("ssh-rsa"),
)
_AGENT_SECONDS = 5.0


def connect(host: Host, *, known_hosts: Sequence[Path], timeout: float = 10.0) -> SshConnection:
    """Connect to ``host`` and log in, within ``timeout`` seconds for all of it.

    Raises ``IdentityError`` before any authentication if the host key is not the expected one,
    ``UnreachableError`` for everything else, ``InputError`` for a key file that cannot be used.
    """
    deadline = Deadline(timeout)
    known = KnownHosts.of(known_hosts)
    with _credential(host.login) as ways:
        for prove in ways:
            transport = _identified(host, known, deadline)
            try:
                _log_in(transport, host.login, prove, deadline)
                break
            except _OtherWayError:
                # The credential was not looked at, so this was no attempt. A new connection for
                # the other way: strict servers want the login to be asked for only once.
                end(transport)
                if prove is ways[-1]:
                    raise
            except BaseException:
                end(transport)
                raise
    return SshConnection(Channels(transport), _algorithms(transport))


def scan_host_key(address: str, port: int, deadline: Deadline) -> tuple[tuple[str, str], ...]:
    """All host keys of a server, as (key type, base64 of the key), without any authentication.

    Each key was proved by a signature of the server, which says that the server holds it, not who
    the server is. Raises ``UnreachableError``.
    """
    found = []
    for key_type in read_offer(address, port, deadline).key_types:
        with contextlib.suppress(_NoSuchKeyError):
            transport = _negotiated(address, port, deadline, only=algorithms_of(key_type))
            key = transport.get_remote_server_key()
            end(transport)
            found.append((key.get_name(), base64.b64encode(key.asbytes()).decode()))
    return tuple(found)


# -- who is there ------------------------------------------------------------------------------


class _NoSuchKeyError(UnreachableError):
    """The box has no host key of the kinds that it was asked for."""


def _identified(host: Host, known: KnownHosts, deadline: Deadline) -> paramiko.Transport:
    """A transport whose host key was checked; nothing was said about us yet."""
    if host.host_key is None:
        first = _in_usual_order(known.key_types(host))
        return _checked(host, known, _negotiated(host.address, host.port, deadline, first=first))
    # A pinned fingerprint does not say of which kind its key is, and a box has up to three.
    failures: list[UnreachableError] = []
    for family in _KEY_FAMILIES:
        try:
            transport = _negotiated(host.address, host.port, deadline, only=family)
            return _checked(host, known, transport)
        except (_NoSuchKeyError, IdentityError) as error:
            failures.append(error)
    failures.sort(key=lambda failure: isinstance(failure, _NoSuchKeyError))
    raise failures[0]


def _in_usual_order(kinds: Sequence[str]) -> list[str]:
    """The algorithms of the kinds of keys that are known, in OpenSSH's order and not in the file's:
    else another key than the known one could stand unseen behind one that is right."""
    known = [name for kind in kinds for name in algorithms_of(kind)]
    usual = [name for family in _KEY_FAMILIES for name in family if name in known]
    return [*usual, *(name for name in known if name not in usual)]


def _checked(host: Host, known: KnownHosts, transport: paramiko.Transport) -> paramiko.Transport:
    key = transport.get_remote_server_key()
    try:
        check_host_key(host, known, key.get_name(), key.asbytes())
        _refuse_terrapin(transport)
    except HostError:
        end(transport)
        raise
    return transport


def _negotiated(
    address: str,
    port: int,
    deadline: Deadline,
    *,
    first: Sequence[str] = (),
    only: Sequence[str] = (),
) -> paramiko.Transport:
    """A transport after the key exchange. Kinds of host keys: ``first`` is a wish, ``only`` a
    condition (``_NoSuchKeyError``)."""
    transport = Transport(Buffered.of(dial(address, port, deadline)))
    # The library would wake the reader of each connection ten times a second to look whether it was
    # closed: three hundred that have nothing to say took a whole processor. ``end`` wakes it once.
    transport.sock.settimeout(None)
    _choose_algorithms(transport, first, only)
    transport.banner_timeout = transport.handshake_timeout = deadline.remaining()
    done = threading.Event()
    try:
        transport.start_client(event=done)
        is_done = done.wait(deadline.remaining())
        error: BaseException | None = transport.get_exception()
        if is_done and transport.is_active() and error is None:
            return transport
    except FAILURES as failure:
        error = failure
    end(transport)
    raise _failed(transport, Place(address, port), deadline, error)


def _choose_algorithms(
    transport: paramiko.Transport, first: Sequence[str], only: Sequence[str]
) -> None:
    options = transport.get_security_options()
    options.kex = first_of(_FAST_KEX, options.kex)
    options.ciphers = first_of(_FAST_CIPHERS, options.ciphers)
    options.digests = first_of((), options.digests)
    ordered = first_of([*only, *first], options.key_types)
    options.key_types = tuple(name for name in ordered if not only or name in only)
    if not options.key_types:
        end(transport)
        raise _NoSuchKeyError(f"this SSH library knows no host keys of the kind {only[0]}")


def _refuse_terrapin(transport: paramiko.Transport) -> None:
    """CBC with encrypt-then-MAC lets packets be dropped unseen (CVE-2023-48795), unless both sides
    count strictly. chacha20-poly1305, the other such cipher, paramiko does not have."""
    agreed = _algorithms(transport)
    is_open = agreed["cipher"].endswith("-cbc") and "-etm" in agreed["mac"]
    if is_open and agreed["strict"] != "True":
        raise UnreachableError(
            f"{agreed['cipher']} with {agreed['mac']} without strict key exchange can be attacked "
            "(Terrapin); no password was sent",
            "let the box offer a counter-mode or GCM cipher",
        )


def _algorithms(transport: paramiko.Transport) -> dict[str, str]:
    """What was agreed on, for reports. The attributes are the library's, undocumented but public;
    the direction to us stands for both, since we offer the same for both."""
    names = {
        "server": "remote_version",
        "host key": "host_key_type",
        "cipher": "remote_cipher",
        "mac": "remote_mac",
        "strict": "agreed_on_strict_kex",
    }
    return {word: printable(str(getattr(transport, name, "")), 100) for word, name in names.items()}


def _failed(
    transport: paramiko.Transport,
    place: Place,
    deadline: Deadline,
    error: BaseException | None,
) -> UnreachableError:
    version = transport.remote_version
    is_comparable = version.startswith(("SSH-2.0-", "SSH-1.99-"))
    if not isinstance(error, paramiko.ssh_exception.IncompatiblePeer) or not is_comparable:
        return no_negotiation(place, version, deadline, error)
    options = transport.get_security_options()
    ours = {
        "kex": options.kex,
        "keys": options.key_types,
        "ciphers": options.ciphers,
        "macs": options.digests,
    }
    cause, action = incompatible(place, ours, str(error))
    # The wording is the library's; where it changes, a pinned key of another kind is not found and
    # the message says so, nothing worse.
    kind = _NoSuchKeyError if "host key" in str(error) else UnreachableError
    return kind(cause, action)


# -- who we are --------------------------------------------------------------------------------

_Prove = Callable[[paramiko.Transport, threading.Event], object]


class _OtherWayError(UnreachableError):
    """The box does not look at credentials of this kind."""


def _log_in(transport: paramiko.Transport, login: Login, prove: _Prove, deadline: Deadline) -> None:
    """One attempt with one credential: boxes lock accounts, and servers count tries."""
    done = threading.Event()
    transport.auth_timeout = deadline.remaining()
    error: BaseException | None = None
    try:
        prove(transport, done)
        done.wait(deadline.remaining())
        error = transport.get_exception()
    except FAILURES as failure:
        error = failure
    is_connected = transport.is_active()
    if is_connected and transport.is_authenticated():
        return
    if deadline.has_passed:
        raise login_late(login.user, deadline)
    if isinstance(error, paramiko.BadAuthenticationType):
        cause = other_login_wanted(login.user, error.allowed_types)
        raise _OtherWayError(cause.cause, cause.action)
    # A plain refusal leaves the connection open, and the library says nothing more about it.
    if is_connected or isinstance(error, paramiko.AuthenticationException):
        raise login_refused(login.user)
    raise login_cut(login.user, error)


def _answer_questions(transport: paramiko.Transport, login: Login, done: threading.Event) -> None:
    """Some servers take a password only as the answer to a question."""
    password = _password(login)
    is_given = False

    def answer(_title: str, _text: str, questions: list[tuple[str, bool]]) -> list[str]:
        nonlocal is_given
        if not questions:
            return []
        # A second question, or an echoed one, is not the one for the password.
        if is_given or len(questions) != 1 or questions[0][1]:
            raise paramiko.SSHException("the box asks something else than a password")
        is_given = True
        return [password]

    transport.auth_interactive(login.user, answer)
    done.set()


@contextlib.contextmanager
def _credential(login: Login) -> Iterator[tuple[_Prove, ...]]:
    """The one credential, prepared before anything is connected, in the ways of sending it."""
    if login.password is not None:
        yield (
            lambda transport, done: transport.auth_password(
                login.user, _password(login), done, fallback=False
            ),
            lambda transport, done: _answer_questions(transport, login, done),
        )
        return
    with contextlib.ExitStack() as opened:
        key: paramiko.PKey | None = None
        if login.is_agent_allowed:
            agent = _agent()
            opened.callback(agent.close)
            key = _agent_key(agent.get_keys(), login)
        if key is None:
            key = _file_key(login)
        chosen = key
        yield (lambda transport, done: transport.auth_publickey(login.user, chosen, done),)


def _password(login: Login) -> str:
    # "replace": an error of decoding would carry the password in its text.
    password = login.password
    return "" if password is None else password.reveal().decode("utf-8", "replace")


def _file_key(login: Login) -> paramiko.PKey:
    if login.key_file is None:
        raise InputError(
            f"there is no password and no key for {printable(login.user, 100)}",
            "set `ansible_password` (from a vault) or `ansible_ssh_private_key_file`, or use -k",
        )
    text = read_key_file(login.key_file)
    shown = printable(login.key_file, 300)
    secret = login.key_passphrase
    passphrase = None if secret is None else secret.reveal().decode("utf-8", "replace")
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        # Each kind tells by an error that the key is of another kind, or that the passphrase is
        # wrong; which of both cannot be told apart for all formats.
        with contextlib.suppress(paramiko.SSHException, ValueError, IndexError, TypeError):
            try:
                return kind.from_private_key(io.StringIO(text), passphrase)
            except paramiko.PasswordRequiredException:
                raise InputError(
                    f"the key file {shown} needs a passphrase", "give it, or use ssh-agent"
                ) from None
    why = "or the passphrase is wrong" if passphrase is not None else "or is damaged"
    raise InputError(
        f"the key file {shown} is of no kind that we can use (RSA, ECDSA, Ed25519), {why}",
        "check it with `ssh-keygen -y -f`",
    )


def _agent_key(keys: Sequence[paramiko.AgentKey], login: Login) -> paramiko.PKey | None:
    """The one key of ssh-agent that is to be tried; None leaves it to the key file.

    Offering all of them was rejected: servers count tries, and an agent holds what belongs to
    other places.
    """
    if login.key_file is not None:
        wanted = _public_half(login.key_file)
        return next((key for key in keys if key.asbytes() == wanted), None)
    if len(keys) == 1:
        return keys[0]
    raise InputError(
        f"ssh-agent holds {len(keys)} keys, and none is named for {printable(login.user, 100)}",
        "name one: `ansible_ssh_private_key_file`, with its public half beside it as `.pub`",
    )


def _agent() -> paramiko.Agent:
    """The agent of SSH_AUTH_SOCK. The library asks it without a deadline, so it is asked beside."""
    found: list[paramiko.Agent] = []

    def ask() -> None:
        with contextlib.suppress(*FAILURES, ValueError, IndexError):
            found.append(paramiko.Agent())

    asker = threading.Thread(target=ask, daemon=True)
    asker.start()
    asker.join(_AGENT_SECONDS)
    if not found:
        raise InputError("ssh-agent does not answer", "restart it, or use a password or key file")
    return found[0]


def _public_half(path: str) -> bytes | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        name = os.path.expanduser(path).removesuffix(".pub") + ".pub"
        return base64.b64decode(Path(name).read_text(encoding="ascii").split()[1])
    return None

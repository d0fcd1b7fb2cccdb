"""From a host of the inventory to a session over the real wire.

The libraries of the wire are imported when the first connection is made, not before: a plan that
is only rendered needs neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from cmsdeploy.model.host import Host, WebAdmin
from cmsdeploy.session.box import BoxSession
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.transport.contract import Api, Connection, Names

__all__ = ["load_wire", "open_box"]


def load_wire() -> None:
    """Load the SSH library now: before a clock runs or a lock is held, and before the threads of a
    hundred boxes wait for each other to load it."""
    import_module("cmsdeploy.transport.ssh")


def open_box(
    host: Host,
    *,
    known_hosts: Sequence[Path],
    redactor: Redactor,
    connect_timeout: float = 10.0,
    default_deadline_seconds: float = 30.0,
    file_seconds: float = 60.0,
) -> BoxSession:
    """Give a session to ``host``; nothing is opened before its first verb.

    ``known_hosts`` are read as OpenSSH reads them, where ``host`` pins no key of its own; a file
    that is not there is empty. ``connect_timeout`` (seconds) spans name, connection, and login, and
    once more the opening of a terminal; ``file_seconds`` is for each transfer of a file.
    """

    def connect(to: Host) -> Connection:
        from cmsdeploy.transport.ssh import connect as connect_ssh

        opened = connect_ssh(to, known_hosts=known_hosts, timeout=connect_timeout)
        opened.setup_seconds, opened.file_seconds = connect_timeout, file_seconds
        return opened

    def connect_api(to: WebAdmin) -> Api:
        from cmsdeploy.transport.https import HttpsApi

        return HttpsApi(to, timeout=connect_timeout, deadline_seconds=default_deadline_seconds)

    def connect_names() -> Names:
        from cmsdeploy.transport.dns import DnsNames

        return DnsNames()

    return BoxSession(
        host,
        connect=connect,
        connect_api=connect_api,
        connect_names=connect_names,
        redactor=redactor,
        default_deadline_seconds=default_deadline_seconds,
    )

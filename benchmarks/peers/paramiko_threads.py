"""A plain paramiko script: a thread and a shell for each box, blocking in ``recv``."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import paramiko
from job import Secrets, read_job, secrets_of  # type: ignore[import-not-found]


def _until(channel: Any, end: bytes) -> str:
    text = bytearray()
    while not text.endswith(end):
        more = channel.recv(32768)
        if not more:
            raise EOFError(bytes(text[-200:]))
        text += more
    return text.decode()


def work(box: dict[str, Any], lines: list[Any], secrets: Secrets) -> None:
    """Everything on one box."""
    connection = socket.create_connection((box["address"], box["port"]), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    transport = paramiko.Transport(connection)
    transport.connect(username=box["user"], password=box["password"])
    channel = transport.open_session()
    channel.get_pty()
    channel.invoke_shell()
    prompt = ("\n" + _until(channel, b"> ")).rpartition("\n")[2].encode()
    for line in lines:
        if isinstance(line, list):
            channel.sendall((line[0] + "\n").encode())
            _until(channel, b"secret")
            channel.sendall((secrets.of(line[1]) + "\n").encode())
        else:
            channel.sendall((line + "\n").encode())
        secrets.learn(_until(channel, prompt))
    transport.close()


def main() -> None:
    """Do the job."""
    job = read_job()
    secrets = secrets_of(job)
    with ThreadPoolExecutor(min(job["most"], len(job["commands"]))) as pool:
        for name, lines in job["commands"].items():
            pool.submit(work, job["boxes"][name], lines, secrets).add_done_callback(
                lambda done: done.result()
            )


main()

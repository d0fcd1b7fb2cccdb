"""A connection that reads ahead gives the same bytes, in order, however it is asked."""

from __future__ import annotations

import socket

import pytest

from cmsdeploy.transport.tcp import Buffered

CONTENT = bytes(range(256)) * 64


@pytest.mark.parametrize("sizes", [(1,), (16, 3), (4096,), (5000, 1, 70000)], ids=str)
def test_what_was_sent_is_read(sizes: tuple[int, ...]) -> None:
    """Never more than was asked for, nothing twice, nothing lost, and the end when it is over."""
    near, far = socket.socketpair()
    far.settimeout(5)
    with near, Buffered.of(far) as reader:
        near.sendall(CONTENT)
        near.shutdown(socket.SHUT_WR)
        received, turn = b"", 0
        while content := reader.recv(size := sizes[turn % len(sizes)]):
            assert 0 < len(content) <= size
            received += content
            turn += 1
        assert received == CONTENT
        assert reader.recv(1) == b""


def test_what_is_there_is_given_before_more_is_waited_for() -> None:
    """A reader that has bytes left does not ask the network, which may have nothing more to say."""
    near, far = socket.socketpair()
    with near, Buffered.of(far) as reader:
        near.sendall(b"abcdef")
        assert reader.recv(2) == b"ab"
        assert reader.recv(2) == b"cd"
        assert reader.recv(9) == b"ef"
        near.sendall(b"gh")
        assert reader.recv(9) == b"gh"


def test_the_connection_is_taken_over() -> None:
    """Blocking, whatever clock it had while it was made; the old name is of nothing any more."""
    near, far = socket.socketpair()
    far.settimeout(0.01)
    with near, Buffered.of(far) as reader:
        assert far.fileno() == -1
        assert reader.gettimeout() is None
        assert reader.getblocking()
        reader.shutdown(socket.SHUT_RDWR)
        assert near.recv(1) == b""

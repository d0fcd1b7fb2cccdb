"""A secret that leaves by accident is a crash in a test, not a line in a log."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from cmsdeploy.model.secret import UNKNOWN, Secret, SecretRef

CONTENT = "kvgP1SRzWVabhiPVAb1"

LEAKS: list[tuple[str, Callable[[Any], object]]] = [
    ("str", str),
    ("format", lambda s: format(s, ">20")),
    ("str.format", "{}".format),
    ("f-string", lambda s: f"{s}"),
    ("percent", lambda s: "%s" % s),  # noqa: UP031
    ("concatenation", lambda s: "a" + s),
    ("join", lambda s: ",".join([s])),
    ("bytes", bytes),
    ("list", list),
    ("len", len),
    ("bool", bool),
    ("index", lambda s: s[0]),
    ("in", lambda s: "k" in s),
    ("json", json.dumps),
    ("pickle", pickle.dumps),
    ("vars", vars),
    ("order", lambda s: sorted([s, s])),
    ("int", int),
]


@pytest.mark.parametrize("leak", [leak for _, leak in LEAKS], ids=[name for name, _ in LEAKS])
def test_a_conversion_is_a_crash_that_shows_nothing(leak: Callable[[Any], object]) -> None:
    """Every way to a text or to bytes raises, and the error does not hold the content."""
    with pytest.raises(TypeError) as error:
        leak(Secret(CONTENT))
    assert CONTENT not in str(error.value)


@pytest.mark.parametrize("show", [repr, ascii, lambda s: f"{s!r}", lambda s: repr([s, {"a": s}])])
def test_what_debuggers_show_is_a_fixed_text(show: Callable[[Secret], str]) -> None:
    """A representation never depends on the content."""
    assert show(Secret(CONTENT)) == show(Secret("other"))
    assert CONTENT not in show(Secret(CONTENT))


def test_copies_are_the_same_object() -> None:
    """A copy would be a second place to look after."""
    secret = Secret(CONTENT)
    assert copy.copy(secret) is secret
    assert copy.deepcopy([secret])[0] is secret


def test_secrets_are_equal_by_content() -> None:
    """Text and bytes of one content are one secret; no text is equal to a secret."""
    assert Secret(CONTENT) == Secret(CONTENT.encode())
    assert hash(Secret(CONTENT)) == hash(Secret(CONTENT))
    assert Secret(CONTENT) != Secret(CONTENT + " ")
    assert Secret(CONTENT) != CONTENT
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2


def test_a_secret_has_no_attribute_that_holds_it_openly() -> None:
    """Only ``reveal`` gives the content."""
    secret = Secret(CONTENT)
    assert secret.reveal() == CONTENT.encode()
    with pytest.raises(AttributeError):
        secret.content  # type: ignore[attr-defined]  # noqa: B018
    assert CONTENT.encode() not in secret.fingerprint()


def test_a_logger_that_is_given_a_secret_shows_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Lazy formatting is formatting too."""
    with pytest.raises(TypeError), caplog.at_level(logging.INFO):
        logging.getLogger("test").info("secret %s", Secret(CONTENT))
    assert CONTENT not in caplog.text


def test_a_reference_is_its_name() -> None:
    """Plans and people see the name."""
    assert str(SecretRef("callbridge/cb1")) == f"{SecretRef('callbridge/cb1')}" == "callbridge/cb1"


def test_unknown_is_neither_true_nor_false() -> None:
    """A field that the box does not show must not be taken for one that is empty."""
    with pytest.raises(TypeError):
        bool(UNKNOWN)
    others: tuple[object, ...] = ("", False, None, 0)
    assert UNKNOWN not in others
    assert copy.deepcopy(UNKNOWN) is UNKNOWN
    assert repr(UNKNOWN) == "Unknown"

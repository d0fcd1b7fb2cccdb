"""The laws of words, of rooms and of asserts, on the product and on planted defects."""

from __future__ import annotations

import re

import pytest

from tests.laws.rooms import assert_faults, law_faults
from tests.laws.source import Module, product
from tests.laws.words import TABLE, word_faults

MODULES = product()


def test_words_stay_home() -> None:
    """A line says the words of its room only."""
    assert [fault for module in MODULES for fault in word_faults(module)] == []


def test_the_table_stays_short() -> None:
    """A law that annoys daily is deleted, and then the others go with it."""
    assert len(TABLE) < 15
    assert all(row.why for row in TABLE)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.form)
def test_every_row_of_the_table_says_something_true(row: object) -> None:
    """Where a word has homes, the product says it there; a row that nobody needs goes."""
    assert row in TABLE
    at_home = [
        module
        for module in MODULES
        for word in TABLE
        if word == row and ({module.room, module.place} & set(word.homes))
        if any(re.search(word.form, text) for _, text in module.words())
    ]
    assert at_home


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("planning/order.py", "import xmpp"),
        ("planning/order.py", "LINE = 'xmpp cluster initialize'"),
        ("planning/compare.py", "line = f'{host} xmpp enable'"),
        ("executor/apply.py", "state.callbridge"),
        ("session/box.py", "if b'State: LEADER' in text: pass"),
        ("transport/ssh.py", "role = 'FOLLOWER'"),
        ("model/step.py", "def callbridge_secret(): ..."),
        ("planning/guard.py", "leader = None"),
        ("session/reply.py", "text.startswith('SUCCESS:')"),
        ("families/xmpp/facts.py", "if 'FAILURE: no' in text: pass"),
        ("executor/journal.py", "print(event)"),
        ("planning/guard.py", "import sys\nsys.exit(7)"),
        ("session/box.py", "channel.recv(100)"),
        ("planning/compare.py", "secret.reveal()"),
        ("report/text.py", "secret.reveal()"),
        ("executor/journal.py", "secret.reveal()"),
        ("families/pki/facts.py", "import threading"),
        ("planning/order.py", "from concurrent.futures import ThreadPoolExecutor"),
        ("families/xmpp/rules.py", "import time\ntime.sleep(1)"),
        ("model/host.py", "os.environ['HOME']"),
        ("families/ladder.py", "from graphlib import TopologicalSorter"),
        ("executor/apply.py", "subprocess.run([])"),
        ("session/box.py", "class FakeShell: ..."),
    ],
)
def test_a_word_abroad_is_found(path: str, text: str) -> None:
    """Each planted word is reported."""
    assert list(word_faults(Module(f"cmsdeploy/{path}", text)))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("planning/order.py", '"""It knows no xmpp and no leader."""'),
        ("planning/order.py", "# xmpp is a family\nx = 1"),
        ("session/box.py", 'def f():\n    """reveal() is for later."""'),
        ("session/box.py", "secret.reveal()"),
        ("families/xmpp/facts.py", "role = 'LEADER'"),
        ("planning/order.py", "printed = fingerprint = exits = 1"),
    ],
)
def test_a_word_at_home_is_let_through(path: str, text: str) -> None:
    """Docstrings, comments and other words with the same letters do not count."""
    assert list(word_faults(Module(f"cmsdeploy/{path}", text))) == []


def test_no_check_of_the_product_is_an_assert() -> None:
    """An assert is gone under ``python -O``."""
    assert [fault for module in MODULES for fault in assert_faults(module)] == []


def test_an_assert_is_found() -> None:
    """The planted assert is reported with its line."""
    text = "def f(x):\n    assert x\n"
    assert list(assert_faults(Module("cmsdeploy/model/step.py", text))) == [
        "cmsdeploy/model/step.py:2: assert is for tests"
    ]


@pytest.mark.parametrize("text", ["", "import os\n", '"""Session: boxes."""\n', "LAW = 'Law'\n"])
def test_a_room_without_its_law_is_found(text: str) -> None:
    """An empty, undocumented or lawless beginning of a package is reported; other files are not."""
    assert list(law_faults(Module("cmsdeploy/session/__init__.py", text)))
    assert list(law_faults(Module("cmsdeploy/session/box.py", text))) == []
    lawful = '"""Boxes.\n\nLaw. It knows prompts.\n"""\n' + text
    assert list(law_faults(Module("cmsdeploy/session/__init__.py", lawful))) == []

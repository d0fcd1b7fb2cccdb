"""The laws of imports and libraries, on the product and on planted defects."""

from __future__ import annotations

import pytest

from tests.laws.imports import ROWS, family_names, import_faults
from tests.laws.libraries import HOMES, library_faults
from tests.laws.source import Module, product

MODULES = product()
FAMILIES = family_names(MODULES)


def test_imports_go_down_only() -> None:
    """A room imports rows below its own, the lab nothing, and only families name families."""
    assert [fault for module in MODULES for fault in import_faults(module, FAMILIES)] == []


def test_every_library_has_one_home() -> None:
    """When a library changes, one file changes."""
    assert [fault for module in MODULES for fault in library_faults(module)] == []


def test_every_room_has_a_row() -> None:
    """A new folder is a new room, and has to find its row."""
    assert {module.room for module in MODULES} - {"lab"} == set(ROWS)
    assert {"pki", "xmpp", "callbridge", "mmp"} <= FAMILIES


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("planning/order.py", "from cmsdeploy.executor import apply", "imports go down only"),
        ("model/step.py", "import cmsdeploy.families", "imports go down only"),
        ("errors.py", "from cmsdeploy.model.secret import Secret", "imports go down only"),
        ("model/step.py", "def late():\n    from cmsdeploy import cli", "imports go down only"),
        ("session/box.py", "from ..executor.clock import pauses", "imports go down only"),
        ("planning/order.py", "from cmsdeploy.session import open_box", "its own row"),
        ("executor/apply.py", "from cmsdeploy import report", "its own row"),
        ("executor/apply.py", "from cmsdeploy.playbook.site import read", "its own row"),
        ("transport/ssh.py", "from cmsdeploy.certificates import describe", "its own row"),
        ("template.py", "from cmsdeploy.transport import tcp", "its own row"),
        ("lab/box.py", "from cmsdeploy.errors import printable", "shares nothing"),
        ("lab/box.py", "from ..model import secret", "shares nothing"),
        ("executor/observe.py", "from cmsdeploy.lab import World", "only cli starts the lab"),
        ("cli/entry.py", "from cmsdeploy.plumbing import pipe", "no row in the law"),
        ("plumbing/pipe.py", "from cmsdeploy.errors import printable", "no row in the law"),
        ("planning/compare.py", "from cmsdeploy.families.xmpp import family", "family xmpp"),
        ("cli/entry.py", "from cmsdeploy.families import xmpp", "family xmpp"),
        ("cli/entry.py", "NAME = 'cmsdeploy.families.pki.facts'", "family pki"),
        ("families/pki/facts.py", "import cmsdeploy.families.xmpp.facts", "family xmpp"),
        ("families/ladder.py", "from .xmpp import facts", "family xmpp"),
    ],
)
def test_a_wrong_import_is_found(path: str, text: str, said: str) -> None:
    """Each planted import is reported for the reason that the law has."""
    faults = list(import_faults(Module(f"cmsdeploy/{path}", text), FAMILIES))
    assert faults
    assert said in "".join(faults)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("executor/apply.py", "from cmsdeploy.session.contract import Session"),
        ("executor/box.py", "from cmsdeploy.executor.clock import pauses"),
        ("families/xmpp/rules.py", "from cmsdeploy.families.xmpp.facts import XmppState"),
        ("families/xmpp/rules.py", '"""Beside cmsdeploy.families.pki it knows nothing."""'),
        ("cli/lab_site.py", "from cmsdeploy.lab import Lab"),
        ("lab/wire/ssh.py", "from ..box import Box"),
        ("session/box.py", "import paramikon, json"),
        ("__main__.py", "from cmsdeploy.cli import main"),
    ],
)
def test_a_right_import_is_let_through(path: str, text: str) -> None:
    """The law does not cry wolf."""
    module = Module(f"cmsdeploy/{path}", text)
    assert [*import_faults(module, FAMILIES), *library_faults(module)] == []


@pytest.mark.parametrize("library", sorted(HOMES))
@pytest.mark.parametrize(
    "form", ["import {0}", "from {0}.part import thing", "import {0}.part as x"]
)
def test_a_library_abroad_is_found(library: str, form: str) -> None:
    """A second file with the library is reported, wherever in the file it is imported."""
    text = "def late():\n    " + form.format(library)
    faults = list(library_faults(Module("cmsdeploy/executor/apply.py", text)))
    assert len(faults) == 1
    assert library in faults[0]
    for home in HOMES[library]:
        path = f"{home}some.py" if home.endswith("/") else home
        assert list(library_faults(Module(f"cmsdeploy/{path}", text))) == []

"""Shared by the tests of certificates."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.certificates.cases import Case
from tests.certificates.corpus import cases
from tests.certificates.forms import Form, forms


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    """The whole corpus, made once."""
    folder: Path = tmp_path_factory.mktemp("corpus")
    return {case.name: case for case in cases(folder)}


@pytest.fixture(scope="session")
def every(tmp_path_factory: pytest.TempPathFactory) -> list[Form]:
    """All forms, made once."""
    return list(forms(tmp_path_factory.mktemp("forms")))

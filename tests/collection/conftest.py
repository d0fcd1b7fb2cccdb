"""One installed collection for all, one site with its lab for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collection.ansible import Ansible, installed
from tests.e2e.site import site_of


@pytest.fixture(scope="session")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("galaxy"))


@pytest.fixture
def ansible(tmp_path: Path, collections: Path) -> Iterator[Ansible]:
    with site_of(tmp_path / "site") as site:
        yield Ansible(site, collections)

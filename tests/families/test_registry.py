"""The folders are the registry: who is found, and when a family is loaded."""

from __future__ import annotations

import pytest

from cmsdeploy.families import families


def test_the_folders_are_the_registry() -> None:
    """Every folder by its name, in the order of the alphabet; a stranger is no family."""
    found = families.__wrapped__()
    assert list(found) == sorted(found)
    assert {"xmpp", "callbridge", "dns", "pki"} < set(found)
    assert len(found) == len(list(found))
    assert [found[name].name for name in found] == list(found)
    with pytest.raises(KeyError, match="stranger"):
        found["stranger"]

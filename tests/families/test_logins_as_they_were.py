"""The logins that call bridges had: what to want so that each is as it was."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cmsdeploy.families.callbridge.spec import CallbridgeSpec
from cmsdeploy.families.callbridge.undo import former

NOW = CallbridgeSpec("default", "cb1", "tptac9.com", "10.0.0.1")
WAS = {"name": "was", "domain": "old.com", "server_address": "10.0.0.9"}


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        (WAS, CallbridgeSpec("default", "was", "old.com", "10.0.0.9")),
        (WAS | {"server_address": ""}, CallbridgeSpec("default", "was", "old.com", "")),
        (WAS | {"server_address": None}, CallbridgeSpec("default", "was", "old.com", "")),
        (WAS | {"name": ""}, CallbridgeSpec("default", "cb1", "tptac9.com", "10.0.0.1", True)),
        *[(WAS | {field: "unknown"}, None) for field in WAS],
    ],
)
def test_the_login_that_was(before: Mapping[str, object], wanted: CallbridgeSpec | None) -> None:
    """One that the box does not show is left as it is, and hides none of the hosts after it."""
    found = former({"a": NOW, "b": NOW}, {"a": before, "b": WAS}, {}).wanted
    other = CallbridgeSpec("default", "was", "old.com", "10.0.0.9")
    assert found == ({"a": wanted} if wanted else {}) | {"b": other}

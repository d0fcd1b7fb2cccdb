"""What `import` says to words that name no box; nothing is connected."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_rows import run_alone


@pytest.mark.parametrize("host", ["all", "a,b", "admin@10.0.0.1", "[::1]", "cb*"])
def test_without_an_inventory_hosts_are_addresses(host: str, tmp_path: Path) -> None:
    """No file of ours is named, but what to write."""
    answer = run_alone(tmp_path, "import", "-o", "new", "--", host)
    assert answer.returncode == 3
    assert f"{host!r} is no address, and no inventory is named" in answer.stderr
    assert "-i" in answer.stderr


def test_the_inventory_may_come_from_the_environment(tmp_path: Path) -> None:
    """As for every other command."""
    inventory = tmp_path / "boxes.ini"
    inventory.write_text("cb1 ansible_host=10.0.0.1\n")
    answer = run_alone(tmp_path, "import", "-o", "new", "cb9", CMSDEPLOY_INVENTORY=str(inventory))
    assert answer.returncode == 3
    assert "no host or group is called 'cb9'" in answer.stderr

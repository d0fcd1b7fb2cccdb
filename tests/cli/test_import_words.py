"""What `import` says to words that name no box; nothing is connected."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmsdeploy.cli.entry import main


@pytest.mark.parametrize("host", ["all", "xmpp_servers", "a,b", "admin@10.0.0.1", "[::1]", "cb*"])
def test_without_an_inventory_hosts_are_addresses(
    host: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No file of ours is named, but what to write."""
    monkeypatch.delenv("CMSDEPLOY_INVENTORY", raising=False)
    assert main(["import", "-o", str(tmp_path / "new"), "--", host]) == 3
    said = capsys.readouterr().err
    assert f"{host!r} is no address, and no inventory is named" in said
    assert "-i" in said


def test_the_inventory_may_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As for every other command."""
    inventory = tmp_path / "boxes.ini"
    inventory.write_text("cb1 ansible_host=10.0.0.1\n")
    monkeypatch.setenv("CMSDEPLOY_INVENTORY", str(inventory))
    assert main(["import", "-o", str(tmp_path / "new"), "cb9"]) == 3
    assert "no host or group is called 'cb9'" in capsys.readouterr().err

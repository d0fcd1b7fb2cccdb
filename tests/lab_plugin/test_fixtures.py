"""Each fixture of the plug-in, in projects that say what they want in different ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from .project import example_files, pytest_in

DEFAULT = """
def test_three_boxes(cms_boxes, cms_audit, cms_dns):
    assert list(cms_boxes) == ["cb1", "cb2", "cb3"]
    assert len(cms_boxes) == 3 and cms_audit("cb1") == []
    (record,) = cms_dns.zone("example.com").at("cb2.example.com.", "A")
    assert record.data == cms_boxes["cb2"].address
"""
MARKER = """
import pytest

@pytest.mark.cms_lab(["a", "b", "c", "d"], domain="example.net", version="2.3",
                     switches={"api-xmpp-alarm": "absent"})
def test_marker(cms_boxes, cms_dns, cms_faults):
    assert list(cms_boxes) == ["a", "b", "c", "d"]
    assert cms_boxes["a"].box.version == "2.3"
    assert cms_boxes["a"].box.world.switches["api-xmpp-alarm"] == "absent"
    assert cms_dns.zone("example.net").kinds("_xmpp-component._tcp.example.net.") == {"SRV"}
    assert len(cms_dns.zone("example.net").at("_xmpp-component._tcp.example.net.", "SRV")) == 3
    cms_faults("a").refuse_connections()
    secondary = cms_dns.add_secondary()
    secondary.lag()
    cms_dns.zone("example.net").replace("new.example.net", "A", "10.0.0.1")
    assert secondary.answer("new.example.net.", "A").code == "NXDOMAIN"
    secondary.catch_up()
    assert secondary.answer("new.example.net.", "A").code == "NOERROR"
    cms_dns.add_view("outside").zones["example.net."].replace("new.example.net", "A")
    assert cms_dns.zone("example.net").at("new.example.net.", "A")
    assert cms_dns.key_file.stat().st_mode & 0o777 == 0o600
    assert cms_dns.place.port > 0
"""
SETTING = """
def test_setting(cms_boxes):
    assert list(cms_boxes) == ["cb1", "cb2", "cb3", "cb4"]
"""
TWO = """
def test_two_labs(cms_lab, cms_boxes):
    first = cms_lab(["x1", "x2", "x3"])
    second = cms_lab(["y1"], latency_seconds=0.01)
    assert list(cms_boxes) == ["y1"]
    assert first.run("exec", "x1", "--", "version").stdout == "x1:\\n  2.9.5\\n"
    assert second.run("exec", "y1", "--", "version").returncode == 0
    assert second.writes("y1") == [] and [e.text for e in second.audit("y1")] == ["version"]
"""
REFUSED = """
import pytest
from cmsdeploy.lab import LabError, UnknownSwitchError

def test_refused(cms_lab, tmp_path):
    (tmp_path / "bad.yml").write_text("all: {hosts: {cb1: {xmpp_lisen: a}}}")
    with pytest.raises(LabError, match="xmpp_listen"):
        cms_lab(tmp_path / "bad.yml")
    with pytest.raises(UnknownSwitchError, match="api-shows-secret"):
        cms_lab(["cb1"], switches={"api-shows-secrets": "yes"})
    cms_lab(["cb1"])
"""


@pytest.mark.parametrize("text", [DEFAULT, MARKER, TWO, REFUSED])
def test_fixtures(tmp_path: Path, text: str) -> None:
    """Each project has one test, and warnings are errors in it."""
    (tmp_path / "test_it.py").write_text(text)
    done = pytest_in(tmp_path, "-q", "-W", "error", "--strict-markers")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_the_setting_names_the_inventory(tmp_path: Path) -> None:
    """From a folder below, the path is still that of the project."""
    (tmp_path / "pytest.ini").write_text("[pytest]\ncms_lab_inventory = inventory.yml\n")
    (tmp_path / "inventory.yml").write_text(example_files()["inventory.yml"])
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "test_it.py").write_text(SETTING)
    done = pytest_in(tmp_path, "-q", "deep")
    assert done.returncode == 0, done.stdout + done.stderr

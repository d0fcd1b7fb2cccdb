"""PuTTY's plink and psftp, and curl, against the lab: a third opinion on the wire.

They are referees: a machine without them fails here and says what to install.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmsdeploy.lab import BoxDescription, Lab, LabBox

from .material import XMPP_SETTINGS

# Environment of an own PuTTY: it must not meet the settings of whoever runs the tests.
_PACKAGES = {"plink": "putty-tools", "psftp": "putty-tools", "curl": "curl"}


def referee(name: str) -> str:
    """Path of a program that must be there."""
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is missing: apt-get install {_PACKAGES[name]}")
    return found


@pytest.fixture(scope="module")
def box() -> Iterator[LabBox]:
    """One box that listens."""
    with Lab([BoxDescription("cb1", "127.0.1.4")]) as lab:
        yield lab.boxes["cb1"]


def run(folder: Path, words: list[str], typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program with a home of its own."""
    return subprocess.run(
        words, input=typed, env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


def putty(name: str, box: LabBox, *words: str) -> list[str]:
    """Words of a PuTTY program that trusts the box by its fingerprint."""
    own = ["-P", str(box.ssh_port), "-l", "admin", "-pw", "admin"]
    return [referee(name), *own, "-hostkey", box.host_key_fingerprint, *words]


def test_plink_runs_one_command(box: LabBox, tmp_path: Path) -> None:
    """`plink -ssh -batch ... version`."""
    done = run(tmp_path, [*putty("plink", box, "-ssh", "-batch"), box.address, "version"])
    assert (done.returncode, done.stdout) == (0, "2.9.5\n")


def test_plink_as_a_shell(box: LabBox, tmp_path: Path) -> None:
    """`plink -t`, with a hidden answer."""
    typed = "xmpp callbridge add-secret byplink\nhidden-word\nversion\nexit\n"
    done = run(tmp_path, [*putty("plink", box, "-ssh", "-t"), box.address], typed)
    assert done.stdout.splitlines() == [
        "cb1> xmpp callbridge add-secret byplink", "Enter callbridge secret",
        "cb1> version", "2.9.5", "cb1> exit",
    ]  # fmt: skip
    assert box.box.xmpp.callbridges["byplink"] == "hidden-word"


def test_plink_refuses_another_host_key(box: LabBox, tmp_path: Path) -> None:
    """The fingerprint of somebody else."""
    words = [referee("plink"), "-ssh", "-batch", "-P", str(box.ssh_port), "-l", "admin", "-pw",
             "admin", "-hostkey", f"SHA256:{'A' * 43}", box.address, "version"]  # fmt: skip
    done = run(tmp_path, words)
    assert done.returncode != 0
    assert done.stdout == ""


def test_psftp_as_the_documents_use_it(box: LabBox, tmp_path: Path) -> None:
    """`sftp-psftp-input`: a flat root, get and put, a name that no box takes."""
    (tmp_path / "a.cer").write_text("content\n")
    (tmp_path / "a.exe").write_text("content\n")
    typed = (
        f"lcd {tmp_path}\nput a.cer\nls\nput a.exe\nget a.cer back.cer\nget live.json\n"
        "rm a.cer\nexit\n"
    )
    done = run(tmp_path, putty("psftp", box, box.address), typed)
    assert "Remote working directory is /" in done.stdout
    assert (tmp_path / "back.cer").read_text() == "content\n"
    assert '"hostname": "cb1"' in (tmp_path / "live.json").read_text()
    assert "permission denied" in done.stdout + done.stderr
    assert box.box.list_files() == []


def curl(box: LabBox, folder: Path, *words: str) -> str:
    """What curl prints, headers too; it checks the certificate of the lab."""
    authority = folder / "webadmin.pem"
    authority.write_bytes(box.api_certificate)
    *options, path = words
    own = ["-sS", "-i", "-q", "--cacert", str(authority), *options]
    url = f"https://{box.address}:{box.api_port}{path}"
    done = run(folder, [referee("curl"), *own, url])
    assert done.returncode == 0, done.stderr
    return done.stdout.replace("\r\n", "\n")


def test_curl_reads_and_writes(box: LabBox, tmp_path: Path) -> None:
    """401 without a user, form PUT, XML back, POST with a place."""
    bare = curl(box, tmp_path, XMPP_SETTINGS)
    assert bare.startswith("HTTP/1.1 401")
    assert 'WWW-Authenticate: Basic realm="acano"\n' in bare
    user = ("-u", "admin:admin")
    put = curl(box, tmp_path, *user, "-X", "PUT", "-d", "uniqueName=cb1", XMPP_SETTINGS)
    assert put.startswith("HTTP/1.1 200 OK\nServer: Apache\n")
    got = curl(box, tmp_path, *user, XMPP_SETTINGS)
    assert "<uniqueName>cb1</uniqueName>" in got
    made = curl(box, tmp_path, *user, "-d", "name=cms-1", "/api/v1/callBridges")
    assert "\nLocation: /api/v1/callBridges/" in made
    assert "System status\nUptime " in curl(box, tmp_path, *user, "/status")

"""Keys and requests are made whole or not at all; what is there is never written over."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmsdeploy.certificates.new_files import write_new_files
from cmsdeploy.certificates.reading import read
from cmsdeploy.certificates.requests import KEY_KINDS, Wanted, make_request
from cmsdeploy.errors import CmsdeployError, InputError
from tests.certificates.openssl import ask, made

WANTED = Wanted(
    "tptac9.com", ("cb1.tptac9.com", "tptac9.com", "10.1.2.3"), {"O": "Acme", "C": "FR"}
)
PROJECT = Path(__file__).parents[2]


@pytest.fixture
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_open_umask")
@pytest.mark.parametrize("kind", [one for one in KEY_KINDS if one != "rsa-4096"])
def test_a_request_holds_what_was_wanted(kind: str, tmp_path: Path) -> None:
    """openssl verifies the request, sees fields and names, and the key is the request's."""
    wanted = Wanted(WANTED.common_name, WANTED.names, WANTED.fields, kind)
    key, request = make_request("abhiall", tmp_path, wanted)
    assert [key.name, request.name] == ["abhiall.key", "abhiall.csr"]
    assert sorted(os.listdir(tmp_path)) == ["abhiall.csr", "abhiall.key"]
    assert key.stat().st_mode & 0o777 == 0o600
    text = made("req", "-in", str(request), "-noout", "-text", "-verify").decode()
    assert "DNS:tptac9.com, DNS:cb1.tptac9.com, IP Address:10.1.2.3" in text
    for word in ("O = Acme", "C = FR", "CN = tptac9.com", "TLS Web Client Authentication"):
        assert word in text
    public = made("req", "-in", str(request), "-noout", "-pubkey")
    assert made("pkey", "-in", str(key), "-pubout") == public
    assert read("k", key.read_bytes()).is_clean


@pytest.mark.parametrize("taken", ["a.key", "a.csr"])
def test_a_file_that_is_there_stays(taken: str, tmp_path: Path) -> None:
    """A key in use is not lost, a link is not followed."""
    (tmp_path / "elsewhere").write_text("mine")
    (tmp_path / taken).symlink_to("elsewhere")
    with pytest.raises(InputError, match="is there already"):
        make_request("a", tmp_path, WANTED)
    assert sorted(os.listdir(tmp_path)) == sorted([taken, "elsewhere"])
    assert (tmp_path / "elsewhere").read_text() == "mine"


@pytest.mark.parametrize(
    ("base_name", "wanted"),
    [
        ("../a", WANTED),
        ("a b", WANTED),
        ("", WANTED),
        ("a", Wanted("", ())),
        ("a", Wanted("a b", ())),
        ("a", Wanted("x.org", ("-\x1b[31m",))),
        ("a", Wanted("x.org", (), {"C": "France"})),
        ("a", Wanted("x.org", (), {"XX": "y"})),
        ("a", Wanted("x.org", (), {"O": "y" * 65})),
        ("a", Wanted("x.org", (), {}, "rsa-1024")),
    ],
)
def test_what_cannot_be_requested_leaves_nothing(
    base_name: str, wanted: Wanted, tmp_path: Path
) -> None:
    """One cause in words, and an empty folder."""
    with pytest.raises(InputError) as caught:
        make_request(base_name, tmp_path, wanted)
    assert "\x1b" not in str(caught.value)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """The folder is named, no traceback."""
    with pytest.raises(CmsdeployError, match="cannot be written"):
        make_request("a", tmp_path / "none", WANTED)


def test_a_failure_half_way_takes_everything_back(tmp_path: Path) -> None:
    """The second name is taken between the look and the link: the first is taken back."""
    first, second = tmp_path / "a.key", tmp_path / "no" / "a.csr"
    with pytest.raises(CmsdeployError):
        write_new_files({first: b"key", second: b"request"}, {})
    assert os.listdir(tmp_path) == []


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """The limit on the size of files stands for the disk."""
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from cmsdeploy.certificates.requests import *\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (700, 700))\n"
        "make_request('a', Path(sys.argv[1]), Wanted('x.org'))\n"
    )
    found = _python(code, tmp_path)
    assert "CmsdeployError" in found.stderr
    assert os.listdir(tmp_path) == []
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 700


def _python(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-B", "-c", code, str(folder)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("delay", [0.0, 0.3, 0.6, 0.9])
def test_an_interrupted_request_leaves_both_or_nothing(
    number: signal.Signals, delay: float, tmp_path: Path
) -> None:
    """Whenever the signal comes: both files, or none, and no temporary one."""
    words = ["certs", "request", "a", "--cn", "x.org", "--key", "rsa-3072"]
    process = subprocess.Popen(
        [sys.executable, "-m", "cmsdeploy", *words, "--folder", str(tmp_path)],
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(delay)
    process.send_signal(number)
    process.wait(30)
    assert sorted(os.listdir(tmp_path)) in ([], ["a.csr", "a.key"])
    assert ask("version").returncode == 0


def test_a_name_that_another_program_takes_stays_its_own(tmp_path: Path) -> None:
    """Taking back removes our own links only."""
    mine, theirs = tmp_path / "a.key", tmp_path / "sub" / "a.csr"
    theirs.parent.mkdir()
    theirs.parent.chmod(0o500)
    if os.geteuid() == 0:
        theirs.parent.rmdir()
        theirs.parent.write_text("in the way")
    with pytest.raises(CmsdeployError):
        write_new_files({mine: b"key", theirs: b"request"}, {})
    assert not mine.exists()

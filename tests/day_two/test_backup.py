"""Backups: whole, private, never in the place of another; and without them nothing is changed."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from cmsdeploy.cli.backups import back_up_all, table
from cmsdeploy.errors import CmsdeployError, DeviceError, HostError
from cmsdeploy.executor.backup import STEP, Backup, Order, back_up, check_folder
from cmsdeploy.lab import Fault, FileRefusedError, World
from cmsdeploy.lab.box import Box
from cmsdeploy.model.event import Event, EventKind
from cmsdeploy.model.host import Host
from cmsdeploy.session.box import BoxSession
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.transport import memory
from cmsdeploy.transport.memory import MemoryApi, MemoryConnection
from tests.e2e.site import Site, site_of

NAME = "before"


@dataclass
class Device:
    """A box of the lab; ``changed`` makes something else of what is read for the n-th time."""

    box: Box
    changed: Callable[[int, bytes], bytes] = lambda _, content: content
    reads: int = 0
    prompt: str = "cb1> "

    def execute(self, line: str) -> object:
        return self.box.execute(line)

    def read_file(self, name: str) -> bytes | None:
        self.reads += 1
        return self.changed(self.reads, self.box.read_file(name))

    def write_file(self, name: str, content: bytes) -> None:
        self.box.write_file(name, content)

    def list_files(self) -> list[str]:
        return self.box.list_files()

    def api(self, method: str, path: str, form: Mapping[str, str]) -> object:
        return self.box.api(method, path, form)


@dataclass
class Night:
    """One box and the folder of its backups."""

    folder: Path
    switches: Mapping[str, str] = field(default_factory=dict)
    changed: Callable[[int, bytes], bytes] = lambda _, content: content
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world = World(self.switches)
        self.box = self.world.add_box("cb1")
        self.device = Device(self.box, self.changed)

    def session(self) -> BoxSession:
        device = cast("memory.Device", self.device)
        return BoxSession(
            Host("cb1", "10.0.0.1"),
            connect=lambda _: MemoryConnection(device, refusal=FileRefusedError),
            connect_api=lambda _: MemoryApi(device),
            redactor=Redactor(),
        )

    def back_up(self, seconds: float = 0.0) -> Backup:
        check_folder(self.folder)
        order = Order(self.folder, NAME, seconds, apart=0.0)
        return back_up(self.session(), "cb1", order, self.events.append)

    def left(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


def test_it_is_whole_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    """Born 0600 in a folder born 0700; the sums are as `sha256sum` reads them."""
    night = Night(tmp_path / "new" / "backups")
    made = night.back_up()
    content = night.box.read_file(f"{NAME}.bak")
    assert made.path.read_bytes() == content
    assert (made.size, made.has_description) == (len(content), True)
    assert night.left() == [f"cb1-{NAME}.bak", f"cb1-{NAME}.json", f"cb1-{NAME}.sha256"]
    modes = [stat.S_IMODE(path.stat().st_mode) for path in night.folder.iterdir()]
    assert modes == [0o600] * 3
    assert stat.S_IMODE(night.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(night.folder.parent.stat().st_mode) == 0o700
    sums = night.folder / f"cb1-{NAME}.sha256"
    assert hashlib.sha256(content).hexdigest() in sums.read_text()
    if tool := shutil.which("sha256sum"):
        ran = subprocess.run([tool, "-c", sums.name], cwd=night.folder, check=False)
        assert ran.returncode == 0
    assert [event.kind for event in night.events] == [
        EventKind.STEP_INTENDED,
        EventKind.STEP_DONE,
    ]
    assert night.events[0].step == f"cb1/{STEP}"


def test_the_sum_is_told_to_nobody(tmp_path: Path) -> None:
    """It is one over secrets: it stands in a private file and nowhere else."""
    night = Night(tmp_path / "backups")
    made = night.back_up()
    told = repr(night.events) + "\n".join(table({"cb1": made}))
    digest = hashlib.sha256(made.path.read_bytes()).hexdigest()
    assert digest in (night.folder / f"cb1-{NAME}.sha256").read_text()
    assert not any(digest[start : start + 8] in told for start in range(56))


def test_a_box_that_makes_no_second_file(tmp_path: Path) -> None:
    """The backup alone is a backup, and the table says so."""
    night = Night(tmp_path / "backups", {"backup-files": "bak-only"})
    made = night.back_up()
    assert not made.has_description
    assert night.left() == [f"cb1-{NAME}.bak", f"cb1-{NAME}.sha256"]
    assert "made no .json" in table({"cb1": made})[1]


def test_a_file_that_still_grows_is_fetched_again(tmp_path: Path) -> None:
    """The first two times it is half of it."""

    def growing(number: int, content: bytes) -> bytes:
        return content[: 40 * number] if number < 5 else content

    night = Night(tmp_path / "backups", changed=growing)
    made = night.back_up(seconds=5.0)
    assert made.path.read_bytes() == night.box.read_file(f"{NAME}.bak")


DAMAGES: dict[str, tuple[Callable[[int, bytes], bytes], str]] = {
    "another sum each time": (lambda n, c: bytes([n]) + c[1:], "not whole"),
    "nothing the second time": (lambda n, c: b"" if n % 2 == 0 else c, "not whole"),
    "empty": (lambda n, c: b"", "not whole"),
    "cut at byte 7": (lambda n, c: c[:7] if n == 2 else c, "not whole"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_what_is_not_whole_is_no_backup(tmp_path: Path, name: str) -> None:
    """Nothing of it stays here; on the box it stays."""
    changed, words = DAMAGES[name]
    night = Night(tmp_path / "backups", changed=changed)
    with pytest.raises(DeviceError, match=words):
        night.back_up()
    assert night.left() == []
    assert night.events[-1].kind is EventKind.STEP_FAILED
    assert f"{NAME}.bak" in night.box.list_files()


@pytest.mark.parametrize("ending", [".bak", ".json", ".sha256"])
def test_an_existing_file_is_not_overwritten(tmp_path: Path, ending: str) -> None:
    """And the box is not asked for anything."""
    night = Night(tmp_path / "backups")
    check_folder(night.folder)
    (night.folder / f"cb1-{NAME}{ending}").write_text("mine")
    with pytest.raises(CmsdeployError, match="exists"):
        night.back_up()
    assert (night.folder / f"cb1-{NAME}{ending}").read_text() == "mine"
    assert night.box.list_files() == []


def test_the_name_is_taken_on_the_box(tmp_path: Path) -> None:
    """What the box says is passed on."""
    night = Night(tmp_path / "backups")
    night.box.execute(f"backup snapshot {NAME}")
    with pytest.raises(HostError, match="already exists"):
        night.back_up()
    assert night.left() == []


def test_a_folder_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """With the command that mends it."""
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    with pytest.raises(CmsdeployError, match="open to others") as raised:
        back_up_all({}, Order(folder, NAME), lambda _: None, 1)
    assert f"chmod 700 {folder}" in raised.value.action


def _large(site: Site, host: str) -> None:
    with site.lab.lock:
        site.lab.world.boxes[host].write_file("large.cer", b"x" * 150_000)


# For each run the fault of every box with what is said of it; None is a box that is well.
FULL = Fault("refuse", "backup snapshot", value="no space left on device")
FAULTS: list[dict[str, tuple[Fault, str] | None]] = [
    {
        "cb1": (FULL, "no space left"),
        "cb2": (Fault("hang", "backup snapshot", None), "within 1 seconds"),
        "cb3": (Fault("drop-before", "sftp read cmsdeploy", after=3), "connection"),
    },
    {
        "cb1": None,
        "cb2": (Fault("drop-before", "sftp read cmsdeploy", after=11), "connection"),
        "cb3": (Fault("wrong-size", "cmsdeploy", None, value="9"), "has 9 bytes"),
    },
]


def test_several_patterns_and_what_was_left(tmp_path: Path) -> None:
    """Each box once; a half file of a run that was killed is named, and stays."""
    with site_of(tmp_path / "site") as site:
        folder = site.folder / "kept"
        check_folder(folder)
        for name in (".cb9-x.bak.part", ".cb9-x.json.part", ".cb9-x.bak", ".part"):
            (folder / name).write_text("")
        said = site.run("backup", "cb3", "cb1", "cb1:cb3", "-o", str(folder), "--json")
        assert said.returncode == 0, said.stderr
        assert [json.loads(line)["host"] for line in said.stdout.splitlines()] == ["cb3", "cb1"]
        named = [line for line in said.stderr.splitlines() if "left of a backup" in line]
        assert len(named) == 2
        assert all(f"{folder}/.cb9-x." in line and ".part;" in line for line in named)
        assert (folder / ".cb9-x.bak.part").exists()
        narrow = site.run("backup", "all", "!cb3", "-o", str(folder))
        assert (narrow.returncode, "'all:!cb3'" in narrow.stderr) == (5, True)


def test_faults_over_real_ssh(tmp_path: Path) -> None:
    """Who is well has its backup; who is in trouble has nothing here, not even a part."""
    with site_of(tmp_path / "site") as site:
        for number, row in enumerate(FAULTS):
            folder = site.folder / f"b{number}"
            for host, fault in row.items():
                _large(site, host)
                site.lab.faults(host).reset()
                site.lab.faults(host).add(*([fault[0]] if fault else []))
            said = site.run("backup", "-o", str(folder), "--deadline", "1", "--json")
            assert said.returncode == 2, said
            assert "Traceback" not in said.stderr
            found = {one["host"]: one for one in map(json.loads, said.stdout.splitlines())}
            for host, fault in row.items():
                assert (fault[1] if fault else "") in (found[host]["error"] or ""), found[host]
                files = [path for path in folder.iterdir() if host in path.name]
                assert len(files) == (0 if fault else 3)


def test_apply_backs_up_first_or_changes_nothing(tmp_path: Path) -> None:
    """By the lab's own record: no write before each box has its backup; with one refused, none."""
    with site_of(tmp_path / "site") as site:
        open_to_all = site.run("apply", site.playbook, "--yes", "--backup", str(site.folder))
        assert (open_to_all.returncode, open_to_all.stdout) == (3, "")
        site.lab.faults("cb3").add(Fault("refuse", "backup snapshot", value="disk full"))
        refused = site.run("apply", site.playbook, "--yes", "--backup", "kept")
        assert refused.returncode == 2, refused.stderr
        assert "nothing was changed" in refused.stderr
        for lines in site.writes().values():
            assert all(line.startswith("backup snapshot ") for line in lines)
        done = site.run("apply", site.playbook, "--yes", "--backup", "kept")
        assert done.returncode == 0, done.stderr
        assert "every key, secret and password" in done.stderr
        for lines in site.writes().values():
            last = max(n for n, line in enumerate(lines) if line.startswith("backup snapshot "))
            assert all(line.startswith("backup snapshot ") for line in lines[: last + 1])
            assert len(lines) > last + 5
        kept = list((site.folder / "kept").glob("*.bak"))
        assert len(kept) == 2 + 3
        shown = site.journals()[-1].read_text()
    assert STEP in shown

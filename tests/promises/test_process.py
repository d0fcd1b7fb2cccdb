"""A4, A5, A6, A15, B10, B11: what others on the same machine can see of a run."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest

from cmsdeploy.cli.commands import command_line
from cmsdeploy.inventory.programs import environment_of_programs
from tests.promises.canary import canary, found, of_files
from tests.promises.numbers import reached
from tests.promises.planted import Planted, planted
from tests.promises.processes import PROJECT, Trace, environment_of, run, sampled, traced
from tests.vault.terminal import environment_of as plain_environment


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    """One site for all that does not mind what was done before."""
    with planted(tmp_path_factory.mktemp("promises") / "site") as made:
        yield made


def _password_program(site: Planted) -> Path:
    """Gives the vault password, slowly enough to be looked at, and tells what it sees."""
    path = site.folder / "sources" / "vault-program"
    secret = site.folder / "sources" / "vault-password"
    seen = site.folder / "sources" / "seen"
    path.write_text(f"#!/bin/sh\nenv > {seen}\nsleep 0.2\ncat {secret}\n")
    path.chmod(0o700)
    return path


def test_no_process_shows_a_canary(shared: Planted, tmp_path: Path) -> None:
    """A4: neither in the arguments nor in the environment of a child, sampled and traced."""
    program = str(_password_program(shared))
    known = {"CANARY_PASSPHRASE": shared.planted["key passphrase"]}
    password = canary()
    site = replace(shared, vault_source=program)
    words = ("apply", site.playbook, "--yes")
    with sampled({**known, "CMS_PASSWORD": password}) as seen:
        trace = traced(site, tmp_path / "trace", *words, calls="execve", CMS_PASSWORD=password)
    assert trace.code == 0, trace.err
    assert any("cmsdeploy" in text for text in seen.texts.values())
    started = [line for line in trace.programs if f'execve("{program}"' in line]
    assert started, "the program that gives the password was never started"
    secrets = {**site.secrets, "of the environment": password}
    passed = {"children": "\n".join(started), "arguments": "\n".join(_arguments(trace))}
    assert found(secrets, {**seen.texts, **passed}) == []
    reached("A4", f"0 hits in {len(seen.texts)} texts, {seen.looks} looks, {len(started)} children")


def _arguments(trace: Trace) -> list[str]:
    """The words of every program that was started, without its environment."""
    return [line.partition("], [")[0] for line in trace.programs]


def test_what_a_program_of_others_gets_to_see() -> None:
    """A4: no password of the inventory, nothing that loads code; its own variables stay."""
    kept = {"PATH": "/bin", "HOME": "/root", "LANG": "C", "VAULT_ADDR": "x", "VAULT_TOKEN": "y"}
    kept |= {"SSH_AUTH_SOCK": "z", "TERM": "vt100", "PASSWORD_STORE_DIR": "/p", "ENVIRONMENT": "e"}
    gone = ["LD_PRELOAD", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONSTARTUP", "PERL5LIB", "BASH_ENV"]
    gone += ["ENV", "SSLKEYLOGFILE", "CMS_PASSWORD", "LAB_SECRET", "KEY_PASSPHRASE", "db_password"]
    assert environment_of_programs({**kept, **dict.fromkeys(gone, "secret")}) == kept


def _options(command: click.Command, path: str) -> Iterator[tuple[str, click.Parameter]]:
    context = click.Context(command)
    for parameter in command.params:
        yield path, parameter
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _options(inner, f"{path} {name}")


def test_no_option_takes_a_secret() -> None:
    """A4: what asks for one is a flag; what names one names a file."""
    rows = list(_options(command_line(), "cmsdeploy"))
    words = ("pass", "secret", "token", "credential")
    named = [
        (path, option)
        for path, option in rows
        if isinstance(option, click.Option) and any(w in str(option.opts) for w in words)
    ]
    taking = [
        f"{path} {option.opts}"
        for path, option in named
        if not option.is_flag and not str(option.opts[-1]).endswith(("-file", "-id"))
    ]
    assert len(rows) > 100
    assert len(named) > 10
    assert taking == []
    reached("A4", f"0 of {len(rows)} options take a secret literal")


LONG = pytest.mark.long


@pytest.mark.parametrize(
    "umask", [0o000, pytest.param(0o022, marks=LONG), pytest.param(0o077, marks=LONG)]
)
def test_files_are_born_private(shared: Planted, tmp_path: Path, umask: int) -> None:
    """A5: every O_CREAT asks for 0600 or less, every folder for 0700, and no mode is mended."""
    state = tmp_path / "new" / "state"
    plan = tmp_path / "night.plan"
    made = []
    for number, words in enumerate(
        (("plan", shared.playbook, "-o", str(plan)), ("apply", str(plan)))
    ):
        trace = traced(
            shared,
            tmp_path / f"trace{number}",
            *words,
            calls="openat,mkdir,mkdirat,chmod,fchmod,fchmodat",
            umask=umask,
            CMSDEPLOY_STATE=str(state),
        )
        assert trace.code == 0, trace.err
        assert trace.changed_modes == []
        made += [each for each in trace.created if not each.path.startswith("/dev/")]
    wide = [each for each in made if each.mode & ~(0o700 if each.is_folder else 0o600)]
    assert wide == []
    assert len([each for each in made if each.is_folder]) >= 2
    assert len([each for each in made if not each.is_folder]) >= 3
    reached("A5", f"umask {umask:03o}: {len(made)} of {len(made)} born private, 0 chmod")


KILLS = "openat"


def _planned(site: Planted, folder: Path, *before: str) -> subprocess.CompletedProcess[str]:
    words = ("plan", site.playbook, "-o", str(folder / "night.plan"))
    return run(site, *words, before=before, CMSDEPLOY_STATE=str(folder / "state"))


def _kills(site: Planted, folder: Path, *, is_long: bool) -> range:
    """Numbers of calls: some of the last ones in the default run, each fifth in the long one."""
    log = folder / "trace"
    strace = ("strace", "-f", "-q", "--seccomp-bpf", "-o", str(log), "-e", f"trace={KILLS}")
    assert _planned(site, folder, *strace).returncode == 0
    lines = log.read_text(errors="replace").splitlines()
    # Calls are counted for each thread; the first one is the one that reads, plans and writes.
    calls = sum(1 for line in lines if line.split()[0] == lines[0].split()[0] and "(" in line)
    return range(calls // 2, calls, 5) if is_long else range(calls - 12, calls, 11)


@pytest.mark.parametrize("is_long", [False, pytest.param(True, marks=LONG)])
def test_a_kill_leaves_no_canary_on_the_disk(
    shared: Planted, tmp_path: Path, is_long: bool
) -> None:
    """A5: at a call of the system, wherever it is: what lies around holds no secret."""
    # Without --seccomp-bpf: with it strace injects nothing.
    kills, strace = 0, ("strace", "-f", "-q", "-o", os.devnull)
    for number in _kills(shared, tmp_path, is_long=is_long):
        (tmp_path / "night.plan").unlink(missing_ok=True)
        inject = ("-e", f"trace={KILLS}", "-e", f"inject={KILLS}:signal=SIGKILL:when={number}")
        kills += _planned(shared, tmp_path, *strace, *inject).returncode != 0
        texts = {**shared.left_behind(), **of_files([tmp_path])}
        assert found(shared.secrets, texts) == []
    assert kills
    reached("A5", f"0 hits after {kills} kills")


_ABORT = """
import os, signal, sys
from cmsdeploy.cli.process import keep_memory_private
if sys.argv[1] == "private":
    keep_memory_private()
secret = "canary" * 100
os.kill(os.getpid(), signal.SIGABRT)
"""
_DUMPABLE = """
import ctypes, os, resource, subprocess, sys
from cmsdeploy.cli.process import keep_memory_private
keep_memory_private()
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE)[0])
"""


def _python(folder: Path, text: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["prlimit", "--core=unlimited:unlimited", sys.executable, "-c", text, *words],
        cwd=folder,
        env=plain_environment(folder),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_abort_leaves_no_core(tmp_path: Path) -> None:
    """A6: the limit is zero and the process is not dumpable; without us there would be a core."""
    done = _python(tmp_path, _ABORT, "private")
    assert done.returncode == -signal.SIGABRT
    assert [p for p in tmp_path.iterdir() if "core" in p.name] == []
    said = _python(tmp_path, _DUMPABLE)
    assert said.stdout.split() == ["0", "0"], said.stderr
    reached("A6", "0 core files after SIGABRT; dumpable 0, core limit 0")


def test_the_start_of_the_process_does_it(shared: Planted) -> None:
    """A6: not only the function: the command line itself, seen from outside while it works."""
    unlimited = ["prlimit", "--core=4096:4096", sys.executable, "-m", "cmsdeploy"]
    process = subprocess.Popen(
        [*unlimited, *shared.words("plan", shared.playbook)],
        cwd=shared.folder,
        env=environment_of(shared),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    limits = ""
    end = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < end:
        try:
            text = Path(f"/proc/{process.pid}/limits").read_text()
        except OSError:
            break
        limits = next(line for line in text.splitlines() if line.startswith("Max core"))
        if limits.split()[4:6] == ["0", "4096"]:
            break
        time.sleep(0.005)
    process.wait(60)
    assert limits.split()[4:6] == ["0", "4096"], limits


def test_prompts_are_on_the_terminal_alone(shared: Planted) -> None:
    """A15: with a terminal the password is asked for there, unseen, whatever stdin is."""
    child, terminal = pty.fork()
    words = [sys.executable, "-c", "from cmsdeploy.cli.console import ask_secret\n"
             "s = ask_secret('SSH password')\nprint('GOT', len(s.reveal()))"]  # fmt: skip
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.execve(words[0], words, environment_of(shared))
    secret, screen, is_typed = canary(), b"", False
    while select.select([terminal], [], [], 20)[0]:
        try:
            screen += os.read(terminal, 4096)
        except OSError:
            break
        if not is_typed and screen.endswith(b"password: "):
            os.write(terminal, secret.encode() + b"\n")
            is_typed = True
    os.close(terminal)
    os.waitpid(child, 0)
    assert b"GOT 24" in screen
    assert found({"typed": secret}, {"screen": screen.decode()}) == []
    reached("A15", "0 hits on a recorded terminal, standard input elsewhere")


@pytest.mark.parametrize("way", ["pipe", "closed", "null"])
def test_without_a_terminal_nobody_waits(shared: Planted, way: str) -> None:
    """A15: standard input is never read for a secret: an error, at once."""
    words = [sys.executable, "-m", "cmsdeploy", *shared.words("plan", "-k", shared.playbook)]
    if way == "closed":
        words = ["sh", "-c", 'exec "$@" <&-', "sh", *words]
    reading, writing = os.pipe()
    os.write(writing, b"never-read\n")
    began = time.monotonic()
    done = subprocess.run(
        words,
        cwd=shared.folder,
        env=environment_of(shared),
        stdin=subprocess.DEVNULL if way == "null" else reading,
        capture_output=True,
        text=True,
        timeout=30,
        start_new_session=True,
        check=False,
    )
    is_unread = os.read(reading, 100) == b"never-read\n"
    os.close(reading)
    os.close(writing)
    assert is_unread
    assert done.returncode == 3, done.stderr
    assert "there is no terminal" in done.stderr
    assert time.monotonic() - began < 10
    reached("A15", f"{way}: exit 3, nothing read, no wait")


EVIL = ("enum", "yaml", "click", "sitecustomize", "conftest", "typing", "paramiko", "jinja2")
TWELVE = (
    ("--version",), ("--help",), ("inventory", "--list"), ("inventory", "--graph"),
    ("render", "{playbook}"), ("render", "{playbook}", "--format", "json"),
    ("plan", "{playbook}"), ("apply", "{playbook}", "--yes"), ("verify", "{playbook}"),
    ("exec", "all", "--", "version"), ("schema", "inventory"), ("certs", "check"),
)  # fmt: skip


@pytest.mark.parametrize("rows", [TWELVE[5:8], pytest.param(TWELVE, marks=LONG)], ids=len)
def test_nothing_in_a_folder_of_others_is_run(
    shared: Planted, tmp_path: Path, rows: tuple[tuple[str, ...], ...]
) -> None:
    """B10: modules, plug-ins and settings of other programs where we stand: no marker."""
    folder, marker = tmp_path / "theirs", tmp_path / "marker"
    (folder / "filter_plugins").mkdir(parents=True)
    evil = f"open({str(marker)!r}, 'a').write(__name__ + '\\n')\n"
    for name in (*(f"{name}.py" for name in EVIL), "filter_plugins/x.py"):
        (folder / name).write_text(evil)
    (folder / "ansible.cfg").write_text("[defaults]\nfilter_plugins=filter_plugins\n")
    (folder / ".netrc").write_text("machine 127.0.1.1 login x password y\n")
    for row in rows:
        words = [word.format(playbook=shared.playbook) for word in row]
        given = words if words[0] in ("--version", "--help", "schema") else shared.words(*words)
        done = subprocess.run(
            [sys.executable, "-m", "cmsdeploy", *given],
            cwd=folder,
            env={**environment_of(shared), "HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode in (0, 2, 5), (row, done.stderr)
        assert "Traceback" not in done.stderr
    assert not marker.exists(), marker.read_text()
    # The same folder does run its modules where nobody takes it off the path.
    naked = [sys.executable, "-c", "import yaml"]
    subprocess.run(naked, cwd=folder, check=False, capture_output=True)
    assert marker.exists()
    reached("B10", f"0 markers after {len(rows)} commands")


HOSTILE = (
    "-oProxyCommand=touch", "$(touch x)", "`touch x`", "a;touch x", "a|touch x", "a&touch x",
    "a\ntouch x", "%r%h", "root@-oProxyCommand=x", "../../etc", "a b", "'", '"', "\\", "~root",
)  # fmt: skip


@pytest.mark.parametrize("values", [HOSTILE[:2], pytest.param(HOSTILE, marks=LONG)], ids=len)
def test_no_shell_is_ever_started(shared: Planted, tmp_path: Path, values: tuple[str, ...]) -> None:
    """B11: neither by a host nor by a user, nor by the settings of OpenSSH, which are not read."""
    ssh = shared.folder / ".ssh"
    ssh.mkdir(mode=0o700, exist_ok=True)
    (ssh / "config").write_text('Match exec "touch x"\nHost *\n  ProxyCommand touch %h %r\n')
    inventory = tmp_path / "hosts.yml"
    for number, value in enumerate(values):
        words = json_inventory(value, number)
        inventory.write_text(words)
        log = tmp_path / f"trace{number}"
        done = subprocess.run(
            ["strace", "-f", "-q", "--seccomp-bpf", "-o", str(log), "-e", "trace=execve",
             sys.executable, "-m", "cmsdeploy", "exec", "all", "-i", str(inventory),
             "--", "version"],
            cwd=tmp_path, env=environment_of(shared), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode in (2, 3, 4), done.stderr
        started = [line for line in log.read_text().splitlines() if "execve(" in line]
        assert len(started) == 1, started
    assert not list(tmp_path.rglob("x"))
    reached("B11", f"0 shells in {len(values)} runs")


def json_inventory(value: str, number: int) -> str:
    """One host with a hostile address, user, or both."""
    import json

    words = {"ansible_port": 9, "ansible_host": value, "ansible_user": value}
    if number % 3 == 0:
        words["ansible_host"] = "127.0.0.1"
    elif number % 3 == 1:
        words["ansible_user"] = "admin"
    return json.dumps({"all": {"hosts": {"cb1": words}}})


def test_no_shell_stands_in_the_product() -> None:
    """B11: no ``shell=True``, no ``os.system``, no ``popen`` in any file of the product."""
    for path in (PROJECT / "cmsdeploy").rglob("*.py"):
        text = path.read_text()
        for word in ("shell=True", "os.system(", "os.popen(", "getoutput("):
            assert word not in text, path

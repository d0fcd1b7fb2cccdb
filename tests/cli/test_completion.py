"""Completion as a person has it: real bash, zsh and fish, on a real terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmsdeploy.cli.commands import command_line
from cmsdeploy.cli.commands.init_command import make_site
from cmsdeploy.cli.completion import _KNOWN, completed

PROJECT = Path(__file__).parent.parent.parent
INVENTORY = "-i inventories/three-clusters"
_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[=>]|\][^\x07]*\x07|\(B)|\x07")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site, a ``cmsdeploy`` on the path, and a playbook with names that no shell may run."""
    folder = tmp_path_factory.mktemp("completion")
    make_site(folder / "site")
    program = folder / "site" / "bin" / "cmsdeploy"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m cmsdeploy "$@"\n')
    program.chmod(0o755)
    (folder / "site" / "hostile.yml").write_text(
        "- hosts: all\n"
        "  tasks:\n"
        "    - {name: 'Take $(touch owned); `touch owned` it', assert: {that: 'true'}}\n"
        '    - {name: "Two\\nlines", assert: {that: "true"}}\n'
    )
    return folder / "site"


def environment(site: Path) -> dict[str, str]:
    return {
        "PATH": f"{site / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(PROJECT),
        "HOME": str(site),
        "TERM": "dumb",
        "LC_ALL": "C.UTF-8",
    }


class Terminal:
    """A shell on a terminal of its own; keys go in, what a person would see comes out."""

    def __init__(self, words: list[str], site: Path) -> None:
        ours, theirs = pty.openpty()
        self._descriptor = ours
        self._process = subprocess.Popen(
            words,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=site,
            env=environment(site),
            start_new_session=True,
        )
        os.close(theirs)

    def type(self, keys: str) -> None:
        os.write(self._descriptor, keys.encode())

    def until(self, text: str, seconds: float = 30) -> str:
        """Everything that is shown up to and with ``text``."""
        shown, end = "", time.monotonic() + seconds
        while text not in _ESCAPES.sub("", shown):
            assert time.monotonic() < end, (text, shown)
            if select.select([self._descriptor], [], [], 0.2)[0]:
                shown += os.read(self._descriptor, 65536).decode(errors="replace")
        return _ESCAPES.sub("", shown)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._descriptor)


@pytest.fixture
def bash(site: Path) -> Iterator[Terminal]:
    terminal = Terminal(["bash", "--norc", "--noprofile", "-i"], site)
    terminal.type("bind 'set enable-bracketed-paste off'; stty cols 300\n")
    terminal.type('PS1="ready> "; eval "$(cmsdeploy completion bash)"; echo be"gun"\n')
    terminal.until("begun")
    yield terminal
    terminal.close()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("cmsdeploy ver\t", "cmsdeploy verify "),
        (f"cmsdeploy plan x.yml {INVENTORY} -l tok\t-cb\t", "-l tokyo-cb4 "),
        (f"cmsdeploy plan x.yml {INVENTORY} --limit=paris:xmp\t", "--limit=paris:xmpp_servers "),
        (f"cmsdeploy plan x.yml {INVENTORY} -l 'paris:&xmp\t", "-l 'paris:&xmpp_servers' "),
        (f"cmsdeploy exec {INVENTORY} london-cms3,tokyo-cms1\t", "london-cms3,tokyo-cms1 "),
        ("cmsdeploy apply playbooks/site.yml -t veri\t", "-t verify "),
        ("cmsdeploy apply playbooks/site.yml --skip-tags verify,pre\t", "verify,preflight "),
        ("cmsdeploy apply playbooks/si\t", "playbooks/site.yml "),
        ("cmsdeploy plan -i inventories/tac\t", "inventories/tac-213479/"),
        ("cmsdeploy explain xmpp/dup\t", "xmpp/duplicate-peer "),
        ("cmsdeploy doc callb\t", "callbridge "),
        ("cmsdeploy apply hostile.yml --start-at-task Take\t", "Take\\ \\$\\(touch\\ owned\\)"),
    ],
)
def test_bash(bash: Terminal, site: Path, typed: str, shown: str) -> None:
    """What stands on the line after Tab; a name with marks of the shell is quoted."""
    bash.type(typed)
    bash.until(shown)
    bash.type("\x15echo d''one\n")
    bash.until("done")
    assert not (site / "owned").exists()


def test_zsh(site: Path) -> None:
    """Hosts, tags and commands in zsh."""
    terminal = Terminal(["zsh", "-f", "-i"], site)
    try:
        terminal.type("autoload -Uz compinit; compinit -u -d zcompdump; PS1='ready> '\n")
        terminal.type('eval "$(cmsdeploy completion zsh)"; echo be""gun\n')
        terminal.until("begun")
        for typed, shown in (
            ("cmsdeploy ver\t", "cmsdeploy verify"),
            (f"cmsdeploy plan x.yml {INVENTORY} -l tokyo-cb\t", "-l tokyo-cb4"),
            ("cmsdeploy apply playbooks/site.yml -t veri\t", "-t verify"),
        ):
            terminal.type(typed)
            terminal.until(shown)
            terminal.type("\x15echo d''one\n")
            terminal.until("done")
    finally:
        terminal.close()


def test_fish(site: Path) -> None:
    """fish says itself what it would offer."""
    asked = "cmsdeploy completion fish | source; complete -C {}"
    for typed, offered in (
        ("cmsdeploy ver", {"verify"}),
        (f"cmsdeploy plan x.yml {INVENTORY} -l tokyo-c", {"tokyo-cms1", "tokyo-cms2", "tokyo-cb4"}),
        ("cmsdeploy apply playbooks/site.yml -t veri", {"verify"}),
    ):
        done = subprocess.run(
            ["fish", "--no-config", "-c", asked.format(f'"{typed}"')],
            cwd=site,
            env={**environment(site), "TERM": "xterm"},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert offered <= {line.split("\t")[0] for line in done.stdout.splitlines()}, done


def answers(site: Path, line: str, **more: str) -> subprocess.CompletedProcess[str]:
    """What we say to bash, as a process."""
    asked = {"COMP_LINE": line, "_CMSDEPLOY_COMPLETE": "bash_complete", **more}
    return subprocess.run(
        [str(site / "bin" / "cmsdeploy")],
        cwd=site,
        env={**environment(site), **asked},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class TestQuiet:
    """Whatever is wrong with a file, nobody hears of it while typing."""

    @pytest.mark.parametrize(
        "content",
        [
            "$ANSIBLE_VAULT;1.1;AES256\n6162\n",
            "all: [",
            "all:\n  hosts: {a: {x: !vault 'x'}}\n  hosts: {}\n",
            "\x00\xff",
            "#!/bin/sh\ntouch owned\n",
            "",
        ],
    )
    def test_a_broken_inventory(self, site: Path, tmp_path: Path, content: str) -> None:
        """No names, no word, exit code 0; no vault password is asked for, nothing is run."""
        path = tmp_path / "hosts.yml"
        path.write_text(content, encoding="latin-1")
        path.chmod(0o700)
        done = answers(site, f"cmsdeploy plan x.yml -i {path} -l ")
        assert (done.returncode, done.stderr, done.stdout) == (0, "", "")
        assert not (site / "owned").exists()

    @pytest.mark.parametrize(
        "line",
        ["", " ", "cmsdeploy", "cmsdeploy nobody ", 'cmsdeploy plan "', "cmsdeploy \\", "\x01"],
    )
    def test_an_odd_line(self, site: Path, line: str) -> None:
        """Never a traceback."""
        done = answers(site, line)
        assert (done.returncode, done.stderr) == (0, "")

    def test_an_instruction_that_we_do_not_know(self) -> None:
        """Another program's shell, or a newer one."""
        for instruction in ("", "bash", "tcsh_complete", "bash_source", "bash_complete_x"):
            assert completed(command_line(), instruction) == ""

    def test_a_name_of_two_lines_is_left_out(self, site: Path) -> None:
        """It would be two names."""
        done = answers(site, "cmsdeploy apply hostile.yml --start-at-task Tw")
        assert done.stdout == ""


def test_every_completed_parameter_exists() -> None:
    """A parameter that is renamed must not lose its names without a word."""
    import click

    known: set[str] = set()

    def gather(command: click.Command) -> None:
        known.update(parameter.name or "" for parameter in command.params)
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                gather(below)

    gather(command_line())
    assert set(_KNOWN) - known == set()


def test_it_is_fast_enough_to_type(site: Path) -> None:
    """Times of `--help`; the least of several, since others work on this machine too."""

    def least(*words: str, **more: str) -> float:
        times = []
        for _ in range(3):
            start = time.perf_counter()
            subprocess.run(
                [str(site / "bin" / "cmsdeploy"), *words],
                cwd=site,
                env={**environment(site), **more},
                capture_output=True,
                check=True,
            )
            times.append(time.perf_counter() - start)
        return min(times)

    usual = least("--help")
    asked = {"_CMSDEPLOY_COMPLETE": "bash_complete"}
    assert least(COMP_LINE="cmsdeploy re", **asked) < 2 * usual
    hosts = f"cmsdeploy exec {INVENTORY} lon"
    assert least(COMP_LINE=hosts, **asked) < 4 * usual
    tags = "cmsdeploy plan playbooks/site.yml -t ve"
    assert least(COMP_LINE=tags, **asked) < 9 * usual

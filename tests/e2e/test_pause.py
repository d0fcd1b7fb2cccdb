"""A pause of the playbook over the lab: who is asked, what is sent before, and what after."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import time

from tests.e2e.site import Site

BEFORE = """\
- import_playbook: certificates.yml
- hosts: all
  gather_facts: false
  tasks:
    - name: Look at the phones
      pause: {prompt: "Are all phones in?"}
"""
PLAYBOOK = BEFORE + "- import_playbook: xmpp-resilience.yml\n" + BEFORE.partition("\n")[2]
QUESTION = "Enter to go on, a to abort: "


def _written(site: Site, text: str = PLAYBOOK) -> str:
    path = site.folder / "playbooks" / "paused.yml"
    path.write_text(text)
    return str(path)


class Terminal:
    """The command line on a terminal of its own; ``screen`` is what stands on it so far."""

    def __init__(self, site: Site, *words: str) -> None:
        self.process, self._program = pty.fork()
        if self.process == 0:
            os.chdir(site.folder)
            command = site.command(*words)
            os.execve(command[0], command, site.environment_of_process())
        self.screen = ""

    def until(self, text: str) -> None:
        """Read until ``text`` is the last thing on the screen."""
        deadline = time.monotonic() + 60
        while not self.screen.endswith(text):
            assert time.monotonic() < deadline, self.screen
            if select.select([self._program], [], [], 1)[0]:
                piece = self._piece()
                assert piece, self.screen
                self.screen += piece

    def _piece(self) -> str:
        try:
            return os.read(self._program, 4096).decode("utf-8", "replace").replace("\r", "")
        except OSError:  # the other end is closed
            return ""

    def type(self, text: str) -> None:
        os.write(self._program, text.encode())

    def end(self) -> int:
        """The exit code, when all that is said has been read."""
        while piece := self._piece():
            self.screen += piece
        os.close(self._program)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])


def _sent(site: Site) -> set[str]:
    return {line.partition(" ")[0] for lines in site.writes().values() for line in lines}


def test_a_person_goes_on_or_ends_it(site: Site) -> None:
    """``a``, Ctrl-C and Enter; what comes after the pause is sent after Enter only."""
    playbook = _written(site)
    for typed in ("later\na\n", "\x03"):
        terminal = Terminal(site, "apply", playbook)
        terminal.until("[yes/no] ")
        terminal.type("yes\n")
        terminal.until(QUESTION)
        assert "Are all phones in?" in terminal.screen
        assert "xmpp" not in _sent(site)
        terminal.type(typed)
        assert terminal.end() == 130, terminal.screen
        assert "run apply again: it goes on from here" in terminal.screen
        assert "failed=0" in terminal.screen
        assert "xmpp" not in _sent(site)
    terminal = Terminal(site, "apply", playbook)
    terminal.until("[yes/no] ")
    terminal.type("y\n")
    terminal.until(QUESTION)
    terminal.type("\n")
    assert terminal.end() == 0, terminal.screen
    assert terminal.screen.count(QUESTION) == 1
    assert "xmpp" in _sent(site)


def test_without_a_terminal_a_pause_is_said_and_goes_on(site: Site) -> None:
    """As Ansible does; the second plan is empty, the pauses with it; a plan never waits."""
    playbook = _written(site)
    began = time.monotonic()
    planned = site.run("plan", playbook, "-o", str(site.folder / "night.plan"))
    assert planned.stdout.count("pause until somebody goes on: Are all phones in?") == 1
    applied = site.run("apply", str(site.folder / "night.plan"))
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert "paused  pause until somebody goes on: Are all phones in?" in applied.stderr
    assert "nobody is asked here: the run goes on" in applied.stderr
    journal = [json.loads(line) for line in site.journals()[-1].read_text().splitlines()]
    order = [one["step"].split("/")[1] for one in journal if one["event"] == "step-done"]
    middle = order.index("pause")
    assert set(order[:middle]) == {"pki"}
    assert set(order[middle + 1 :]) == {"xmpp"}
    again = site.run("plan", playbook, "--detailed-exitcode")
    assert (again.returncode, again.stdout.strip()) == (0, "No changes.")
    assert site.run("verify", playbook).returncode == 0
    assert time.monotonic() - began < 60


def test_a_pause_of_some_seconds_waits_and_may_be_ended_early(site: Site) -> None:
    """-y asks nothing and waits all the same; a Ctrl-C asks whether to go on."""
    timed = PLAYBOOK.replace('prompt: "Are all phones in?"', "minutes: 10")
    terminal = Terminal(site, "apply", _written(site, timed))
    terminal.until("[yes/no] ")
    terminal.type("yes\n")
    terminal.until("paused  pause for 600 s\n")
    terminal.type("\x03")
    terminal.until(QUESTION)
    terminal.type("c\n")
    assert terminal.end() == 0, terminal.screen
    assert "xmpp" in _sent(site)


def test_a_signal_ends_a_pause(site: Site) -> None:
    """SIGTERM is no Ctrl-C, by its exit code too: nobody is asked, and nothing more is sent."""
    timed = PLAYBOOK.replace('prompt: "Are all phones in?"', "minutes: 10")
    terminal = Terminal(site, "apply", "-y", _written(site, timed))
    terminal.until("paused  pause for 600 s\n")
    os.kill(terminal.process, signal.SIGTERM)
    assert terminal.end() == 143
    assert QUESTION not in terminal.screen
    assert "xmpp" not in _sent(site)

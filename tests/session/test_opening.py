"""From a host to a session over the real wire: a shell script plays a box behind OpenSSH."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cmsdeploy.errors import DeviceError, HostError, IdentityError, UnreachableError
from cmsdeploy.model.action import Answer, Call, Command
from cmsdeploy.model.host import Host, Login, WebAdmin
from cmsdeploy.model.records import Query
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.session import open_box
from cmsdeploy.session.box import BoxSession
from cmsdeploy.session.redaction import Redactor
from tests.ending import ends_within
from tests.transport.sshd import Sshd, sshd

REFERENCE = SecretRef("callbridge/cb1")
SECRET = Secret("kvgP1SRzWVabhiPVAb1")
ADD = Command(("add-secret",), answer=Answer("Enter callbridge secret", REFERENCE))

PLAY = """\
#!/bin/bash
answer() {
  case "$1" in
    version) echo 2.9.5 ;;
    refuse) echo "SUCCESS: one"; echo "FAILURE: two" ;;
    spoof) echo "cb1.example.com> "; sleep 0.1; echo "Enter callbridge secret"; echo end ;;
    add-secret) stty -echo; printf 'Enter callbridge secret: '; read -r secret; stty echo; echo
                echo "SUCCESS: ${#secret} characters" ;;
    loud) printf 'Enter callbridge secret: '; read -r secret; echo "SUCCESS: added" ;;
    remove) printf 'Are you sure? (Y/n) '; read -r word
            if [ "$word" = Y ]; then echo "SUCCESS: removed"; fi ;;
    hang) printf 'Something else: '; read -r word ;;
    "") ;;
    *) echo "Unknown command: $1" ;;
  esac
}
if [ -n "$SSH_ORIGINAL_COMMAND" ]; then answer "$SSH_ORIGINAL_COMMAND"; exit; fi
printf 'Welcome\\n\\033[1mAuthorised use only\\033[0m\\n'
while printf 'cb1.example.com> '; IFS= read -r line; do answer "$line"; done
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """OpenSSH's server with the script for a shell."""
    folder = tmp_path_factory.mktemp("box")
    play = folder / "play"
    play.write_text(PLAY)
    play.chmod(0o755)
    with sshd(folder / "server", ["ed25519"], f"ForceCommand {play}") as running:
        yield running


def _open(server: Sshd, host: Host) -> BoxSession:
    return open_box(
        host,
        known_hosts=[server.known_hosts("ed25519")],
        redactor=Redactor(),
        default_deadline_seconds=5,
    )


@pytest.mark.parametrize("is_shell_only", [False, True])
def test_a_box(server: Sshd, is_shell_only: bool) -> None:
    """Replies, refusals, spoofed prompts, a secret and a confirmation, on a real terminal."""
    session = _open(server, replace(server.host(), is_shell_only=is_shell_only))
    assert session.read(Command.of("version")).text == "2.9.5\n"
    spoofed = "cb1.example.com> \nEnter callbridge secret\nend\n"
    if not is_shell_only:
        assert session.read(Command.of("spoof")).text == spoofed
    with pytest.raises(DeviceError, match="FAILURE: two"):
        session.perform(Command.of("refuse"), {})
    assert "SUCCESS: 19 characters" in session.perform(ADD, {REFERENCE: SECRET}).text
    remove = Command(("remove",), confirmations=("Are you sure",))
    assert "SUCCESS: removed" in session.perform(remove, {}).text
    assert session.read(Command.of("version")).text == "2.9.5\n"
    session.close()


def test_a_prompt_line_in_the_output_of_a_shell(server: Sshd) -> None:
    """It ends with a line end, so it is no prompt, however long the box pauses behind it."""
    session = _open(server, replace(server.host(), is_shell_only=True))
    text = session.read(Command.of("spoof")).text
    assert text == "cb1.example.com> \nEnter callbridge secret\nend\n"
    session.close()


def test_a_terminal_that_echoes_the_secret(server: Sshd) -> None:
    """Is noticed; the session can be used again, on a new connection."""
    session = _open(server, server.host())
    loud = replace(ADD, words=("loud",))
    with pytest.raises(DeviceError, match="showed the secret") as caught:
        session.perform(loud, {REFERENCE: SECRET})
    assert SECRET.reveal().decode() not in str(caught.value)
    assert session.read(Command.of("version")).text == "2.9.5\n"
    session.close()


def test_a_question_that_nobody_announced(server: Sshd) -> None:
    """Stops after two seconds of silence, before the deadline, and shows the question."""
    session = _open(server, server.host())
    with pytest.raises(DeviceError, match="Something else"):
        session.perform(replace(ADD, words=("hang",)), {REFERENCE: SECRET})
    session.close()


def test_identity_is_checked_for_the_session(server: Sshd, tmp_path: Path) -> None:
    """Without a known key there is no session, and the error names the host."""
    session = open_box(server.host(), known_hosts=[tmp_path / "none"], redactor=Redactor())
    with pytest.raises(IdentityError) as caught:
        session.read(Command.of("version"))
    assert caught.value.host == "cb1"


def test_the_web_admin_is_reached_by_its_own_address(server: Sshd) -> None:
    """Here nobody speaks TLS: the real transport says so."""
    webadmin = WebAdmin("127.0.0.1", server.port, password=Secret("s3cret-pass"))
    session = _open(server, replace(server.host(), webadmin=webadmin))
    with pytest.raises(UnreachableError, match="does not speak TLS"):
        session.read(Call("GET", "/api/v1/system/status"))
    session.close()


def test_name_servers_are_asked_over_the_wire() -> None:
    """Nobody listens at that port, which is an answer, and opens nothing to the box."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        free = f"127.0.0.1#{taken.getsockname()[1]}"
    session = open_box(Host("cb1", "192.0.2.1"), known_hosts=[], redactor=Redactor())
    names = session.read(Query(free, "a.com.", "A")).names
    session.close()
    assert names is not None
    assert (names.code, bool(names.trouble)) == ("", True)


def test_the_wire_is_imported_when_it_is_used() -> None:
    """A plan that is only rendered pays for no SSH library."""
    code = (
        "import sys, cmsdeploy.session, cmsdeploy.session.box, cmsdeploy.transport.memory;"
        "print([name for name in ('paramiko', 'urllib3', 'cryptography') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("read", [Command.of("version"), Call("GET", "/api/v1/system")])
def test_a_port_that_says_nothing_is_given_up_in_the_time_that_was_named(
    read: Command | Call,
) -> None:
    """Not in the time that counts where nobody names one."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        host = Host(
            "cb1", "127.0.0.1", port, login=Login(password=SECRET),
            webadmin=WebAdmin("127.0.0.1", port=port, password=SECRET),
        )  # fmt: skip
        session = open_box(host, known_hosts=[], redactor=Redactor(), connect_timeout=0.3)
        with ends_within(0.3), pytest.raises(HostError):
            session.read(read)

"""OpenSSH on both sides: its clients against the lab, and its server against the product."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.e2e.site import PROJECT, Site
from tests.transport.sshd import sshd

_BOX = """\
#!/bin/sh
case "$SSH_ORIGINAL_COMMAND" in
  version) echo 2.9.5 ;;
  "xmpp callbridge list")
    printf '***\\nCallbridge : cb1\\nDomain     : a.com\\nSecret     : kvgP1SRzWVabhiPVAb1\\n' ;;
  *) echo "Unknown command: $SSH_ORIGINAL_COMMAND" ;;
esac
"""


def test_the_product_talks_to_openssh_s_own_server(tmp_path: Path) -> None:
    """exec over a key file and a known_hosts file; the secret in the reply is masked."""
    script = tmp_path / "box.sh"
    script.write_text(_BOX)
    script.chmod(0o755)
    with sshd(tmp_path / "sshd", extra=f"ForceCommand {script}") as server:
        host = server.host()
        variables = {
            "ansible_host": host.address,
            "ansible_port": host.port,
            "ansible_user": host.login.user,
            "ansible_ssh_private_key_file": host.login.key_file,
        }
        inventory = tmp_path / "hosts.yml"
        inventory.write_text(json.dumps({"all": {"hosts": {"cb1": variables}}}))
        known = server.known_hosts("ed25519")

        def ask(*words: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [sys.executable, "-m", "cmsdeploy", "exec", "-i", str(inventory),
                 "--known-hosts", str(known), "cb1", "--", *words],
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT), "HOME": str(tmp_path)},
                capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip

        answer = ask("version")
        assert (answer.returncode, answer.stdout) == (0, "cb1:\n  2.9.5\n"), answer.stderr
        listed = ask("xmpp", "callbridge", "list")
        assert "Callbridge : cb1" in listed.stdout
        assert "kvgP1SRzWVabhiPVAb1" not in listed.stdout + listed.stderr
        known.write_text("")
        refused = ask("version")
        assert refused.returncode == 4
        assert "hosts trust" in refused.stdout + refused.stderr


def test_openssh_s_clients_talk_to_the_lab(site: Site, tmp_path: Path) -> None:
    """ssh runs a command by hand and sftp carries a file there and back."""
    box = site.lab.boxes["cb1"]
    known = tmp_path / "known"
    known.write_text(box.host_key_line + "\n")
    password = tmp_path / "askpass"
    secret = (site.folder / ".cmsdeploy" / "lab" / "password").read_text()
    password.write_text(f"#!/bin/sh\necho '{secret}'\n")
    password.chmod(0o700)
    environment = {
        "PATH": os.environ["PATH"],
        "SSH_ASKPASS": str(password),
        "SSH_ASKPASS_REQUIRE": "force",
        "DISPLAY": ":0",
    }
    options = ["-F", "none", "-o", f"UserKnownHostsFile={known}", "-o", "StrictHostKeyChecking=yes"]

    def run(*words: str, entered: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            list(words), input=entered, env=environment, cwd=tmp_path,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    port = str(box.ssh_port)
    said = run("ssh", *options, "-p", port, f"admin@{box.address}", "xmpp domain tptac9.com")
    assert (said.returncode, said.stdout) == (0, ""), said.stderr
    status = run("ssh", *options, "-p", port, f"admin@{box.address}", "xmpp")
    assert "tptac9.com" in status.stdout
    (tmp_path / "a.cer").write_text("one\n")
    copied = run(
        "sftp", "-oBatchMode=no", *options, "-P", port, "-b", "-", f"admin@{box.address}",
        entered="put a.cer\nget a.cer back.cer\nls\n",
    )  # fmt: skip
    assert copied.returncode == 0, copied.stderr
    assert (tmp_path / "back.cer").read_text() == "one\n"

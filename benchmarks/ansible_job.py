"""The job as an Ansible playbook: ``raw`` over OpenSSH, and ``cli_command`` over network_cli."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.boxes import Boxes
from benchmarks.peers_here import Peers
from benchmarks.processes import Spent, run

__all__ = ["make_key", "network_cli", "raw"]

_SETTINGS = {
    "ANSIBLE_HOST_KEY_CHECKING": "False",
    "ANSIBLE_PIPELINING": "True",
    "ANSIBLE_FORKS": "100",
    "ANSIBLE_RETRY_FILES_ENABLED": "False",
    "ANSIBLE_DEPRECATION_WARNINGS": "False",
}
Commands = dict[str, list[Any]]


def raw(boxes: Boxes, commands: Commands, peers: Peers) -> Spent:
    """One ``raw`` task in a loop, a master connection for each box. Logs in by a key."""
    key = boxes.folder / "key"
    arguments = "-o ControlMaster=auto -o ControlPersist=30s -o StrictHostKeyChecking=no"
    arguments += " -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
    own = {"ansible_ssh_private_key_file": str(key), "ansible_ssh_common_args": arguments}
    lines = {name: [line if isinstance(line, str) else line[0] for line in each]
             for name, each in commands.items()}  # fmt: skip
    tasks = [{"raw": "{{ item }}", "loop": "{{ lines }}", "failed_when": False}]
    return _play(boxes, peers, own, lines, tasks)


def network_cli(boxes: Boxes, commands: Commands, peers: Peers) -> Spent:
    """``cli_command``, a persistent connection for each box. What is typed at a question is any
    text: to carry a secret from one box to the next costs Ansible nothing more."""
    own = {
        "ansible_connection": "ansible.netcommon.network_cli",
        "ansible_network_os": "ansible.netcommon.default",
        "ansible_host_key_checking": False,
    }
    lines = {name: [line if isinstance(line, str) else line[0] for line in each]
             for name, each in commands.items()}  # fmt: skip
    module = "ansible.netcommon.cli_command"
    asking = {"command": "{{ item }}", "prompt": ["secret"], "answer": ["x"]}
    tasks = [
        {
            module: {"command": "{{ item }}"},
            "loop": "{{ lines | reject('search', 'add-secret') | list }}",
        },
        {module: asking, "loop": "{{ lines | select('search', 'add-secret') | list }}"},
    ]
    return _play(boxes, peers, own, lines, tasks)


def _play(
    boxes: Boxes,
    peers: Peers,
    own: dict[str, Any],
    lines: dict[str, list[str]],
    tasks: list[dict[str, Any]],
) -> Spent:
    hosts = {
        name: {
            "ansible_host": box["address"],
            "ansible_port": box["port"],
            "ansible_user": box["user"],
            "ansible_password": box["password"],
            "lines": lines[name],
            **own,
        }
        for name, box in boxes.boxes.items()
    }
    if "ansible_ssh_private_key_file" in own:
        for each in hosts.values():
            del each["ansible_password"]
    folder = boxes.folder
    (folder / "ansible.json").write_text(json.dumps({"all": {"hosts": hosts}}))
    play = [{"hosts": "all", "gather_facts": False, "strategy": "free", "tasks": tasks}]
    (folder / "play.json").write_text(json.dumps(play))
    words = [peers.program("ansible-playbook"), "-i", str(folder / "ansible.json")]
    return run([*words, str(folder / "play.json")], folder, _SETTINGS)


def make_key(folder: Path) -> None:
    """A key by which Ansible logs in: OpenSSH takes no password from a program."""
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key")],
        check=True,
        capture_output=True,
    )

"""Nornir with Netmiko, tuned: the prompt is named, the echo not checked, nothing slept."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from job import Secrets, read_job, secrets_of  # type: ignore[import-not-found]


def work(task: Any, lines: list[Any], secrets: Secrets) -> None:
    """Everything on one box."""
    connection = task.host.get_connection("netmiko", task.nornir.config)
    prompt = rf"{task.host.name}> $"
    for line in lines:
        quick = {"cmd_verify": False, "strip_prompt": False, "strip_command": False}
        text = line
        if isinstance(line, list):
            connection.send_command(line[0], expect_string="secret", **quick)
            text = secrets.of(line[1])
        secrets.learn(connection.send_command(text, expect_string=prompt, **quick))


def main() -> None:
    """Do the job."""
    core, inventory = import_module("nornir.core"), import_module("nornir.core.inventory")
    register = import_module("nornir.core.plugins.connections").ConnectionPluginRegister
    runner = import_module("nornir.plugins.runners").ThreadedRunner
    configuration = import_module("nornir.core.configuration").Config
    register.auto_register()
    job = read_job()
    secrets = secrets_of(job)
    fast = {"fast_cli": True, "global_delay_factor": 0.01, "auto_connect": True}
    options = inventory.ConnectionOptions(platform="terminal_server", extras=fast)
    hosts = inventory.Hosts(
        {
            name: inventory.Host(
                name, box["address"], box["port"], box["user"], box["password"],
                connection_options={"netmiko": options},
            )
            for name, box in job["boxes"].items()
        }
    )  # fmt: skip
    nornir = core.Nornir(
        inventory.Inventory(hosts, inventory.Groups(), inventory.Defaults()),
        runner=runner(num_workers=job["most"]),
        config=configuration(),
    )

    def task(task: Any) -> None:
        work(task, job["commands"][task.host.name], secrets)

    result = nornir.run(task)
    result.raise_on_error()
    nornir.close_connections()


main()

"""A bare asyncssh script: all boxes in one event loop, a shell for each."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncssh
from job import Secrets, read_job, secrets_of  # type: ignore[import-not-found]


async def _until(process: Any, end: str) -> str:
    text = ""
    while not text.endswith(end):
        more = await process.stdout.read(32768)
        if not more:
            raise EOFError(text[-200:])
        text += more
    return text


async def work(
    box: dict[str, Any], lines: list[Any], secrets: Secrets, most: asyncio.Semaphore
) -> None:
    """Everything on one box."""
    async with (
        most,
        asyncssh.connect(
            box["address"],
            box["port"],
            username=box["user"],
            password=box["password"],
            known_hosts=None,
            client_keys=None,
            agent_path=None,
            config=None,
            gss_auth=False,
            preferred_auth="password",
        ) as connection,
    ):
        process = await connection.create_process(term_type="vt100")
        prompt = ("\n" + await _until(process, "> ")).rpartition("\n")[2]
        for line in lines:
            if isinstance(line, list):
                process.stdin.write(line[0] + "\n")
                await _until(process, "secret")
                while not secrets.are_known:
                    await asyncio.sleep(0.001)
                process.stdin.write(secrets.of(line[1]) + "\n")
            else:
                process.stdin.write(line + "\n")
            secrets.learn(await _until(process, prompt))


async def main() -> None:
    """Do the job."""
    job = read_job()
    secrets, most = secrets_of(job), asyncio.Semaphore(job["most"])
    await asyncio.gather(
        *(work(job["boxes"][name], lines, secrets, most) for name, lines in job["commands"].items())
    )


asyncio.run(main())

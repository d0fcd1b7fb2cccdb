"""``lab up | run | down | switches``: simulated boxes from the user's own inventory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cmsdeploy.cli.console import Console
from cmsdeploy.cli.job import load_site
from cmsdeploy.cli.options import Options, common_options
from cmsdeploy.errors import CmsdeployError, OptionError

if TYPE_CHECKING:
    from cmsdeploy.cli.lab_site import LabSite
    from cmsdeploy.lab import Lab
    from cmsdeploy.lab.wire.running_site import RunningSite

__all__ = ["command", "lab_of"]

_START_SECONDS = 120.0
_STOP_SECONDS = 20.0


@click.group("lab")
def command() -> None:
    """Simulated boxes on loopback, one for each host of an inventory."""


def _lab_options(function: Any) -> Any:
    for option in (
        click.option(
            "--latency-ms",
            type=click.IntRange(0, 60_000),
            default=0,
            help="What each command takes on a box.",
        ),
        click.option("--switch", "switches", multiple=True, help="NAME=POSITION; see switches."),
        click.option("--cms-version", default="2.9.5", help="Where lab_version names none."),
        click.option(
            "--out",
            type=click.Path(path_type=Path),
            default=Path("lab-inventory.yml"),
            help="The derived inventory.",
        ),
    ):
        function = option(function)
    return function


def _folder(out: Path) -> Path:
    # The usual name has the usual folder; two labs in one place do not know each other.
    name = "lab" if out.name == "lab-inventory.yml" else f"lab-{out.stem}"
    return out.absolute().parent / ".cmsdeploy" / name


@contextmanager
def lab_of(options: Options, given: dict[str, Any]) -> Iterator[tuple[Lab, Path, str]]:
    """Run the lab of an inventory; gives it, the derived inventory, and the boxes' password."""
    with _site_of(options, given) as (started, password):
        yield started.lab, given["out"], password


@contextmanager
def _site_of(options: Options, given: dict[str, Any]) -> Iterator[tuple[RunningSite, str]]:
    from cmsdeploy.cli.running_lab import running_site

    site = _described(options, given)
    switches = dict(_switch(text) for text in given["switches"])
    with running_site(site, switches, given["latency_ms"] / 1000) as started:
        yield started, site.password


def _described(options: Options, given: dict[str, Any]) -> LabSite:
    from cmsdeploy.cli.lab_site import LabSite

    out: Path = given["out"]
    return LabSite(load_site(options).inventory, out, _folder(out), given["cms_version"])


def _switch(text: str) -> tuple[str, str]:
    name, equals, position = text.partition("=")
    if not equals:
        raise OptionError(f"--switch {text!r} is not NAME=POSITION", "see: cmsdeploy lab switches")
    return name, position


@command.command("up")
@common_options
@_lab_options
@click.option("--background", "is_background", is_flag=True, help="Return when the boxes run.")
def up(is_background: bool, **given: Any) -> int:
    """Start the boxes, print and write the derived inventory, run until `lab down` or Ctrl-C."""
    options = Options.of(given)
    if is_background:
        return _in_background(options.console, given["out"])
    process = _folder(given["out"]) / "process"
    if _running_process(process) is not None:
        raise CmsdeployError(
            f"a lab runs already for {given['out']}",
            f"end it: cmsdeploy lab down --out {given['out']}",
        )
    with _site_of(options, given) as (started, _):
        options.console.result([*_table(started), f"inventory: {given['out']}"])
        process.write_text(str(os.getpid()), encoding="ascii")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
        finally:
            process.unlink(missing_ok=True)
    return 0


@command.command("run")
@common_options
@_lab_options
@click.argument("words", nargs=-1, required=True)
def run(words: Sequence[str], **given: Any) -> int:
    """Run a command while the boxes run, with CMSDEPLOY_INVENTORY set to the derived inventory."""
    with _site_of(Options.of(given), given) as (started, password):
        environment = {
            **os.environ,
            "CMSDEPLOY_INVENTORY": str(given["out"].absolute()),
            "CMSDEPLOY_LAB_PASSWORD": password,
            "CMSDEPLOY_LAB_DNS": f"{started.dns.place.address}:{started.dns.place.port}",
        }
        try:
            return subprocess.run(list(words), env=environment, check=False).returncode  # noqa: S603
        except OSError as error:
            raise OptionError(f"{words[0]!r} cannot be run: {error.strerror}") from error


@command.command("describe")
@common_options
@click.option("--cms-version", default="2.9.5", help="Where lab_version names none.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("lab-inventory.yml"))
def describe(**given: Any) -> int:
    """Print what `lab up` would start, as JSON, and write its certificates and password.

    For programs that run the lab in their own process, such as the pytest plug-in.
    """
    options = Options.of(given)
    options.console.result([_described(options, given).description().as_json()])
    return 0


@command.command("down")
@click.option("--out", type=click.Path(path_type=Path), default=Path("lab-inventory.yml"))
def down(out: Path) -> int:
    """Stop the boxes that `lab up` started for the derived inventory OUT."""
    process = _folder(out) / "process"
    number = _running_process(process)
    if number is None:
        raise CmsdeployError(f"no lab runs for {out}", "name the file of `lab up` with --out")
    os.kill(number, signal.SIGTERM)
    end = time.monotonic() + _STOP_SECONDS
    while _running_process(process) is not None:
        if time.monotonic() > end:
            raise CmsdeployError(f"process {number} does not end", "look at it by hand")
        time.sleep(0.05)
    Console().result(["the lab is down"])
    return 0


@command.command("switches")
def switches() -> int:
    """List what no source shows about boxes: positions, default, how well it is known."""
    from cmsdeploy.lab import SWITCHES

    lines = []
    for switch in SWITCHES.values():
        others = " | ".join(f"[{p}]" if p == switch.default else p for p in switch.positions)
        lines += [
            f"{switch.name}: {others}",
            f"    {switch.mark}, {switch.source}: {switch.decides}",
        ]
    Console().result(lines)
    return 0


def _table(started: RunningSite) -> Iterator[str]:
    boxes = started.lab.boxes
    width = max((len(name) for name in boxes), default=0)
    for name, box in boxes.items():
        ssh = f"{box.address}:{box.ssh_port}"
        yield (
            f"{name:<{width}}  ssh {ssh:<20}  https {box.address}:{box.api_port:<5}  "
            f"CMS {box.box.version}"
        )
    yield started.dns_line


def _running_process(path: Path) -> int | None:
    try:
        number = int(path.read_text(encoding="ascii"))
        os.kill(number, 0)
    except (OSError, ValueError):
        return None
    return number


def _in_background(console: Console, out: Path) -> int:
    """Start this very command again, without the flag, in a session of its own."""
    folder = _folder(out)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    words = [word for word in sys.argv[1:] if word != "--background"]
    with (folder / "output").open("wb") as output:
        child = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "cmsdeploy", *words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    end = time.monotonic() + _START_SECONDS
    while _running_process(folder / "process") != child.pid:
        if child.poll() is not None or time.monotonic() > end:
            for line in (folder / "output").read_text("utf-8", "replace").splitlines():
                console.error(line)
            return child.returncode or 1
        time.sleep(0.05)
    console.result((folder / "output").read_text("utf-8").splitlines())
    return 0

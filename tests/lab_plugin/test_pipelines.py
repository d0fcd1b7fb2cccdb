"""docs/ci: the pipelines are read as their services read them, and their lines are run."""

from __future__ import annotations

import configparser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from cmsdeploy.lab.user_lab import UserLab, start_lab

from .project import ROOT, example_files, run

CI = ROOT / "docs" / "ci"
INSTALL = "-m pip install 'cmsdeploy[lab]'"


@dataclass(frozen=True)
class Job:
    """The lines of one job, in order, and the variables around them."""

    name: str
    lines: tuple[str, ...]
    variables: dict[str, str]


def _text(name: str) -> str:
    return (CI / name).read_text(encoding="utf-8")


def github() -> list[Job]:
    pipeline = yaml.safe_load(_text("github-actions.yml"))
    return [
        Job(
            name,
            tuple(step["run"] for step in job["steps"] if "run" in step),
            pipeline["env"],
        )
        for name, job in pipeline["jobs"].items()
    ]


def gitlab() -> list[Job]:
    pipeline = yaml.safe_load(_text("gitlab-ci.yml"))
    before = pipeline["default"]["before_script"]
    return [
        Job(name, (*before, *pipeline[name]["script"]), pipeline["variables"])
        for name in pipeline["stages"]
    ]


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UserLab]:
    """Boxes that play production."""
    folder = tmp_path_factory.mktemp("production")
    (folder / "inventory.yml").write_text(example_files()["inventory.yml"])
    lab = start_lab(folder / "inventory.yml", folder)
    try:
        yield lab
    finally:
        lab.stop()


@pytest.fixture
def site(tmp_path: Path, production: UserLab) -> Path:
    """A site as `init` makes it, with an inventory of production and a test of its own."""
    done = run(tmp_path, ["cmsdeploy", "init", "site"])
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "site"
    (folder / "inventories" / "production").mkdir()
    hosts = folder / "inventories" / "production" / "hosts.yml"
    hosts.write_text(production.inventory.read_text())
    (folder / "tests").mkdir()
    (folder / "tests" / "test_lab.py").write_text("def test_it(cms_boxes):\n    assert cms_boxes\n")
    return folder


@pytest.mark.parametrize("job", [*github(), *gitlab()], ids=lambda job: job.name)
def test_every_line_of_a_pipeline_runs(job: Job, site: Path, production: UserLab) -> None:
    """Installing is left out: what is tested is installed already."""
    more = {**job.variables, "CMSDEPLOY_PASSWORD": "never used"}
    ran = 0
    for line in job.lines:
        if INSTALL in line:
            continue
        done = run(site, ["bash", "-eo", "pipefail", "-c", line], more)
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        ran += 1
    assert ran >= 1
    expected = {"rehearse": "runbook.md", "plan": "night.plan"}[job.name]
    assert (site / expected).stat().st_size > 0
    assert all(production.writes(name) == [] for name in production.boxes)


def test_both_pipelines_say_the_same() -> None:
    """The same jobs with the same commands, whatever the service."""

    def commands(jobs: list[Job]) -> dict[str, list[str]]:
        return {
            job.name: [" ".join(line.split()) for line in job.lines if INSTALL not in line]
            for job in jobs
        }

    assert commands(github()) == commands(gitlab())


def test_the_extra_that_pipelines_install_exists() -> None:
    """`cmsdeploy[lab]` brings the library of boxes; that of DNS is there for everybody."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    assert "asyncssh" in setup["options.extras_require"]["lab"]
    assert "dnspython>=2.6.1" in setup["options"]["install_requires"]
    assert all(any(INSTALL in line for line in job.lines) for job in (*github(), *gitlab()))

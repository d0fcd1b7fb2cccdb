"""``doc``: what it says of a family is what the family does; its manual pages are well-formed."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from cmsdeploy.cli.entry import main
from cmsdeploy.errors import InputError, Origin
from cmsdeploy.families import families
from cmsdeploy.families.form import Form
from cmsdeploy.model.certificate_order import CertificateOrder, FoundCertificate
from cmsdeploy.model.local_file import LocalFile
from cmsdeploy.report.family_text import FamilyText, example_of

NAMES = sorted(families())


@dataclass
class Site:
    """A site without files: an example is understood without them."""

    host: str = "cb1"
    cluster: str = "default"
    origin: Origin = field(default_factory=lambda: Origin("site.yml", 1, 1))

    def local_file(self, name: str, source: str | None) -> LocalFile:
        return LocalFile(name, source or f"files/{name}")

    def certificate(self, order: CertificateOrder) -> FoundCertificate:
        raise InputError("this site has no files")


def example(name: str) -> dict[str, object]:
    """The parameters of the example, as YAML gives them."""
    family = families()[name]
    told = FamilyText(name, "", family.parameters, family.versions)
    (task,) = yaml.safe_load("\n".join(example_of(told)))
    parameters: dict[str, object] = task[name]
    return parameters


@pytest.mark.parametrize("name", NAMES)
def test_the_example_holds_what_has_to_be_there(name: str) -> None:
    """Whoever copies it has a task that can be meant."""
    parameters = example(name)
    needed = {one.name for one in families()[name].parameters if one.is_needed}
    assert needed <= set(parameters)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "pki"])
def test_the_family_takes_its_example(name: str) -> None:
    """What is printed is understood; the files of `pki` are looked at in its own tests."""
    families()[name].spec(example(name), Site())


@pytest.mark.parametrize("name", [name for name in NAMES if name != "pki"])
def test_a_default_is_what_counts_when_it_is_left_out(name: str) -> None:
    """The same task with the default written out means the same."""
    family = families()[name]
    plain = example(name)
    for one in family.parameters:
        if one.default:
            left_out = {key: value for key, value in plain.items() if key != one.name}
            is_text = one.form in (Form.TEXT, Form.CHOICE)
            value = one.default if is_text else yaml.safe_load(one.default)
            written = {**left_out, one.name: value}
            assert family.spec(written, Site()) == family.spec(left_out, Site()), one.name


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_told(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each parameter with its type; what is said of a default stands beside it, too."""
    assert main(["doc", name]) == 0
    shown = capsys.readouterr().out
    for one in families()[name].parameters:
        assert f"{'=' if one.is_needed else '-'} {one.name}\n" in shown
        assert not (one.default and f"default: {one.default}" not in shown)
    assert max(map(len, shown.splitlines())) <= 80
    assert main(["doc", name, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)[name]
    assert [one["name"] for one in told["parameters"]] == [
        one.name for one in families()[name].parameters
    ]


def test_all_families_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """One line each; a name that there is not is refused with those that there are."""
    assert main(["doc"]) == 0
    shown = capsys.readouterr().out
    assert all(any(line.startswith(f"{name} ") for line in shown.splitlines()) for name in NAMES)
    assert main(["doc", "xmp"]) == 5
    assert "choose one of:" in capsys.readouterr().err


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("man")
    assert main(["doc", "--man", str(folder)]) == 0
    return folder / "man1"


def lint(*pages: Path) -> list[str]:
    """What mandoc finds, matters of style left out."""
    words = ["mandoc", "-T", "lint", "-W", "warning", *map(str, sorted(pages))]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    # A page has no date: two builds of one version are equal.
    return [line for line in done.stdout.splitlines() if "missing date" not in line]


class TestManualPages:
    """Made from the help of the commands."""

    def test_no_page_has_a_fault(self, pages: Path) -> None:
        """mandoc finds nothing worse than a matter of style; every command has a page."""
        names = {page.name for page in pages.iterdir()}
        assert {"cmsdeploy.1", "cmsdeploy-render.1", "cmsdeploy-certs-check.1"} <= names
        assert lint(*pages.iterdir()) == []

    def test_options_are_written_as_they_are_typed(self, pages: Path) -> None:
        """A hyphen stays a hyphen, so that a line can be copied."""
        done = subprocess.run(
            ["mandoc", "-T", "utf8", str(pages / "cmsdeploy-plan.1")],
            capture_output=True,
            text=True,
            check=True,
        )
        shown = done.stdout  # bold is a letter, a backspace and the letter again
        plain = "".join(
            character
            for number, character in enumerate(shown)
            if character != "\b" and shown[number + 1 : number + 2] != "\b"
        )
        assert "--detailed-exitcode" in plain
        assert "cmsdeploy plan" in plain

    def test_the_check_finds_a_fault(self, tmp_path: Path) -> None:
        """A macro that there is not."""
        page = tmp_path / "x.1"
        page.write_text('.TH "X" 1\n.SH NAME\nx \\- y\n.XYZ\n')
        assert "unknown macro" in str(lint(page))

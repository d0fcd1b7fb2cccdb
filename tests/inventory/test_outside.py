"""A host with words of ours that is in no group is told, with the name that may have been meant."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cmsdeploy.inventory import Inventory, load

_SITE = "xmpp_servers:\n  hosts: {PAR-4: {}, LYON-5: {}, cb2: {}}\n"


def _loaded(folder: Path, *texts: str) -> Inventory:
    paths = [folder / f"{number}.yml" for number, _ in enumerate(texts)]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
    return load(paths)


@pytest.mark.parametrize(
    ("overlay", "hint"),
    [
        ("par-4: {xmpp_state: absent}", "did you mean PAR-4? else put it into one"),
        ("LYO-5: {callbridge_state: absent}", "did you mean LYON-5?"),
        ("LYOM-5: {cms_session: shell}", "did you mean LYON-5?"),
        ("LYON-6: {xmpp_state: absent}", "put it into one of the two"),
    ],
)
def test_it_is_told_with_its_place(tmp_path: Path, overlay: str, hint: str) -> None:
    """The word's own line. Another number is another box, not a slip."""
    (warning,) = _loaded(tmp_path, _SITE, f"all:\n  hosts:\n    {overlay}\n").warnings
    assert "is in no group" in warning.cause
    assert warning.action.startswith(hint)
    assert warning.origin is not None
    assert (Path(warning.origin.file).name, warning.origin.line) == ("1.yml", 3)


@pytest.mark.parametrize(
    "text",
    [
        "other: {hosts: {box: {xmpp_state: absent}}}\n",
        "all: {hosts: {box: {ansible_user: somebody, http_port: 80}}}\n",
        "all: {hosts: {box: {}}, vars: {xmpp_listen: a}}\n",
        "all: {hosts: {PAR-4: {xmpp_state: absent}}}\n",
    ],
)
def test_what_is_nobodys_slip_is_not_told(tmp_path: Path, text: str) -> None:
    """Another group, words of others, words for everybody, and a host that is reached."""
    assert _loaded(tmp_path, _SITE, text).warnings == []


def test_an_inventory_without_our_groups_is_not_told(tmp_path: Path) -> None:
    """It is for `exec`."""
    assert _loaded(tmp_path, "all: {hosts: {box: {cms_session: shell}}}\n").warnings == []


def test_a_file_of_the_host_counts(tmp_path: Path) -> None:
    """``host_vars`` is as good a place for a word."""
    (tmp_path / "host_vars").mkdir()
    (tmp_path / "host_vars" / "par-4.yml").write_text("xmpp_state: absent\n")
    (warning,) = _loaded(tmp_path, _SITE, "all: {hosts: {par-4: {}}}\n").warnings
    assert warning.origin is not None
    assert Path(warning.origin.file).name == "par-4.yml"


def test_a_fleet_of_them_is_a_few_lines_and_linear(tmp_path: Path) -> None:
    """Ten names and a number; four times the hosts take four times as long, not sixteen."""
    seconds = {}
    for size in (1000, 4000):
        ours = "".join(f"    Box-{number}: {{}}\n" for number in range(size))
        lost = "".join(f"    box-{n}: {{xmpp_state: absent}}\n" for n in range(size))
        began = time.process_time()
        site = _loaded(tmp_path, f"xmpp_servers:\n  hosts:\n{ours}", f"all:\n  hosts:\n{lost}")
        seconds[size] = time.process_time() - began
        assert len(site.warnings) == 11
        assert site.warnings[0].action.startswith("did you mean Box-0?")
        assert f"{size - 10} more" in site.warnings[-1].cause
    assert seconds[4000] < 10 * seconds[1000], seconds

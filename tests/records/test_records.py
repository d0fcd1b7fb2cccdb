"""Every scene gives the lines of its record; a record without a scene is gone."""

from __future__ import annotations

import pytest

from tests.records.said import named_in
from tests.records.scenes import SCENES
from tests.records.write import CASES, place_of


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_gives_its_record(name: str) -> None:
    """A change that is meant writes the records anew (``python -m tests.records.write``)."""
    expected = place_of(name).read_text(encoding="utf-8").splitlines()
    assert list(SCENES[name]()) == expected


def test_every_record_has_its_scene() -> None:
    """And each its own file."""
    assert {path.name for path in CASES.iterdir()} == {place_of(name).name for name in SCENES}
    assert len({place_of(name) for name in SCENES}) == len(SCENES)


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("the file node.cer is on cb2.", "node.cer cb2"),
        ("on `xmpp enable` it starts", "`xmpp enable`"),
        ("the server runs", "…"),
        ("it presents 0f1e2d3c, not fadedbee", "0f1e2d3c fadedbee"),
        ("", "nothing"),
    ],
)
def test_of_a_sentence_only_what_it_names_counts(sentence: str, names: str) -> None:
    """Other words for the same change no record."""
    assert named_in(sentence) == names

# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt)
"""What goes to the library is plain; what comes back is what Ansible calls it."""

from __future__ import annotations

import json

import pytest
from ansible_collections.cmsdeploy.mmp.plugins.action import cluster


class Marked(str):
    """A text with marks, as Ansible has them."""


@pytest.mark.parametrize(
    "value",
    [None, True, 7, 1.5, "text", ["a", 1], {"a": {"b": [False]}}],
)
def test_plain_values_stay(value):
    """Nothing is lost, and nothing becomes another type."""
    assert json.dumps(cluster._plain(value)) == json.dumps(value)


def test_marks_are_taken_off():
    """Keys and values, in any depth."""
    found = cluster._plain({Marked("key"): [Marked("text")], "set": {Marked("one")}})
    assert found == {"key": ["text"], "set": ["one"]}
    texts = [*found, *found["key"], *found["set"]]
    assert {type(text) for text in texts} == {str}

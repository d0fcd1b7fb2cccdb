"""Boxes come into a world and leave it."""

from __future__ import annotations

import pytest

from cmsdeploy.lab import DuplicateBoxError, UnknownBoxError, World


def test_a_name_and_an_address_are_taken_once() -> None:
    """By whoever came first, until it is taken away."""
    world = World()
    old = world.add_box("cb1", "10.0.0.1", hostname="one")
    for name, address in (("cb1", "10.0.0.2"), ("cb2", "10.0.0.1")):
        with pytest.raises(DuplicateBoxError, match="taken"):
            world.add_box(name, address)
    world.remove_box("cb1")
    assert world.at_address("10.0.0.1") is world.resolve("one") is None
    new = world.add_box("cb1", "10.0.0.1")
    assert new is not old
    assert world.at_address("10.0.0.1") is world.resolve("cb1") is new
    assert world.resolve("one") is None


def test_a_box_that_is_not_there_cannot_be_taken_away() -> None:
    """The names of those that are there are told."""
    world = World()
    world.add_box("cb1")
    with pytest.raises(UnknownBoxError, match="no box is called 'cb2'; there are cb1"):
        world.remove_box("cb2")

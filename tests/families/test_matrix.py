"""The matrix of secrets: call bridge by server, and what each box has set."""

from __future__ import annotations

import itertools

import pytest

from cmsdeploy.families import families
from cmsdeploy.lab import World
from cmsdeploy.planning.tables import Table, standing
from cmsdeploy.report.tables import table_lines
from tests.contract.deployment import Deployment
from tests.contract.engineer import Engineer, blank_world

WANTED = Deployment()


def _deployed(switches: dict[str, str] | None = None) -> World:
    world = blank_world(WANTED, switches)
    assert Engineer(world, WANTED).run().report is not None
    return world


def _tables(world: World) -> tuple[Table, ...]:
    engineer = Engineer(world, WANTED, ("xmpp", "callbridge"))
    stages = engineer.stages()
    look = engineer.look(stages).look
    return standing(stages, look, families(), engineer.plan())


def _wrong(world: World) -> dict[tuple[str, str], str]:
    """The marked cells of the matrix."""
    _, matrix = _tables(world)
    return {place: cell.text for place, cell in matrix.cells.items() if cell.is_wrong}


@pytest.mark.parametrize("server", WANTED.servers)
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_swapped_secrets_are_told_by_name(order: tuple[int, ...], server: str) -> None:
    """Every permutation of the three secrets on every server: the exact pairs, and no secret."""
    world = _deployed()
    bridges = world.boxes[server].xmpp.callbridges
    right = dict(bridges)
    names = list(right)
    bridges.update({name: right[names[order[n]]] for n, name in enumerate(names)})
    expected = {
        (name, server): f"that of {names[order[n]]}"
        for n, name in enumerate(names)
        if order[n] != n
    }
    assert _wrong(world) == expected
    lines = "\n".join(table_lines(_tables(world), 100))
    assert not [secret for secret in right.values() if secret in lines]
    assert all(f"!{text}" in lines for text in expected.values())


def test_what_a_box_has_set_stands_beside_the_servers() -> None:
    """A wrong name, and nothing at all; one server without a secret, one with another."""
    world = _deployed()
    world.boxes["cb1"].xmpp_settings["uniqueName"] = "cb9"
    world.boxes["cb2"].xmpp_settings.update(dict.fromkeys(world.boxes["cb2"].xmpp_settings, ""))
    del world.boxes["cb2"].xmpp.callbridges["cb3"]
    world.boxes["cb3"].xmpp.callbridges["cb3"] = "another-19-characte"
    assert _wrong(world) == {
        ("cb1", "API"): "name cb9",
        ("cb2", "API"): "name empty",
        ("cb3", "cb2"): "missing",
        ("cb3", "cb3"): "another",
    }


@pytest.mark.parametrize(("shows", "marked"), [("no", {}), ("yes", {("cb2", "API"): "set"})])
def test_a_secret_that_the_api_shows_is_compared(
    shows: str, marked: dict[tuple[str, str], str]
) -> None:
    """Where GET gives it (UNKNOWN), the one cell that differs is marked, and not shown."""
    world = _deployed({"api-shows-secret": shows, "api-xmpp-alarm": "absent"})
    world.boxes["cb2"].xmpp_settings["sharedSecret"] = "nobodys"
    assert _wrong(world) == marked
    assert "nobodys" not in "\n".join(table_lines(_tables(world), 100))


def test_a_row_for_every_box_and_a_column_for_every_family() -> None:
    """Role, leader, peers and login by box; a box that stopped is seen at once."""
    world = _deployed()
    boxes, _ = _tables(world)
    assert boxes.rows == ("cb1", "cb2", "cb3")
    assert {"version", "state", "leader", "peers", "files", "login"} <= set(boxes.columns)
    assert not any(cell.is_wrong for cell in boxes.cells.values())
    follower = next(n for n, c in boxes.cells.items() if c.text == "FOLLOWER")[0]
    world.boxes[follower].execute("xmpp disable")
    world.advance(1)
    boxes, _ = _tables(world)
    wrong = {place for place, cell in boxes.cells.items() if cell.is_wrong}
    assert {(follower, "state"), (follower, "leader"), (follower, "peers")} <= wrong

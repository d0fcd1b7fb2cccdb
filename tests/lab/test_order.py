"""The whole order of TAC-217319 through the core: one cluster, one leader, every login."""

from __future__ import annotations

import copy
import re

import pytest

from cmsdeploy.lab import Box, World

from .material import XMPP_SETTINGS, give_files, root, rows, states, three_nodes

NODES = ("cb1", "cb2", "cb3")


def _world() -> World:
    """Three XMPP nodes and a fourth box that is a call bridge only."""
    world = World()
    for name in (*NODES, "cb4"):
        box = world.add_box(name)
        give_files(box, "xmppcluster")
        box.write_file("root.cer", root().certificate)
    return world


def _carry_out(box: Box, line: str, first: Box) -> None:
    line = line.replace("{node1}", first.address)
    found = re.search(r" \{secret:(\w+)\}$", line)
    exchange = box.execute(line[: found.start()] if found else line)
    if found:
        exchange = exchange.answer(first.xmpp.callbridges[found.group(1)])
    assert exchange.question is None
    assert not exchange.is_refused, (box.name, line, exchange.text)


def _deploy(world: World) -> None:
    first = world.boxes["cb1"]
    chosen = {"1": NODES[:1], "others": NODES[1:], "all": NODES}
    table = [row.split(maxsplit=1) for row in rows("order-217319.txt")]
    # Nodes 2 and 3 come one after the other (mmp 4.3), so a block belongs to one node.
    for group in ("all", "1"):
        for where, line in table:
            for name in chosen[group] if where == group else ():
                _carry_out(world.boxes[name], line, first)
    for name in chosen["others"]:
        for line in [line for where, line in table if where == "others"]:
            _carry_out(world.boxes[name], line, first)
    for box in world.boxes.values():
        secret = first.xmpp.callbridges[box.name]
        form = {"uniqueName": box.name, "domain": "example.com", "sharedSecret": secret}
        assert box.api("PUT", XMPP_SETTINGS, form).status == 200


def test_the_documents_order_gives_one_leader_and_every_login() -> None:
    """Three nodes, four call bridges."""
    world = _world()
    _deploy(world)
    seen = [world.boxes[name].execute("xmpp cluster status").text for name in NODES]
    assert [text.split("\n")[0] for text in seen] == [
        "State: LEADER",
        "State: FOLLOWER",
        "State: FOLLOWER",
    ]
    peers = [sorted(re.findall(r"^10.*$", text, re.M)) for text in seen]
    assert (
        peers[0]
        == peers[1]
        == peers[2]
        == [
            "10.0.0.1:5222 (Leader)",
            "10.0.0.2:5222",
            "10.0.0.3:5222",
        ]
    )
    logins = [world.login(name) for name in world.boxes]
    assert [login.state for login in logins] == ["registered"] * 4
    assert [login.server for login in logins] == ["cb1", "cb2", "cb3", "cb1"]


def test_the_same_order_gives_the_same_world() -> None:
    """Deterministic: same seed, same secrets, same texts, same audit."""
    worlds = [_world(), _world()]
    for world in worlds:
        _deploy(world)
    one, two = (
        [(box.execute("xmpp callbridge list").text, box.audit) for box in world.boxes.values()]
        for world in worlds
    )
    assert one == two


def test_a_copy_lives_its_own_life() -> None:
    """A world can be copied at any moment and both go on."""
    world = three_nodes()
    twin = copy.deepcopy(world)
    twin.boxes["cb1"].execute("xmpp disable")
    assert states(world) == ["State: LEADER", "State: FOLLOWER", "State: FOLLOWER"]
    assert world.boxes["cb1"].xmpp.is_enabled
    assert sorted(states(twin)[1:]) == ["State: FOLLOWER", "State: LEADER"]


def test_a_copy_may_be_made_while_a_question_stands() -> None:
    """The question is data and finds its copied box."""
    world = World()
    exchange = world.add_box("cb1").execute("xmpp callbridge add-secret cb1")
    twin = copy.deepcopy(exchange)
    twin.answer("typed")
    assert twin.box.xmpp.callbridges == {"cb1": "typed"}
    assert world.boxes["cb1"].xmpp.callbridges == {}


def test_secrets_have_the_form_of_real_ones() -> None:
    """16 letters and digits and the fixed tail, all different, another seed another row."""
    box, other = World(seed=1).add_box("a"), World(seed=2).add_box("a")
    for one in (box, other):
        for number in range(50):
            one.execute(f"xmpp callbridge add cb{number}")
    secrets = [*box.xmpp.callbridges.values(), *other.xmpp.callbridges.values()]
    assert all(re.fullmatch(r"[A-Za-z0-9]{16}Ab1", secret) for secret in secrets)
    assert len(set(secrets)) == 100


@pytest.mark.parametrize("version", ["3.0", "3.9.1"])
def test_xmpp_is_gone_from_3_0(version: str) -> None:
    """Every xmpp command is unknown and the API object is absent (TAC-217062)."""
    box = World().add_box("cb1", version=version)
    for line in ("xmpp", "xmpp domain x.com", "xmpp callbridge list", "xmpp cluster status"):
        assert box.execute(line).text.startswith("Unknown command")
    assert box.api("GET", XMPP_SETTINGS).status == 404
    assert "xmpp" not in box.execute("help").text

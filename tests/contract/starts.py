"""Random legal starting states: worlds to which people did things that boxes take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from cmsdeploy.lab import World
from tests.contract.deployment import Deployment, names
from tests.contract.engineer import Engineer, blank_world
from tests.contract.wire import Cut, Fuse

__all__ = ["Start", "brought_into_state", "starts"]

OTHER = "other.example"
# Lines that a person may type on one box. {peer} is the address of another box.
LINES = (
    "xmpp domain tptac9.com",
    f"xmpp domain {OTHER}",
    "xmpp listen a",
    "xmpp listen a b",
    "xmpp certs node.key node.cer root.cer",
    "xmpp certs node.key node.cer",
    "xmpp certs old.key old.cer root.cer",
    "xmpp certs none",
    "xmpp cluster trust node.cer",
    "xmpp cluster trust old.cer",
    "xmpp enable",
    "xmpp disable",
    "xmpp callbridge add cb1",
    "xmpp callbridge add cb2",
    "xmpp callbridge add stranger",
    "xmpp callbridge del cb1",
    "xmpp cluster enable",
    "xmpp cluster disable",
    "xmpp cluster initialize",
    "xmpp cluster join {peer}",
    "xmpp cluster remove",
    "ntp server add 10.0.0.123",
)
FILES = ("node.key", "node.cer", "root.cer", "old.key", "old.cer")
LOGIN = "/api/v1/system/configuration/xmpp"


@dataclass(frozen=True)
class Start:
    """``made`` was deployed before, up to ``cut`` writes (0: to the end); then ``deeds`` were done.

    ``made`` is None where no run of ours came before.
    """

    wanted: Deployment
    made: Deployment | None
    cut: int
    deeds: tuple[tuple[int, str], ...]


def _deployments(servers: tuple[int, ...]) -> st.SearchStrategy[Deployment]:
    return st.builds(
        lambda servers, bridges, first, recipe: Deployment(
            servers=tuple(names(servers)),
            bridges=tuple(names(bridges)),
            first=f"cb{min(first, servers)}",
            recipe=recipe,
        ),
        st.sampled_from(servers),
        st.integers(1, 7),
        st.sampled_from([1, 1, 1, 2]),
        st.sampled_from(["tac-217319", "tac-217319", "tac-213479"]),
    )


def _earlier(wanted: Deployment) -> st.SearchStrategy[Deployment | None]:
    """An earlier wish for the same boxes: fewer servers, other bridges, other certificates."""
    old = {"key": "old.key", "cert": "old.cer", "bundle": "root.cer", "trust": "old.cer"}
    return st.none() | st.builds(
        lambda servers, bridges, is_old: replace(
            wanted,
            servers=_kept(wanted.servers, servers, wanted.founder),
            bridges=wanted.bridges[:bridges],
            certificate=old if is_old else wanted.certificate,
        ),
        st.integers(1, len(wanted.servers)),
        st.integers(1, len(wanted.bridges)),
        st.booleans(),
    )


def _kept(servers: tuple[str, ...], count: int, founder: str) -> tuple[str, ...]:
    kept = servers[:count]
    return kept if founder in kept else (founder, *kept[1:])


_DEEDS = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.sampled_from([*LINES, *(f"put {file}" for file in FILES), "login", "secret cb1"]),
    ),
    max_size=10,
)


def starts(*servers: int) -> st.SearchStrategy[Start]:
    """Every kind of starting state, for one of these numbers of servers."""
    return _deployments(servers).flatmap(
        lambda wanted: st.builds(
            lambda made, cut, deeds: Start(wanted, made, cut, tuple(deeds)),
            _earlier(wanted),
            st.just(0) | st.integers(1, 90),
            _DEEDS,
        )
    )


def brought_into_state(start: Start) -> World:
    """Make the boxes and do to them what ``start`` says; refusals of boxes change nothing."""
    world = blank_world(start.wanted)
    if start.made is not None:
        made = _in_place(start.made, start.wanted)
        Engineer(world, made, fuse=Fuse(start.cut, Cut.KILLED_AFTER)).run_until_cut()
    for number, deed in start.deeds:
        box = list(world.boxes.values())[number % len(world.boxes)]
        peers = list(world.boxes.values())[: len(start.wanted.servers)]
        _do(world, box.name, deed.format(peer=peers[(number + 1) % len(peers)].address))
    for box in world.boxes.values():
        box.audit.clear()
    return world


def _in_place(made: Deployment, wanted: Deployment) -> Deployment:
    # The boxes keep their addresses, whoever of them is spoken of.
    return replace(made, others=wanted.boxes)


def _do(world: World, name: str, deed: str) -> None:
    box = world.boxes[name]
    special: dict[str, Callable[[], object]] = {
        "login": lambda: box.api("PUT", LOGIN, {"uniqueName": "x", "domain": OTHER}),
        "secret cb1": lambda: _other_secret(world, name),
        **{f"put {file}": _upload(world, name, file) for file in FILES},
    }
    special.get(deed, lambda: box.execute(deed))()


def _upload(world: World, name: str, file: str) -> Callable[[], object]:
    return lambda: world.boxes[name].write_file(file, b"some other content\n")


def _other_secret(world: World, name: str) -> None:
    bridges = world.boxes[name].xmpp.callbridges
    if "cb1" in bridges:
        bridges["cb1"] = world.secrets.next()

"""What a cluster of the lab replied, as one text that can be altered, and read as replies again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from cmsdeploy.executor.observe import Observation
from cmsdeploy.families import families
from cmsdeploy.families.first_fact import VERSION, understand_version
from cmsdeploy.model.action import Read, Reply
from cmsdeploy.model.records import NameAnswer, RecordSet
from cmsdeploy.model.secret import Secret
from cmsdeploy.planning.compare import Comparison, compare
from cmsdeploy.planning.look import HostLook
from cmsdeploy.planning.stage import Stage
from tests.contract.deployment import Deployment
from tests.contract.engineer import Engineer, blank_world
from tests.contract.wire import Cut, Fuse
from tests.families.cases import FOLDER, reply_in

__all__ = ["Site", "compared", "replies_of", "seeds", "site", "understood"]

# Between two replies: no box says this, and most alterations leave it whole.
_BORDER = b"\n=-=-= another reply =-=-=\n"
_LIVE = Deployment()
_Mapped = Mapping[str, Mapping[Read, Reply]]


@dataclass(frozen=True)
class Site:
    """The tasks of a site, and what its boxes replied, in a fixed order."""

    stages: Sequence[Stage]
    worlds: Sequence[Sequence[tuple[str, Read, Reply]]]


def _seen(observation: Observation) -> list[tuple[str, Read, Reply]]:
    return [
        (name, read, reply)
        for name, box in observation.boxes.items()
        for read, reply in box.replies.items()
    ]


@cache
def site() -> Site:
    """Blank boxes, boxes that somebody left in the middle, and a live cluster."""
    worlds = []
    for cut in (1, 25, 50, 1000):
        world = blank_world(_LIVE)
        Engineer(world, _LIVE, fuse=Fuse(cut, Cut.KILLED_AFTER)).run_until_cut()
        engineer = Engineer(world, _LIVE)
        worlds.append(_seen(engineer.look(engineer.stages())))
    return Site(engineer.stages(), worlds)


def _written(reply: Reply) -> bytes:
    if reply.names is not None:
        return json.dumps([reply.names.code, *_flat(reply.names)]).encode()
    return reply.content.reveal() if reply.content is not None else reply.text.encode()


def _flat(answer: NameAnswer) -> list[str]:
    return [data for one in answer.records for data in one.data]


def seeds() -> list[bytes]:
    """Everything that one box replied, a text for each world, and the transcripts of real boxes."""
    worlds = [
        _BORDER.join(_written(reply) for _, _, reply in world[len(world) // 3 * n :][:40])
        for world in site().worlds
        for n in range(3)
    ]
    real = [reply_in(path.name).encode() for path in sorted(FOLDER.glob("*.txt"))]
    return [*worlds, *(text + _BORDER + text for text in real)]


def replies_of(content: bytes) -> _Mapped:
    """The replies of a live site; those at some places are what ``content`` says instead."""
    parts = content.split(_BORDER)
    worlds = site().worlds
    world = worlds[len(content) % len(worlds)]
    start = sum(content[:8]) % len(world)
    found: dict[str, dict[Read, Reply]] = {}
    for number, (name, read, reply) in enumerate(world):
        part = number - start
        is_altered = 0 <= part < len(parts)
        found.setdefault(name, {})[read] = _altered(reply, parts[part]) if is_altered else reply
    return found


def _altered(reply: Reply, content: bytes) -> Reply:
    text = content.decode("utf-8", "backslashreplace")
    if reply.names is not None:
        return replace(reply, names=_answer(reply.names, text.split('"')[1::2]))
    if reply.content is not None:
        return replace(reply, content=Secret(content))
    return replace(reply, text=text)


def _answer(answer: NameAnswer, texts: Sequence[str]) -> NameAnswer:
    """Other names in the records: their form is the library's, what it says is the server's."""
    names = [text.split()[-1] for text in texts[1:] if text.split()]
    sets = tuple(
        replace(one, data=tuple(" ".join([*one.data[0].split()[:-1], name]) for name in names))
        if names and one.kind not in ("A", "AAAA")
        else one
        for one in answer.records
    )
    added = (RecordSet(names[0], "CNAME", 1, (names[-1],)),) if len(names) == 3 else ()
    return replace(answer, code=texts[0] if texts else "", records=(*added, *sets))


def understood(replies: _Mapped) -> None:
    """Each family makes a state of one box's replies, with facts that are plain JSON."""
    of_box = [*replies.values()][len(replies["cb1"][VERSION].text) % len(replies)]
    for family in families().values():
        json.dumps(dict(family.state(of_box).facts()))
    understand_version(of_box[VERSION])


def compared(replies: _Mapped) -> Comparison:
    """The whole way to a plan, with problems, summary, refusals and the JSON of it."""
    registry = families()
    look = {}
    for host, of_box in replies.items():
        stages = [stage for stage in site().stages if host in stage.desired]
        states = {stage.family: registry[stage.family].state(of_box) for stage in stages}
        look[host] = HostLook(understand_version(of_box[VERSION]), states)
    found = compare(site().stages, look, registry)
    json.dumps(found.plan.as_json())
    return found

"""Whatever a healthy site looks like, the doctor has nothing to say."""

from __future__ import annotations

import random

import pytest

from tests.contract.deployment import Deployment, names
from tests.contract.engineer import Engineer, blank_world
from tests.contract.sampling import sampled
from tests.doctor.clinic import FAMILIES, Doctor

# 200 are promised; the default run takes a few of them, a long run some of the rest.
SAMPLE, ALL, MORE = 12, 200, 60


def _random_site(seed: int) -> tuple[Deployment, dict[str, str]]:
    chance = random.Random(seed)
    servers = chance.choice((1, 3, 3, 3, 5))
    wanted = Deployment(
        servers=tuple(names(servers)),
        bridges=tuple(names(chance.randint(1, 7), chance.choice((1, 1, 3)))),
        first=f"cb{chance.randint(1, servers)}",
        cluster=chance.choice(("default", "paris")),
        recipe=chance.choice(("tac-217319", "tac-213479")),
        domain=chance.choice(("tptac9.com", "meet.example.com", "x.y.z.example")),
        listen=chance.choice((("a",), ("a", "b"), ("a", "lo"))),
    )
    switches = {
        "election-winner": chance.choice(("rotating", "first-joined", "last-joined")),
        "peer-order": chance.choice(("as-seen", "as-joined")),
        "callbridge-list-empty": chance.choice(("silent", "line")),
        "xmpp-status-layout": chance.choice(("padded", "unpadded")),
        "xmpp-status-shows-clustered": chance.choice(("yes", "no")),
        "cluster-status-padding": chance.choice(("single", "column")),
    }
    return wanted, switches


@pytest.mark.parametrize(
    "seed",
    [
        *range(SAMPLE),
        *(pytest.param(n, marks=pytest.mark.long) for n in sampled(range(SAMPLE, ALL), MORE)),
    ],
)
def test_a_healthy_site_gives_no_finding(seed: int) -> None:
    """Any number of servers and call bridges, any founder, any domain, any layout of replies."""
    wanted, switches = _random_site(seed)
    world = blank_world(wanted, switches)
    outcome = Engineer(world, wanted, FAMILIES).run()
    assert outcome.report is not None
    assert outcome.report.errors == {}
    world.advance(200)
    doctor = Doctor(world, wanted)
    assert [(one.problem.rule, one.problem.text) for one in doctor.diagnosis().findings] == []
    assert doctor.plan().is_empty

"""The plan as other programs see it: its shape, its digest, and no secret."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from cmsdeploy.model.action import Answer, Call, Command, Upload, Wait
from cmsdeploy.model.failure_limit import FailureLimit
from cmsdeploy.model.plan import Plan
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.model.step import Refusal, Risk, Step

LIMIT = FailureLimit(0, 1, 3, 25.0)
REFERENCE = SecretRef("callbridge/cb1")
STEPS = (
    Step(
        "cb1/xmpp/domain", "cb1", "xmpp", Command.of("xmpp", "domain", "tptac9.com"),
        "the XMPP domain is tptac9.com", cluster="default", source="TAC 217319 step 2",
    ),
    Step(
        "cb2/xmpp/callbridge-cb1", "cb2", "xmpp",
        Command(("xmpp", "callbridge", "add-secret", "cb1"),
                answer=Answer("Enter callbridge secret", REFERENCE)),
        "why", Risk.DISRUPTIVE, "default", frozenset({"b", "a"}), None, "TAC",
    ),
    Step("cb1/pki/file", "cb1", "pki", Upload("a.key", "files/a.key", "key:1", Secret("s3cret")),
         "why"),
    Step("cb1/callbridge/login", "cb1", "callbridge",
         Call("PUT", "/x", (), (("sharedSecret", REFERENCE),)), "why", makes=REFERENCE),
    Step("cb1/xmpp/agreed", "cb1", "xmpp", Wait("it leads", ()), "why"),
)  # fmt: skip
PLAN = Plan(
    ("cb1", "cb2"),
    STEPS,
    (Refusal("cb3", "version/outside", "CMS 3.0.0 is outside", "rome"),),
    {"cb1": {"version": "2.9.5", "xmpp": {"enabled": True}}},
    {REFERENCE: "cb1"},
)


def test_the_shape_is_version_1() -> None:
    """Exactly the fields of the design, section 7; which secrets are read where is a fact."""
    shape = PLAN.as_json()
    assert list(shape) == ["version", "digest", "hosts", "facts", "refusals", "steps"]
    assert shape["version"] == 1
    assert shape["digest"].startswith("sha256:")
    assert shape["hosts"] == ["cb1", "cb2"]
    assert shape["refusals"] == [
        {"host": "cb3", "rule": "version/outside", "text": "CMS 3.0.0 is outside"}
    ]
    assert shape["facts"]["cb1"]["secrets"] == ["callbridge/cb1"]
    assert shape["steps"][0] == {
        "id": "cb1/xmpp/domain",
        "host": "cb1",
        "cluster": "default",
        "family": "xmpp",
        "action": "command",
        "line": "xmpp domain tptac9.com",
        "answers": [],
        "why": "the XMPP domain is tptac9.com",
        "risk": "safe",
        "needs": [],
        "makes": None,
        "source": "TAC 217319 step 2",
    }
    assert shape["steps"][1]["answers"] == [
        {"prompt": "Enter callbridge secret", "secret": "callbridge/cb1"}
    ]
    assert shape["steps"][1]["needs"] == ["a", "b"]
    assert shape["steps"][3]["makes"] == "callbridge/cb1"
    assert [step["action"] for step in shape["steps"]] == [
        "command", "command", "upload", "call", "wait",
    ]  # fmt: skip


def test_the_shape_is_json_and_holds_no_secret() -> None:
    """It survives a round trip through a file, and the content of a key is not in it."""
    text = json.dumps(PLAN.as_json())
    assert json.loads(text) == PLAN.as_json()
    assert "s3cret" not in text + repr(PLAN)


def test_the_digest_is_stable() -> None:
    """The same plan has the same digest in every process: this one was computed once."""
    same = Plan(PLAN.hosts, STEPS, PLAN.refusals, dict(PLAN.facts), dict(PLAN.sources))
    assert PLAN.digest == same.digest
    assert Plan((), ()).digest == (
        "sha256:dfbfb4eb7e594359dce7ba0c8a415860016f32182ddc72961f0b807fbd29f963"
    )


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAN, hosts=("cb2", "cb1")),
        replace(PLAN, steps=STEPS[1:]),
        replace(PLAN, steps=(STEPS[1], STEPS[0], *STEPS[2:])),
        replace(PLAN, steps=(replace(STEPS[0], risk=Risk.DESTRUCTIVE), *STEPS[1:])),
        replace(PLAN, steps=(replace(STEPS[0], needs=frozenset({"x"})), *STEPS[1:])),
        replace(PLAN, steps=(replace(STEPS[0], action=Command.of("a")), *STEPS[1:])),
        replace(PLAN, refusals=()),
        replace(PLAN, facts={}),
        replace(PLAN, facts={"cb1": {"version": "2.9.5", "xmpp": {"enabled": False}}}),
        replace(PLAN, sources={REFERENCE: "cb2"}),
        replace(PLAN, steps=(replace(STEPS[0], failure_limit=LIMIT), *STEPS[1:])),
    ],
)
def test_the_digest_moves_with_everything_that_people_see(other: Plan) -> None:
    """A plan that differs in anything that was approved is another plan."""
    assert other.digest != PLAN.digest


def test_a_limit_of_failures_is_in_the_plan() -> None:
    """Only where there is one; another percentage, batch or size of the batch is another plan."""
    limits = [None, LIMIT, *(replace(LIMIT, **{name: 7}) for name in ("percent", "batch", "hosts"))]
    plans = [replace(PLAN, steps=(replace(STEPS[0], failure_limit=limit),)) for limit in limits]
    assert len({plan.digest for plan in plans}) == len(limits)
    assert "failure_limit" not in plans[0].as_json()["steps"][0]
    shown = {"play": 0, "batch": 1, "hosts": 3, "percent": 25.0}
    assert plans[1].as_json()["steps"][0]["failure_limit"] == shown


def test_a_plan_that_refuses_is_not_empty() -> None:
    """Nothing to do, and nothing may be done, are two things."""
    assert Plan((), ()).is_empty
    assert not Plan((), (), PLAN.refusals).is_empty
    assert not Plan((), STEPS).is_empty

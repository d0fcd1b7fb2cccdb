"""What the log of a box bears witness of: the login of its call bridge."""

from __future__ import annotations

import pytest

from cmsdeploy.families.callbridge.calls import LOG
from cmsdeploy.families.callbridge.facts import understand
from cmsdeploy.families.callbridge.news import NO_NEWS, Connection, News, news_in
from cmsdeploy.lab import World
from cmsdeploy.model.action import Read, Reply
from tests.contract.deployment import Deployment
from tests.contract.engineer import Engineer, blank_world
from tests.families.cases import case

LOST = 'XMPP component connection disconnected due to failure reason: "{}"'
HELD = 'XMPP component connection established to "cb2"'


def _line(stamp: str, text: str) -> str:
    return f"{stamp} user.info cb1 host:server:  INFO : {text}\n"


def _asked(stamp: str) -> str:
    return (
        f"{stamp} local0.info cb1 cli: User admin from 10.0.0.9:5 issued command < version>:"
        " permission granted\n"
    )


def _as_log(text: str) -> str:
    """The event log of Web Admin as the file would have it."""
    rows = (row.split("\t") for row in text.splitlines()[1:])
    return "".join(_line(f"{date}T{time}", message) for date, time, _, message in rows)


EVENTS = case("webadmin-event-log-dns-error.txt")


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("", NO_NEWS),
        (_asked("2017-08-13T05:18:30.000"), NO_NEWS),
        (_as_log(EVENTS), News(Connection.FAILING, "dns error")),
        (_as_log(EVENTS) + _asked("2017-08-13T05:19:50.000"),
         News(Connection.FAILING, "dns error")),
        (_as_log(EVENTS) + _asked("2017-08-13T05:20:10.000"), News(Connection.QUIET)),
        (_as_log(EVENTS) + _line("2017-08-13T05:18:27.000", HELD), News(Connection.HELD, "cb2")),
        (_line("Aug 13 05:18:25", LOST.format("authentication failure")),
         News(Connection.FAILING, "authentication failure")),
        (_line("Aug  3 05:18:25", HELD) + _asked("Aug  3 09:00:00"),
         News(Connection.HELD, "cb2")),
        (_line("Feb 29 05:18:25", HELD), News(Connection.HELD, "cb2")),
        (_line("Feb 30 05:18:25", HELD), NO_NEWS),
        (_line("soon", LOST.format("dns error")), NO_NEWS),
        # A first line that is cut says nothing, and nor does text that only looks like an event.
        (_line("Aug 13 05:18:25", LOST.format("x"))[20:], NO_NEWS),
        (f"Aug 13 05:18:25 local0.info cb1 cli: User a issued command < {HELD}>: granted\n",
         NO_NEWS),
        (f"Aug 13 05:18:25 user.info cb1 host:server:  INFO : said {HELD}\n", NO_NEWS),
    ],
)  # fmt: skip
def test_the_last_word_counts(log: str, expected: News) -> None:
    """Failures are repeated every 64 seconds (SEEN); one that was not is over."""
    assert news_in(log) == expected


def test_without_a_log_nothing_is_known() -> None:
    """A box that does not give its log is not called logged in."""
    replies: dict[Read, Reply] = {LOG: Reply()}
    state = understand(replies)
    assert (state.is_failing, state.is_seen) == (False, False)


WANTED = Deployment()


def _deployed(switches: dict[str, str]) -> World:
    world = blank_world(WANTED, switches)
    outcome = Engineer(world, WANTED).run()
    assert outcome.report is not None
    assert outcome.report.errors == {}
    return world


POSITIONS = [
    (alarm, log, word)
    for alarm in ("shown", "absent")
    for log, word in (("yes", "established"), ("yes", "registered"), ("yes", "absent"),
                      ("no", "established"))
]  # fmt: skip


@pytest.mark.parametrize(("alarm", "log", "word"), POSITIONS)
def test_a_wrong_secret_is_found_by_any_witness_and_healed(alarm: str, log: str, word: str) -> None:
    """With the alarm, the log, or both; with neither it stays unknown, and is called so."""
    world = _deployed({"api-xmpp-alarm": alarm, "log-has-events": log, "login-event": word})
    again = Engineer(world, WANTED).plan()
    assert again.plan.is_empty
    box = world.boxes["cb2"]
    box.xmpp_settings["sharedSecret"] = "nobodys"
    world.advance(1.0)
    found = Engineer(world, WANTED).plan()
    rules = {(each.host, each.rule) for each in found.problems}
    expected = {("cb2", "callbridge/alarm")} if alarm == "shown" else set()
    expected |= {("cb2", "callbridge/log")} if log == "yes" else set()
    assert {each for each in rules if each[1] in ("callbridge/alarm", "callbridge/log")} == expected
    is_witnessed = bool(expected)
    assert [s.identity for s in found.plan.steps] == (
        ["cb2/callbridge/login", "cb2/callbridge/login-seen"] if is_witnessed else []
    )
    if not is_witnessed:
        return
    outcome = Engineer(world, WANTED).run()
    assert outcome.report is not None
    assert outcome.report.errors == {}
    assert world.login("cb2").state == "registered"
    assert Engineer(world, WANTED).plan().plan.is_empty

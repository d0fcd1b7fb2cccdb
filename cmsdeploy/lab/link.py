"""The XMPP connection of a box's call bridge: made, kept, lost, tried again.

DOC TAC-213479: a call bridge holds one connection, and tries another server when it loses it. It
does not move back when a better server returns (guess). Words and the 64 seconds between tries
are SEEN in `webadmin-event-log-dns-error`; words for other failures are guesses after them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .copying import Plain
from .login import Login, LoginState, accepts, log_in, serves

if TYPE_CHECKING:
    from .box import Box
    from .world import World

# SEEN: 05:16:17.804, 05:17:21.806, 05:18:25.808.
LOGGED_EVERY = 64.002


@dataclass
class Link(Plain):
    """Where the connection stands. `since` is when it got there, `logged_at` the last line of it.

    `settings` are those that the last try was made with, `rests_on` what came of it depends on.
    """

    state: LoginState = "not configured"
    server: str | None = None
    since: float = 0.0
    tried_at: float = 0.0
    logged_at: float | None = None
    settings: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()

    @property
    def login(self) -> Login:
        """What a user is told."""
        return Login(self.state, self.server)

    @property
    def is_failing(self) -> bool:
        """Whether it was tried and is not there."""
        return self.state not in ("registered", "not configured")


def attend(world: World, boxes: Iterable[Box]) -> None:
    """Let call bridges look after their connections."""
    for box in boxes:
        if (box.link.settings or box.xmpp_settings["uniqueName"]) and box.is_up:
            _attend_one(world, box)


def next_line(box: Box) -> float | None:
    """When a failing connection writes to the event log again."""
    link = box.link
    if not link.is_failing or link.logged_at is None or not box.is_up:
        return None
    return link.logged_at + LOGGED_EVERY


def next_try(box: Box) -> float | None:
    """When a failing connection is tried again, where that is not at every look."""
    retry = box.world.timing.login_retry
    return box.link.tried_at + retry if retry and box.link.is_failing and box.is_up else None


def _attend_one(world: World, box: Box) -> None:
    link = box.link
    settings = tuple(box.xmpp_settings.values())
    is_new = settings != link.settings
    if not is_new and _is_held(world, box):
        return
    waits = world.timing.login_retry and link.is_failing and not is_new
    if waits and world.seconds < link.tried_at + world.timing.login_retry:
        _tell(box, link.login)
        return
    before = link.login
    attempt = log_in(world, box)
    found = attempt.login
    link.settings, link.tried_at, link.rests_on = settings, world.seconds, attempt.rests_on
    if found != before:
        link.state, link.server, link.since = found.state, found.server, world.seconds
        link.logged_at = None
    _tell(box, before)


def _is_held(world: World, box: Box) -> bool:
    link = box.link
    if link.state != "registered" or link.server is None:
        return False
    server = world.boxes[link.server]
    if world.switches["disable-drops-logins"] == "no" and server.is_up:
        due = link.tried_at + LOGGED_EVERY
        return serves(box, server) or world.seconds < due
    drops = world.switches["callbridge-del-drops-login"] == "yes"
    return serves(box, server) and (not drops or accepts(server, box.xmpp_settings))


def _tell(box: Box, before: Login) -> None:
    """Write what changed, or once more what is still wrong, into the event log."""
    link, now = box.link, box.world.seconds
    is_due = link.logged_at is None or now >= link.logged_at + LOGGED_EVERY
    if not is_due:
        return
    if link.state == "registered" and link.login != before:
        box.events.note(now, *_success_lines(box))
    elif link.is_failing:
        box.events.note(now, *_failure_lines(box))
    link.logged_at = now


def _success_lines(box: Box) -> list[str]:
    # No source shows a line about a good login.
    word = box.world.switches["login-event"]
    if word == "absent":
        return []
    relation = "to" if word == "established" else "with"
    return [f'XMPP component connection {word} {relation} "{box.link.server}"']


def _failure_lines(box: Box) -> list[str]:
    settings, state = box.xmpp_settings, box.link.state
    host = settings["serverAddressOverride"] or f"_xmpp-component._tcp.{settings['domain']}"
    first = f"No DNS A or AAAA records for {host}" if state == "dns error" else ""
    # SEEN for the DNS error; the reason words of other failures are those of the status page.
    return [
        *([first] if first else []),
        "XMPP connection dropped while session was live for reason 2",
        f'XMPP component connection disconnected due to failure reason: "{state}"',
    ]

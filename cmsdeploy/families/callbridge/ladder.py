"""Two rungs: the login is set, and it is seen to work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from cmsdeploy.families.callbridge.calls import NO_LOGIN, SETTINGS, WITNESSES, put_login
from cmsdeploy.families.callbridge.facts import CallbridgeState
from cmsdeploy.families.callbridge.news import NO_NEWS, Connection
from cmsdeploy.families.callbridge.spec import CallbridgeSpec
from cmsdeploy.families.ladder import Rung
from cmsdeploy.families.secret_names import callbridge_secret
from cmsdeploy.model.action import Manual, Wait
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.secret import SecretRef
from cmsdeploy.model.step import Risk

__all__ = ["rungs"]

# A call bridge that cannot log in tries again every 64 seconds (transcript
# webadmin-event-log-dns-error), so one full round has to pass before "not yet" means "no".
_LOGIN_SECONDS = 100.0


def rungs(
    spec: CallbridgeSpec, state: CallbridgeState, made: frozenset[SecretRef]
) -> Iterator[Rung[CallbridgeState]]:
    """The ladder of one call bridge. ``made``: secrets that this plan makes anew."""
    reference = callbridge_secret(spec.cluster, spec.name)
    if spec.is_leaving:
        yield _without_login(spec, state)
        return
    if not state.has_api:
        yield _by_hand(spec, reference, is_made=reference in made)
        return

    def is_set(seen: CallbridgeState) -> bool:
        return seen.has_settings(spec.name, spec.domain, spec.server_address)

    # The API does not show the secret (RECALL), so the proof of an old one is the login itself:
    # where this plan makes a new secret, or a witness says that it fails, it is set again.
    is_old = reference in made or state.is_failing
    yield Rung(
        name="login",
        why=_logs_in(spec),
        holds=lambda s: is_set(s) and (s.is_fresh or not is_old),
        action=put_login(spec.name, spec.domain, spec.server_address, reference),
        then=lambda s: replace(
            s,
            name=spec.name,
            domain=spec.domain,
            server_address=spec.server_address,
            is_fresh=True,
            is_pending=True,
        ),
        source="TAC 213479 step 9",
    )
    yield _seen(is_set)


def _logs_in(spec: CallbridgeSpec) -> Phrase:
    if not spec.server_address:
        return Phrase(
            "the call bridge logs in as {name} to {domain}, led by DNS",
            name=spec.name,
            domain=spec.domain,
        )
    return Phrase(
        "the call bridge logs in as {name} to {domain} at {address}",
        name=spec.name,
        domain=spec.domain,
        address=spec.server_address,
    )


def _without_login(spec: CallbridgeSpec, state: CallbridgeState) -> Rung[CallbridgeState]:
    by_hand = Manual(
        Phrase(
            "Web Admin > Configuration > General: empty the fields of the XMPP"
            " server settings (unique Call Bridge name, domain, server address,"
            " shared secret)"
        )
    )
    return Rung(
        name="login-gone",
        why=Phrase("the box does not log in as {name} any more", name=spec.name),
        holds=lambda s: (s.name, s.domain) == ("", "") or (not s.has_api and s.is_pending),
        action=NO_LOGIN if state.has_api else by_hand,
        then=lambda s: replace(
            s, name="", domain="", server_address="", has_alarm=False, is_pending=not s.has_api
        ),
        risk=Risk.DISRUPTIVE,
        evidence=(SETTINGS,) if state.has_api else (),
        source="TAC 217062",
    )


def _seen(is_set: Callable[[CallbridgeState], bool]) -> Rung[CallbridgeState]:
    """The login is seen to work, by every witness that there is."""

    def is_working(state: CallbridgeState) -> bool:
        return is_set(state) and not state.is_failing and not state.is_pending

    return Rung(
        name="login-seen",
        why=Phrase("neither alarms nor log speak of a failed login: it works"),
        holds=is_working,
        action=Wait(
            Phrase("the login works: no XMPP alarm, no failure in the log"),
            (SETTINGS, *WITNESSES),
            _LOGIN_SECONDS,
        ),
        then=lambda s: replace(s, has_alarm=False, news=NO_NEWS, is_pending=False),
        evidence=(SETTINGS, *WITNESSES),
        source="TAC 217319 step 33",
        is_closing=True,
    )


def _by_hand(spec: CallbridgeSpec, reference: SecretRef, *, is_made: bool) -> Rung[CallbridgeState]:
    """A person sets the login. Only the log can tell whether it was done, and it cannot tell with
    which secret: one that is made anew has to be typed anew."""

    def is_done(state: CallbridgeState) -> bool:
        is_held = state.news.connection is Connection.HELD and not is_made
        return state.is_pending or is_held

    return Rung(
        name="login-by-hand",
        why=Phrase(
            "no Web Admin is described for this box (cms_webadmin), so a person sets"
            " the login; a sheet for it: cmsdeploy render PLAYBOOK --format webadmin"
        ),
        holds=is_done,
        action=Manual(
            Phrase(
                "Web Admin > Configuration > General: unique Call Bridge name {name},"
                " domain {domain}, server address {address}, shared secret as `xmpp"
                " callbridge list` shows it for {name} (here: {reference})",
                name=spec.name,
                domain=spec.domain,
                address=spec.server_address or Phrase("blank"),
                reference=reference,
            ),
            (
                ("Unique Call Bridge name", spec.name),
                ("Domain", spec.domain),
                ("Server address", spec.server_address),
            ),
            (("Shared secret", reference), ("Confirm shared secret", reference)),
        ),
        then=lambda s: replace(s, is_pending=True),
        source="TAC 213479 step 9",
    )

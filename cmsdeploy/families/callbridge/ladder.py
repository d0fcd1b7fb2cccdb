"""Two rungs: the login is set, and it is seen to work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cmsdeploy.families.callbridge.calls import ALARMS, SETTINGS, put_login
from cmsdeploy.families.callbridge.facts import CallbridgeState
from cmsdeploy.families.callbridge.spec import CallbridgeSpec
from cmsdeploy.families.ladder import Rung
from cmsdeploy.families.secret_names import callbridge_secret
from cmsdeploy.model.action import Manual, Wait
from cmsdeploy.model.secret import SecretRef

__all__ = ["rungs"]

# A call bridge that cannot log in tries again every 64 seconds (transcript
# webadmin-event-log-dns-error), so one full round has to pass before "not yet" means "no".
_LOGIN_SECONDS = 100.0


def rungs(
    spec: CallbridgeSpec, state: CallbridgeState, made: frozenset[SecretRef]
) -> Iterator[Rung[CallbridgeState]]:
    """The ladder of one call bridge. ``made``: secrets that this plan makes anew."""
    reference = callbridge_secret(spec.cluster, spec.name)
    if not state.has_api:
        yield _by_hand(spec, reference)
        return

    def is_set(seen: CallbridgeState) -> bool:
        return seen.has_settings(spec.name, spec.domain, spec.server_address)

    def is_working(seen: CallbridgeState) -> bool:
        return is_set(seen) and seen.has_alarm is not True and not seen.is_pending

    # The API does not show the secret (RECALL), so the proof of an old one is the login itself:
    # where this plan makes a new secret, or the box raises an alarm, it is set again.
    is_old = reference in made or state.has_alarm is True
    yield Rung(
        name="login",
        why=f"the call bridge logs in as {spec.name} to {spec.domain}"
        + (f" at {spec.server_address}" if spec.server_address else ", led by DNS"),
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
    yield Rung(
        name="login-seen",
        why="the box raises no XMPP alarm: the login works",
        holds=is_working,
        action=Wait("the login works: no XMPP alarm", (SETTINGS, ALARMS), _LOGIN_SECONDS),
        then=lambda s: replace(s, has_alarm=False, is_pending=False),
        evidence=(SETTINGS, ALARMS),
        source="TAC 217319 step 33",
    )


def _by_hand(spec: CallbridgeSpec, reference: SecretRef) -> Rung[CallbridgeState]:
    server = spec.server_address or "blank"
    return Rung(
        name="login-by-hand",
        why="no Web Admin is described for this box (cms_webadmin), so a person sets the login",
        holds=lambda s: s.is_pending,
        action=Manual(
            "Web Admin > Configuration > General: unique Call Bridge name"
            f" {spec.name}, domain {spec.domain}, server address {server}, shared secret as"
            f" `xmpp callbridge list` shows it for {spec.name} (here: {reference})"
        ),
        then=lambda s: replace(s, is_pending=True),
        source="TAC 213479 step 9",
    )

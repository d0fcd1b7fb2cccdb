"""Name servers as a session speaks to them: questions, updates, and what each refusal means."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping

from cmsdeploy.errors import DeviceError, HostError, RefusedError
from cmsdeploy.model.action import Reply
from cmsdeploy.model.records import Query, Update, UpdateKey
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.transport.contract import Names, OutcomeUnknownError, Verdict

__all__ = ["Namer"]

_DONE = "NOERROR"
_ALGORITHMS = ("hmac-sha256", "hmac-sha512", "hmac-sha384", "hmac-sha224", "hmac-sha1")
_AGAIN = "run again: it looks anew at what is there"

# RFC 2136, 3: what the code of an answer to an update means, and what to do about it.
_MEANINGS: Mapping[str, tuple[str, str]] = {
    "NXRRSET": ("somebody else changed the records since they were read", _AGAIN),
    "YXRRSET": ("somebody else made the records since they were read", _AGAIN),
    "NXDOMAIN": ("somebody else took the name away since it was read", _AGAIN),
    "YXDOMAIN": ("somebody else made the name since it was read", _AGAIN),
    "NOTAUTH": ("it is not responsible for the zone", "name the primary server and the right zone"),
    "NOTZONE": ("the name is not in the zone", "correct the zone"),
    "REFUSED": (
        "the key may not update these records",
        "let the server's update policy allow the key these names, or use another key",
    ),
    "SERVFAIL": ("it has trouble of its own with the zone", "look at the log of the name server"),
    "NOTIMP": (
        "it takes no updates",
        "name the primary server, or change the zone by hand: cmsdeploy dns zone",
    ),
    "FORMERR": ("it does not understand the update", "look at the log of the name server"),
}
_UNSIGNED = (
    "it takes no unsigned update, and no key is named",
    "name a key that may update the zone: its name, algorithm and secret",
)


class Namer:
    """The name servers of a run. The secret of a key is in no text that comes from here."""

    def __init__(self, names: Names, redactor: Redactor) -> None:
        self._names = names
        self._redactor = redactor

    def read(self, query: Query) -> Reply:
        """Put one question. A server that does not answer is an answer, for the family to judge."""
        return Reply(names=self._names.ask(query))

    def change(self, update: Update, secrets: Mapping[SecretRef, Secret]) -> Reply:
        """Send one update, once. Raises ``HostError`` with what the server has against it."""
        key = update.key
        secret = secrets.get(key.secret) if key else None
        if key is not None and secret is None:
            raise RefusedError(f"{update.line}: the secret {key.secret} is not known yet")
        if secret is not None:
            self._redactor.add(secret, *_decoded(secret))
        verdict = self._names.change(update, secret)
        if verdict.signature or verdict.code != _DONE:
            raise self._refusal(update, verdict, secret)
        if not verdict.is_signed:
            raise OutcomeUnknownError(
                f"{update.line}: the answer is not signed, so anybody may have sent it",
                "ask the server again before anything is repeated",
            )
        return Reply(text=f"{update.server} took it")

    def close(self) -> None:
        """Let go of the servers. Never raises."""
        self._names.close()

    def _refusal(self, update: Update, verdict: Verdict, secret: Secret | None) -> HostError:
        if update.key is not None and verdict.signature:
            cause, action = self._wrong_signature(update, update.key, verdict, secret)
        elif update.key is None and verdict.code in ("REFUSED", "NOTAUTH"):
            cause, action = _UNSIGNED
        else:
            unknown = (f"it answers {verdict.code}", "look at the log of the name server")
            cause, action = _MEANINGS.get(verdict.code, unknown)
        code = verdict.signature or verdict.code
        return DeviceError(f"name server {update.server} refuses ({code}): {cause}", action)

    def _wrong_signature(
        self, update: Update, key: UpdateKey, verdict: Verdict, secret: Secret | None
    ) -> tuple[str, str]:
        if verdict.signature == "BADTIME":
            return _wrong_clock(verdict.seconds_ahead)
        if verdict.signature == "BADSIG":
            return (
                f"the secret of the key {key.name} is not the one that the server has",
                "copy the secret again from the key file of the name server",
            )
        if verdict.signature != "BADKEY" or secret is None:
            return f"the signature by {key.name} is not accepted", "look at the log of the server"
        known = self._known_algorithm(update, key, secret)
        if known:
            return (
                f"the server has the key {key.name} for {known}, and not for {key.algorithm}",
                f"write algorithm: {known}",
            )
        return (
            f"the server knows no key called {key.name} (with any algorithm that we have)",
            "write the name of the key as it stands in the configuration of the server",
        )

    def _known_algorithm(self, update: Update, key: UpdateKey, secret: Secret) -> str:
        """A server says the same to a wrong name and a wrong algorithm: ask which it would take."""
        for algorithm in _ALGORITHMS:
            if algorithm == key.algorithm:
                continue
            other = UpdateKey(key.name, algorithm, key.secret)
            try:
                verdict = self._names.try_key(update.server, update.zone, other, secret)
            except HostError:
                return ""
            if verdict.signature != "BADKEY":
                return algorithm
        return ""


def _wrong_clock(seconds_ahead: int | None) -> tuple[str, str]:
    if seconds_ahead is None:
        return "its clock and ours are too far apart", "set both clocks by NTP"
    side = "ahead of" if seconds_ahead > 0 else "behind"
    return (
        f"its clock is {abs(seconds_ahead)} seconds {side} ours, and 300 are allowed",
        "set both clocks by NTP",
    )


def _decoded(secret: Secret) -> Iterator[Secret]:
    """The key itself: somebody may show it as bytes and not in base64."""
    try:
        yield Secret(base64.b64decode(secret.reveal(), validate=True))
    except binascii.Error:
        return

"""Requests to the API: secrets into the form, statuses into errors, one policy for repeating."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from cmsdeploy.errors import DeviceError, HostError, RefusedError, UnreachableError, printable
from cmsdeploy.model.action import Call, Reply
from cmsdeploy.model.secret import Secret, SecretRef
from cmsdeploy.model.xml_text import failure_tags, read_xml
from cmsdeploy.session.redaction import Redactor
from cmsdeploy.session.reply import decode
from cmsdeploy.transport.contract import Api, HttpAnswer

__all__ = ["Caller"]

# 503 is what the API says under load (other people's programs repeat on it). Only a GET may be
# repeated: the first POST may have made its object although the answer says 503.
_BUSY = 503
_PAUSES = (0.2, 0.5, 1.0)
_SHOWN_OF_A_BODY = 300

_ACTIONS = {
    401: "check user and password of the Web Admin (`cms_webadmin`)",
    403: "this user may not do that; use one of the role admin or api",
    404: "check the address and the version of the box: the API knows no such object",
    429: "the box is busy; run again later",
    503: "the box is busy or starting; run again later",
}


class Caller:
    """The API of one box, with its answers judged."""

    def __init__(self, api: Api, redactor: Redactor, *, pauses: Sequence[float] = _PAUSES) -> None:
        """``pauses`` are the seconds before each further try of a GET on a busy box."""
        self._api = api
        self._pauses = pauses
        self._redactor = redactor

    def get(self, call: Call) -> Reply:
        """Send a GET; at most three times more while the box is busy.

        400 and 404 are given to the family: for it, "no such object" is an answer. With any other
        status an answer that is no plain XML is an error.
        """
        answer = self._api.request(call.method, call.path, call.form)
        for pause in self._pauses:
            if answer.status != _BUSY:
                break
            time.sleep(pause)
            answer = self._api.request(call.method, call.path, call.form)
        if answer.status >= 400 and answer.status not in (400, 404):
            raise self._refusal(call, answer)
        self._check_direct(call, answer)
        if answer.status < 400:
            _check_plain(call, answer)
        return Reply(text=decode(answer.body), status=answer.status)

    def change(self, call: Call, secrets: Mapping[SecretRef, Secret]) -> Reply:
        """Send one request that changes something, exactly once."""
        answer = self._api.request(call.method, call.path, self._form(call, secrets))
        if answer.status >= 400:
            raise self._refusal(call, answer)
        self._check_direct(call, answer)
        return Reply(text=decode(answer.body), status=answer.status)

    def close(self) -> None:
        """Let go of the API. Never raises."""
        self._api.close()

    def _form(
        self, call: Call, secrets: Mapping[SecretRef, Secret]
    ) -> list[tuple[str, bytes | str]]:
        form: list[tuple[str, bytes | str]] = list(call.form)
        for name, reference in call.secrets:
            secret = secrets.get(reference)
            if secret is None:
                raise RefusedError(f"{call.line}: the secret {reference} is not known yet")
            self._redactor.add(secret)
            form.append((name, secret.reveal()))
        return form

    def _check_direct(self, call: Call, answer: HttpAnswer) -> None:
        # A redirect is not followed: it would carry a password to whoever is named in it.
        if not 200 <= answer.status < 300 and answer.status < 400:
            place = self._redactor.shown(answer.headers.get("location", "elsewhere"), 200)
            raise DeviceError(
                f"{call.line}: the API answers {answer.status} and sends us to {place}",
                "give the address and port of the Web Admin itself",
            )

    def _refusal(self, call: Call, answer: HttpAnswer) -> HostError:
        tags = ", ".join(failure_tags(answer.body))
        said = tags or self._redactor.shown(decode(answer.body).strip(), _SHOWN_OF_A_BODY)
        cause = f"{call.line}: the API answers {answer.status}" + (f": {said}" if said else "")
        kind = UnreachableError if answer.status == 401 else DeviceError
        return kind(cause, _ACTIONS.get(answer.status, ""))


def _check_plain(call: Call, answer: HttpAnswer) -> None:
    """An error page with the status of success is no answer: a family would take its fields for
    unknown and set them anew. Raises ``DeviceError``."""
    kind = answer.headers.get("content-type", "xml")
    if "xml" not in kind.lower():
        raise DeviceError(
            f"{call.line}: the answer of the API is {printable(kind, 60)} and not XML",
            "check that the address is the Web Admin of a Meeting Server",
        )
    try:
        read_xml(answer.body)
    except DeviceError as error:
        raise DeviceError(f"{call.line}: {error.cause}", error.action) from error

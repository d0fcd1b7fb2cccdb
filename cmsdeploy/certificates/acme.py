"""Certificates by ACME (RFC 8555), proved by DNS (DNS-01, section 8.4 there).

The only file that imports ``acme`` and ``josepy``, which are an extra. It speaks to the authority
and to nobody else: who puts a record into a zone, and takes it out again, is handed in. Nothing of
the environment counts for its requests: no proxy, no ``.netrc``, no bundle of authorities.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, cast

from cmsdeploy.certificates.certificate import Certificate
from cmsdeploy.certificates.private_keys import new_key, private_pem, signing_key
from cmsdeploy.certificates.public_keys import public_key_of
from cmsdeploy.certificates.reading import read
from cmsdeploy.certificates.signing_request import read_request
from cmsdeploy.errors import (
    CmsdeployError,
    DeadlineError,
    DeviceError,
    InputError,
    UnreachableError,
    printable,
)

if TYPE_CHECKING:
    import requests
    from acme import client, messages

__all__ = ["Authority", "Proofs", "new_account_key", "sign"]

_REQUEST_SECONDS = 15
_SHOWN = 300
_NONCES = 5


class Proofs(Protocol):
    """Who can show that a name is ours. Raises ``CmsdeployError``."""

    def put(self, name: str, value: str) -> None:
        """Let the TXT record ``value`` stand at ``name``, and return once every server shows it."""

    def remove(self) -> None:
        """Take out everything that was put. Called once, whatever happened."""


@dataclass(frozen=True)
class Authority:
    """``directory`` is the URL where an ACME server begins. ``ca_file`` verifies its own
    certificate where the public authorities do not. ``contacts`` are mail addresses.
    ``is_agreed`` says that a person agreed to its terms."""

    directory: str
    ca_file: str | None = None
    contacts: tuple[str, ...] = ()
    is_agreed: bool = False


def new_account_key() -> bytes:
    """A key for an account, as a file keeps it."""
    return private_pem(new_key("rsa-2048"))


def sign(
    authority: Authority,
    account_key: bytes,
    wanted: Mapping[str, bytes],
    proofs: Proofs,
    now: Callable[[], datetime],
    seconds: float,
) -> dict[str, tuple[Certificate, ...]]:
    """Have every request signed; give the chain of each, leaf first, by the name of the request.

    All of it, proofs included, ends within ``seconds``, but for one request to the authority and
    for taking the proofs out. Raises ``CmsdeployError``.
    """
    for name, content in wanted.items():
        read_request(name, content)
    until = now() + timedelta(seconds=seconds)
    with _in_words(authority):
        session = _connected(authority, account_key, seconds)
        try:
            return {
                name: _signed(session, name, content, proofs, until)
                for name, content in wanted.items()
            }
        finally:
            proofs.remove()
            session.net.session.close()


def _connected(authority: Authority, account_key: bytes, seconds: float) -> client.ClientV2:
    """The authority, with our account open."""
    from acme import client

    net = _network(authority, account_key, seconds)
    directory = client.ClientV2.get_directory(authority.directory, net)
    session = client.ClientV2(directory, net)
    _check_terms(authority, directory)
    _open_account(session, authority)
    return session


def _network(authority: Authority, account_key: bytes, seconds: float) -> client.ClientNetwork:
    """RFC 8555, 6.5: a nonce that is refused is no refusal; the library tries once more, and busy
    authorities with several machines behind them refuse several in a row."""
    from acme import client, messages
    from josepy.jwk import JWKRSA

    class Patient(client.ClientNetwork):
        def post(self, *words: object, **options: object) -> requests.Response:
            for _ in range(_NONCES):
                try:
                    return super().post(*words, **options)
                except messages.Error as error:
                    if error.code != "badNonce":
                        raise
            return super().post(*words, **options)

    network = Patient(
        JWKRSA(key=signing_key("the account key", account_key)),
        # Not only true or false: a path names the authorities to be believed.
        verify_ssl=cast("bool", authority.ca_file or True),
        user_agent="cmsdeploy",
        timeout=int(min(_REQUEST_SECONDS, max(seconds, 1))),
    )
    network.session.trust_env = False
    return network


def _check_terms(authority: Authority, directory: messages.Directory) -> None:
    meta = getattr(directory, "meta", None)
    terms = getattr(meta, "terms_of_service", None)
    if terms and not authority.is_agreed:
        raise InputError(
            f"{printable(authority.directory, 200)} has terms of service:"
            f" {printable(str(terms), 200)}",
            "read them, and say --agree-terms",
        )


def _open_account(session: client.ClientV2, authority: Authority) -> None:
    from acme import errors, messages

    contacts = tuple(f"mailto:{mail}" for mail in authority.contacts)
    registration = messages.NewRegistration(
        contact=contacts, terms_of_service_agreed=authority.is_agreed
    )
    try:
        session.new_account(registration)
    except errors.ConflictError as known:
        found = messages.RegistrationResource(uri=known.location, body=messages.Registration())
        session.query_registration(found)


def _signed(
    session: client.ClientV2, name: str, content: bytes, proofs: Proofs, until: datetime
) -> tuple[Certificate, ...]:
    from acme import challenges

    order = session.new_order(_in_pem(content))
    answers = []
    for authorization in order.authorizations:
        challenge = _dns_challenge(authorization)
        if challenge is None:
            continue
        response, value = challenge.response_and_validation(session.net.key)
        own = cast("challenges.DNS01", challenge.chall)
        proofs.put(own.validation_domain_name(authorization.body.identifier.value), value)
        answers.append((challenge, response))
    for challenge, response in answers:
        session.answer_challenge(challenge, response)
    done = session.poll_and_finalize(order, until)
    return _checked(name, content, done.fullchain_pem.encode())


def _in_pem(request: bytes) -> bytes:
    if b"-----BEGIN " in request:
        return request
    body = base64.encodebytes(request)
    return b"-----BEGIN CERTIFICATE REQUEST-----\n" + body + b"-----END CERTIFICATE REQUEST-----\n"


def _dns_challenge(
    authorization: messages.AuthorizationResource,
) -> messages.ChallengeBody | None:
    """What has to be answered for one name; None where the authority believes us already."""
    from acme import challenges, messages

    if authorization.body.status == messages.STATUS_VALID:
        return None
    offered: Sequence[messages.ChallengeBody] = authorization.body.challenges
    for challenge in offered:
        if isinstance(challenge.chall, challenges.DNS01):
            return challenge
    name = printable(str(authorization.body.identifier.value), 100)
    raise DeviceError(
        f"the authority offers no proof by DNS for {name}",
        "DNS-01 is what cmsdeploy can do; ask the authority, or sign otherwise",
    )


def _checked(name: str, request: bytes, chain: bytes) -> tuple[Certificate, ...]:
    """The chain that came back: its leaf has to be for our key, each of the others for the next."""
    found = read(name, chain).certificates
    wanted = public_key_of(read_request(name, request).public_key)
    if not found or found[0].key.digest != wanted.digest:
        raise DeviceError(
            f"the authority sent no certificate for the key of {name}", "ask the authority"
        )
    return found


@contextmanager
def _in_words(authority: Authority) -> Iterator[None]:
    """What the libraries raise, as sentences; texts of the authority are escaped."""
    from acme import errors, messages

    place = printable(authority.directory, 200)
    try:
        yield
    except CmsdeployError:
        raise
    except errors.ValidationError as error:
        raise DeviceError(
            f"the authority does not see the proof: {_failures(error)}",
            "look whether its resolvers see the zone: cmsdeploy dns check",
        ) from None
    except errors.TimeoutError:
        raise DeadlineError(
            f"{place} did not sign in time", "run it again, with a longer --timeout"
        ) from None
    except messages.Error as error:
        told = printable(f"{error.code or error.typ}: {error.detail}", _SHOWN)
        raise DeviceError(f"{place} refuses: {told}", "correct what it names") from None
    except OSError as error:
        # The library of the requests has its errors below OSError; their words hold addresses only.
        raise UnreachableError(
            f"{place} cannot be reached: {printable(str(error), _SHOWN)}",
            "check the URL; where its certificate is private, name its authority: --acme-ca FILE",
        ) from None
    except (errors.Error, ValueError, KeyError) as error:
        told = printable(f"{type(error).__name__}: {error}", _SHOWN)
        raise DeviceError(
            f"{place} does not answer as RFC 8555 says: {told}", "check that the URL is a directory"
        ) from None


def _failures(error: Exception) -> str:
    """Name and reason of each name that was not proved."""
    told = [
        f"{one.body.identifier.value}: {challenge.error.detail}"
        for one in getattr(error, "failed_authzrs", ())
        for challenge in one.body.challenges
        if challenge.error is not None
    ]
    return printable("; ".join(told) or "no reason given", _SHOWN)

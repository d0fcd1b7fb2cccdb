"""``certs sign --acme``: the request to an ACME authority, the proof into our own zone by DNS."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cmsdeploy.errors import (
    CmsdeployError,
    DeadlineError,
    InputError,
    OptionError,
    Origin,
    printable,
)

if TYPE_CHECKING:
    from cmsdeploy.certificates.acme import Authority
    from cmsdeploy.certificates.certificate import Certificate
    from cmsdeploy.cli.job import Site
    from cmsdeploy.model.records import NameAnswer, Query, RecordSet, UpdateKey
    from cmsdeploy.model.secret import Secret, SecretRef
    from cmsdeploy.session.naming import Namer

__all__ = ["Holder", "ZoneProofs", "sign_by_acme", "signed_by_acme"]

_LIMIT = 1 << 20
_TTL = 60
_TRIES = 8
_PAUSE_SECONDS = 0.5
# A request to the authority that is under way may take its own time; then the thread is left.
_GRACE_SECONDS = 2.0


@dataclass(frozen=True)
class Holder:
    """Who holds the zone: its servers, the primary first, and the key that changes it."""

    zone: str
    servers: tuple[str, ...]
    key: UpdateKey | None
    secret: Secret | None = field(default=None, repr=False)


class ZoneProofs:
    """TXT records in a zone: put by compare and swap, seen at every server, taken out again.

    ``seconds`` is how long the servers of the zone have to show a record.
    """

    def __init__(self, holder: Holder, names: Namer, seconds: float) -> None:
        self._holder = holder
        self._names = names
        self._seconds = seconds
        self._put: list[tuple[str, str]] = []
        self._lock = threading.Lock()
        self._is_over = False

    def put(self, name: str, value: str) -> None:
        """Put one record, and wait until every server of the zone shows it."""
        owner, data = f"{name.lower().rstrip('.')}.", f'"{value}"'
        zone = self._holder.zone
        if owner != zone and not owner.endswith(f".{zone}"):
            raise InputError(
                f"the proof for {printable(name, 200)} would not be in the zone {zone}",
                "leave that name out of the request, or name its zone: xmpp_dns_zone",
            )
        with self._lock:
            if self._is_over:
                raise DeadlineError("it is over: no further proof is put")
            # Noted before it is sent: what may be there has to be looked for at the end.
            self._put.append((owner, data))
            self._swap(owner, data, is_wanted=True)
        self._wait(owner, data)

    def remove(self) -> None:
        """Take everything out; what is not there any more is no trouble. Raises at the end."""
        with self._lock:
            self._is_over = True
            failed: CmsdeployError | None = None
            while self._put:
                owner, data = self._put.pop()
                try:
                    self._swap(owner, data, is_wanted=False)
                except CmsdeployError as error:
                    failed = CmsdeployError(
                        f"the proof at {owner} could not be taken out: {error.cause}",
                        f"remove the TXT record of {owner} by hand",
                    )
            if failed is not None:
                raise failed

    def _swap(self, owner: str, data: str, *, is_wanted: bool) -> None:
        """Change the set by one record, again where somebody else was quicker."""
        from cmsdeploy.errors import HostError
        from cmsdeploy.model.records import RecordSet, Update

        holder = self._holder
        secrets: dict[SecretRef, Secret] = {}
        if holder.key is not None and holder.secret is not None:
            secrets[holder.key.secret] = holder.secret
        for attempt in range(_TRIES):
            before = self._shown(holder.servers[0], owner)
            held = set(before.data) if before else set()
            if (data in held) == is_wanted:
                return
            wanted = sorted(held | {data} if is_wanted else held - {data})
            after = RecordSet(owner, "TXT", _TTL, tuple(wanted)) if wanted else None
            update = Update(holder.servers[0], holder.zone, before, after, holder.key)
            try:
                self._names.change(update, secrets)
            except HostError as error:
                if attempt == _TRIES - 1 or not _may_be_tried_again(error):
                    raise

    def _wait(self, owner: str, data: str) -> None:
        until = time.monotonic() + self._seconds
        missing = list(self._holder.servers)
        while missing and time.monotonic() < until:
            missing = [one for one in missing if not self._has(one, owner, data)]
            if missing:
                time.sleep(_PAUSE_SECONDS)
        if missing:
            raise DeadlineError(
                f"{', '.join(missing)} did not show the proof at {owner} in {self._seconds:.0f} s",
                "look at zone transfers: cmsdeploy dns check",
            )

    def _has(self, server: str, owner: str, data: str) -> bool:
        shown = self._shown(server, owner)
        return shown is not None and data in shown.data

    def _shown(self, server: str, owner: str) -> RecordSet | None:
        answer = _answer(self._names, server, owner)
        found = answer.found("TXT")
        return found if found is not None and found.name == owner else None


def _answer(names: Namer, server: str, owner: str) -> NameAnswer:
    from cmsdeploy.errors import UnreachableError
    from cmsdeploy.model.records import Query

    query: Query = Query(server, owner, "TXT")
    answer = names.read(query).names
    if answer is None or answer.code not in ("NOERROR", "NXDOMAIN"):
        why = "" if answer is None else answer.trouble or answer.code
        raise UnreachableError(f"name server {server} gives no answer: {why}", "see to it first")
    return answer


def _may_be_tried_again(error: CmsdeployError) -> bool:
    from cmsdeploy.errors import HostError
    from cmsdeploy.transport.contract import is_outcome_unknown

    is_lost = isinstance(error, HostError) and is_outcome_unknown(error)
    return is_lost or "somebody else" in error.cause


def signed_by_acme(
    site: Site, files: Sequence[Path], url: str, given: Mapping[str, object]
) -> Iterator[str]:
    """What ``certs sign --acme`` does, from the values of its options."""
    try:
        from cmsdeploy.certificates.acme import Authority

        ca_file, account = given.get("acme_ca"), given.get("account")
        contacts = given.get("contact")
        authority = Authority(
            url,
            str(ca_file) if ca_file else None,
            tuple(contacts) if isinstance(contacts, tuple) else (),
            bool(given.get("agree_terms")),
        )
        key_file = account if isinstance(account, Path) else None
        yield from sign_by_acme(site, files, authority, key_file, float(str(given["timeout"])))
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("cmsdeploy"):
            raise
        raise CmsdeployError(
            f"--acme needs a library that is not installed: {error.name}",
            "pip install 'cmsdeploy[acme]'",
        ) from None


def sign_by_acme(
    site: Site,
    files: Sequence[Path],
    authority: Authority,
    account: Path | None,
    seconds: float,
) -> Iterator[str]:
    """Have requests signed, and write NAME.crt and NAME-bundle.crt beside each."""
    from cmsdeploy.certificates.new_files import refuse_present, write_new_files
    from cmsdeploy.inventory.reading import read_bytes

    _check_url(authority.directory)
    targets = {path: (path.with_suffix(".crt"), _bundle(path)) for path in files}
    refuse_present([target for pair in targets.values() for target in pair])
    requests = {printable(str(path), 200): read_bytes(path, _LIMIT) for path in files}
    key_file, key, is_new = _account_key(account, authority.directory)
    if is_new:
        yield f"{printable(str(key_file), 200)}  new account key, readable by you only"
    chains = _in_time(authority, key, requests, _proofs(site, seconds), seconds)
    made: dict[Path, bytes] = {}
    for path in files:
        leaf, *others = chains[printable(str(path), 200)]
        target, bundle = targets[path]
        made[target] = leaf.pem()
        made[bundle] = b"".join(one.pem() for one in others)
    made = {path: content for path, content in made.items() if content}
    write_new_files(made, dict.fromkeys(made, 0o644))
    for path in made:
        yield f"{printable(str(path), 200)}  signed by {printable(authority.directory, 200)}"
    yield "next: the root is not sent along; add it with: cmsdeploy certs bundle"


def _bundle(path: Path) -> Path:
    return path.with_name(f"{path.stem}-bundle.crt")


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        raise OptionError(
            f"{printable(url, 100)!r} cannot be an ACME directory", "write https://HOST/directory"
        )


def _account_key(path: Path | None, directory: str) -> tuple[Path, bytes, bool]:
    """The key of our account there: the file, its content, and whether it was made now."""
    from cmsdeploy.certificates.acme import new_account_key
    from cmsdeploy.certificates.new_files import write_new_files
    from cmsdeploy.cli.places import state_folder
    from cmsdeploy.inventory.reading import check_private, read_with_mode

    if path is None:
        folder = state_folder() / "acme"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{urlsplit(directory).netloc.replace(':', '_')}.key"
    if not path.exists():
        content = new_account_key()
        write_new_files({path: content}, {})
        return path, content, True
    content, mode = read_with_mode(path, _LIMIT)
    check_private(mode, Origin(str(path)))
    return path, content, False


def _proofs(site: Site, seconds: float) -> ZoneProofs:
    """The zone of the inventory, ready for proofs. Raises ``InputError`` where nobody holds it."""
    from cmsdeploy.cli.dns_stage import dns_job
    from cmsdeploy.session.naming import Namer
    from cmsdeploy.transport.dns import DnsNames

    job = dns_job(site, {}, "certs sign", is_key_needed=True)
    spec = next(iter(job.stages[0].desired.values()))
    holder = Holder(spec.zone, spec.servers, spec.key, spec.secret)
    return ZoneProofs(holder, Namer(DnsNames(), site.redactor), seconds / 2)


def _in_time(
    authority: Authority,
    key: bytes,
    requests: Mapping[str, bytes],
    proofs: ZoneProofs,
    seconds: float,
) -> dict[str, tuple[Certificate, ...]]:
    """Sign in a thread that can be left: a server that drips holds the library for as long as it
    likes. The proofs are taken out whatever happens, an interruption included."""
    from cmsdeploy.certificates import acme

    results: list[dict[str, tuple[Certificate, ...]] | BaseException] = []

    def run() -> None:
        try:
            results.append(acme.sign(authority, key, requests, proofs, datetime.now, seconds))
        except BaseException as error:  # brought back and raised below, whatever it is
            results.append(error)

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    try:
        worker.join(seconds + _GRACE_SECONDS)
    finally:
        proofs.remove()
    if not results:
        raise DeadlineError(
            f"{printable(authority.directory, 200)} did not sign within {seconds:.0f} s",
            "run it again, with a longer --timeout",
        )
    if isinstance(results[0], BaseException):
        raise results[0]
    return results[0]

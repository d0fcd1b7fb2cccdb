"""``certs``: check, dates, bundles, requests and a small authority. One option talks to boxes.

Nothing here needs ``cryptography`` before a command runs: the imports stand inside.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cmsdeploy.cli.console import Console, ask_secret
from cmsdeploy.cli.job import Site, load_site
from cmsdeploy.cli.options import Options, common_options
from cmsdeploy.errors import OptionError

if TYPE_CHECKING:
    from cmsdeploy.certificates.reading import Reading
    from cmsdeploy.cli.certificate_checks import Told
    from cmsdeploy.cli.certificate_files import Holding
    from cmsdeploy.cli.certificate_tables import Dated
    from cmsdeploy.model.secret import Secret

__all__ = ["command"]

_WIDTH = 100
_FILES = click.argument("files", nargs=-1, type=click.Path(path_type=Path))
_AT = click.option("--at", help="The moment that counts, such as 2027-01-31; else now.")
_WARN = click.option(
    "--warn-days", type=click.IntRange(0, 3650), default=30, help="Warn this long before."
)
_LIMIT = click.option("-l", "--limit", help="Only these hosts of the inventory.")


@click.group("certs")
def command() -> None:
    """Keys and certificates: check, expiry, bundle, request, sign."""


@command.command("check")
@_FILES
@_LIMIT
@_AT
@_WARN
@click.option("--domain", default="", help="XMPP domain that has to be named (with FILES).")
@click.option("--server", "servers", multiple=True, help="Server to be named (with FILES).")
@common_options
def check(
    files: tuple[Path, ...],
    at: str | None,
    warn_days: int,
    domain: str,
    servers: tuple[str, ...],
    **given: object,
) -> int:
    """Check FILES, or what the inventory gives to each XMPP server, before anything is uploaded."""
    from cmsdeploy.certificates.findings import Expected, Server
    from cmsdeploy.cli.certificate_checks import (
        findings_of_files,
        findings_of_holdings,
        has_errors,
    )
    from cmsdeploy.cli.certificate_files import holdings, moment, read_named

    when = moment(at)
    if files:
        readings = read_named(files, _passphrase(given))
        named = tuple(Server(name, (name,)) for name in servers)
        told = findings_of_files(readings, Expected(when, domain, named, warn_days))
    elif domain or servers:
        raise OptionError(
            "--domain and --server are for files that are named",
            "name the files, or let the inventory say domain and servers",
        )
    else:
        site = load_site(Options.of(given))
        found = holdings(site.inventory, when)
        chosen = _limited(found, site)
        told = findings_of_holdings(found, chosen, when, warn_days)
        readings = [one for each in chosen for one in each.readings.values()]
    _console(given).result(_shown(told, readings, when, is_json=bool(given.get("json"))))
    return 2 if has_errors(told) else 0


def _shown(
    told: Sequence[Told], readings: Sequence[Reading], at: datetime, *, is_json: bool
) -> list[str]:
    from cmsdeploy.cli.certificate_tables import (
        files_as_lines,
        findings_as_json,
        findings_as_lines,
    )

    looked_at = list(dict.fromkeys(one.source for one in readings))
    if is_json:
        return [json.dumps(findings_as_json(told, at, looked_at), indent=2)]
    return [*files_as_lines(readings, at), "", *findings_as_lines(told, len(looked_at))]


def _limited(found: list[Holding], site: Site) -> list[Holding]:
    names = site.limited()
    return [one for one in found if names is None or one.server.label in names]


@command.command("expiry")
@_FILES
@_LIMIT
@_AT
@_WARN
@click.option("--days", type=click.IntRange(0, 3650), help="Exit code 2 with fewer days left.")
@click.option("--boxes", "is_on_boxes", is_flag=True, help="What the boxes hold and use.")
@common_options
def expiry(
    files: tuple[Path, ...],
    at: str | None,
    warn_days: int,
    days: int | None,
    is_on_boxes: bool,
    **given: object,
) -> int:
    """Days left for the certificates in FILES, in the files that the inventory names, or on boxes.

    With --boxes the files are read that services of the boxes name; keys are never fetched.
    """
    from cmsdeploy.certificates.checks import days_left
    from cmsdeploy.cli.certificate_files import moment
    from cmsdeploy.cli.certificate_tables import dates_as_json, dates_as_lines

    when = moment(at)
    dated, problems, code = _on_boxes(files, given) if is_on_boxes else _dated(files, when, given)
    warn = max(warn_days, days or 0)
    if given.get("json"):
        lines = [json.dumps(dates_as_json(dated, when, warn), indent=2)]
    else:
        columns = shutil.get_terminal_size((_WIDTH, 24)).columns
        lines = dates_as_lines(dated, when, warn, columns)
    console = _console(given)
    for problem in problems:
        console.note(problem)
    console.result(lines)
    late = ("expired", "not-yet-valid")
    is_late = any(
        one.status(when, warn) in late or days_left(one.certificate, when) < (days or 0)
        for one in dated
    )
    return code | (2 if problems or is_late else 0)


def _on_boxes(
    files: tuple[Path, ...], given: Mapping[str, object]
) -> tuple[list[Dated], list[str], int]:
    from cmsdeploy.cli.certificate_boxes import dates_on_boxes

    if files:
        raise OptionError("--boxes looks at boxes, not at files", "leave the files out")
    options = Options.of(given)
    site = load_site(options)
    limited = site.limited()
    names = [one for one in site.inventory.hosts if limited is None or one in limited]
    report = dates_on_boxes(site, names, options.forks)
    return report.dated, report.problems, report.code


def _dated(
    files: tuple[Path, ...], at: datetime, given: Mapping[str, object]
) -> tuple[list[Dated], list[str], int]:
    from cmsdeploy.certificates.certificate import Certificate
    from cmsdeploy.certificates.findings import Severity
    from cmsdeploy.cli.certificate_files import holdings, read_named
    from cmsdeploy.cli.certificate_tables import Dated

    if files:
        readings = read_named(files, _passphrase(given))
        made = [Dated(one, each.source) for each in readings for one in each.certificates]
        return list(dict.fromkeys(made)), [], 0
    site = load_site(Options.of(given))
    servers: dict[tuple[Certificate, str], list[str]] = {}
    problems: list[str] = []
    for holding in _limited(holdings(site.inventory, at), site):
        name = holding.server.label
        wrong = [one for one in holding.unreadable if one.severity is Severity.ERROR]
        problems += [f"{name}: {one.evidence}" for one in wrong]
        for reading in holding.readings.values():
            for one in reading.certificates:
                servers.setdefault((one, reading.source), []).append(name)
    made = [Dated(one, file, tuple(dict.fromkeys(who))) for (one, file), who in servers.items()]
    return made, list(dict.fromkeys(problems)), 0


@command.command("bundle")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="File to write.")
@click.option(
    "--kind",
    type=click.Choice(["bundle", "trust", "fullchain"]),
    default="bundle",
    help="Authorities, root last; servers' certificates; or leaf first.",
)
@click.option("--force", is_flag=True, help="Write over FILE; never over a private key.")
@click.option("--ask-passphrase", is_flag=True, help="Ask for the password of .pfx files.")
def bundle(files: tuple[Path, ...], out: Path, kind: str, force: bool, ask_passphrase: bool) -> int:
    """Write one clean file from the certificates in FILES, in any form and order."""
    from cmsdeploy.cli.certificate_making import write_arranged

    passphrase = _passphrase({"ask_passphrase": ask_passphrase})
    Console().result(write_arranged(files, out, kind, passphrase, is_forced=force))
    return 0


@command.command("request")
@click.argument("base_name")
@_LIMIT
@click.option("--cn", default="", help="Common name; else the XMPP domain of the inventory.")
@click.option("--san", multiple=True, help="Further names and addresses of the server.")
@click.option("--field", "fields", multiple=True, help="OU=…, O=…, L=…, ST=…, C=…")
@click.option(
    "--key",
    "key_kind",
    type=click.Choice(["rsa-2048", "rsa-3072", "rsa-4096", "ec-p256"]),
    default="rsa-2048",
    help="Kind of key.",
)
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path(), help="Where the files are made."
)
@common_options
def request(  # the options of a request are the fields of a request
    base_name: str,
    cn: str,
    san: tuple[str, ...],
    fields: tuple[str, ...],
    folder: Path,
    **given: object,
) -> int:
    """Make BASE_NAME.key (0600) and BASE_NAME.csr here, and not on the box.

    Without --cn, names come from the inventory: the XMPP domain and the servers of --limit.
    """
    from cmsdeploy.certificates.requests import make_request
    from cmsdeploy.cli.certificate_making import wanted_of

    site = None if cn else load_site(Options.of(given))
    wanted = wanted_of(site, cn, san, fields, str(given["key_kind"]))
    key, made = make_request(base_name, folder, wanted)
    _console(given).result(
        [
            f"{key}  private key, {wanted.key_kind}, readable by you only",
            f"{made}  request for {', '.join(wanted.every_name)}",
            f"next: have it signed, for example: cmsdeploy certs sign --ca DIR {made}",
        ]
    )
    return 0


@command.command("sign")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--ca", type=click.Path(path_type=Path), help="Folder of a small authority.")
@click.option("--create", is_flag=True, help="Make the authority where there is none.")
@click.option("--days", type=click.IntRange(1, 1825), default=397, help="Days of validity.")
@click.option("--acme", metavar="URL", help="Directory of an ACME authority; proofs go by DNS.")
@click.option("--acme-ca", type=click.Path(path_type=Path), help="Who vouches for that server.")
@click.option("--account", type=click.Path(path_type=Path), help="Account key; made if missing.")
@click.option("--contact", multiple=True, metavar="MAIL", help="Mail address of the account.")
@click.option("--agree-terms", is_flag=True, help="You agree to the terms of the authority.")
@click.option("--timeout", type=click.IntRange(1, 3600), default=300, help="Seconds, for ACME.")
@_LIMIT
@common_options
def sign(files: tuple[Path, ...], ca: Path | None, acme: str | None, **given: object) -> int:
    """Sign requests: with a small authority in a folder (--ca), or by ACME (--acme).

    Each certificate is written beside its request, as .crt. ACME wants the inventory: its
    xmpp_dns words say which zone takes the proofs.
    """
    if (ca is None) == (acme is None):
        raise OptionError("say who signs: --ca FOLDER or --acme URL", "one of the two")
    if acme is not None:
        from cmsdeploy.cli.acme_signing import signed_by_acme

        site = load_site(Options.of(given))
        _console(given).result(signed_by_acme(site, files, acme, given))
        return 0
    from cmsdeploy.cli.certificate_making import sign_requests

    folder = ca or Path()
    days = int(str(given["days"]))
    Console().result(sign_requests(files, folder, days, is_created=bool(given["create"])))
    return 0


def _console(given: Mapping[str, object]) -> Console:
    return Console.for_terminal(not given.get("no_color"))


def _passphrase(given: Mapping[str, object]) -> Secret | None:
    return ask_secret("Passphrase of the files") if given.get("ask_passphrase") else None

"""Certificates in service that are over soon, by what a look has seen of each port."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from cmsdeploy.cli.job import Job
from cmsdeploy.executor.observe import Observation
from cmsdeploy.model.action import Handshake
from cmsdeploy.model.finding import Evidence
from cmsdeploy.model.reply_text import fields
from cmsdeploy.model.step import Problem

__all__ = ["RULE", "expiring"]

# The id that `certs check` has for the same thing in a file.
RULE = "certificate/expires-soon"


def expiring(job: Job, seen: Observation, days: int, now: datetime | None = None) -> list[Problem]:
    """Every certificate that a box presents for less than ``days`` from ``now``, once."""
    moment = now or datetime.now(timezone.utc)
    clusters = job.clusters
    found: dict[tuple[str, str], Problem] = {}
    for host, place, until in _presented(seen):
        if until - moment >= timedelta(days=days):
            continue
        left = math.floor((until - moment) / timedelta(days=1))
        when = "it is over" if left < 0 else f"{left} whole days are left"
        found[(host, place)] = Problem(
            host,
            RULE,
            f"the certificate at {place} is valid until {until:%Y-%m-%d %H:%M} UTC: {when};"
            " a new one comes into service by playbooks/renew-certificates.yml",
            cluster=clusters.get(host, ""),
            evidence=(Evidence(host, f"tls {place}", f"Valid until {until:%Y-%m-%d %H:%M} UTC"),),
        )
    return list(found.values())


def _presented(seen: Observation) -> Iterator[tuple[str, str, datetime]]:
    for host, box in seen.boxes.items():
        for read, reply in box.replies.items():
            if not isinstance(read, Handshake):
                continue
            text = fields(reply.text.partition("-----BEGIN")[0]).get("Valid until", "")
            try:
                until = datetime.strptime(text, "%Y-%m-%d %H:%M:%S UTC")
            except ValueError:
                continue
            yield host, read.place, until.replace(tzinfo=timezone.utc)

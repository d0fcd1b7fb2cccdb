"""The version is the first fact: may a family be used on this box at all?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmsdeploy.families.contract import Family
from cmsdeploy.model.phrase import Phrase
from cmsdeploy.model.step import Refusal
from cmsdeploy.model.version import Version
from cmsdeploy.planning.stage import Stage

__all__ = ["UNKNOWN_VERSION", "version_refusal"]

UNKNOWN_VERSION = "unknown-version"


def version_refusal(
    stage: Stage, host: str, version: Version | None, registry: Mapping[str, Family[Any, Any]]
) -> Refusal | None:
    """Why ``stage`` is not for a box of this version; None where it is.

    A version that is not understood is refused unless the play allows ``unknown-version``.
    """
    versions = registry[stage.family].versions
    cluster = stage.clusters[host]
    if version is None:
        if UNKNOWN_VERSION in stage.permission.exceptions:
            return None
        text = Phrase(
            "the reply to `version` is not understood; look with: version; a play"
            " may go on with allow: [{word}]",
            word=UNKNOWN_VERSION,
        )
        return Refusal(host, "version/unknown", text, cluster)
    if version in versions:
        return None
    text = Phrase(
        "CMS {version} is outside what {family} is for: {reason}",
        version=version,
        family=repr(stage.family),
        reason=versions.reason,
    )
    return Refusal(host, "version/outside", text, cluster)

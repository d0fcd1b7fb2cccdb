"""What was seen of the hosts at one look, as the planning needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cmsdeploy.errors import HostError
from cmsdeploy.model.version import Version

__all__ = ["HostLook", "Look"]


@dataclass(frozen=True)
class HostLook:
    """One host: ``states`` by family. ``error`` says why it could not be read (to the end); then
    there are only the states of those families that were answered whole.

    ``version`` is None where the box does not say it in a way that we understand, or where nobody
    asked (``is_blank``: a rendering from boxes out of the carton).
    """

    version: Version | None = None
    states: Mapping[str, Any] = field(default_factory=dict)
    error: HostError | None = None
    is_blank: bool = False


Look = Mapping[str, HostLook]

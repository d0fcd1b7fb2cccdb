"""The cluster of the boxes of which nobody says another one."""

from __future__ import annotations

__all__ = ["DEFAULT_CLUSTER"]

DEFAULT_CLUSTER = "default"

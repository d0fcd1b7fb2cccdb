"""The families by name, whatever they want and see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmsdeploy.families.contract import Family

__all__ = ["AnyFamily", "Registry"]

AnyFamily = Family[Any, Any]
Registry = Mapping[str, AnyFamily]

"""The names of secrets that more than one family speaks of."""

from __future__ import annotations

from cmsdeploy.model.cluster import DEFAULT_CLUSTER
from cmsdeploy.model.secret import SecretRef

__all__ = ["CALL_BRIDGES", "callbridge_secret"]

# The matrix of ``verify`` to which every family with such a secret gives its column.
CALL_BRIDGES = "call bridges"


def callbridge_secret(cluster: str, name: str) -> SecretRef:
    """The secret by which call bridge ``name`` logs in to the servers of ``cluster``."""
    place = "" if cluster == DEFAULT_CLUSTER else f"{cluster}/"
    return SecretRef(f"callbridge/{place}{name}")

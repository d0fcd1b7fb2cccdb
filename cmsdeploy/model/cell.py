"""One cell of a table that people look at to see how boxes stand."""

from __future__ import annotations

from dataclasses import dataclass, field

from cmsdeploy.model.secret import Secret

__all__ = ["BOXES", "Cell"]

# The table that has one row for each box. Any other table is a matrix by that name, for a cluster.
BOXES = "boxes"


@dataclass(frozen=True)
class Cell:
    """What ``row`` shows in ``column`` of ``table``; ``host`` is the box that it was seen on.

    ``is_wrong`` says that it is not as wanted. Where cells of one row hold a ``secret`` each, those
    that differ from most are wrong too; the secret itself is compared and never shown.
    """

    table: str
    cluster: str
    row: str
    column: str
    text: str
    host: str
    is_wrong: bool = False
    secret: Secret | None = field(default=None, repr=False)

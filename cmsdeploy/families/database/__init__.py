"""Family ``database``: is the database cluster of a box well enough to begin a change?

Law. This folder reads one reply, ``database cluster status``, in both wordings (Primary and
Replica, Master and Slave). It changes nothing and never will: what a database cluster needs, a
person does by the book (Cisco TAC 210530).
"""

from __future__ import annotations

from cmsdeploy.families.database.family import DatabaseFamily

__all__ = ["family"]

family = DatabaseFamily()

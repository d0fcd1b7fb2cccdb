"""Family ``clock``: do the boxes of a cluster have the same time?

Law. This folder compares the clocks of boxes with each other, never with ours: it knows when a
reply came, and what clock the reply showed. It sets nothing; a box has NTP for that.
"""

from __future__ import annotations

from cmsdeploy.families.clock.family import ClockFamily

__all__ = ["family"]

family = ClockFamily()

"""Family ``mmp``: the escape hatch, a raw command with a sentence about its state.

Law. This folder knows the commands of the MMP that only read, whoever's they are, and nothing about
what a raw command means: the person who wrote it says how to see that it is not needed.
"""

from __future__ import annotations

from cmsdeploy.families.mmp.family import MmpFamily

__all__ = ["family"]

family = MmpFamily()

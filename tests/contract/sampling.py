"""How much of a campaign the long run makes: some of its places, and always the same ones.

A campaign that was seen whole once teaches little when all of its thousand places are visited again
each night; a spread of them finds what breaks later. What a long run visits is said by the number
that each campaign names; ``CMSDEPLOY_WHOLE=1`` makes every campaign whole.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import TypeVar

__all__ = ["WHOLE", "is_whole", "sampled"]

WHOLE = "CMSDEPLOY_WHOLE"
_T = TypeVar("_T")


def is_whole() -> bool:
    """Whether somebody wants every place of every campaign."""
    return os.environ.get(WHOLE, "") not in ("", "0")


def sampled(places: Sequence[_T], most: int, key: object = "") -> Sequence[_T]:
    """No more than ``most`` of ``places``, in their order: one drawn from each of so many parts
    of the way, by ``key`` alone.

    A fixed stride was rejected: what repeats for each server would be met at one server alone.
    """
    if is_whole() or len(places) <= most:
        return places
    chance = random.Random(f"{key}")
    part = len(places) / most
    return [places[int((number + chance.random()) * part)] for number in range(most)]

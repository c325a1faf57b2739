"""By how much a figure changed, where a text gives only both values: "fell from 540 to 410" is a fall of 24 percent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from service.checking.hedges import Hedge, Interval
from service.checking.narrowing import DOWN, UP, direction
from service.checking.quantities import Quantity
from service.checking.scene import Scene
from service.checking.units import PERCENT
from service.checking.updates import Replacement

_PLACE = 0.1  # percent: a computed share is finer than any that is written


def shares_of_change(
    claim: Scene, ours: Quantity, evidence: Scene, replaced: tuple[Replacement, ...], text: str
) -> Iterator[Quantity]:
    """Yield the shares by which a sentence's figures changed, where the claim's figure is such a share of the same.

    It is where it is a percentage or fraction told of a rise or a fall, the sentence's figures go the same way, and
    both name what changed.
    """
    way = direction(claim, ours)
    if ours.dimension != PERCENT.dimension or not way or not claim.words & evidence.words:
        return
    for pair in replaced:
        comparable = pair.old.value > 0 and pair.new.dimension == pair.old.dimension
        if comparable and pair.new.value != pair.old.value and way == (UP if pair.new.value > pair.old.value else DOWN):
            yield _share(pair, text)


def _share(pair: Replacement, text: str) -> Quantity:
    percent = 100 * abs(pair.new.value - pair.old.value) / pair.old.value
    start, end = min(pair.old.start, pair.new.start), max(pair.old.end, pair.new.end)
    return replace(
        pair.new,
        text=text[start:end],
        start=start,
        end=end,
        value=round(percent, 1),
        place=_PLACE,
        interval=Interval(percent, percent),
        hedge=Hedge.NONE,
        unit=PERCENT,
        noun=None,
        role=None,
        per=None,
        is_fraction=False,
    )

"""Shares where a text gives only two counts: "fell from 540 to 410" is a fall of 24 percent, "43 of 112" are 38."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from service.checking.hedges import Hedge, Interval
from service.checking.narrowing import DOWN, UP, direction
from service.checking.quantities import Quantity
from service.checking.scene import Scene
from service.checking.units import PERCENT, POINTS
from service.checking.updates import Replacement
from service.language.tokens import lower_at

_OPEN = frozenset(Hedge) - {Hedge.NONE, Hedge.EXACTLY}  # a share of what is open on one side is too
_BETWEEN = 3  # words between "43" and "112": "of the now"
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
        # "A raise of 4 percent, up from 3.5" is none of 14.3 percent.
        is_share = pair.new.dimension in {PERCENT.dimension, POINTS.dimension}
        comparable = pair.old.value > 0 and pair.new.dimension == pair.old.dimension and not is_share
        if comparable and pair.new.value != pair.old.value and way == (UP if pair.new.value > pair.old.value else DOWN):
            yield _of_change(pair, text)


def shares_of_whole(claim: Scene, ours: Quantity, evidence: Scene, text: str) -> Iterator[Quantity]:
    """Yield the share of a sentence's only two counts, "43 of the 112 welds", where the claim gives one of the same."""
    counts = evidence.quantities
    if ours.dimension != PERCENT.dimension or len(counts) != 2 or any(q.unit or q.hedge in _OPEN for q in counts):
        return
    part, whole = sorted(counts, key=lambda quantity: quantity.value)
    counted = {whole.noun.stem} if whole.noun else set()
    if 0 < part.value < whole.value and counted & claim.words and _are_of_one(part, whole, evidence):
        yield _share(part, whole, 100 * part.value / whole.value, text)


def _are_of_one(part: Quantity, whole: Quantity, evidence: Scene) -> bool:
    """Say whether a count is one of some of the other: "43 of the 112 welds", "of the 112 welds, 43"."""
    first = min(part, whole, key=lambda quantity: quantity.start)
    if first is whole:
        return "of" in {lower_at(evidence.tokens, whole.first - 1), lower_at(evidence.tokens, whole.first - 2)}
    between = evidence.tokens[part.last : whole.first]
    return bool(between) and between[0].lower == "of" and len(between) <= _BETWEEN


def _of_change(pair: Replacement, text: str) -> Quantity:
    percent = 100 * abs(pair.new.value - pair.old.value) / pair.old.value
    return _share(pair.new, pair.old, percent, text)


def _share(one: Quantity, other: Quantity, percent: float, text: str) -> Quantity:
    start, end = min(one.start, other.start), max(one.end, other.end)
    return replace(
        one,
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
        is_partial=False,
    )

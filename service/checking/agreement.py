"""Decides whether two figures of one thing agree, as intervals with what rounding allows."""

from __future__ import annotations

import math
from enum import StrEnum

from service.checking.hedges import Hedge, Interval, rounding
from service.checking.quantities import COUNT, Quantity
from service.checking.rates import Span, converted
from service.checking.sameness import Sameness
from service.domain import Relation

_CONVERTED = 0.03  # writers round when they convert: 1.9 miles for 3,000 meters
_UNDER_HALF = 0.499  # 5.5% is rounded up, so it is no 5%
_FLOAT_ERROR = 1e-9
_ABOVE = frozenset({Hedge.MORE_THAN, Hedge.EXACTLY})
_BELOW = frozenset({Hedge.NEARLY, Hedge.LESS_THAN})
_OPEN_ABOVE = frozenset({Hedge.AT_LEAST, Hedge.MORE_THAN})
_FAR = 2.0
_LOOSE_HEDGES = frozenset({Hedge.ABOUT, Hedge.NEARLY})


class Outcome(StrEnum):
    """What one value of the evidence says of one of the claim."""

    AGREES = "agrees"
    DIFFERS = "differs"
    ELSEWHERE = "elsewhere"


def meet(ours: Quantity, theirs: Quantity, how: Sameness) -> tuple[bool | None, bool, Relation]:
    """Return whether the figures agree (None: no telling), whether theirs settles ours, and how they would differ."""
    first, second = _in_base(ours), _in_base(theirs)
    if ours.per and theirs.per and ours.per != theirs.per:
        second = _for_span(second, theirs.per, ours.per)
    slack = _slack(ours, theirs)
    widened = _widened(first, slack)
    agrees = widened.meets(_widened(second, 0.0)) and not _is_far_above(ours, theirs, first.low, second.low)
    is_loose = ours.hedge in _LOOSE_HEDGES or ours.is_fraction
    relation = Relation.OUTSIDE_ROUNDING if is_loose else Relation.DIFFERS
    if agrees and _only_touch(ours, theirs):
        return None, False, relation
    if agrees:
        return True, widened.holds(second), relation
    if how is Sameness.SAME:
        return False, False, relation
    # A part may be smaller than the whole, never larger.
    is_larger = first.low - slack > second.high if how is Sameness.PART else second.low > first.high + slack
    return (False if how in {Sameness.PART, Sameness.WHOLE} and is_larger else None), False, relation


def _is_far_above(ours: Quantity, theirs: Quantity, low: float, other: float) -> bool:
    """Say whether "more than 400" is claimed where "at least 144" is known: nobody would put 400 so."""
    return ours.hedge in _OPEN_ABOVE and theirs.hedge in _OPEN_ABOVE and low > _FAR * other > 0


def _only_touch(ours: Quantity, theirs: Quantity) -> bool:
    """Say whether one is said to lie above the number that the other is said to fall short of: "over" and "nearly"."""
    hedges = {ours.hedge, theirs.hedge}
    opposed = bool(hedges & _ABOVE) and bool(hedges & _BELOW)
    return opposed and ours.unit == theirs.unit and ours.value == theirs.value


def _in_base(quantity: Quantity) -> Interval:
    unit, interval = quantity.unit, quantity.interval
    if unit is None:
        return interval
    low, high = (end * unit.factor + unit.offset for end in (interval.low, interval.high))
    return Interval(low, high, interval.low_open, interval.high_open)


def _for_span(interval: Interval, given: Span, wanted: Span) -> Interval:
    low, high = converted(interval.low, given, wanted)[0], converted(interval.high, given, wanted)[1]
    return Interval(low, high, interval.low_open, interval.high_open)


def _widened(interval: Interval, slack: float) -> Interval:
    """Return a closed interval: "more than 100" against 100 is how writers round, not a conflict."""
    error = _FLOAT_ERROR * max((abs(end) for end in (interval.low, interval.high) if math.isfinite(end)), default=1.0)
    return Interval(interval.low - slack - error, interval.high + slack + error)


def _slack(ours: Quantity, theirs: Quantity) -> float:
    """Return how far the figures may lie apart, in base units."""
    if ours.hedge is Hedge.EXACTLY and ours.unit == theirs.unit:
        return _own_slack(theirs, ours)
    slack = max(_own_slack(ours, theirs), _own_slack(theirs, ours))
    if ours.unit != theirs.unit and ours.unit is not None:
        slack = max(slack, _CONVERTED * abs(ours.value * ours.unit.factor))
    return slack


def _own_slack(rounded: Quantity, finer: Quantity) -> float:
    factor = rounded.unit.factor if rounded.unit else 1.0
    if rounded.is_fraction:
        return rounded.place / 2
    if rounded.hedge not in {Hedge.NONE, Hedge.ABOUT}:
        return 0.0
    if rounded.dimension != COUNT and finer.place < rounded.place and rounded.place <= 1:
        return factor * rounded.place * _UNDER_HALF  # 12% said of 12.4%
    return factor * rounding(rounded.value, rounded.place)

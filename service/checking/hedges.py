"""How a text qualifies a number, and the interval of values that it then stands for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from service.language.numerals import Numeral
from service.language.tokens import Tokens, lower_at


class Hedge(StrEnum):
    """The kinds of qualification."""

    NONE = "none"
    EXACTLY = "exactly"
    AT_LEAST = "at least"
    MORE_THAN = "more than"
    AT_MOST = "at most"
    LESS_THAN = "less than"
    NEARLY = "nearly"
    ABOUT = "about"
    RANGE = "range"
    VAGUE = "vague"


@dataclass(frozen=True, slots=True)
class Interval:
    """The values from `low` to `high`; an open end is not itself among them."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    def meets(self, other: Interval) -> bool:
        """Say whether some value lies in both."""
        return not (self._ends_before(other) or other._ends_before(self))

    def holds(self, other: Interval) -> bool:
        """Say whether every value of the other lies in this one too."""
        below = other.low < self.low or (other.low == self.low and self.low_open and not other.low_open)
        above = other.high > self.high or (other.high == self.high and self.high_open and not other.high_open)
        return not (below or above)

    def _ends_before(self, other: Interval) -> bool:
        return self.high < other.low or (self.high == other.low and (self.high_open or other.low_open))


_PHRASES = {
    Hedge.EXACTLY: "exactly;precisely;a total of",
    Hedge.AT_LEAST: "at least;no fewer than;no less than;not less than;not fewer than;a minimum of;"
    "upwards of;at minimum",
    Hedge.MORE_THAN: "more than;over;greater than;above;in excess of;exceeding;just over;well over;"
    "better than;upward of",
    Hedge.AT_MOST: "at most;up to;no more than;not more than;a maximum of;as many as;as much as;within",
    Hedge.LESS_THAN: "fewer than;less than;under;below",
    Hedge.NEARLY: "nearly;almost;close to;just under;just below;approaching;not quite;just short of",
    Hedge.ABOUT: "about;around;some;roughly;approximately;an estimated;estimated;approx;circa;an average of;"
    "more or less;in the region of;in the order of;~;≈",
}
_BEFORE = {tuple(phrase.split()): hedge for hedge, phrases in _PHRASES.items() for phrase in phrases.split(";")}
_BEFORE[("approx", ".")] = Hedge.ABOUT
_AFTER = {
    ("or", "more"): Hedge.AT_LEAST, ("or", "fewer"): Hedge.AT_MOST, ("or", "less"): Hedge.AT_MOST,
    ("or", "so"): Hedge.ABOUT, ("-", "odd"): Hedge.ABOUT, ("+",): Hedge.AT_LEAST, ("or", "higher"): Hedge.AT_LEAST,
}  # fmt: skip
_LONGEST = 4


def hedge_before(tokens: Tokens, index: int) -> tuple[Hedge, int]:
    """Return the hedge that ends just before an index, with the index of its first token."""
    for length in range(_LONGEST, 0, -1):
        if length <= index:
            hedge = _BEFORE.get(tuple(token.lower for token in tokens[index - length : index]))
            if hedge is not None:
                return hedge, index - length
    return Hedge.NONE, index


def hedge_after(tokens: Tokens, index: int) -> tuple[Hedge, int]:
    """Return the hedge that starts at an index, with the index after it."""
    for length in (2, 1):
        hedge = _AFTER.get(tuple(lower_at(tokens, index + n) for n in range(length)))
        if hedge is not None:
            return hedge, index + length
    return Hedge.NONE, index


def interval_of(numeral: Numeral, hedge: Hedge) -> Interval:
    """Return the values that a hedged number stands for.

    "About" allows half of the last significant place, at least 3% and at most 15%; "nearly" the same below, but at
    least 7%. An exact number stands for itself; what rounding it allows is decided where it meets another (`rounding`).
    """
    low, high = numeral.low, numeral.high
    if hedge is Hedge.AT_LEAST:
        return Interval(low, math.inf)
    if hedge is Hedge.MORE_THAN:
        return Interval(low, math.inf, low_open=True)
    if hedge is Hedge.AT_MOST:
        return Interval(-math.inf, high)
    if hedge is Hedge.LESS_THAN:
        return Interval(-math.inf, high, high_open=True)
    if hedge is Hedge.NEARLY:
        return Interval(low - _looseness(numeral.place, low, 0.07), high, high_open=not numeral.is_fraction)
    if hedge is Hedge.ABOUT:
        slack = _looseness(numeral.place, numeral.value, 0.03)
        return Interval(low - slack, high + slack)
    return Interval(low, high)


def _looseness(place: float, value: float, least: float) -> float:
    return min(max(place / 2, least * abs(value)), 0.15 * abs(value))


def rounding(value: float, place: float) -> float:
    """Return how far an unhedged round number may lie from the truth: half its last place, at most 5%.

    Whole numbers below 1,000 are taken as counted one by one.
    """
    is_counted = place >= 1 and abs(value) < 1000
    return 0.0 if is_counted else min(place / 2, 0.05 * abs(value))

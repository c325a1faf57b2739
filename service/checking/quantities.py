"""Finds the quantities in news English: what is counted or measured, how much, how firmly, and where it stands.

Written here since the packaged extractors lack what a comparison needs: quantulum3 0.10 knows no hedges, read "$3bn" as
"dollar bit newton" and took 7 ms a sentence; text2num reads numbers only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from service.checking.dates import extract_dates
from service.checking.hedges import Hedge, Interval, hedge_after, hedge_before, interval_of
from service.checking.nouns import Noun, noun_after, shares_of
from service.checking.rates import Span, span_of
from service.checking.skips import is_label, is_ordinal, ordinal_value
from service.checking.units import PERCENT, Unit, unit_after, unit_before
from service.checking.wording import CHANGES
from service.domain import Value
from service.language.numerals import Numeral, magnitude_at, read_numeral, scaled
from service.language.ratios import read_ratio
from service.language.roles import ROLE_OF, role_of
from service.language.tokens import Tokens, lower_at, tokenize

COUNT = "count"
# "Rose three to 45": no range is so wide.
_FAR = 3.0


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what it measures, `text[start:end]`; its tokens are `first` to `last`, end exclusive.

    `interval` and `place` are in the unit written; `role` is set for counts of people to whom something happened.
    `is_partial` marks a part or an addition ("including three", "12 others", "nine of them"), `per` is the span of
    time that it is for ("$90,000 a month").
    """

    text: str
    start: int
    end: int
    first: int
    last: int
    value: float
    place: float
    interval: Interval
    hedge: Hedge
    unit: Unit | None = None
    noun: Noun | None = None
    role: str | None = None
    is_partial: bool = False
    is_ordinal: bool = False
    is_fraction: bool = False
    per: Span | None = None

    @property
    def dimension(self) -> str:
        """Return what kind of measure it is, such as `count`, `length`, `money USD` or `percent`."""
        return self.unit.dimension if self.unit else COUNT

    @property
    def in_base(self) -> float:
        """Return the value in the base unit of its dimension."""
        return self.value * self.unit.factor + self.unit.offset if self.unit else self.value

    @property
    def unit_name(self) -> str | None:
        """Return the unit as it is shown: the role, the unit of measure, or the noun counted, and its span of time."""
        name = self.role or (self.unit.name if self.unit else None) or (self.noun.text if self.noun else None)
        return f"{name} {self.per.name}" if name and self.per else name

    def to_value(self) -> Value:
        """Return it as the contract shows it."""
        return Value(self.text, self.value, self.unit_name, self.start, self.end)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A number as it was read: its tokens with hedge and unit, before its surroundings are looked at."""

    first: int
    last: int
    numeral: Numeral
    interval: Interval
    hedge: Hedge
    unit: Unit | None
    is_ordinal: bool = False
    is_ratio: bool = False


@lru_cache(maxsize=256)
def extract(text: str) -> tuple[Quantity, ...]:
    """Return the quantities of a text in order and without overlap; dates, ages, times and labels are none."""
    tokens = tokenize(text)
    readings = tuple(_readings(tokens, _dated(text, tokens)))
    is_number = [False] * len(tokens)
    for reading in readings:
        is_number[reading.first : reading.last] = [True] * (reading.last - reading.first)
    numbers = tuple(is_number)
    return _coordinated(tokens, [_quantity(text, tokens, reading, numbers) for reading in readings])


def _coordinated(tokens: Tokens, found: list[Quantity]) -> tuple[Quantity, ...]:
    """Give a bare number after "and" the role of the one before it: "killed two here and four there"."""
    previous: Quantity | None = None
    for index, this in enumerate(found):
        is_bare = this.unit is None and this.noun is None and this.role is None and not this.is_ordinal
        if is_bare and previous and previous.role and lower_at(tokens, this.first - 1) == "and":
            found[index] = replace(this, role=previous.role)
        previous = previous if this.is_ordinal else this
    return _shares_and_totals(tokens, found)


def _shares_and_totals(tokens: Tokens, found: list[Quantity]) -> tuple[Quantity, ...]:
    """In "16 of the 20 sailors were saved", count 16 saved sailors; the 20 are all of them, saved or not."""
    for index in range(1, len(found)):
        share, total = found[index - 1], found[index]
        between = [token.lower for token in tokens[share.last : total.first]]
        if between in (["of"], ["of", "the"], ["out", "of"], ["of", "its"], ["of", "their"]) and total.noun:
            role = total.role if share.unit is None else None
            is_rate = between == ["out", "of"]  # "nine out of ten pupils" counts no nine pupils
            found[index - 1] = replace(share, noun=total.noun, role=role, is_partial=is_rate or share.is_partial)
            found[index] = replace(total, is_partial=True, role=None)
    return tuple(found)


def _dated(text: str, tokens: Tokens) -> frozenset[int]:
    spans = [(mention.start, mention.end) for mention in extract_dates(text, None)]
    taken: set[int] = set()
    index = 0
    for start, end in spans:
        while index < len(tokens) and tokens[index].start < end:
            if tokens[index].start >= start:
                taken.add(index)
            index += 1
    return frozenset(taken)


def _readings(tokens: Tokens, dated: frozenset[int]) -> Iterator[_Reading]:
    index = floor = 0
    while index < len(tokens):
        reading = None if index in dated else _reading(tokens, index, floor)
        if reading is None:
            skipped = read_numeral(tokens, index) if tokens[index].is_number else None
            index = skipped.end if skipped else index + 1
            continue
        yield reading
        index = floor = reading.last


def _reading(tokens: Tokens, index: int, floor: int) -> _Reading | None:
    if is_ordinal(tokens, index):
        rank = ordinal_value(tokens, index)
        numeral = Numeral(rank, 1.0, index + 1, rank, rank)
        last = index + 1 + tokens[index].is_number
        return _Reading(index, last, numeral, Interval(rank, rank), Hedge.NONE, None, is_ordinal=True)
    if ratio := _ratio(tokens, index, floor):
        return ratio
    found = read_numeral(tokens, index)
    if found is None or is_label(tokens, index, found):
        return None
    return _range(tokens, index, found, floor) or _single(tokens, index, found, floor)


def _ratio(tokens: Tokens, index: int, floor: int) -> _Reading | None:
    """Read "roughly six in ten", but no "two in 24 hours" and no "killed two in three attacks"."""
    share = read_ratio(tokens, index)
    if share is None or unit_after(tokens, share.end) or lower_at(tokens, index - 1) in ROLE_OF:
        return None
    hedge, first = hedge_before(tokens, index)
    return _Reading(max(first, floor), share.end, share, interval_of(share, hedge), hedge, PERCENT, is_ratio=True)


def _single(tokens: Tokens, index: int, numeral: Numeral, floor: int) -> _Reading:
    numeral, unit, first, last = _with_unit(tokens, index, numeral)
    hedge, first = hedge_before(tokens, first)
    if hedge is Hedge.NONE:
        hedge, last = hedge_after(tokens, last)
    if hedge is Hedge.NONE and numeral.is_vague:
        hedge = Hedge.VAGUE
    return _Reading(max(first, floor), last, numeral, interval_of(numeral, hedge), hedge, unit)


def _with_unit(tokens: Tokens, index: int, numeral: Numeral) -> tuple[Numeral, Unit | None, int, int]:
    """Return the number with its magnitude, its unit, and the tokens of both."""
    money = unit_before(tokens, index)
    if money is not None:
        glued = lower_at(tokens, numeral.end) == "m" and tokens[numeral.end - 1].touches(tokens[numeral.end])
        if glued:
            numeral = scaled(numeral, 1e6)
        return numeral, money[0], money[1], numeral.end + glued
    after = unit_after(tokens, numeral.end)
    if after is None:
        return numeral, PERCENT if numeral.is_fraction else None, index, numeral.end
    return numeral, after[0], index, after[1]


def _range(tokens: Tokens, index: int, low: Numeral, floor: int) -> _Reading | None:
    """Read "10 to 15", "20-30", "$2-3 million" and "between 3 and 5"."""
    joint = lower_at(tokens, low.end)
    between = lower_at(tokens, index - 1) in {"between", "from"} or lower_at(tokens, index - 2) == "between"
    if joint not in {"to", "-", "–"} and not (joint == "and" and between):
        return None
    after = low.end + 1
    high = (
        read_numeral(tokens, after + (unit_before(tokens, after + 1) is not None)) if after + 1 < len(tokens) else None
    )
    money = unit_before(tokens, index)
    if high is None or lower_at(tokens, (money[1] if money else index) - 1) == "from":
        return None  # "rose from $30 million to $40 million"
    magnitude = magnitude_at(tokens, high.end - 1)
    if magnitude > 1 and low.value < high.value / magnitude and magnitude_at(tokens, low.end - 1) == 1:
        low = scaled(low, magnitude)
    if not low.value < high.value or _is_change(tokens, index, low, high):
        return None
    _, unit, first, _ = _with_unit(tokens, index, low)
    _, unit_behind, _, last = _with_unit(tokens, high.end - 1, high)
    first -= lower_at(tokens, first - 1) == "between"
    _, first = hedge_before(tokens, first)
    interval = Interval(low.value, high.value)
    return _Reading(max(first, floor), last, high, interval, Hedge.RANGE, unit or unit_behind)


def _is_change(tokens: Tokens, index: int, low: Numeral, high: Numeral) -> bool:
    """Say whether a figure changed by one number to another: "rose by three to 45", but "fell 5 to 20 percent"."""
    money = unit_before(tokens, index)
    first = money[1] if money else index
    before = lower_at(tokens, first - 1)
    changes = before in CHANGES or (before == "by" and lower_at(tokens, first - 2) in CHANGES)
    after = unit_after(tokens, high.end)
    is_share = after is not None and after[0] is PERCENT and unit_after(tokens, low.end) is None
    return changes and not is_share and high.value >= _FAR * low.value


def _quantity(text: str, tokens: Tokens, reading: _Reading, is_number: tuple[bool, ...]) -> Quantity:
    start, end = tokens[reading.first].start, tokens[reading.last - 1].end
    counts = reading.unit is None
    noun = None if counts else shares_of(tokens, reading.last)
    if counts or (noun is None and reading.is_ratio):
        noun = noun_after(tokens, reading.last)
    told = counts and not reading.is_ordinal and not _is_some_of(tokens, reading.last)
    role = role_of(tokens, reading.first, reading.last, is_number) if told else None
    return Quantity(
        text=text[start:end],
        start=start,
        end=end,
        first=reading.first,
        last=reading.last,
        value=_middle(reading),
        place=reading.numeral.place,
        interval=reading.interval,
        hedge=reading.hedge,
        unit=reading.unit,
        noun=noun,
        role=role,
        is_partial=_is_partial(tokens, reading),
        is_ordinal=reading.is_ordinal,
        is_fraction=reading.numeral.is_fraction,
        per=None if reading.is_ordinal else span_of(tokens, reading.first, reading.last, is_number),
    )


def _is_some_of(tokens: Tokens, end: int) -> bool:
    """Say whether a count is of some of those to whom something happened: "eight of the injured" is no toll."""
    return (
        lower_at(tokens, end) == "of"
        and lower_at(tokens, end + 1) in {"the", "those", "these"}
        and lower_at(tokens, end + 2) in ROLE_OF
    )


def _middle(reading: _Reading) -> float:
    if reading.hedge is Hedge.RANGE:
        return (reading.interval.low + reading.interval.high) / 2
    return reading.numeral.value


_ADDED = frozenset({"other", "others", "more", "additional", "further", "extra"})


def _is_partial(tokens: Tokens, reading: _Reading) -> bool:
    before, after = lower_at(tokens, reading.first - 1), lower_at(tokens, reading.last)
    all_but = before == "but" and lower_at(tokens, reading.first - 2) == "all"
    part = all_but or (after == "of" and reading.unit is None and not reading.numeral.is_vague)
    return part or before in {"another", "including", "additional", "further", "other", "among"} or after in _ADDED

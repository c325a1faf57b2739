"""Reads one number, in digits or English words, at a place in a token list."""

from __future__ import annotations

import math
from dataclasses import dataclass

from service.language.tokens import Tokens, lower_at, word_set

_SMALL = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * n
    for n, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
MAGNITUDES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_GLUED = {"k": 1e3, "mn": 1e6, "bn": 1e9, "tn": 1e12}
_FRACTIONS = {
    "half": 1 / 2, "halves": 1 / 2, "third": 1 / 3, "thirds": 1 / 3, "quarter": 1 / 4, "quarters": 1 / 4,
    "fifth": 1 / 5, "fifths": 1 / 5, "tenth": 1 / 10, "tenths": 1 / 10,
}  # fmt: skip
# What a plural magnitude may stand for. The upper ends are wide: "hundreds" of 1,500 is loose, not false.
_PLURALS = {
    "dozens": (20, 300), "scores": (20, 400), "hundreds": (100, 3e3), "thousands": (1e3, 1e5),
    "millions": (1e6, 1e9), "billions": (1e9, 1e12),
}  # fmt: skip
_PEOPLE = frozenset({"people", "men", "women", "children"})
# What has a length in meters, or follows one.
_MEASURED = word_set("hurdles waves walls towers masts trees cables this races sprints times")
# What a part of one is told of: "a quarter of a percentage point", "half a mile".
_OF_ONE = word_set("percentage percent point mile kilometer kilometre degree acre hectare ton tonne")
_STARTS = frozenset({"a", "half", "tens", "few", "several"}) | _SMALL.keys() | _TENS.keys() | _PLURALS.keys()
_MAX_DIGITS = 15  # beyond this a float no longer holds every digit, and no news figure is that long
_MAX_WORDS = 16


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number and the token after it. `place` is the worth of its last significant digit: 10 for 140, 0.1e6 for 2.5m.

    A vague numeral ("dozens", "a few hundred") has `low` below `high`; all others have both equal to `value`.
    """

    value: float
    place: float
    end: int
    low: float
    high: float
    is_fraction: bool = False

    @property
    def is_vague(self) -> bool:
        """Say whether it names an order of size only."""
        return self.low < self.high


def read_numeral(tokens: Tokens, index: int) -> Numeral | None:
    """Return the number that starts at an index, or None."""
    if tokens[index].is_number:
        return _digits(tokens, index)
    if tokens[index].lower not in _STARTS:  # nearly all words
        return None
    return _fraction(tokens, index) or _vague(tokens, index) or _words(tokens, index)


def scaled(numeral: Numeral, factor: float) -> Numeral:
    """Return the number times a factor, as the first end of "2 to 3 million" needs it."""
    low, high = numeral.low * factor, numeral.high * factor
    return Numeral(numeral.value * factor, numeral.place * factor, numeral.end, low, high, numeral.is_fraction)


def magnitude_at(tokens: Tokens, index: int) -> float:
    """Return the magnitude word at an index as a factor, 1 where there is none."""
    word = lower_at(tokens, index)
    if word == "hundred":
        return 100.0
    if word in _GLUED and tokens[index - 1].touches(tokens[index]):
        return _GLUED[word]
    return {"bn": 1e9, "mn": 1e6}.get(word) or MAGNITUDES.get(word, 1.0)


def _exact(value: float, place: float, end: int) -> Numeral:
    return Numeral(value, place, end, value, value)


_GOES_ON = frozenset(
    "to in from since over after on at as and or but when while compared within during last this".split()
)


def _place_of(value: float) -> float:
    if value == 0 or value != int(value):
        return 1.0
    zeros = len(str(int(value))) - len(str(int(value)).rstrip("0"))
    return float(10**zeros)


def _digits(tokens: Tokens, index: int) -> Numeral | None:
    written = tokens[index].text.replace(",", "")
    whole, _, decimals = written.partition(".")
    if len(whole) + len(decimals) > _MAX_DIGITS:
        return None
    value = float(written)
    place = 10.0 ** -len(decimals) if decimals else _place_of(value)
    at = index + 1
    if lower_at(tokens, at) == "-" and tokens[index].touches(tokens[at]) and lower_at(tokens, at + 1) in MAGNITUDES:
        at += 1  # "a $1.2-billion deal"
    factor = _millions(tokens, at) or magnitude_at(tokens, at)
    return _exact(value * factor, place * factor, at + 1 if factor > 1 else index + 1)


def _millions(tokens: Tokens, index: int) -> float | None:
    """Return a million for the "m" of "3m people", None for that of "100m": what is counted follows, in the plural."""
    if lower_at(tokens, index) != "m" or not tokens[index - 1].touches(tokens[index]):
        return None
    counted = lower_at(tokens, index + 1)
    is_plural = counted in _PEOPLE or (len(counted) > 3 and counted.endswith("s") and not counted.endswith("ss"))
    return 1e6 if is_plural and counted not in _MEASURED else None


def _skip_hyphen(tokens: Tokens, index: int) -> int:
    return index + 1 if lower_at(tokens, index) == "-" else index


def _fraction(tokens: Tokens, index: int) -> Numeral | None:
    word = tokens[index].lower
    if word == "half":
        return _half(tokens, index)
    opening = [lower_at(tokens, index + n) for n in range(4)]
    if opening == ["a", "quarter", "of", "a"] and (whole := MAGNITUDES.get(lower_at(tokens, index + 4))):
        return _exact(whole / 4, whole / 20, index + 5)
    count = 1 if word == "a" else _SMALL.get(word, 0)
    at = _skip_hyphen(tokens, index + 1)
    part = _FRACTIONS.get(lower_at(tokens, at))
    of_one = lower_at(tokens, at + 1) == "of" and lower_at(tokens, at + 2) in {"a", "an"}
    if count and part and of_one and lower_at(tokens, at + 3) in _OF_ONE:
        return _exact(count * part, 0.01, at + 3)
    if (
        not count
        or part is None
        or (word == "a" and lower_at(tokens, at + 1) != "of" and not _is_by(tokens, index, at + 1))
    ):
        return None
    return _share(count * part, at + 1) if count * part < 1 else None


def _half(tokens: Tokens, index: int) -> Numeral | None:
    after = lower_at(tokens, index + 1)
    dozen = index + 1 + (after in {"a", "-"})
    if lower_at(tokens, dozen) == "dozen":
        return _exact(6.0, 1.0, dozen + 1)
    if after in {"a", "an"} and lower_at(tokens, index + 2) in MAGNITUDES:
        value = MAGNITUDES[lower_at(tokens, index + 2)] / 2
        return _exact(value, value / 5, index + 3)
    is_share = after in {"of", "the", "its", "their", "all"} or _is_by(tokens, index, index + 1)
    return _share(0.5, index + 1) if is_share else None


def _is_by(tokens: Tokens, index: int, end: int) -> bool:
    """Say whether something changed by the share at some tokens: "fell by half", "grew by roughly a third in May"."""
    after = lower_at(tokens, end)
    return "by" in {lower_at(tokens, index - 1), lower_at(tokens, index - 2)} and (
        not after.isalpha() or after in _GOES_ON
    )


def _share(value: float, end: int) -> Numeral:
    # "Half" and "two-thirds" are said of anything within about three points of them.
    return Numeral(100 * value, 6.0, end, 100 * value, 100 * value, is_fraction=True)


def _vague(tokens: Tokens, index: int) -> Numeral | None:
    word = tokens[index].lower
    if word in _PLURALS:
        low, high = _PLURALS[word]
        end = index + 1
        inner = lower_at(tokens, index + 2)
        if lower_at(tokens, index + 1) == "of" and inner in {"thousands", "millions"}:
            low, high, end = 100 * _PLURALS[inner][0], 15 * 100 * _PLURALS[inner][0], index + 3
        return Numeral(low, low, end, low, high)
    if word == "tens" and lower_at(tokens, index + 1) == "of" and lower_at(tokens, index + 2) in _PLURALS:
        low = 10 * _PLURALS[lower_at(tokens, index + 2)][0]
        return Numeral(low, low, index + 3, low, 20 * low)
    return _several(tokens, index)


def _several(tokens: Tokens, index: int) -> Numeral | None:
    start = index + 1 if tokens[index].lower == "a" else index
    if lower_at(tokens, start) not in {"few", "several"}:
        return None
    word = lower_at(tokens, start + 1)
    factor = 12.0 if word == "dozen" else magnitude_at(tokens, start + 1)
    return Numeral(2 * factor, factor, start + 2, 2 * factor, 10 * factor) if factor > 1 else None


@dataclass(slots=True)
class _Sum:
    total: float = 0.0
    group: float = 0.0
    last_magnitude: float = math.inf

    def take(self, word: str) -> bool:
        """Add a word, or say that it does not continue the number."""
        if word in _SMALL:
            return self._add(_SMALL[word], 10 if _SMALL[word] < 10 else 100)
        if word in _TENS:
            return self._add(_TENS[word], 100)
        if word == "hundred":
            return self._times(100)
        if word == "dozen":
            return self._times(12)
        if word in MAGNITUDES and self.group > 0 and MAGNITUDES[word] < self.last_magnitude:
            self.total += self.group * MAGNITUDES[word]
            self.group, self.last_magnitude = 0.0, MAGNITUDES[word]
            return True
        return False

    def _add(self, value: float, room: float) -> bool:
        if self.group % room or (self.group and value == 0) or (room == 10 and self.group % 100 == 10):
            return False
        self.group += value
        return True

    def _times(self, factor: float) -> bool:
        if not 0 < self.group < 100:
            return False
        self.group *= factor
        return True


def _words(tokens: Tokens, index: int) -> Numeral | None:
    number, at = _Sum(), index
    if tokens[index].lower == "a" and lower_at(tokens, index + 1) in {"hundred", "dozen", *MAGNITUDES}:
        number.group, at = 1.0, index + 1
    end = at
    while at < len(tokens) and at - index < _MAX_WORDS and number.take(tokens[at].lower):
        end = at + 1
        at = _skip_hyphen(tokens, end)
        # "two hundred and six" is one number, "six and two" are two.
        if lower_at(tokens, at) == "and" and lower_at(tokens, end - 1) in {"hundred", "thousand", "million"}:
            at += 1
    if end == index or (end == index + 1 and number.group == 1.0 and tokens[index].lower == "a"):
        return None
    value = number.total + number.group
    if lower_at(tokens, end) == "and" and lower_at(tokens, end + 1) == "a" and lower_at(tokens, end + 2) == "half":
        return _and_a_half(tokens, value, end + 3)
    if lower_at(tokens, end - 1) == "dozen":
        # A dozen is seldom counted: ten to fourteen pass for one.
        return Numeral(value, _place_of(value), end, value - value / 6, value + value / 6)
    return _exact(value, _place_of(value), end)


def _and_a_half(tokens: Tokens, value: float, end: int) -> Numeral:
    factor = MAGNITUDES.get(lower_at(tokens, end), 1.0)
    return _exact((value + 0.5) * factor, 0.1 * factor, end + (factor > 1))

"""Figures for a span of time: "$90,000 a month", "5,600 on an average weekday", and what they come to in another."""

from __future__ import annotations

from dataclasses import dataclass

from service.language.tokens import Tokens, lower_at, word_set

_REACH = 5  # tokens from the figure to its span: "5,600 passengers of the line a week"
_REACH_BEFORE = 40  # tokens from the span to its figure, at the front of the same sentence
_ROUNDED = 0.05  # how far a converted rate may lie off: writers round, and months differ


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time that a figure is for; `days` is its length."""

    name: str
    days: float


_SPANS = {
    "hour": Span("an hour", 1 / 24), "day": Span("a day", 1.0), "weekday": Span("a weekday", 1.0),
    "week": Span("a week", 7.0), "month": Span("a month", 365.25 / 12), "quarter": Span("a quarter", 365.25 / 4),
    "year": Span("a year", 365.25),
}  # fmt: skip
_ADVERBS = {
    "hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year",
    "annually": "year",
}  # fmt: skip
_EACH = frozenset({"a", "an", "per", "every", "each"})
# "A year ago", "a day after", "a week of mourning", "a year-long": no rates.
_NO_RATE = word_set("ago earlier later before after of old long since in - from into") | {"and", "or"}
_LEADS = frozenset({"every", "each", "average", "typical"})


def span_of(tokens: Tokens, first: int, last: int, is_number: tuple[bool, ...]) -> Span | None:
    """Return the span that the figure at tokens `first` to `last` is for, or None where it is for none."""
    for index in range(last, min(last + _REACH, len(tokens))):
        word = tokens[index].lower
        if is_number[index] or word in {".", ";", ":", ","}:
            break
        if word in _ADVERBS:
            return _SPANS[_ADVERBS[word]]
        span = _SPANS.get(lower_at(tokens, index + 1))
        if span and word in _EACH and lower_at(tokens, index + 2) not in _NO_RATE:
            return span
    return _span_before(tokens, first)


def _span_before(tokens: Tokens, first: int) -> Span | None:
    """Read "on an average weekday 5,600 use it" and "in the course of a week it costs 900,000"."""
    for index in range(first - 1, max(0, first - _REACH_BEFORE), -1):
        word, before = tokens[index].lower, lower_at(tokens, index - 1)
        if word in {".", ";"}:
            return None
        if word in _SPANS and (before in _LEADS or _is_course(tokens, index)):
            return _SPANS[word]
    return None


def _is_course(tokens: Tokens, index: int) -> bool:
    return [lower_at(tokens, index - n) for n in (3, 2, 1)] == ["course", "of", "a"]


def converted(amount: float, given: Span, wanted: Span) -> tuple[float, float]:
    """Return the least and the most that an amount for one span comes to for another.

    A weekday's figure may hold on five days of seven or on all of them.
    """
    days = [given.days] if given.name != "a weekday" else [1.0, 7 / 5]
    wholes = [wanted.days] if wanted.name != "a weekday" else [1.0, 7 / 5]
    amounts = [amount * whole / day for day in days for whole in wholes]
    return min(amounts) * (1 - _ROUNDED), max(amounts) * (1 + _ROUNDED)


def without_span(unit: str) -> tuple[str, str]:
    """Split a unit's name from the span of time behind it: "euros a month" is "euros" and "a month"."""
    for span in _SPANS.values():
        if unit.endswith(f" {span.name}"):
            return unit.removesuffix(f" {span.name}"), span.name
    return unit, ""

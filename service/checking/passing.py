"""Values of a claim that a sentence need not give to support it: told in passing, repeated, or plain from the day."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.checking.agreement import meet
from service.checking.dates import DateMention, Granularity, dates_agree
from service.checking.hedges import Hedge
from service.checking.quantities import Quantity
from service.checking.sameness import Sameness
from service.checking.scene import Scene
from service.language.tokens import lower_at

# What an article tells without a day is of the days or weeks before it.
_AFTERMATH = {
    Granularity.DAY: timedelta(days=6), Granularity.WEEK: timedelta(days=14), Granularity.MONTH: timedelta(days=31),
    Granularity.YEAR: timedelta(days=31),
}  # fmt: skip


def told_in_passing(
    claim: Scene, evidence: Scene, days: tuple[DateMention, ...], published_at: datetime | None
) -> frozenset[int]:
    """Return the offsets of such values; `days` are the claim's dates as of the article's publication."""
    told = {q.start for q in claim.quantities if _repeats_figure(evidence, q) or _is_incidental(claim, q)}
    near = {day.start for day in days if not evidence.dates and _is_plain(day, published_at)}
    return frozenset(told | near | {day.start for day in claim.dates if _repeats_day(evidence, day)})


def _is_incidental(claim: Scene, ours: Quantity) -> bool:
    """Say whether a claim counts in passing: "one man", "two studies", "the six sides", "a five-member panel"."""
    tokens = claim.tokens
    if ours.unit is not None or tokens[ours.first].is_number:
        return False
    definite = lower_at(tokens, ours.first - 1) in {"the", "these", "those", "all", "both"}
    compound = lower_at(tokens, ours.last) == "-"
    is_few = ours.value == 1 or (ours.value == 2 and ours.role is None)
    return is_few or definite or compound or (ours.hedge is Hedge.VAGUE and ours.role is None)


def _repeats_figure(evidence: Scene, ours: Quantity) -> bool:
    """Say whether a sentence gives the figure of what words alone do not show to be the same or another thing.

    Counts of people are left out: "30 died" must not pass for "30 were hurt".
    """
    alike = (q for q in evidence.quantities if q.dimension == ours.dimension)
    return ours.role is None and any(meet(ours, q, Sameness.SAME)[0] for q in alike)


def _repeats_day(evidence: Scene, ours: DateMention) -> bool:
    """Say whether a sentence gives the claim's day or year; a claim's own "last month" is no month that is known."""
    if not ours.is_resolved and not any((ours.year, ours.month, ours.day)) and ours.weekday is None:
        return True
    return any(dates_agree(ours, theirs) for theirs in evidence.dates) or _holds_year(evidence, ours)


def _is_plain(ours: DateMention, published_at: datetime | None) -> bool:
    """Say whether a day goes without saying in an article of then."""
    if published_at is None or ours.earliest is None or ours.latest is None:
        return False
    return ours.earliest <= published_at.date() <= ours.latest + _AFTERMATH[ours.granularity]


def _holds_year(evidence: Scene, ours: DateMention) -> bool:
    """Say whether a bare year of the sentence lies in a claim's year or decade: "a 1963 comedy", "in the 1960s"."""
    if ours.granularity is not Granularity.YEAR or not (ours.earliest and ours.latest):
        return False
    years = (int(token.text) for token in evidence.tokens if len(token.text) == 4 and token.text.isdecimal())
    return any(ours.earliest.year <= year <= ours.latest.year for year in years)

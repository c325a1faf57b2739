"""Finds dates in news English, exact, partial and relative, and says what two of them have in common.

A mention carries what the text states (year, month, day, weekday; each may be missing) and, where that settles it or
the article's date of publication does, the interval of days it stands for. Nothing is guessed beyond that.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache

from service.checking.date_mention import DateMention, Granularity, dates_agree, is_valid, month_end
from service.checking.date_readers import LAST_YEAR, looks_ahead, read_date
from service.language.tokens import Tokens, lower_at, tokenize

__all__ = ["DateMention", "Granularity", "dates_agree", "extract_dates"]
_PARTS = {"morning": "morning", "afternoon": "afternoon", "evening": "evening", "night": "evening"}


@lru_cache(maxsize=512)
def extract_dates(text: str, published_at: datetime | None) -> tuple[DateMention, ...]:
    """Return the dates in a text, in order and without overlap, relative ones resolved against `published_at`."""
    tokens = tokenize(text)
    # Arithmetic stays within the calendar only for plausible dates of publication.
    plausible = published_at is not None and 1600 <= published_at.year <= LAST_YEAR
    today = published_at.date() if published_at and plausible else None
    found: list[DateMention] = []
    index = 0
    while index < len(tokens):
        read = read_date(tokens, index, today)
        if read is None:
            index += 1
            continue
        mention, end = read
        part, first, end = _with_part(tokens, index, end)
        start, stop = tokens[first].start, tokens[end - 1].end
        told = replace(mention, text=text[start:stop], start=start, end=stop, part=part)
        found.append(_resolved(told, today, looks_ahead(tokens, index)))
        index = end
    return tuple(found)


def _with_part(tokens: Tokens, first: int, end: int) -> tuple[str | None, int, int]:
    """Return the part of the day and the tokens of both: "evening of 22 March", "Friday night"."""
    if part := _PARTS.get(lower_at(tokens, end)):
        return part, first, end + 1
    part = _PARTS.get(lower_at(tokens, first - 2)) if lower_at(tokens, first - 1) in {"of", "on"} else None
    return part, first - 2 if part else first, end


def _resolved(mention: DateMention, today: date | None, is_ahead: bool) -> DateMention:
    """Work out the interval of a mention that states a year, or a day or month near the publication."""
    if mention.is_resolved or (mention.month is None and mention.year is None):
        return mention
    year = mention.year or _nearest_year(mention, today, is_ahead)
    if year is None:
        return mention
    if mention.month is None:
        return replace(mention, earliest=date(year, 1, 1), latest=date(year, 12, 31))
    if mention.day is None:
        first = date(year, mention.month, 1)
        return replace(mention, earliest=first, latest=month_end(first))
    if not is_valid(year, mention.month, mention.day):
        return mention
    day = date(year, mention.month, mention.day)
    return replace(mention, earliest=day, latest=day)


def _nearest_year(mention: DateMention, today: date | None, is_ahead: bool) -> int | None:
    """Return the year of a yearless date: news rarely looks far ahead, unless it says that the date is to come."""
    if today is None or mention.month is None:
        return None
    ahead = (mention.month - today.month) % 12
    return (12 * today.year + today.month - 1 + (ahead if is_ahead or ahead <= 2 else ahead - 12)) // 12

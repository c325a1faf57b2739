"""A date as a text gives it, and what two of them have in common."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from service.domain import Value


class Granularity(StrEnum):
    """The finest part of a date that is stated."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date as it stands in a text, `text[start:end]`; `earliest` to `latest`, both inclusive, or both None.

    `part` is that of a day: "morning", "afternoon" or "evening", which a night is too.
    """

    text: str
    start: int
    end: int
    granularity: Granularity
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    earliest: date | None = None
    latest: date | None = None
    part: str | None = None

    @property
    def is_resolved(self) -> bool:
        """Say whether the days it stands for are known."""
        return self.earliest is not None

    def to_value(self) -> Value:
        """Return it as the contract shows it: an ISO date or interval, or its words where it is not resolved."""
        iso = self.text
        if self.earliest is not None and self.latest is not None:
            first, last = self.earliest.isoformat(), self.latest.isoformat()
            iso = first if first == last else f"{first}/{last}"
        return Value(self.text, iso, self.granularity.value, self.start, self.end)


def dates_agree(claim: DateMention, evidence: DateMention) -> bool | None:
    """Say whether two dates can be the same; None where what is known of them does not meet."""
    if claim.part and evidence.part and claim.part != evidence.part:
        return False
    if claim.earliest and claim.latest and evidence.earliest and evidence.latest:
        return claim.earliest <= evidence.latest and evidence.earliest <= claim.latest
    stated = [(claim.year, evidence.year), (claim.month, evidence.month)]
    first, second = _known_day(claim), _known_day(evidence)
    stated += [(first.month, second.month), (first.day, second.day), (first.weekday, second.weekday)]
    pairs = [(a, b) for a, b in stated if a is not None and b is not None]
    return all(a == b for a, b in pairs) if pairs else None


def _known_day(mention: DateMention) -> DateMention:
    if mention.earliest is None or mention.earliest != mention.latest:
        return mention
    only = mention.earliest
    return replace(mention, year=only.year, month=only.month, day=only.day, weekday=only.weekday())


def is_valid(year: int | None, month: int, day: int) -> bool:
    """Say whether a month has a day; without a year it may be a leap year."""
    return day <= calendar.monthrange(year or 2000, month)[1]


def month_end(day: date) -> date:
    """Return the last day of the month of a day."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])

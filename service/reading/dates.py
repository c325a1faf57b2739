"""Dates as pages state them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from dateutil import parser

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_CLOCK = (
    r"(?:(?:,|\s|\||-|–|at|T)*\s?\d{1,2}[:.]\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[ap]\.?m\b\.?)?"
    r"(?:\s*(?:Z\b|[+-]\d{2}:?\d{2}\b|(?:UTC|GMT|IST|E[SD]?T|C[SD]?T|M[SD]T|P[SD]?T|BST|CEST|CET|MSK)\b))?)?"
)
_DATE = re.compile(
    rf"\b(?:(?P<iso>\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}})|(?P<mdy>{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}})"
    rf"|(?P<dmy>\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+\d{{4}})"
    rf"|(?P<numeric>\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{4}}))(?P<clock>{_CLOCK})",
    re.I,
)
_ZONES: dict[str, tzinfo] = {
    # On English-language pages that write IST it is India's.
    "IST": timezone(timedelta(hours=5, minutes=30)),
    "MSK": timezone(timedelta(hours=3)),
    "BST": timezone(timedelta(hours=1)),
    "CET": timezone(timedelta(hours=1)),
    "CEST": timezone(timedelta(hours=2)),
    "ET": ZoneInfo("America/New_York"),
    "EST": timezone(timedelta(hours=-5)),
    "EDT": timezone(timedelta(hours=-4)),
    "CT": ZoneInfo("America/Chicago"),
    "CST": timezone(timedelta(hours=-6)),
    "CDT": timezone(timedelta(hours=-5)),
    "MST": timezone(timedelta(hours=-7)),
    "MDT": timezone(timedelta(hours=-6)),
    "PT": ZoneInfo("America/Los_Angeles"),
    "PST": timezone(timedelta(hours=-8)),
    "PDT": timezone(timedelta(hours=-7)),
}


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a line, with its offsets in code points."""

    value: datetime
    start: int
    end: int


def aware(value: datetime) -> datetime:
    """Return `value` with a time zone: a naive time is UTC."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def parse_iso(text: str) -> datetime:
    """Return an ISO 8601 date or time, a date alone as midnight UTC; raise `ValueError` otherwise."""
    return aware(datetime.fromisoformat(text.strip()))


def parse_any(text: str | None) -> datetime | None:
    """Return the date that `text` states in ISO 8601 or in words, or None."""
    if not text:
        return None
    try:
        return parse_iso(text)
    except ValueError:
        found = find_date(text)
        return found.value if found else None


def find_date(line: str) -> FoundDate | None:
    """Return the first full date of a line; a date that could be read two ways (`3/4/2024`) is none."""
    for match in _DATE.finditer(line):
        value = _value(match)
        if value is not None:
            return FoundDate(value, match.start(), match.end())
    return None


def _value(match: re.Match[str]) -> datetime | None:
    numeric = match["numeric"]
    day_first = True
    if numeric:
        first, second = (int(part) for part in re.split(r"[/.]", numeric)[:2])
        if first <= 12 and second <= 12 and first != second:
            return None
        day_first = first > 12
    day = (match["iso"] or match["mdy"] or match["dmy"] or numeric).replace(" of ", " ")
    for clock in (_plain_clock(match["clock"]), ""):  # a clock that makes no sense must not cost the day
        try:
            # The ISO form is year first: without this, dateutil would take day_first to mean year, day, month.
            parsed = parser.parse(
                f"{day} {clock}".strip(),
                dayfirst=day_first and not match["iso"],
                default=datetime(2000, 1, 1),
                tzinfos=_ZONES,
            )
            return aware(parsed)
        except (ValueError, OverflowError):
            continue
    return None


def _plain_clock(clock: str) -> str:
    clock = re.sub(r"^[\s,|–T-]*(?:at\b)?[\s,|–-]*", "", clock, flags=re.I)
    clock = re.sub(r"^(\d{1,2})\.(\d{2})", r"\1:\2", clock)
    return re.sub(r"\b([ap])\.?m\b\.?", r"\1m", clock, flags=re.I)

"""Reads one date, exact, partial or relative, at a place in a token list."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from service.checking.date_mention import DateMention, Granularity, is_valid, month_end
from service.language.numerals import read_numeral
from service.language.tokens import Token, Tokens, lower_at, word_set

_MONTH_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTHS = {name: n for n, name in enumerate(_MONTH_NAMES, 1)} | {name[:3]: n for n, name in enumerate(_MONTH_NAMES, 1)}
_MONTHS["sept"] = 9
_WEEKDAYS = {
    name: n for n, name in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
}
_WEEKDAY_SHORT = {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6}
# These months are also verbs or first names, so they need a preposition or a number beside them.
_DOUBTFUL_MONTHS = frozenset({"may", "march", "april", "june", "august", "mar", "jun", "jan", "dec"})
_DATE_PREPOSITIONS = word_set(
    "in of since until till by during from on before after through this last next early mid late"
)
_NAMED_DAYS = frozenset({"black", "good", "ash", "bloody", "easter", "casual", "palm", "super", "cyber"})
_YEAR_PREPOSITIONS = _DATE_PREPOSITIONS | {"and", "to", "between", "around", "year", "-", "–", "("}
_PARTS = {"early": 0, "mid": 1, "late": 2}
_DECADE = ((0, 4), (3, 7), (5, 9))  # years of the early, mid and late part; where they meet is a matter of taste
_SHIFTS = {"last": -1, "previous": -1, "this": 0, "next": 1, "coming": 1}
_DAYS = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1}
_UNIT_DAYS = {"day": 1.0, "week": 7.0, "month": 30.44, "year": 365.25}
FIRST_YEAR, LAST_YEAR = 1000, 2199
_NAMED_FROM, _NAMED_TO = 1900, 2099  # "the 2017 attacks"
_ORDINAL_ENDS = frozenset({"st", "nd", "rd", "th"})


_REACH = 10  # tokens
_AHEAD = word_set("will shall due scheduled slated planned plans expected upcoming forthcoming")
_BREAKS = word_set(". ; : ! ? said says told announced wrote reported died killed was were had")
_BACK = word_set("since last from until")


_Read = tuple[DateMention, int]


def _mention(granularity: Granularity, **parts: int | date | None) -> DateMention:
    return replace(DateMention("", 0, 0, granularity), **parts)  # type: ignore[arg-type]


_STARTS = frozenset(_MONTHS) | _WEEKDAYS.keys() | _WEEKDAY_SHORT.keys() | _PARTS.keys() | _SHIFTS.keys() | _DAYS.keys()


def read_date(tokens: Tokens, index: int, today: date | None) -> _Read | None:
    """Return the date that starts at an index, with the index after it; its text and offsets are not filled in."""
    token = tokens[index]
    if token.lower not in _STARTS and not token.is_number:
        return _ago(tokens, index, today) if token.is_word else None
    return (
        _weekday(tokens, index, today)
        or _iso(tokens, index)
        or _slashed(tokens, index)
        or _part_of(tokens, index)
        or _day_month(tokens, index)
        or _month(tokens, index)
        or _relative(tokens, index, today)
        or _ago(tokens, index, today)
        or _year(tokens, index)
    )


def _year_at(tokens: Tokens, index: int) -> int | None:
    if index >= len(tokens) or not tokens[index].text.isdecimal() or len(tokens[index].text) != 4:
        return None
    number = int(tokens[index].text)
    return number if FIRST_YEAR <= number <= LAST_YEAR else None


def _day_at(tokens: Tokens, index: int) -> tuple[int, int] | None:
    """Read "22", "22nd" or "the 22nd of" up to the month or its end; the number must be a day of a month."""
    if index >= len(tokens) or not tokens[index].text.isdecimal() or len(tokens[index].text) > 2:
        return None
    number = int(tokens[index].text)
    end = index + 1
    if lower_at(tokens, end) in _ORDINAL_ENDS and tokens[index].touches(tokens[end]):
        end += 1
    return (number, end) if 1 <= number <= 31 else None


def _month_at(tokens: Tokens, index: int) -> tuple[int, int] | None:
    if index >= len(tokens) or not tokens[index].is_capitalized or tokens[index].lower not in _MONTHS:
        return None
    short = len(tokens[index].text) <= 4 and tokens[index].lower not in {"may", "june", "july"}
    dotted = short and lower_at(tokens, index + 1) == "." and tokens[index].touches(tokens[index + 1])
    return _MONTHS[tokens[index].lower], index + 1 + dotted


def _comma_year(tokens: Tokens, index: int) -> tuple[int | None, int]:
    at = index + 1 if lower_at(tokens, index) in {",", "of"} else index
    year = _year_at(tokens, at)
    return (year, at + 1) if year else (None, index)


def _dated(tokens: Tokens, month: int, day: int, end: int) -> _Read | None:
    last = _last_day(tokens, end, day)
    year, end = _comma_year(tokens, end + 2 if last else end)
    if not is_valid(year, month, last or day):
        return None
    if last:  # "April 19-28": which days is known where the year is, else the month
        span = (date(year, month, day), date(year, month, last)) if year else (None, None)
        return _mention(Granularity.WEEK, year=year, month=month, earliest=span[0], latest=span[1]), end
    return _mention(Granularity.DAY, year=year, month=month, day=day), end


def _last_day(tokens: Tokens, end: int, day: int) -> int | None:
    """Return the last day of "19-28"; a longer row of digits is no range of days."""
    if lower_at(tokens, end) not in {"-", "–"} or not tokens[end - 1].touches(tokens[end]):
        return None
    last = _day_at(tokens, end + 1)
    return last[0] if last and last[1] == end + 2 and last[0] > day else None


def _day_month(tokens: Tokens, index: int) -> _Read | None:
    day = _day_at(tokens, index)
    if day is None:
        return None
    month = _month_at(tokens, day[1] + (lower_at(tokens, day[1]) == "of"))
    return _dated(tokens, month[0], day[0], month[1]) if month else None


def _month(tokens: Tokens, index: int) -> _Read | None:
    month = _month_at(tokens, index)
    if month is None:
        return None
    number, end = month
    day = _day_at(tokens, end)
    # "March 20 people" counts people; "March 20" is a day.
    if day is not None and lower_at(tokens, day[1]) not in {"people", "percent", "%", "million", "members", "per"}:
        return _dated(tokens, number, day[0], day[1])
    year, after = _comma_year(tokens, end)
    if year is not None:
        return _mention(Granularity.MONTH, year=year, month=number), after
    return (_mention(Granularity.MONTH, month=number), end) if _is_month(tokens, index, end) else None


def _is_month(tokens: Tokens, index: int, end: int) -> bool:
    followed_by_name = end < len(tokens) and tokens[end].is_capitalized
    if followed_by_name and len(tokens[index].text) == 3 and end == index + 1 and tokens[index].lower != "may":
        return False  # "Jan Hus"
    before = lower_at(tokens, index - 1)
    joined = before in {"and", "or", "to", "-", "–", ","} and lower_at(tokens, index - 2) in _MONTHS
    if before in _DATE_PREPOSITIONS or joined or (before == "-" and lower_at(tokens, index - 2) == "mid"):
        return True
    return tokens[index].lower not in _DOUBTFUL_MONTHS and len(tokens[index].text) > 3 and not followed_by_name


def _part_of(tokens: Tokens, index: int) -> _Read | None:
    """Read "late 2014" and "mid-October 2022" as a third of the year or month, "late 1950s" as half a decade."""
    part = _PARTS.get(tokens[index].lower)
    if part is None:
        return None
    at = index + 1 + (lower_at(tokens, index + 1) == "-")
    year = _year_at(tokens, at)
    if year and (end := _decade_end(tokens, at + 1)):
        first, last = date(year + _DECADE[part][0], 1, 1), date(min(year + _DECADE[part][1], 9999), 12, 31)
        return _mention(Granularity.YEAR, earliest=first, latest=last), end
    if year:
        first, last = date(year, 4 * part + 1, 1), date(year, 4 * part + 4, 28)
        return _mention(Granularity.YEAR, year=year, earliest=first, latest=month_end(last)), at + 1
    month = _month(tokens, at) if at < len(tokens) else None
    return month if month and month[0].day is None else None


def _iso(tokens: Tokens, index: int) -> _Read | None:
    year = _year_at(tokens, index)
    if year is None or index + 4 >= len(tokens) or any(tokens[index + n].text != "-" for n in (1, 3)):
        return None
    month, day = _day_at(tokens, index + 2), _day_at(tokens, index + 4)
    if month is None or day is None or month[0] > 12 or not is_valid(year, month[0], day[0]):
        return None
    return _mention(Granularity.DAY, year=year, month=month[0], day=day[0]), index + 5


def _slashed(tokens: Tokens, index: int) -> _Read | None:
    """Read "22/03/2024" and "3/22/2024"; where day and month could be either, only the year is known."""
    if index + 4 >= len(tokens) or any(tokens[index + n].text != "/" for n in (1, 3)):
        return None
    first, second, year = _day_at(tokens, index), _day_at(tokens, index + 2), _year_at(tokens, index + 4)
    if first is None or second is None or year is None:
        return None
    day, month = (first[0], second[0]) if second[0] <= 12 else (second[0], first[0])
    if month > 12 or not is_valid(year, month, day):
        return None
    if day <= 12 and day != month:
        return _mention(Granularity.YEAR, year=year), index + 5
    return _mention(Granularity.DAY, year=year, month=month, day=day), index + 5


def _decade_end(tokens: Tokens, end: int) -> int:
    """Return the index after the "s" of "1950s" or "1950's" that stands at `end`, or 0."""
    quoted = lower_at(tokens, end) in {"'", "\u2019"} and tokens[end - 1].text.endswith("0")
    at = end + quoted
    return at + 1 if lower_at(tokens, at) == "s" and tokens[at - 1].touches(tokens[at]) else 0


def _year(tokens: Tokens, index: int) -> _Read | None:
    year = _year_at(tokens, index)
    end = index + 1
    decade = _decade_end(tokens, end)
    before = lower_at(tokens, index - 1)
    # "The 2017 attacks" are of a year: news writes a comma into a count of thousands.
    named = before == "the" and year is not None and _NAMED_FROM <= year <= _NAMED_TO and year % 1000 > 0
    bounded = before == "as" and lower_at(tokens, index - 2) in {"early", "late", "recently"}  # "as early as 2026"
    if year is None or not (decade or named or bounded or before in _YEAR_PREPOSITIONS):
        return None
    if decade:
        first, last = date(year, 1, 1), date(min(year + 9, 9999), 12, 31)
        return _mention(Granularity.YEAR, earliest=first, latest=last), decade
    trusted = named or bounded or (before in {"in", "since", "during", "late", "early", "year"} and year >= 1600)
    # "from 2000 troops" counts troops. A year is followed by a stop, a sign or the next phrase.
    if not trusted and end < len(tokens) and tokens[end].is_word and tokens[end].lower.endswith("s"):
        return None
    return (_mention(Granularity.YEAR, year=year), end) if trusted or year >= 1600 else None


def _weekday_at(tokens: Tokens, index: int) -> tuple[int, int] | None:
    token: Token = tokens[index]
    if not token.is_capitalized or lower_at(tokens, index - 1) in _NAMED_DAYS:
        return None
    if token.lower in _WEEKDAYS:
        return _WEEKDAYS[token.lower], index + 1
    dotted = token.lower in _WEEKDAY_SHORT and lower_at(tokens, index + 1) in {".", ","}
    return (_WEEKDAY_SHORT[token.lower], index + 2) if dotted else None


def _weekday(tokens: Tokens, index: int, today: date | None) -> _Read | None:
    shift = _SHIFTS.get(tokens[index].lower)
    at = index if shift is None else index + 1
    day = _weekday_at(tokens, at) if at < len(tokens) else None
    if day is None:
        return None
    weekday, end = day
    after = end + (lower_at(tokens, end) == ",")
    full = (_day_month(tokens, after) or _month(tokens, after)) if after < len(tokens) else None
    if full and full[0].day is not None:
        return replace(full[0], weekday=weekday), full[1]
    spoken = lower_at(tokens, index - 1) in {"on", "by", "until", "since", "late", "early"} or shift is not None
    if not spoken and end < len(tokens) and tokens[end].is_capitalized:
        return None
    return _near_weekday(weekday, 1 if shift is None and looks_ahead(tokens, index) else shift, today), end


def looks_ahead(tokens: Tokens, index: int) -> bool:
    """Say whether the words before a date show that it is still to come: "will open on Sunday", "due in November"."""
    for at in range(index - 1, max(-1, index - _REACH), -1):
        word = tokens[at].lower
        if word in _BREAKS or (word in _BACK and at == index - 1):
            return False
        if word in _AHEAD or (word == "set" and lower_at(tokens, at + 1) in {"for", "to"}):
            return True
    return False


def _near_weekday(weekday: int, shift: int | None, today: date | None) -> DateMention:
    bare = _mention(Granularity.DAY, weekday=weekday)
    if today is None:
        return bare
    back = today - timedelta(days=(today.weekday() - weekday) % 7)
    if shift == 1:
        ahead = today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
        return replace(bare, earliest=ahead, latest=ahead + timedelta(days=7))
    # "Last Friday" is the Friday just gone to some writers and the one before it to others.
    return replace(bare, earliest=back - timedelta(days=7) if shift == -1 else back, latest=back)


def _relative(tokens: Tokens, index: int, today: date | None) -> _Read | None:
    word = tokens[index].lower
    if word in _DAYS:
        day = today + timedelta(days=_DAYS[word]) if today else None
        return _mention(Granularity.DAY, earliest=day, latest=day), index + 1
    unit = lower_at(tokens, index + 1)
    if word not in _SHIFTS or unit not in {"week", "month", "year"}:
        return None
    return _shifted(unit, _SHIFTS[word], today), index + 2


def _shifted(unit: str, shift: int, today: date | None) -> DateMention:
    granularity = Granularity(unit)
    if today is None:
        return _mention(granularity)
    if unit == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
        # Some weeks start on Sunday, and "last week" written on Sunday means the one that is ending.
        first, last = monday - timedelta(days=1), monday + timedelta(days=13 if shift == -1 else 6)
        return _mention(granularity, earliest=first, latest=min(last, today) if shift == -1 else last)
    if unit == "year":
        year = today.year + shift
        return _mention(granularity, year=year, earliest=date(year, 1, 1), latest=date(year, 12, 31))
    months = 12 * today.year + today.month - 1 + shift
    year, month = months // 12, months % 12 + 1
    first = date(year, month, 1)
    return _mention(granularity, year=year, month=month, earliest=first, latest=month_end(first))


def _ago(tokens: Tokens, index: int, today: date | None) -> _Read | None:
    numeral = read_numeral(tokens, index)
    end = numeral.end if numeral else index + 1
    count = numeral.value if numeral else 1.0
    unit = lower_at(tokens, end).removesuffix("s")
    stated = numeral is not None or tokens[index].lower in {"a", "an"}
    if not stated or unit not in _UNIT_DAYS or lower_at(tokens, end + 1) not in {"ago", "earlier"} or count > 500:
        return None
    granularity = Granularity(unit)
    # "Earlier" counts from another event, not from publication; "more than 20 years ago" is of no year in particular.
    is_open = lower_at(tokens, end + 1) == "earlier" or lower_at(tokens, index - 1) in {"than", "over", "least"}
    if today is None or is_open:
        return _mention(granularity), end + 2
    middle = today - timedelta(days=round(count * _UNIT_DAYS[unit]))
    slack = timedelta(days={"day": 0, "week": 4, "month": 31, "year": 366}[unit])
    return _mention(granularity, earliest=middle - slack, latest=min(middle + slack, today)), end + 2

"""Units of measure and money: their names in news English, their dimension, and the exact factor to its base."""

from __future__ import annotations

from dataclasses import dataclass

from service.language.tokens import Tokens, lower_at


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: `base value = value * factor + offset` within its dimension. Money has a dimension for each currency."""

    name: str
    dimension: str
    factor: float = 1.0
    offset: float = 0.0


PERCENT = Unit("percent", "percent")
POINTS = Unit("percentage points", "percentage points")
_MILE = 1609.344
_FAHRENHEIT = 5 / 9

_TABLE: dict[str, Unit] = {}
for _names, _unit in (
    ("% percent pct", PERCENT),
    ("mm millimeter millimetre", Unit("millimeters", "length", 0.001)),
    ("cm centimeter centimetre", Unit("centimeters", "length", 0.01)),
    ("meter metre", Unit("meters", "length")),
    ("km kilometer kilometre", Unit("kilometers", "length", 1000.0)),
    ("mile", Unit("miles", "length", _MILE)),
    ("yard", Unit("yards", "length", 0.9144)),
    ("foot feet ft", Unit("feet", "length", 0.3048)),
    ("inch inches", Unit("inches", "length", 0.0254)),
    ("gram gramme", Unit("grams", "mass", 0.001)),
    ("kg kilo kilogram kilogramme", Unit("kilograms", "mass")),
    ("tonne", Unit("tonnes", "mass", 1000.0)),
    ("ton", Unit("tons", "mass in tons")),  # short, long or metric: not to be converted
    ("lb", Unit("pounds of mass", "mass", 0.45359237)),
    ("ounce oz", Unit("ounces", "mass", 0.028349523125)),
    ("liter litre", Unit("liters", "volume")),
    ("gallon", Unit("gallons", "gallons")),  # US or imperial
    ("barrel", Unit("barrels", "barrels")),
    ("hectare", Unit("hectares", "area", 10_000.0)),
    ("acre", Unit("acres", "area", 4046.8564224)),
    ("kph", Unit("kilometers per hour", "speed", 1 / 3.6)),
    ("mph", Unit("miles per hour", "speed", _MILE / 3600)),
    ("kilowatt kw", Unit("kilowatts", "power", 1e3)),
    ("megawatt mw", Unit("megawatts", "power", 1e6)),
    ("gigawatt gw", Unit("gigawatts", "power", 1e9)),
    ("second", Unit("seconds", "duration", 1.0)),
    ("minute", Unit("minutes", "duration", 60.0)),
    ("hour hr", Unit("hours", "duration", 3600.0)),
    ("day", Unit("days", "duration", 86_400.0)),
    ("week", Unit("weeks", "duration", 604_800.0)),
    ("month", Unit("months", "duration in months")),
    ("year", Unit("years", "duration in months", 12.0)),
    ("decade", Unit("decades", "duration in months", 120.0)),
    ("times", Unit("times", "times")),
    ("celsius", Unit("degrees Celsius", "temperature")),
    ("fahrenheit", Unit("degrees Fahrenheit", "temperature", _FAHRENHEIT, -32 * _FAHRENHEIT)),
    ("degree °", Unit("degrees", "degrees")),
    ("$ usd dollar", Unit("US dollars", "money USD")),
    ("€ eur euro", Unit("euros", "money EUR")),
    ("£ gbp pound", Unit("pounds", "money GBP")),
    ("¥ jpy yen", Unit("yen", "money JPY")),
    ("₹ inr rupee", Unit("rupees", "money INR")),
    ("₽ rub ruble rouble", Unit("rubles", "money RUB")),
    ("cny yuan", Unit("yuan", "money CNY")),
    ("chf franc", Unit("francs", "money CHF")),
    ("₴ uah hryvnia", Unit("hryvnias", "money UAH")),
    ("krona kronor kroner", Unit("kronor", "money SEK")),
):
    for _name in _names.split():
        _TABLE[_name] = _unit

_SQUARE = {
    "kilometers": Unit("square kilometers", "area", 1e6),
    "meters": Unit("square meters", "area"),
    "miles": Unit("square miles", "area", _MILE**2),
    "feet": Unit("square feet", "area", 0.3048**2),
}
_PER_HOUR = {"kilometers": _TABLE["kph"], "miles": _TABLE["mph"]}
_DOLLARS = {
    "a": Unit("Australian dollars", "money AUD"), "c": Unit("Canadian dollars", "money CAD"),
    "hk": Unit("Hong Kong dollars", "money HKD"), "nz": Unit("New Zealand dollars", "money NZD"),
    "us": _TABLE["$"],
}  # fmt: skip
_COUNTRY_DOLLARS = {
    "australian": _DOLLARS["a"], "canadian": _DOLLARS["c"], "american": _DOLLARS["us"], "us": _DOLLARS["us"],
}  # fmt: skip
_MEASURES = frozenset(
    unit.name for table in (_TABLE, _SQUARE, _DOLLARS, _COUNTRY_DOLLARS) for unit in (*table.values(), POINTS)
)
_WEIGHING = frozenset({"weigh", "weighs", "weighed", "weighing", "weight", "heavy", "heavier", "lighter"})


def is_measure(name: str) -> bool:
    """Say whether a name is that of a unit of measure or money, which a figure's own words then hold."""
    return name in _MEASURES


def unit_before(tokens: Tokens, index: int) -> tuple[Unit, int] | None:
    """Return the currency written before the number at an index, with the index of its first token."""
    sign = lower_at(tokens, index - 1)
    unit = _TABLE.get(sign)
    if (
        unit is None
        or not unit.dimension.startswith("money")
        or (len(sign) > 1 and not tokens[index - 1].text.isupper())
    ):
        return None
    country = _DOLLARS.get(lower_at(tokens, index - 2)) if sign == "$" and index > 1 else None
    if country is not None and tokens[index - 2].touches(tokens[index - 1]):
        return country, index - 2
    return unit, index - 1


def unit_after(tokens: Tokens, index: int) -> tuple[Unit, int] | None:
    """Return the unit that follows a number, with the index after it; `index` is the token after the number."""
    at = index + 1 if lower_at(tokens, index) == "-" else index
    word = lower_at(tokens, at)
    if word in {"square", "sq"}:
        at += 1 + (lower_at(tokens, at + 1) == ".")
        base = _find(lower_at(tokens, at))
        square = _SQUARE.get(base.name) if base else None
        return (square, at + 1) if square else None
    phrase = _phrase(tokens, at)
    if phrase is not None:
        return phrase
    unit = _find(word)
    if unit is None:
        return None
    return _per_hour(tokens, unit, at + 1)


def _find(word: str) -> Unit | None:
    return _TABLE.get(word) or (_TABLE.get(word[:-1]) if len(word) > 3 and word.endswith("s") else None)


def _phrase(tokens: Tokens, at: int) -> tuple[Unit, int] | None:
    word, after = lower_at(tokens, at), lower_at(tokens, at + 1)
    if word == "percentage" and after.startswith("point"):
        return POINTS, at + 2
    if word == "per" and after == "cent":
        return PERCENT, at + 2
    if word in {"°", "degree", "degrees"} and after in {"celsius", "c", "centigrade", "fahrenheit", "f"}:
        return _TABLE["fahrenheit" if after.startswith("f") else "celsius"], at + 2
    if word in _COUNTRY_DOLLARS and after in {"dollar", "dollars"}:
        return _COUNTRY_DOLLARS[word], at + 2
    if word in {"pound", "pounds"} and any(token.lower in _WEIGHING for token in tokens):
        return _TABLE["lb"], at + 1
    return None


def _per_hour(tokens: Tokens, unit: Unit, end: int) -> tuple[Unit, int]:
    speed = _PER_HOUR.get(unit.name)
    slash = lower_at(tokens, end) == "/" and lower_at(tokens, end + 1) == "h"
    spelled = lower_at(tokens, end) in {"per", "an"} and lower_at(tokens, end + 1) == "hour"
    return (speed, end + 2) if speed and (slash or spelled) else (unit, end)

"""Whether two names stand for one speaker: a person with and without title, a government and its capital."""

from __future__ import annotations

import re

from service.language.aliases import aliases
from service.language.places import by_form

_OFFICIAL = re.compile(
    r"\b(?:spokes(?:man|woman|person)|ministr(?:y|ies)|minister|president|government|officials?|authorities|embassy|"
    r"ambassador|administration|foreign office|leadership|military|army|chancellor|premier)\b",
    re.I,
)
_NAME = re.compile(r"(?:[A-Z][\w\u2019'-]*\.?\s+){0,4}[A-Z][\w\u2019'-]*$")
_TITLES = frozenset(
    "mr mrs ms dr sir lord lady prof professor president minister senator governor mayor judge general colonel captain "
    "admiral king queen prince princess pope chancellor secretary the".split()
)
_OFFICE = re.compile(r"\b(?:ministry|department)\b", re.I)
_LIGHT = frozenset({"the", "of", "for", "and", "affairs", "s"})
_COUNTRY = {form.casefold(): country.name for form, country in by_form()}


def same_speaker(a: str, b: str) -> bool:
    """Say whether two speakers are one: "Peskov" and "Kremlin spokesman Dmitry Peskov", "Kyiv" and "Ukraine".

    An official without a name in common speaks for the country only where the other side is the country itself.
    """
    if " and " in f"{a}{b}":  # two who speak as one
        return any(_is_same(x, y) for x in re.split(r"\s+and\s+", a) for y in re.split(r"\s+and\s+", b))
    return _is_same(a, b)


def _is_same(a: str, b: str) -> bool:
    first, second = _plain(a), _plain(b)
    if not first or not second:
        return False
    if first.casefold() == second.casefold() or _same_office(first, second):
        return True
    if (country := _country(first)) is not None:
        return country == _country(second) or country == _spoken_for(second)
    if (country := _country(second)) is not None:
        return country == _spoken_for(first)
    if (group := _group(first)) is not None:
        return group == _group(second)
    return _same_person(_person(first), _person(second))


def _group(name: str) -> tuple[str, ...] | None:
    """Return the forms of an organization's name that a speaker's name holds: "the Islamic State group" and "ISIS"."""
    return next((forms for forms in aliases(name) if forms[0].casefold() not in _COUNTRY), None)


def _plain(name: str) -> str:
    return re.sub(r"^(?:the|an?)\s+", "", name.strip(" .,").replace("\u2019", "'"), flags=re.I)


def _same_office(a: str, b: str) -> bool:
    """Say whether both name one ministry of one country: "Iran's health ministry", "the Iranian Ministry of Health"."""
    words = _office(a)
    return bool(words) and words == _office(b) and _spoken_for(a) == _spoken_for(b)


def _office(name: str) -> frozenset[str]:
    if not _OFFICE.search(name):
        return frozenset()
    text = f" {name.casefold()} "
    for form, _ in by_form():
        if _holds(text, form.casefold()):
            text = re.sub(rf"(?<!\w){re.escape(form.casefold())}(?!\w)", " ", text)
    return frozenset(re.findall(r"\w+", text)) - _LIGHT


def _country(name: str) -> str | None:
    """Return the country that a bare name of it, its capital, seat or government stands for."""
    bare = re.sub(r"(?:['\u2019]s)?\s+(?:government|authorities|officials|administration)$", "", name.casefold())
    return _COUNTRY.get(bare) or _COUNTRY.get(bare + ".")


def _spoken_for(name: str) -> str | None:
    """Return the country in whose name an official speaks."""
    if not _OFFICIAL.search(name):
        return None
    text = f" {name.casefold()} "
    return next((country.name for form, country in by_form() if _holds(text, form.casefold())), None)


def _holds(text: str, form: str) -> bool:
    return form in text and re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text) is not None


def _person(name: str) -> list[str]:
    found = _NAME.search(name)
    parts = found[0].split() if found else []
    return [part.casefold() for part in parts if part.casefold().strip(".") not in _TITLES]


def _same_person(a: list[str], b: list[str]) -> bool:
    """Compare surnames, and first names where both have one; a title may stand before either."""
    if not a or not b or a[-1] != b[-1]:
        return False
    return min(len(a), len(b)) == 1 or a[-2] == b[-2] or a[-2][0] + "." == b[-2] or b[-2][0] + "." == a[-2]

"""Names that mean the same in the news: governments by country, capital and seat; groups by their spellings; months."""

from __future__ import annotations

import re
from functools import cache

from service.language.places import countries

_OTHERS = """
Islamic State|ISIS|ISIL|IS|Daesh|Islamic State group
ISIS-K|ISKP|IS-K|ISIS-Khorasan|Islamic State Khorasan|Islamic State-Khorasan|Islamic State Khorasan Province
European Union|EU|E.U.
United Nations|UN|U.N.
NATO|North Atlantic Treaty Organization|North Atlantic Alliance
World Health Organization|WHO|World Health Organisation
International Monetary Fund|IMF
International Atomic Energy Agency|IAEA
International Criminal Court|ICC
World Trade Organization|WTO
Organization of the Petroleum Exporting Countries|OPEC
Federal Bureau of Investigation|FBI
Central Intelligence Agency|CIA
Federal Security Service|FSB
Islamic Revolutionary Guard Corps|IRGC|Revolutionary Guards|Revolutionary Guard
Israel Defense Forces|IDF|Israeli military|Israeli army
Hezbollah|Hizbollah|Hizbullah
Al Qaeda|al-Qaeda|al-Qaida|Al-Qaeda|al Qaeda
Al Shabaab|al-Shabaab|Al-Shabaab|al Shabaab
Taliban|Taleban
Houthis|Houthi|Ansar Allah
Food and Drug Administration|FDA
Centers for Disease Control and Prevention|CDC
National Health Service|NHS
European Central Bank|ECB
Federal Reserve|Fed
COVID-19|Covid-19|COVID|Covid|coronavirus
January|Jan.|Jan
February|Feb.|Feb
March|Mar.|Mar
April|Apr.|Apr
June|Jun.|Jun
July|Jul.|Jul
August|Aug.|Aug
September|Sept.|Sept|Sep.|Sep
October|Oct.|Oct
November|Nov.|Nov
December|Dec.|Dec
"""
_TOKEN = re.compile(r"\w+(?:['.\u2019-]\w+)*\.?")
_LONGEST = 6  # words in a name
_BEGINNING = 2  # characters that every name has


def aliases(text: str) -> tuple[tuple[str, ...], ...]:
    """Return, for every name in a text that has other forms, all its forms, in order of first mention.

    Matching is by whole words and by case, so that "who" and "is" are no names. A longer name hides the shorter one
    inside it: "South Korea" is not Korea, "Islamic State Khorasan" is not Islamic State.
    """
    return tuple(dict.fromkeys(group for _, group in _mentions(text)))


def expand(text: str) -> tuple[str, ...]:
    """Return the other forms of the names in a text, as additional search terms, without repeats."""
    mentions = _mentions(text)
    said = {form for form, _ in mentions}
    return tuple(dict.fromkeys(form for _, group in mentions for form in group if form not in said))


def _mentions(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return every name that has other forms, as the table spells it, with its group, in order."""
    tokens = list(_TOKEN.finditer(text))
    found, place = [], 0
    while place < len(tokens):
        step = 1
        begin = tokens[place].start()
        may_begin = text[begin : begin + _BEGINNING] in _beginnings()  # few words do, and the rest takes long
        for size in range(min(_LONGEST, len(tokens) - place) if may_begin else 0, 0, -1):
            words = text[begin : tokens[place + size - 1].end()]
            # "in Iran." and "Iran's" name Iran; "U.S." and "Mar." keep their stop.
            plain = re.sub(r"['\u2019]s$", "", words.rstrip("."))
            if form := next((form for form in (words, plain) if form in _by_form()), None):
                found.append((form, _by_form()[form]))
                step = size
                break
        place += step
    return found


@cache
def _by_form() -> dict[str, tuple[str, ...]]:
    forms = {
        form: group for line in _OTHERS.strip().splitlines() for group in [tuple(line.split("|"))] for form in group
    }
    for country in countries():
        for form in country.forms:
            forms.setdefault(form, country.forms)
    return forms


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(form[:_BEGINNING] for form in _by_form())

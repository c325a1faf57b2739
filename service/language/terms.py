"""A text as search terms: stems, with names, numbers and the common words of an event brought to one form.

"Seventeen people were hurt" and "the number of injured is 17" share no word; as terms they share two.
"""

from __future__ import annotations

import re
from functools import lru_cache

import snowballstemmer

from service.language.aliases import aliases
from service.language.numerals import read_numeral
from service.language.roles import ROLE_OF
from service.language.synonyms import EVENT_OF
from service.language.tokens import tokenize

# Words that most sentences hold: they would only cost time and blur the ranking.
STOP_WORDS = frozenset(
    "a about after all also an and any are as at be been before being but by can could did do does for from had has "
    "have he her him his how i if in into is it its may more most no not of on or other our over she should so some "
    "such than that the their them then there these they this those to under up was we were what when where which "
    "who will with would you your s t".split()
)
_WORD = re.compile(r"\w+")
_PARENT = re.compile(r"-(?=[A-Z]\w*$)| (?=\S+$)")
_NOT_A_TERM = re.compile(r"\W")
_stemmer = snowballstemmer.stemmer("english")


def terms(text: str) -> list[str]:
    """Return the terms of a text in order, repeats kept; each is letters, digits and underscores."""
    found = [_term(word) for word in _WORD.findall(text) if word.lower() not in STOP_WORDS]
    events = (f"event_{EVENT_OF[term]}" for term in found if term in EVENT_OF)
    return [*found, *dict.fromkeys(events), *_names(text), *_numbers(text)]


@lru_cache(maxsize=50_000)
def _term(word: str) -> str:
    lower = word.lower()
    return f"role_{role}" if (role := ROLE_OF.get(lower)) else _stemmer.stemWord(lower)


def _names(text: str) -> list[str]:
    """Return one term for each known name, and for a branch ("ISIS-K") also its parent's ("ISIS")."""
    found: dict[str, None] = {}
    for group in aliases(text):
        found[_name_term(group)] = None
        for form in group:
            for parent in aliases(_PARENT.split(form, maxsplit=1)[0]):
                found[_name_term(parent)] = None
    return list(found)


def _name_term(group: tuple[str, ...]) -> str:
    return "name_" + "_".join(_WORD.findall(group[0].lower()))


def _numbers(text: str) -> list[str]:
    tokens = tokenize(text)
    found, index = [], 0
    while index < len(tokens):
        numeral = read_numeral(tokens, index)
        if numeral is not None and not numeral.is_vague:
            found.append("number_" + _NOT_A_TERM.sub("_", f"{numeral.value:g}"))
        index = max(index + 1, numeral.end if numeral else 0)
    return found

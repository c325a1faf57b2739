"""The noun that a number counts."""

from __future__ import annotations

from dataclasses import dataclass

from service.checking.wording import STOP, stem
from service.language.tokens import Tokens, lower_at, word_set

_PLURALS = word_set("people children men women police personnel staff cattle sheep fish crew aircraft dead")
_NO_NOUNS = word_set("was is has does its this thus yes dead")
_ADDED = frozenset({"other", "more", "additional", "further", "extra", "new", "of", "the", "those", "their", "these"})
_REACH = 4
GENERIC = frozenset(map(stem, ("people", "individuals", "victims", "others", "lives", "humans", "casualties")))
# Among the arrested a suspect is anyone.
_SUSPECTS = frozenset(map(stem, ("suspects", "men")))


@dataclass(frozen=True, slots=True)
class Noun:
    """The noun as written and the stem that its forms share."""

    text: str
    stem: str


def noun_after(tokens: Tokens, index: int) -> Noun | None:
    """Return the first plural among the next words: "spoiled ballots", "crew members"."""
    at = index
    while lower_at(tokens, at) in _ADDED and at < index + 3:
        at += 1
    for current in range(at, min(at + _REACH, len(tokens))):
        word = tokens[current].lower
        if not tokens[current].is_word or word in STOP - _NO_NOUNS or word in _NO_NOUNS:
            return None
        if word in _PLURALS or (word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3):
            return Noun(word, stem(word))
    return None


def shares_of(tokens: Tokens, index: int) -> Noun | None:
    """Return the noun in "34 percent of pupils" and "8 kilograms of cocaine"."""
    if lower_at(tokens, index) != "of":
        at = index if lower_at(tokens, index) in {"the", "its", "their"} else -1
    else:
        at = index + 1
    while at >= 0 and lower_at(tokens, at) in {"the", "all", "its", "their", "registered", "eligible", "adult"}:
        at += 1
    if at < 0:
        return None
    # "half of the Tarn Bridge welds"
    named = noun_after(tokens, at) if at < len(tokens) and tokens[at].text[:1].isupper() else None
    word = lower_at(tokens, at)
    return named or (Noun(word, stem(word)) if word.isalpha() and word not in STOP else None)


def is_generic(noun: Noun | None, role: str | None) -> bool:
    """Say whether a noun names nobody in particular, so that the count is of all to whom it happened."""
    if noun is None:
        return role is not None
    return noun.stem in GENERIC or (role == "arrests" and noun.stem in _SUSPECTS)

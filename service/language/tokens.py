"""Words, numbers and signs of a text with their exact places, for the rules that read them left to right.

Rules over tokens cost the same for any input of a length, which regular expressions over whole texts do not promise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache


def word_set(listed: str) -> frozenset[str]:
    """Return the words of a list that is written as one text."""
    return frozenset(listed.split())


# Every alternative starts on another class of characters, so no input makes the scanner go back.
_TOKEN = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|[^\W0-9_]+|[^\w\s]|_")
_CLAUSE_WORDS = frozenset({"while", "whereas", "but", "although", "though", "when", "who", "which", "where"})
_RELATIVES = frozenset({"who", "which", "where"})
_CLAUSE_SIGNS = frozenset({";", ":", "\n", "(", ")", "?", "!", "—"})
_ABBREVIATIONS = word_set(
    "jan feb mar apr jun jul aug sep sept oct nov dec mr mrs ms dr st no gen col lt sgt gov sen rep u s inc ltd"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or one sign: `text[start:end]`, in Unicode code points."""

    text: str
    lower: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        """Say whether it is written in digits."""
        return "0" <= self.text[0] <= "9"

    @property
    def is_word(self) -> bool:
        """Say whether it is made of letters."""
        return self.text[0].isalpha()

    @property
    def is_capitalized(self) -> bool:
        """Say whether it starts with a capital letter."""
        return self.text[0].isupper()

    def touches(self, after: Token) -> bool:
        """Say whether no space stands between this token and the next one."""
        return self.end == after.start


Tokens = tuple[Token, ...]


@lru_cache(maxsize=512)
def tokenize(text: str) -> Tokens:
    """Return the tokens of a text in order. White space is left out."""
    plain = text.replace("\u2011", "-").replace("\u2010", "-")  # hyphens that do not break, as long as plain ones
    return tuple(Token(m[0], m[0].lower(), m.start(), m.end()) for m in _TOKEN.finditer(plain))


def lower_at(tokens: Tokens, index: int) -> str:
    """Return a token in lower case, or an empty string beyond the ends."""
    return tokens[index].lower if 0 <= index < len(tokens) else ""


def ends_sentence(tokens: Tokens, index: int) -> bool:
    """Say whether the full stop at an index ends a sentence rather than an abbreviation or initial."""
    if tokens[index].text != "." or index + 1 >= len(tokens):
        return tokens[index].text == "."
    before, after = tokens[index - 1] if index else tokens[index], tokens[index + 1]
    abbreviated = before.lower in _ABBREVIATIONS or (len(before.text) == 1 and before.is_word)
    return not abbreviated and not tokens[index].touches(after)


@lru_cache(maxsize=512)
def clause_numbers(tokens: Tokens) -> tuple[int, ...]:
    """Return for each token the number of the clause that it stands in, counted from 0."""
    numbers: list[int] = []
    current = latest = 0
    outer: int | None = None
    for index, token in enumerate(tokens):
        ends = ends_sentence(tokens, index)
        if token.lower in _CLAUSE_WORDS or token.text in _CLAUSE_SIGNS or ends:
            # ", which …," is an insertion: behind it goes on what stood before it.
            outer = current if token.lower in _RELATIVES and lower_at(tokens, index - 1) == "," else None
            latest += 1
            current = latest
        elif token.text == "," and outer is not None:
            current, outer = outer, None
        numbers.append(current)
    return tuple(numbers)


def starts_sentence(tokens: Tokens, index: int) -> bool:
    """Say whether the word at an index is the first of its sentence, opening quotes apart."""
    before = index - 1
    while before >= 0 and tokens[before].text in "\"'“‘(":
        before -= 1
    return before < 0 or tokens[before].text in "!?" or ends_sentence(tokens, before)

"""A text prepared for comparison: its clauses, names, content words, quantities and dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from service.checking.dates import DateMention, extract_dates
from service.checking.quantities import Quantity, extract
from service.checking.wording import content_stem, event_kinds, names_in, stem
from service.language.tokens import Tokens, clause_numbers, ends_sentence, lower_at, tokenize, word_set

# These stand between a figure or date and the word that says what it is of: "reached 48%", "on the evening of 22
# March", "the attack took place on".
LIGHT = frozenset(
    map(
        stem,
        "take have get got give see include record count reach reached hit stand stood remain total amount average "
        "evening morning night afternoon noon eastern western northern southern central "
        "place happen occur".split(),
    )
)
_AUXILIARIES = word_set("was were is are has have had been be being also will would could may then")
# What a length or age is of: "12 meters tall" and "12 meters deep" are two things.
ATTRIBUTES = {
    stem(word): kind
    for kind, words in {
        "length": "long length", "height": "tall high height", "depth": "deep depth", "width": "wide width thick",
        "distance": "away distance", "age": "old age",
    }.items()
    for word in words.split()
}  # fmt: skip
_PREFIXES = word_set("re non anti ex pre un mis over under")
_REACH = 8
_NEAR = 5
_PLACERS = frozenset({"in", "at", "near", "outside"})
_BEFORE_PLACE = word_set("the city town village of")
_RELATIVES = frozenset({"that", "which"})
_MOST_VALUES = 24  # more make a table, and comparing each with each would let one text hold up the service


@dataclass(frozen=True, slots=True)
class Scene:
    """A text with what it says of whom and when. Clauses are runs of token indexes.

    `stems` has a content stem or None for each token, `words` holds them all, `events` their kinds of event.
    """

    tokens: Tokens
    clauses: tuple[int, ...]
    stems: tuple[str | None, ...]
    quantities: tuple[Quantity, ...]
    dates: tuple[DateMention, ...]
    words: frozenset[str]
    events: frozenset[str]

    @classmethod
    @lru_cache(maxsize=256)
    def of(cls, text: str, published_at: datetime | None) -> Scene:
        """Read a text."""
        tokens = tokenize(text)
        quantities = tuple(quantity for quantity in extract(text) if not quantity.is_ordinal)[:_MOST_VALUES]
        dates = extract_dates(text, published_at)[:_MOST_VALUES]
        spans = [(q.start, q.end) for q in quantities] + [(d.start, d.end) for d in dates]
        taken = {i for i, t in enumerate(tokens) if any(start <= t.start < end for start, end in spans)}
        stems = tuple(None if i in taken else _stem_at(tokens, i) for i in range(len(tokens)))
        words = frozenset(word for word in stems if word is not None)
        return cls(tokens, clause_numbers(tokens), stems, quantities, dates, words, event_kinds(words))

    def clause_at(self, offset: int) -> range:
        """Return the token indexes of the clause that holds a character offset."""
        at = next((i for i, token in enumerate(self.tokens) if token.end > offset), len(self.tokens) - 1)
        first = last = at
        while first > 0 and self.clauses[first - 1] == self.clauses[at]:
            first -= 1
        while last + 1 < len(self.tokens) and self.clauses[last + 1] == self.clauses[at]:
            last += 1
        return range(first, last + 1)

    def said_at(self, offset: int) -> frozenset[str]:
        """Return the stems of the clause at an offset, with its part before an insertion, or the word it is about."""
        start = self.clause_at(offset).start
        said = {s for s, clause in zip(self.stems, self.clauses, strict=True) if s and clause == self.clauses[start]}
        if self.tokens[start].lower in {"who", "which", "where"}:
            about = next((self.stems[i] for i in (start - 1, start - 2) if i >= 0 and self.stems[i]), None)
            said |= {about} if about else set()
        return frozenset(said)

    def sentence_at(self, offset: int) -> range:
        """Return the token indexes of the sentence that holds a character offset."""
        clause = self.clause_at(offset)
        first, last = clause.start, clause.stop
        while first > 0 and not ends_sentence(self.tokens, first - 1):
            first -= 1
        while last < len(self.tokens) and not ends_sentence(self.tokens, last):
            last += 1
        return range(first, last)

    def all_tokens(self) -> range:
        """Return every token index."""
        return range(len(self.tokens))

    def content(self, indexes: range) -> frozenset[str]:
        """Return the stems of the content words among some tokens, quantities and dates left out."""
        return frozenset(word for i in indexes if (word := self.stems[i]) is not None)

    def names(self, indexes: range) -> frozenset[str]:
        """Return the names among some tokens; the words of a number or date at the start of a sentence are none."""
        found: frozenset[str] = frozenset()
        for index in indexes:
            if self.tokens[index].is_capitalized and self.stems[index] is not None:
                found |= names_in(self.tokens, range(index, index + 1))
        return found

    def names_at(self, offset: int) -> frozenset[str]:
        """Return the names of the clause at an offset, else those of its sentence."""
        number = self.clauses[self.clause_at(offset).start]
        own = (self.names(range(i, i + 1)) for i, clause in enumerate(self.clauses) if clause == number)
        return frozenset().union(*own) or self.names(self.sentence_at(offset))

    def dates_in(self, indexes: range) -> tuple[DateMention, ...]:
        """Return the dates that stand among some tokens."""
        start, end = self.tokens[indexes.start].start, self.tokens[indexes.stop - 1].end
        return tuple(mention for mention in self.dates if start <= mention.start < end)

    def governors(self, quantity: Quantity) -> frozenset[str]:
        """Return the stems of the words that say what the figure is of: the nearest before it, the verb right after."""
        found = {self.nearest_before(quantity.first), self._verb_after(quantity)}
        return frozenset(word for word in found if word)

    def nearest_before(self, index: int, floor: int = 0) -> str | None:
        """Return the nearest content word before a token that is neither a name nor a light verb."""
        for at in range(index - 1, max(floor - 1, index - 1 - _REACH), -1):
            word = self.stems[at]
            if word and word not in LIGHT and not self._is_name(at):
                return word
        return None

    def place_after(self, quantity: Quantity) -> frozenset[str]:
        """Return the names that follow "in", "at" or "near" right behind a figure and what it counts."""
        for at in range(quantity.last, min(quantity.last + _NEAR, len(self.tokens))):
            if self.tokens[at].lower in _PLACERS:
                return self._names_behind(at)
            if not self.tokens[at].is_word:
                return frozenset()
        return frozenset()

    def place_of_head(self, quantity: Quantity) -> frozenset[str]:
        """Return the place of what a relative clause gives a figure of: "the blasts in Orun that killed 12"."""
        floor = max(0, quantity.first - _NEAR)
        head = next((i for i in range(quantity.first - 1, floor, -1) if self.tokens[i].lower in _RELATIVES), 0)
        for at in range(head - 1, max(0, head - _REACH), -1):
            if self.tokens[at].lower in _PLACERS and (names := self._names_behind(at)):
                return names
        return frozenset()

    def only_place(self) -> frozenset[str]:
        """Return the names of the only place that a sentence names with "in", "at" or "near"; none where it has two."""
        placers = (i for i, token in enumerate(self.tokens) if token.lower in _PLACERS)
        places = [names for i in placers if (names := self._names_behind(i))]
        return places[0] if len(places) == 1 else frozenset()

    def _names_behind(self, index: int) -> frozenset[str]:
        """Return the names right behind a word: "Harl", "the city of Harl"."""
        end = index + 1
        while end < len(self.tokens) and (self.tokens[end].is_capitalized or self.tokens[end].lower in _BEFORE_PLACE):
            end += 1
        return self.names(range(index + 1, end))

    def _is_name(self, index: int) -> bool:
        return bool(names_in(self.tokens, range(index, index + 1)))

    def _verb_after(self, quantity: Quantity) -> str | None:
        at = quantity.last
        if quantity.noun is not None:
            while at < len(self.tokens) and self.tokens[at].lower != quantity.noun.text:
                at += 1
            at += 1
        while lower_at(self.tokens, at) in _AUXILIARIES:
            at += 1
        word = self.stems[at] if at < len(self.tokens) else None
        return None if word in ATTRIBUTES else word


def _stem_at(tokens: Tokens, index: int) -> str | None:
    """Return the content stem of a word, whole with its prefix: "re-elected" is not "elected"."""
    stemmed = content_stem(tokens, index)
    if stemmed and index > 1 and tokens[index - 1].text == "-" and tokens[index - 2].lower in _PREFIXES:
        return tokens[index - 2].lower + stemmed
    return stemmed

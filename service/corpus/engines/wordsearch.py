"""Lexical search in PostgreSQL: the ranking of FTS5's BM25, over a GIN index of our own terms.

PostgreSQL's ranking functions know no document frequencies. So the sentences that hold the claim's rarest terms are
read and scored here, and more only while one that holds none of these could still be among the best (Turtle and
Flood 1995, "max score"): the answer is exact, and common terms cost little where rare ones decide. Once 20,000
sentences would be read, those that hold only the commoner terms are left, so that time has an end in a large corpus.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    cast,
    column,
    literal,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from service.corpus.engines.sqlite import CONTEXT_WEIGHT

_K1, _B = 1.2, 0.75  # as in FTS5
_FIRST = 400  # sentences to read before the first look at the scores
_MOST = 20_000  # sentences to read at all
_LONGEST = 500  # bytes of a term; PostgreSQL refuses lexemes above 2,046

_words = table("sentence_words", column("rowid"), column("words"), column("context"))
# As the index of migration 0006 has it.
_LEXEMES = "array_to_tsvector(string_to_array(words, ' ') || string_to_array(context, ' '))"


@dataclass(frozen=True, slots=True)
class _Bm25:
    """Scores sentences as FTS5 does; `idf` has the claim's terms in its order."""

    idf: Mapping[str, float]
    place: Mapping[str, int]
    mean_length: float

    def of(self, words: str, context: str) -> float:
        """Return the score of a sentence's words and context, each parted by spaces."""
        own, beside = words.split(), context.split()
        norm = _K1 * (1 - _B + _B * (len(own) + len(beside)) / self.mean_length)
        score = 0.0
        # In the claim's order, as FTS5 adds up, so that even ties are the same.
        for term in sorted((self.idf.keys() & own) | (self.idf.keys() & beside), key=self.place.__getitem__):
            frequency = own.count(term) + CONTEXT_WEIGHT * beside.count(term)
            score += self.idf[term] * (frequency * (_K1 + 1)) / (frequency + norm)
        return score

    def most(self, terms: Sequence[str]) -> float:
        """Return a score that no sentence exceeds which holds these terms only."""
        return sum(self.idf[term] * (_K1 + 1) for term in terms)


def best(
    connection: Connection, terms: Sequence[str], frequencies: Mapping[str, int], chosen: Select[Any] | None, count: int
) -> list[int]:
    """Return the ids of the sentences, all or those chosen, that hold the terms best, ties by id.

    `frequencies` has the number of sentences that hold each term, for those that any holds.
    """
    held = {term: frequencies[term] for term in terms if term in frequencies and len(term.encode()) <= _LONGEST}
    number, tokens = connection.execute(text("SELECT sentences, tokens FROM sentence_totals")).one()
    if not held or not number:
        return []
    # A term in more than half of all sentences would count against them; FTS5 gives it next to nothing.
    idf = {t: max(math.log((number - held[t] + 0.5) / (held[t] + 0.5)), 0.0) or 1e-6 for t in held}
    bm25 = _Bm25(idf, {term: place for place, term in enumerate(idf)}, max(tokens / number, 1e-9))
    scores: dict[int, float] = {}
    for part in _rarest_first(held, bm25, scores, count):
        for row in _holding(connection, part, chosen):
            if row[0] not in scores:
                scores[row[0]] = bm25.of(row[1], row[2])
    return sorted(scores, key=lambda number: (-scores[number], number))[:count]


def _rarest_first(held: Mapping[str, int], bm25: _Bm25, scores: Mapping[int, float], count: int) -> Iterator[list[str]]:
    """Yield terms to read the sentences of, until what holds only others cannot be among the best."""
    waiting = sorted(held, key=lambda term: (held[term], term))
    left = _MOST
    least = 0.0
    while waiting and bm25.most(waiting) >= least:
        part: list[str] = []
        sentences = 0
        while waiting and (sentences < _FIRST if not least else bm25.most(waiting) >= least):
            if part and sentences + held[waiting[0]] > left:
                break
            sentences += held[waiting[0]]
            part.append(waiting.pop(0))
        yield part
        left -= sentences
        if waiting and held[waiting[0]] > left:
            return
        least = sorted(scores.values(), reverse=True)[count - 1] if len(scores) >= count else 0.0


def _holding(connection: Connection, terms: Sequence[str], chosen: Select[Any] | None) -> Sequence[Any]:
    """Return the sentences that hold any of some terms, with their words and context, newest first."""
    matching: Select[Any] = select(_words.c.rowid, _words.c.words, _words.c.context).where(_hold(terms))
    if chosen is not None:
        matching = matching.where(_words.c.rowid.in_(chosen))
    return connection.execute(matching.order_by(_words.c.rowid.desc()).limit(_MOST)).all()


def _hold(terms: Sequence[str]) -> ColumnElement[bool]:
    # Quoted, a term is taken as it stands: nothing in a claim can be taken for syntax.
    quoted = " | ".join("'" + term.replace("\\", "\\\\").replace("'", "''") + "'" for term in terms)
    return literal_column(_LEXEMES).bool_op("@@")(cast(literal(quoted), TSQUERY))

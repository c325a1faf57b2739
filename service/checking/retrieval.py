"""Finding the sentences that may bear on a claim: dense, dense in context and lexical, ranked by one linear model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.checking.leaning import leans
from service.checking.lexical import Weights
from service.corpus.searching import SentenceIndex
from service.corpus.store import Found, Store
from service.domain import Hit, Query
from service.language.terms import terms

POOL = 40  # candidates that each of the three searches gives


@dataclass(frozen=True, slots=True)
class Ranking:
    """The weights of a candidate's features, fit by logistic regression on the claims in `tests/evaluation`.

    `similarity` and `in_context` are cosines with the bare sentence and with the sentence in its context; `words` and
    `context_words` the shares of the claim's terms found in the sentence, and in it, its title and the one before it.
    What these add up to is shared: a candidate gains `article` of the best other candidate of its article, and one
    that leans on the sentence before it gains `leaning` of what that one has more.
    """

    similarity: float = 3.8
    in_context: float = 3.3
    words: float = 4.2
    context_words: float = 4.5
    article: float = 0.15
    leaning: float = 0.4


class Retriever:
    """Searches the corpus by an index and a store that are of one moment."""

    def __init__(self, store: Store, index: SentenceIndex, ranking: Ranking | None = None) -> None:
        self._store = store
        self._index = index
        self._ranking = ranking or Ranking()

    def find(self, query: Query, embedded: Callable[[], NDArray[np.float32]]) -> list[Hit]:
        """Return hits, best first, ties broken by id; filters narrow before the ranking.

        `embedded` gives the claim's vector (d,). It is asked for when the words have been searched, so that the vector
        can be computed meanwhile.
        """
        among = self._index.narrow(self._store, query)
        if among is not None and not among:
            return []
        wanted = terms(query.claim)
        counts = self._store.term_counts(wanted)
        worded = self._store.found(sorted(self._store.with_words(wanted, query, POOL, counts)))
        weights = Weights.measure(wanted, counts, len(self._index))
        vector = embedded()
        near = {n.sentence_id for n in self._index.nearest(vector, POOL, among)}
        near.update(n.sentence_id for n in self._index.nearest_in_context(vector, POOL, among))
        more = self._store.found(sorted(near - worded.keys()))
        return self._rank([*worded.values(), *more.values()], vector, weights)

    def _rank(self, found: Iterable[Found], vector: NDArray[np.float32], weights: Weights) -> list[Hit]:
        there = list(found)
        known = self._index.known([item.sentence.id for item in there])
        candidates = [item for item in there if item.sentence.id in known]
        ids = [item.sentence.id for item in candidates]
        bare, in_context = self._index.similarities(vector, ids)
        ranking = self._ranking
        scored = []
        for item, similarity, context_similarity in zip(candidates, bare, in_context, strict=True):
            value = (
                ranking.similarity * similarity
                + ranking.in_context * context_similarity
                + ranking.words * weights.share(item.terms)
                + ranking.context_words * weights.share(item.terms, item.context_terms)
            )
            hit = Hit(item.sentence, item.article, item.context, max(-1.0, min(1.0, similarity)), context_similarity)
            scored.append(_Scored(hit, value))
        return [hit for _, _, hit in sorted(self._shared(scored), key=lambda entry: entry[:2])]

    def _shared(self, scored: Sequence[_Scored]) -> Iterator[tuple[float, int, Hit]]:
        """Yield each candidate's final score, negated, its id and itself."""
        at = {scored_one.place: scored_one.value for scored_one in scored}
        two_best: dict[str, list[float]] = {}
        for each in scored:
            best = two_best.setdefault(each.hit.article.id, [])
            best[:] = sorted([*best, each.value], reverse=True)[:2]
        for each in scored:
            best = two_best[each.hit.article.id]
            other = (best[1] if len(best) > 1 else 0.0) if each.value == best[0] else best[0]
            value = each.value + self._ranking.article * other
            sentence = each.hit.sentence
            before = at.get((sentence.article_id, sentence.position - 1), each.value)
            if before > each.value and leans(sentence.text):
                value += self._ranking.leaning * (before - each.value)
            yield -value, sentence.id, each.hit


@dataclass(frozen=True, slots=True)
class _Scored:
    """A candidate with its score by itself."""

    hit: Hit
    value: float

    @property
    def place(self) -> tuple[str, int]:
        return self.hit.sentence.article_id, self.hit.sentence.position

"""Finding the sentences that may bear on a claim: dense, dense in context and lexical, ranked by one linear model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.checking.lexical import Weights, match_expression
from service.corpus.index import VectorIndex
from service.corpus.store import Found, Store
from service.domain import Hit, Query
from service.language.terms import terms

POOL = 60  # candidates that each of the three searches gives


@dataclass(frozen=True, slots=True)
class Ranking:
    """The weights of a candidate's features, fit by logistic regression on the claims in `tests/evaluation`.

    `similarity` and `in_context` are cosines with the bare sentence and with the sentence in its context; `words` and
    `context_words` the shares of the claim's terms found in the sentence, and in it, its title and the one before it.
    """

    similarity: float = 3.8
    in_context: float = 3.3
    words: float = 4.2
    context_words: float = 4.5


class Retriever:
    """Searches the corpus by an index and a store that are of one moment."""

    def __init__(self, store: Store, index: VectorIndex, ranking: Ranking | None = None) -> None:
        self._store = store
        self._index = index
        self._ranking = ranking or Ranking()

    def find(self, query: Query, vector: NDArray[np.float32]) -> list[Hit]:
        """Return hits for the claim's vector (d,), best first, ties broken by id; filters narrow before the ranking."""
        among = self._store.matching(query)
        if among is not None and not among:
            return []
        wanted = terms(query.claim)
        expression = match_expression(wanted)
        ids = {n.sentence_id for n in self._index.nearest(vector, POOL, among)}
        ids.update(n.sentence_id for n in self._index.nearest_in_context(vector, POOL, among))
        ids.update(self._store.with_words(expression, query, POOL) if expression else ())
        return self._rank(self._store.found(sorted(ids)).values(), vector, wanted)

    def _rank(self, found: Iterable[Found], vector: NDArray[np.float32], wanted: list[str]) -> list[Hit]:
        candidates = [item for item in found if item.sentence.id in self._index]
        ids = [item.sentence.id for item in candidates]
        bare, in_context = self._index.similarities(vector, ids)
        weights = Weights.measure(wanted, self._store.term_counts(wanted), len(self._index))
        ranking = self._ranking
        scored = []
        for item, similarity, context_similarity in zip(candidates, bare, in_context, strict=True):
            value = (
                ranking.similarity * similarity
                + ranking.in_context * context_similarity
                + ranking.words * weights.share(item.terms)
                + ranking.context_words * weights.share(item.terms | item.context_terms)
            )
            hit = Hit(item.sentence, item.article, item.context, max(-1.0, min(1.0, similarity)))
            scored.append((-value, item.sentence.id, hit))
        return [hit for _, _, hit in sorted(scored, key=lambda entry: entry[:2])]

"""The vector index: every sentence twice, bare and in its context, in FAISS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

from service.corpus.store import SentenceVectors

# How much of its article and of the sentence before it a sentence's context vector carries. Chosen on our own claims:
# "Kyiv has denied it" is then found through the sentence that says what "it" is, at no cost to plain sentences,
# which are also searched by their bare vector.
BEFORE_WEIGHT = 0.5
ARTICLE_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Neighbor:
    """A sentence id with the cosine of the query and the indexed vector."""

    sentence_id: int
    similarity: float


class VectorIndex:
    """Exact cosine search over unit vectors. Not changed after it is made: another corpus is another index."""

    def __init__(self, stored: SentenceVectors, dimension: int, threads: int = 1) -> None:
        faiss.omp_set_num_threads(threads)
        # FAISS breaks ties by row, so the rows stand in the order of the ids.
        order = np.argsort(stored.ids, kind="stable")
        self._ids = stored.ids[order]
        self._rows = {int(sentence_id): row for row, sentence_id in enumerate(self._ids)}
        self._bare = _flat(stored.vectors[order], dimension)
        self._in_context = _flat(contextual(stored.vectors, stored.article_numbers)[order], dimension)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, sentence_id: int) -> bool:
        return sentence_id in self._rows

    def nearest(self, vector: NDArray[np.float32], count: int, among: Sequence[int] | None = None) -> list[Neighbor]:
        """Return the `count` sentences whose bare vectors are nearest to a vector (d,), ties broken by id."""
        return self._search(self._bare, vector, count, among)

    def nearest_in_context(
        self, vector: NDArray[np.float32], count: int, among: Sequence[int] | None = None
    ) -> list[Neighbor]:
        """Return the `count` sentences whose context vectors are nearest, ties broken by id."""
        return self._search(self._in_context, vector, count, among)

    def similarities(self, vector: NDArray[np.float32], ids: Sequence[int]) -> tuple[list[float], list[float]]:
        """Return the cosines of a vector (d,) with indexed sentences, bare and in context, in order."""
        rows = self._row_numbers(ids)
        bare, in_context = self._bare.reconstruct_batch(rows), self._in_context.reconstruct_batch(rows)
        return [float(s) for s in bare @ vector], [float(s) for s in in_context @ vector]

    def vectors(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Return the bare vectors (len(ids), d) of indexed sentences."""
        found: NDArray[np.float32] = self._bare.reconstruct_batch(self._row_numbers(ids))
        return found

    def _row_numbers(self, ids: Sequence[int]) -> NDArray[np.int64]:
        return np.array([self._rows[sentence_id] for sentence_id in ids], dtype=np.int64)

    def _search(
        self, index: faiss.IndexFlatIP, vector: NDArray[np.float32], count: int, among: Sequence[int] | None
    ) -> list[Neighbor]:
        parameters = None
        if among is not None:
            rows = self._row_numbers([sentence_id for sentence_id in among if sentence_id in self._rows])
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(rows))  # type: ignore[call-arg]
        similarities, rows_found = index.search(vector.reshape(1, -1), count, params=parameters)
        # FAISS pads with -1 where it finds fewer than were asked for.
        found = [
            Neighbor(int(self._ids[row]), float(similarity))
            for similarity, row in zip(similarities[0], rows_found[0], strict=True)
            if row >= 0
        ]
        return sorted(found, key=lambda neighbor: (-neighbor.similarity, neighbor.sentence_id))


def contextual(vectors: NDArray[np.float32], article_numbers: NDArray[np.int64]) -> NDArray[np.float32]:
    """Mix vectors (n, d) in reading order with the sentence before and the article's mean; return unit vectors."""
    if not len(vectors):
        return vectors
    before = np.zeros_like(vectors)
    same = article_numbers[1:] == article_numbers[:-1]
    before[1:][same] = vectors[:-1][same]
    sums = np.zeros((int(article_numbers.max()) + 1, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, article_numbers, vectors)
    means = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    mixed = vectors + BEFORE_WEIGHT * before + ARTICLE_WEIGHT * means[article_numbers]
    unit: NDArray[np.float32] = mixed / np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-9)
    return unit


def _flat(vectors: NDArray[np.float32], dimension: int) -> faiss.IndexFlatIP:
    index = faiss.IndexFlatIP(dimension)
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    return index

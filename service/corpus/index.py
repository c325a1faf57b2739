"""The vector index: every sentence twice, bare and in its context, in FAISS."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

import faiss
import numpy as np
from numpy.typing import NDArray

from service.corpus.contexts import contextual
from service.corpus.searching import Neighbor
from service.corpus.store import Store
from service.corpus.vectors import Delta, SentenceVectors
from service.domain import Query

# Removed rows are passed over in a search until they are this share of all, and more than a few: then the rows that
# are left are copied together, so that over time a removal costs what was removed and not the whole index.
DEAD_SHARE = 0.25
DEAD_FEW = 1_000


class VectorIndex:
    """Exact cosine search over unit vectors, which follows the corpus by deltas; for one thread at a time."""

    def __init__(self, stored: SentenceVectors, dimension: int) -> None:
        self.dimension = dimension
        self.reset(stored)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, sentence_id: int) -> bool:
        return sentence_id in self._rows

    def catch_up(self, store: Store, model: str) -> None:
        """Become the index of the store's revision at this moment."""
        delta = store.delta(model, self.dimension, self.revision, self.seen)
        if delta is None:
            self.reset(store.vectors(model, self.dimension))
        else:
            self.apply(delta)

    def narrow(self, store: Store, query: Query) -> Sequence[int] | None:
        """Return the ids of the sentences that the query's filters leave, or None when it has no filter."""
        return store.matching(query)

    def known(self, ids: Sequence[int]) -> set[int]:
        """Return those of the ids that are indexed."""
        return {sentence_id for sentence_id in ids if sentence_id in self}

    def reset(self, stored: SentenceVectors) -> None:
        """Forget everything and hold these sentences."""
        self._start()
        self._append(stored.ids, stored.vectors, contextual(stored.vectors, stored.article_numbers))
        self.revision, self.seen = stored.revision, stored.seen

    def apply(self, delta: Delta) -> None:
        """Become the index of a later revision, at a cost that depends on what has changed."""
        self._hide(sentence_id for gone in delta.removed for sentence_id in range(gone.first, gone.last + 1))
        new = delta.added
        # An article that was indexed in part, when some of its sentences had no embedding yet, is indexed anew.
        unknown = {int(number) for i, number in zip(new.ids, new.article_numbers, strict=True) if int(i) not in self}
        chosen = np.array([int(number) in unknown for number in new.article_numbers], dtype=bool)
        self._hide(int(i) for i in new.ids[chosen])
        mixed = contextual(new.vectors, new.article_numbers)
        self._append(new.ids[chosen], new.vectors[chosen], mixed[chosen])
        self.revision, self.seen = new.revision, new.seen
        if self.removed > max(DEAD_FEW, DEAD_SHARE * len(self._ids)):
            self._compact()

    @property
    def removed(self) -> int:
        """Return how many rows are masked."""
        return len(self._ids) - len(self._rows)

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

    def _start(self) -> None:
        self._ids = array("q")
        self._rows: dict[int, int] = {}
        self._bare, self._in_context = faiss.IndexFlatIP(self.dimension), faiss.IndexFlatIP(self.dimension)
        self._dead = bytearray()  # a bit for each row
        self._living: faiss.IDSelector | None = None

    def _append(self, ids: NDArray[np.int64], vectors: NDArray[np.float32], in_context: NDArray[np.float32]) -> None:
        # FAISS breaks ties by row, so the rows stand in the order of the ids; new ids are above all older ones.
        order = np.argsort(ids, kind="stable")
        for sentence_id in ids[order].tolist():
            self._rows[sentence_id] = len(self._ids)
            self._ids.append(sentence_id)
        self._bare.add(np.ascontiguousarray(vectors[order], dtype=np.float32))
        self._in_context.add(np.ascontiguousarray(in_context[order], dtype=np.float32))

    def _hide(self, ids: Iterable[int]) -> None:
        """Take sentences out of every answer; their rows stay until the next copy."""
        hidden = [row for row in (self._rows.pop(sentence_id, None) for sentence_id in ids) if row is not None]
        if hidden:
            self._dead.extend(bytes(len(self._ids) // 8 + 1 - len(self._dead)))
            for row in hidden:
                self._dead[row // 8] |= 1 << row % 8
            bits = faiss.IDSelectorBitmap(np.array(self._dead, dtype=np.uint8))  # type: ignore[call-arg,arg-type]
            self._living = faiss.IDSelectorNot(bits)

    def _compact(self) -> None:
        ids = list(self._rows)
        bare, in_context = self.vectors(ids), self._in_context.reconstruct_batch(self._row_numbers(ids))
        self._start()
        self._append(np.array(ids, dtype=np.int64), bare, in_context)

    def _search(
        self, index: faiss.IndexFlatIP, vector: NDArray[np.float32], count: int, among: Sequence[int] | None
    ) -> list[Neighbor]:
        selector = self._living
        if among is not None:
            rows = self._row_numbers([sentence_id for sentence_id in among if sentence_id in self._rows])
            selector = faiss.IDSelectorBatch(rows)
        # FAISS shares one query out to no threads, but all that it may use wake and spin beside the models' own, which
        # took ten times the search. OpenMP keeps the number for the calling thread only, so it is set at each search.
        faiss.omp_set_num_threads(1)
        parameters = faiss.SearchParameters(sel=selector) if selector else None  # type: ignore[call-arg]
        similarities, rows_found = index.search(vector.reshape(1, -1), count, params=parameters)
        # FAISS pads with -1 where it finds fewer than were asked for.
        found = [
            Neighbor(int(self._ids[row]), float(similarity))
            for similarity, row in zip(similarities[0], rows_found[0], strict=True)
            if row >= 0
        ]
        return sorted(found, key=lambda neighbor: (-neighbor.similarity, neighbor.sentence_id))

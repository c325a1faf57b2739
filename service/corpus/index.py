"""The vector index: every sentence twice, bare and in its context, which follows the corpus by deltas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.corpus.contexts import contextual
from service.corpus.neighbors import BARE, IN_CONTEXT, Ids, Matrix, Neighbor, Rows
from service.corpus.store import Store
from service.corpus.vectors import Delta, SentenceVectors
from service.domain import Query

# Removed rows are passed over in a search until they are this share of all, and more than a few: then the rows that
# are left are copied together, so that over time a removal costs what was removed and not the whole index.
DEAD_SHARE = 0.25
DEAD_FEW = 1_000


class VectorIndex:
    """Cosine search over unit vectors: what was there at the start, and what came since; for one thread at a time."""

    def __init__(self, stored: SentenceVectors, dimension: int) -> None:
        self.dimension = dimension
        self.reset(stored)

    def __len__(self) -> int:
        return self._base.living + self._tail.living

    def __contains__(self, sentence_id: int) -> bool:
        return bool(self._has(np.array([sentence_id], dtype=np.int64))[0])

    def is_of(self, revision: int) -> bool:
        """Return whether this is the index of a revision, with nothing to catch up."""
        return self.revision == revision

    def catch_up(self, store: Store, model: str) -> None:
        """Become the index of the store's revision at this moment."""
        delta = store.delta(model, self.dimension, self.revision, self.seen)
        if delta is None:
            self._begin_anew(store, model)
        else:
            self.apply(delta)

    def narrow(self, store: Store, query: Query) -> Sequence[int] | None:
        """Return the ids of the sentences that the query's filters leave, or None when it has no filter."""
        return store.matching(query)

    def known(self, ids: Sequence[int]) -> set[int]:
        """Return those of the ids that are indexed."""
        asked = np.array(ids, dtype=np.int64)
        return set(asked[self._has(asked)].tolist())

    def reset(self, stored: SentenceVectors) -> None:
        """Forget everything and hold these sentences."""
        # FAISS breaks ties by row, so the rows stand in the order of the ids; new ids are above all older ones.
        order = np.argsort(stored.ids, kind="stable")
        in_context = contextual(stored.vectors, stored.article_numbers)
        self._base = Rows(stored.ids[order], (stored.vectors[order], in_context[order]))
        self._tail = Rows.empty(self.dimension)
        self.revision, self.seen = stored.revision, stored.seen

    def apply(self, delta: Delta) -> None:
        """Become the index of a later revision, at a cost that depends on what has changed."""
        for gone in delta.removed:
            self._hide(np.arange(gone.first, gone.last + 1, dtype=np.int64))
        new = delta.added
        # An article that was indexed in part, when some of its sentences had no embedding yet, is indexed anew.
        chosen = np.isin(new.article_numbers, new.article_numbers[~self._has(new.ids)])
        self._hide(new.ids[chosen])
        mixed = contextual(new.vectors, new.article_numbers)
        order = np.argsort(new.ids[chosen], kind="stable")
        self._tail.append(new.ids[chosen][order], (new.vectors[chosen][order], mixed[chosen][order]))
        self.revision, self.seen = new.revision, new.seen
        if self.removed > max(DEAD_FEW, DEAD_SHARE * (len(self._base) + len(self._tail))):
            self._compact()

    @property
    def removed(self) -> int:
        """Return how many rows are masked."""
        return self._base.hidden + self._tail.hidden

    def nearest(self, vector: NDArray[np.float32], count: int, among: Sequence[int] | None = None) -> list[Neighbor]:
        """Return the `count` sentences whose bare vectors are nearest to a vector (d,), ties broken by id."""
        return self._search(BARE, vector, count, among)

    def nearest_in_context(
        self, vector: NDArray[np.float32], count: int, among: Sequence[int] | None = None
    ) -> list[Neighbor]:
        """Return the `count` sentences whose context vectors are nearest, ties broken by id."""
        return self._search(IN_CONTEXT, vector, count, among)

    def similarities(self, vector: NDArray[np.float32], ids: Sequence[int]) -> tuple[list[float], list[float]]:
        """Return the cosines of a vector (d,) with indexed sentences, bare and in context, in order."""
        asked = np.array(ids, dtype=np.int64)
        bare, in_context = self._vectors(BARE, asked), self._vectors(IN_CONTEXT, asked)
        return [float(s) for s in bare @ vector], [float(s) for s in in_context @ vector]

    def vectors(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Return the bare vectors (len(ids), d) of indexed sentences."""
        return self._vectors(BARE, np.array(ids, dtype=np.int64))

    def _begin_anew(self, store: Store, model: str) -> None:
        self.reset(store.vectors(model, self.dimension))

    def _has(self, ids: Ids) -> NDArray[np.bool_]:
        return (self._base.places(ids) >= 0) | (self._tail.places(ids) >= 0)

    def _hide(self, ids: Ids) -> None:
        """Take sentences out of every answer; their rows stay until the next copy."""
        self._base.hide(ids)
        self._tail.hide(ids)

    def _vectors(self, which: int, ids: Ids) -> Matrix:
        found = np.empty((len(ids), self.dimension), dtype=np.float32)
        for part in (self._base, self._tail):
            rows = part.places(ids)
            found[rows >= 0] = part.vectors(which, rows[rows >= 0])
        return found

    def _compact(self) -> None:
        """Copy the rows that are left together."""
        ids = np.sort(np.concatenate([self._base.living_ids(), self._tail.living_ids()]))
        self._base = Rows(ids, (self._vectors(BARE, ids), self._vectors(IN_CONTEXT, ids)))
        self._tail = Rows.empty(self.dimension)

    def _search(self, which: int, vector: Matrix, count: int, among: Sequence[int] | None) -> list[Neighbor]:
        chosen = None if among is None else np.array(among, dtype=np.int64)
        found = [near for part in (self._base, self._tail) for near in part.nearest(which, vector, count, chosen)]
        return sorted(found, key=lambda neighbor: (-neighbor.similarity, neighbor.sentence_id))[:count]

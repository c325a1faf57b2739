"""Sentences with their two vectors as rows of matrices, in memory or mapped from a file, searched exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from service.corpus.approximate import Approximate

BARE, IN_CONTEXT = 0, 1  # which of the two vectors
Ids = NDArray[np.int64]
Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Neighbor:
    """A sentence id with the cosine of the query and the indexed vector."""

    sentence_id: int
    similarity: float


class Rows:
    """Sentences in rows: ids (n,) and, for each of the two vectors, a matrix (n, d); hidden rows are never found."""

    def __init__(self, ids: Ids, matrices: tuple[Matrix, Matrix], approximate: Approximate | None = None) -> None:
        self._count = len(ids)
        self._ids, self._matrices = ids, matrices
        self._approximate = approximate
        self.hidden = 0
        self._bits = np.zeros(self._count // 8 + 1, dtype=np.uint8)  # a bit for each row: whether it is hidden
        self._order()

    @classmethod
    def empty(cls, dimension: int) -> Rows:
        """Return no rows, to be appended to."""
        none = np.empty((0, dimension), dtype=np.float32)
        return cls(np.empty(0, dtype=np.int64), (none, none))

    def __len__(self) -> int:
        return self._count

    def compared_all(self) -> Rows:
        """Return the same rows with none hidden, which are searched one by one."""
        return Rows(self._ids, self._matrices)

    @property
    def living(self) -> int:
        """Return the number of rows that are not hidden."""
        return self._count - self.hidden

    def living_ids(self) -> Ids:
        """Return the ids of the rows that are not hidden."""
        return self._ids[: self._count][~self._is_hidden(np.arange(self._count))]

    def append(self, ids: Ids, matrices: tuple[Matrix, Matrix]) -> None:
        """Add rows; an id may come again once its former row is hidden."""
        wanted = self._count + len(ids)
        if wanted > len(self._ids):
            # Twice the room each time, so that many small additions do not copy all rows each.
            room = max(wanted, 2 * len(self._ids))
            self._ids = _grown(self._ids, room)
            self._matrices = (_grown(self._matrices[0], room), _grown(self._matrices[1], room))
        self._ids[self._count : wanted] = ids
        for matrix, new in zip(self._matrices, matrices, strict=True):
            matrix[self._count : wanted] = new
        self._count = wanted
        self._bits = _grown(self._bits, wanted // 8 + 1)
        self._order()

    def places(self, ids: Ids) -> Ids:
        """Return the row of each id, -1 where it has none or is hidden."""
        if not self._count or not len(ids):
            return np.full(len(ids), -1, dtype=np.int64)
        # Of several rows of an id the last one may be living.
        held = self._ids[: self._count]
        at = np.searchsorted(held, ids, side="right", sorter=self._sorter) - 1
        rows = np.maximum(at, 0) if self._sorter is None else self._sorter[np.maximum(at, 0)]
        there = (held[rows] == ids) & ~self._is_hidden(rows)
        return np.where(there, rows, -1)

    def hide(self, ids: Ids) -> None:
        """Take sentences out of every answer."""
        rows = self.places(ids)
        rows = np.unique(rows[rows >= 0])
        np.bitwise_or.at(self._bits, rows // 8, np.uint8(1) << (rows % 8).astype(np.uint8))
        self.hidden += len(rows)

    def vectors(self, which: int, rows: Ids) -> Matrix:
        """Return one of the two vectors of rows."""
        return np.asarray(self._matrices[which][rows])

    def nearest(self, which: int, vector: Matrix, count: int, among: Ids | None = None) -> list[Neighbor]:
        """Return the nearest rows, in no order; those of the ids `among` are compared one by one."""
        if among is not None:
            rows = self.places(among)
            return self._compared(which, vector, count, np.unique(rows[rows >= 0]))
        likely = None if self._approximate is None else self._likely(self._approximate, which, vector, count)
        return self._compared(which, vector, count, likely)

    def _likely(self, approximate: Approximate, which: int, vector: Matrix, count: int) -> Ids:
        """Return the rows among which the nearest ones are looked for, hidden ones left out."""
        rows = np.empty(0, dtype=np.int64)
        for found in approximate.candidates(which, vector, count):
            rows = found[~self._is_hidden(found)]
            if len(rows) >= 2 * count:
                break
        return np.sort(rows)

    def _compared(self, which: int, vector: Matrix, count: int, rows: Ids | None) -> list[Neighbor]:
        """Compare a vector with some rows, or all that are not hidden, one by one."""
        compared = self._count if rows is None else len(rows)
        if not compared:
            return []
        count = min(count, compared)
        similarities, found = np.empty(count, dtype=np.float32), np.empty(count, dtype=np.int64)
        query, matrix = np.ascontiguousarray(vector, dtype=np.float32), self._matrices[which]
        selector = self._not_hidden() if rows is None else faiss.IDSelectorArray(rows)
        # FAISS shares one query out to no threads, but all that it may use wake and spin beside the models' own, which
        # took ten times the search. OpenMP keeps the number for the calling thread only, so it is set at each search.
        faiss.omp_set_num_threads(1)
        # What an `IndexFlatIP` calls, which would need a copy of the matrix: this one can be a file's.
        faiss.knn_inner_product(
            faiss.swig_ptr(query), faiss.swig_ptr(matrix), matrix.shape[1], 1, self._count, count,
            faiss.swig_ptr(similarities), faiss.swig_ptr(found), selector,
        )  # fmt: skip
        # FAISS pads with -1 where it finds fewer than were asked for.
        pairs = zip(similarities.tolist(), found.tolist(), strict=True)
        return [Neighbor(int(self._ids[row]), similarity) for similarity, row in pairs if row >= 0]

    def _not_hidden(self) -> faiss.IDSelector | None:
        if not self.hidden:
            return None
        bits: Any = faiss.IDSelectorBitmap(self._bits)  # type: ignore[call-arg,arg-type]
        return faiss.IDSelectorNot(bits)

    def _is_hidden(self, rows: Ids) -> NDArray[np.bool_]:
        return (self._bits[rows // 8] >> (rows % 8).astype(np.uint8) & 1).astype(bool)

    def _order(self) -> None:
        """Note the order of the ids where it is not that of the rows."""
        held = self._ids[: self._count]
        in_order = bool(np.all(held[:-1] < held[1:]))
        self._sorter = None if in_order else np.argsort(held, kind="stable")


def _grown(array: NDArray[Any], length: int) -> NDArray[Any]:
    """Return a longer copy, with zeros at its end."""
    longer = np.zeros((length, *array.shape[1:]), dtype=array.dtype)
    longer[: len(array)] = array
    return longer

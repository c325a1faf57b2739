"""Faster search among many sentences: candidates by shortened vectors, which are then compared by the whole ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from service.errors import SettingError

AUTO, EXACT = "auto", "exact"
# Up to so many sentences all are compared. At 100,000 that took 41 ms and the scan 6, which missed nothing there.
EXACT_MOST = 50_000
LEARNED_FROM = 40_000  # vectors that a shortening is learned from; more changed nothing
AT_ONCE = 20_000  # vectors added in one step
# Candidates for each neighbor asked for. With 240 in all, none of the 20 nearest was missed in 24,000 sentences.
WIDER = 6


@dataclass(frozen=True, slots=True)
class Kind:
    """How vectors are shortened, in the words of FAISS's `index_factory`; `{parts}` are half of the dimensions.

    `scan` goes through all vectors, shortened to a quarter of a byte a number and compared many at a time in the
    processor's registers (https://arxiv.org/abs/1704.07355). `hnsw` walks a graph: faster beyond some millions, but it
    takes far longer to make, and finds less.
    """

    factory: str
    effort: int = 0  # entries of the graph that are looked at, at least


KINDS = {"scan": Kind("PQ{parts}x4fs"), "hnsw": Kind("HNSW32_SQ8", effort=400)}
METHODS = (AUTO, EXACT, *KINDS)


def kind_for(method: str, sentences: int) -> str | None:
    """Return which kind of index so many sentences get by a method of the settings; None: all are compared."""
    if method not in METHODS:
        raise SettingError(
            f"WIRECHECK_INDEX_METHOD is {method:.60}, which the SQLite engine does not have: set {', '.join(METHODS)}."
        )
    if method == AUTO:
        return "scan" if sentences > EXACT_MOST else None
    return None if method == EXACT else method


class Approximate:
    """Indexes of one kind over the rows of the two matrices."""

    def __init__(self, kind: str, indexes: Sequence[faiss.Index]) -> None:
        self._kind, self._indexes = KINDS[kind], indexes

    @classmethod
    def open(cls, kind: str, files: Sequence[Path]) -> Approximate:
        """Open what `make` wrote, mapped where FAISS can; raises `RuntimeError` where it is none of FAISS's."""
        return cls(kind, [faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC) for file in files])

    def candidates(self, which: int, vector: NDArray[np.float32], count: int) -> Iterator[NDArray[np.int64]]:
        """Yield rows that are likely the nearest, more each time, for who finds too few of use among them."""
        index = self._indexes[which]
        wanted = WIDER * count
        faiss.omp_set_num_threads(1)  # more wake and spin, and one query is not shared out
        while wanted < index.ntotal:
            _, rows = index.search(vector.reshape(1, -1), wanted, params=self._parameters(wanted))
            yield rows[0][rows[0] >= 0]
            wanted *= 4
        yield np.arange(index.ntotal)

    def _parameters(self, wanted: int) -> Any:
        if not self._kind.effort:
            return None
        return faiss.SearchParametersHNSW(efSearch=max(self._kind.effort, 2 * wanted))  # type: ignore[attr-defined]


def make(kind: str, matrix: NDArray[np.float32], file: Path) -> None:
    """Index the rows of a matrix and write that to a file; raise `OSError` where it cannot be written.

    In memory are the shortened vectors only.
    """
    count, dimension = matrix.shape
    index = faiss.index_factory(dimension, KINDS[kind].factory.format(parts=dimension // 2), faiss.METRIC_INNER_PRODUCT)
    chosen = np.random.default_rng(1).choice(count, size=min(count, LEARNED_FROM), replace=False)
    index.train(matrix[np.sort(chosen)])
    for start in range(0, count, AT_ONCE):
        index.add(np.ascontiguousarray(matrix[start : start + AT_ONCE]))
    try:
        faiss.write_index(index, str(file))
    except RuntimeError as error:
        raise OSError(f"{file} cannot be written: {' '.join(str(error).split()):.200}") from error

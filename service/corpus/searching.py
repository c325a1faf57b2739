"""What checking asks of a vector index, whatever holds the vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from service.corpus.neighbors import Neighbor
from service.corpus.store import Store
from service.domain import Query

# So many vectors are compared one by one, in about 40 ms; of more the index finds the nearest. Both ways keep the
# recall high: a filter that leaves few would make the index walk far, one that leaves many cannot lose much.
EXACT_MOST = 20_000


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """How the approximate index is made and searched, in the words of the engine.

    Method `exact` makes none, `auto` leaves the choice to us.
    """

    method: str = "auto"
    build: Mapping[str, str] = field(default_factory=lambda: {"m": "16", "ef_construction": "100"})
    search: Mapping[str, str] = field(
        default_factory=lambda: {"hnsw.ef_search": "120", "hnsw.iterative_scan": "relaxed_order"}
    )
    exact_most: int = EXACT_MOST

    @property
    def access_method(self) -> str:
        """Return PostgreSQL's name of the method."""
        return "hnsw" if self.method == "auto" else self.method


class SentenceIndex(Protocol):
    """Every sentence twice, bare and in its context."""

    revision: int

    @property
    def removed(self) -> int:
        """Return the number of rows that are still there of sentences that are not."""
        ...

    def __len__(self) -> int:
        """Return the number of sentences."""
        ...

    def is_of(self, revision: int) -> bool:
        """Return whether this is the index of a revision, with nothing to catch up."""
        ...

    def catch_up(self, store: Store, model: str) -> None:
        """Become the index of the store's revision at this moment."""
        ...

    def narrow(self, store: Store, query: Query) -> Any:
        """Return what `nearest` takes as `among` for a query's filters: None for none, false if nothing is left."""
        ...

    def known(self, ids: Sequence[int]) -> set[int]:
        """Return those of the ids that are indexed."""
        ...

    def nearest(self, vector: NDArray[np.float32], count: int, among: Any = None) -> list[Neighbor]:
        """Return the `count` sentences whose bare vectors are nearest to a vector (d,), ties broken by id."""
        ...

    def nearest_in_context(self, vector: NDArray[np.float32], count: int, among: Any = None) -> list[Neighbor]:
        """Return the `count` sentences whose context vectors are nearest, ties broken by id."""
        ...

    def similarities(self, vector: NDArray[np.float32], ids: Sequence[int]) -> tuple[list[float], list[float]]:
        """Return the cosines of a vector (d,) with indexed sentences, bare and in context, in order."""
        ...

    def vectors(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Return the bare vectors (len(ids), d) of indexed sentences."""
        ...

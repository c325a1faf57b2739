"""What a query's filters leave to search, counted again only when the articles have changed."""

from __future__ import annotations

from typing import Any

from service.corpus.store import Store
from service.domain import Coverage, Query

MOST = 64  # kinds of filter remembered at once


class Coverages:
    """Counts for one thread at a time; most checks have no filter, and the count of all is the dearest."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._version = ""
        self._known: dict[tuple[Any, ...], Coverage] = {}

    def of(self, query: Query, version: str) -> Coverage:
        """Return the coverage of a query in the corpus of this moment, which has this version."""
        if version != self._version or len(self._known) >= MOST:
            self._version, self._known = version, {}
        filters = (query.published_from, query.published_to, query.publishers_include, query.publishers_exclude)
        if filters not in self._known:
            self._known[filters] = self._store.coverage(query)
        return self._known[filters]

"""Keeps a vector index in step with the store, which any process may change."""

from __future__ import annotations

from service.corpus.searching import SentenceIndex
from service.corpus.store import Store
from service.ports import Embedder


class Follower:
    """Brings an index to the store's revision: one row is read where nothing has changed, else what has."""

    def __init__(self, store: Store, index: SentenceIndex, embedder: Embedder) -> None:
        self._store, self._index, self._embedder = store, index, embedder

    def follow(self) -> str:
        """Bring the index to the revision of this moment and return the version of the corpus."""
        with self._store.one_moment():
            now = self._store.state()
            if not self._index.is_of(now.revision):
                self._index.catch_up(self._store, self._embedder.name)
            return now.version

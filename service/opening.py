"""Opens the store and reads articles into it: what comes before there is anything to answer, and imports little."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from service.config import Settings
from service.corpus.outcome import Intake
from service.corpus.store import Store
from service.corpus.unchanged import sync_changed
from service.ports import Embedder, Vectors


def open_store(settings: Settings) -> Store:
    """Open, and create or migrate, the store that the settings name."""
    return Store.open(settings.store_url, settings.read_urls)


def load_embedder(settings: Settings) -> Embedder:
    """Load the embedder with the settings' number of threads."""
    from models import embedder

    return embedder.load_embedder(settings.embedder, settings.threads)


class _Waiting:
    """The settings' embedder, loaded when it is first used; satisfies `service.ports.Embedder`."""

    def __init__(self, settings: Settings) -> None:
        from models.packaged import name_of  # what runs the model is not imported for its name

        self._settings = settings
        self.name = name_of(settings.embedder)

    @cached_property
    def _loaded(self) -> Embedder:
        return load_embedder(self._settings)

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return self._loaded.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return (len(texts), dimension) float32 vectors of length 1."""
        return self._loaded.encode(texts)


def read_articles(settings: Settings) -> Intake:
    """Bring the corpus up to date with the folder of articles."""
    store = open_store(settings)
    try:
        note = settings.data / "articles.json"
        return sync_changed(store, _Waiting(settings), settings.articles, settings.max_article_bytes, note)
    finally:
        store.close()


def add_paths(settings: Settings, paths: Sequence[Path]) -> Intake:
    """Add files and folders to the corpus by hand: they stay when the folder of articles changes."""
    from service.corpus.intake import add_articles

    store = open_store(settings)
    try:
        return add_articles(store, load_embedder(settings), paths, settings.max_article_bytes)
    finally:
        store.close()

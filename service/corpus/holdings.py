"""How much the store keeps, counted again only when it has changed."""

from __future__ import annotations

from sqlalchemy import Connection, Table, func, select

from service.corpus.store import Store
from service.corpus.tables import articles, embeddings, sentences
from service.ports import Holdings


class HoldingsCounter:
    """Counts a store's rows; at an unchanged revision it reads one row."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._last: Holdings | None = None

    def __call__(self) -> Holdings:
        """Return what is kept at this moment."""
        with self._store.one_moment() as connection:
            revision = self._store.state().revision
            if self._last is None or self._last.revision != revision:
                self._last = Holdings(
                    articles=_rows(connection, articles),
                    sentences=_rows(connection, sentences),
                    embeddings=_rows(connection, embeddings),
                    revision=revision,
                )
            return self._last


def _rows(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()

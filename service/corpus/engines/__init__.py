"""The database engines that a store can live in, each behind one small interface."""

from __future__ import annotations

from sqlalchemy import URL, Engine

from service.corpus.engines.interface import Backend
from service.corpus.engines.sqlite import Sqlite

__all__ = ["Backend", "backend_of", "is_postgres"]


def is_postgres(url: URL) -> bool:
    """Return whether an address is PostgreSQL's, in any of the forms in use."""
    return url.get_backend_name() in ("postgresql", "postgres")


def backend_of(engine: Engine) -> Backend:
    """Return what is special about the engine's kind of database."""
    if engine.dialect.name != "postgresql":
        return Sqlite(engine)
    from service.corpus.engines.postgres import Postgres  # SQLAlchemy's part for it takes long to import

    return Postgres()

"""The database engines that a store can live in, each behind one small interface."""

from __future__ import annotations

from sqlalchemy import Engine

from service.corpus.engines.interface import Backend
from service.corpus.engines.postgres import Postgres
from service.corpus.engines.sqlite import Sqlite

__all__ = ["Backend", "backend_of"]


def backend_of(engine: Engine) -> Backend:
    """Return what is special about the engine's kind of database."""
    return Postgres() if engine.dialect.name == "postgresql" else Sqlite(engine)

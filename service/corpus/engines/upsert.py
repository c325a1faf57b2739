"""Inserts that meet a row with their key: the same words in every engine, from a class of its own in each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def or_ignore(connection: Connection, table: Table) -> Any:
    """Return an insert that leaves a row with the same key as it is."""
    return _insert(connection, table).on_conflict_do_nothing()


def or_replace(connection: Connection, table: Table, columns: Sequence[str]) -> Any:
    """Return an insert that gives a row with the same key the new values of some columns."""
    statement = _insert(connection, table)
    fresh = {name: statement.excluded[name] for name in columns}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=fresh)


def _insert(connection: Connection, table: Table) -> Any:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)

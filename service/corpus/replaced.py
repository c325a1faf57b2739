"""What of a store outlives that a backup takes its place: its revision, and its API keys as they are at that moment.

Read as SQLite has it, without a migration, since a store that is to be replaced may be of another version.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KeyRows:
    """The rows of the table of keys."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def revision(file: Path, wait_s: float) -> int:
    """Return the store's revision, 0 where there is no store or it is damaged; raise `sqlite3.Error` where locked."""
    return _asked(file, wait_s, _revision) or 0


def key_rows(file: Path, wait_s: float) -> KeyRows | None:
    """Return the store's keys, None where there is no store or it is damaged; raise `sqlite3.Error` where locked."""
    return _asked(file, wait_s, _keys)


def give_keys(file: Path, keys: KeyRows) -> None:
    """Put these keys in the place of those of a store."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DELETE FROM api_keys")
        if keys.rows:
            names, places = ", ".join(keys.columns), ", ".join("?" * len(keys.columns))
            connection.executemany(f"INSERT INTO api_keys ({names}) VALUES ({places})", keys.rows)  # noqa: S608


def is_no_database(error: sqlite3.Error) -> bool:
    """Return whether a file is damaged from its first page on, so that nothing can be written into it either."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB


def _asked(file: Path, wait_s: float, read: Callable[[sqlite3.Connection], T]) -> T | None:
    if not file.exists() or not file.stat().st_size:
        return None
    try:
        with closing(sqlite3.connect(file, timeout=wait_s)) as connection:
            return read(connection)
    except sqlite3.OperationalError:  # it is locked, or may not be read: what it holds is not known to be lost
        raise
    except sqlite3.DatabaseError:
        return None


def _revision(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT revision FROM corpus").fetchone() if _has(connection, "corpus") else None
    return int(row[0]) if row else 0


def _keys(connection: sqlite3.Connection) -> KeyRows:
    if not _has(connection, "api_keys"):  # older than they are
        return KeyRows((), ())
    found = connection.execute("SELECT * FROM api_keys ORDER BY id")
    return KeyRows(tuple(column[0] for column in found.description), tuple(found.fetchall()))


def _has(connection: sqlite3.Connection, table: str) -> bool:
    wanted = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return connection.execute(wanted, (table,)).fetchone() is not None

"""Counts and hashes of tables, the same in every engine."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select

_ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Sum:
    """The number of a table's rows, and a sum of their hashes, which no order changes."""

    count: int
    digest: int


def sums(connection: Connection, tables: Sequence[Table]) -> dict[str, Sum]:
    """Return the sum of each table, by name."""
    return {table.name: _sum(connection, table) for table in tables}


def _sum(connection: Connection, table: Table) -> Sum:
    count = digest = 0
    with closing(connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(select(table))) as rows:
        for row in rows:
            hashed = hashlib.sha256("\0".join(map(_said, row)).encode("utf-8", "surrogatepass")).digest()
            count, digest = count + 1, (digest + int.from_bytes(hashed[:16], "big")) % (1 << 128)
    return Sum(count, digest)


def _said(value: Any) -> str:
    """Return a value in a form that tells it from every other, and that no engine changes."""
    if isinstance(value, bytes | memoryview):
        return f"bytes {bytes(value).hex()}"
    return value.isoformat() if isinstance(value, datetime) else repr(value)

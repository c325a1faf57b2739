"""The numbers that a table gives its rows, each once and never again."""

from __future__ import annotations

from sqlalchemy import Connection, Table, text


def last_number(connection: Connection, table: Table) -> int:
    """Return the highest number that a table has ever given, 0 where it has given none."""
    if connection.dialect.name != "postgresql":
        wanted = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        return connection.execute(wanted, {"name": table.name}).scalar() or 0
    sequence = _sequence(connection, table)
    last, called = connection.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608
    return int(last) if called else 0


def go_on_from(connection: Connection, table: Table, number: int) -> None:
    """Let a table give numbers above this one, and above those it has given."""
    last = max(number, last_number(connection, table))
    if not last:
        return
    if connection.dialect.name == "postgresql":
        wanted = {"sequence": _sequence(connection, table), "last": last}
        connection.execute(text("SELECT setval(CAST(:sequence AS regclass), :last)"), wanted)
        return
    values = {"name": table.name, "last": last}
    done = connection.execute(text("UPDATE sqlite_sequence SET seq = :last WHERE name = :name"), values)
    if not done.rowcount:
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), values)


def _sequence(connection: Connection, table: Table) -> str:
    (key,) = table.primary_key.columns
    wanted = text("SELECT pg_get_serial_sequence(:table, :column)")
    return str(connection.execute(wanted, {"table": table.name, "column": key.name}).scalar_one())

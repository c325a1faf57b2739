"""Making PostgreSQL's vector indexes, while others read and write."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, text

from service.corpus.pgvector_index import BARE, IN_CONTEXT
from service.corpus.searching import IndexOptions
from service.corpus.store import Store

_MOST_MEMORY_MB = 4_096
# Whether an index is whole, or still being made by somebody; one that is neither was left by a process that died.
_THERE = text(
    "SELECT c.relname AS name, i.indisvalid AS whole, p.pid IS NOT NULL AS in_work FROM pg_index i "
    "JOIN pg_class c ON c.oid = i.indexrelid LEFT JOIN pg_stat_progress_create_index p ON p.index_relid = c.oid "
    "WHERE i.indrelid = CAST('sentence_vectors' AS regclass) AND c.relname LIKE :family"
)


def make_index(store: Store, model: str, dimension: int, options: IndexOptions) -> None:
    """Make the indexes over a model's vectors that the options ask for, and drop those of other options.

    Nobody has to wait meanwhile; searches are slower until it is done.
    """
    named = f"{options.access_method}\0{sorted(options.build.items())}\0{model}\0{dimension}"
    suffix = hashlib.sha256(named.encode()).hexdigest()[:12]
    family = f"ix_vectors_{hashlib.sha256(model.encode()).hexdigest()[:8]}"
    wanted = {} if options.method == "exact" else {f"{family}_{c}_{suffix}": c for c in (BARE, IN_CONTEXT)}
    with store.reading() as connection:
        there = connection.execute(_THERE, {"family": f"{family}%"}).all()
    broken = {row.name for row in there if not row.whole and not row.in_work}
    held = {row.name for row in there} - broken
    if held == set(wanted) and not broken:
        return
    with store.outside() as connection:
        for name in sorted((held - set(wanted)) | broken):
            connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        _give_memory(connection, model, dimension)
        for name in sorted(set(wanted) - held):
            connection.exec_driver_sql(_creation(name, wanted[name], model, dimension, options))
        connection.exec_driver_sql("RESET maintenance_work_mem")


def _give_memory(connection: Connection, model: str, dimension: int) -> None:
    """Let the index be made in memory, where it is several times faster than on disk."""
    size = connection.execute(text("SELECT sentences FROM indexed WHERE model = :model"), {"model": model}).scalar()
    memory = min(max(64, (size or 0) * (2 * dimension + 500) // 1_000_000), _MOST_MEMORY_MB)
    connection.exec_driver_sql(f"SET maintenance_work_mem = '{memory}MB'")


def _creation(name: str, column: str, model: str, dimension: int, options: IndexOptions) -> str:
    build = ", ".join(f"{key} = {value}" for key, value in options.build.items())
    quoted = model.replace("'", "''").replace("%", "%%")
    return (
        f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON sentence_vectors USING {options.access_method} "
        f"(({column}::halfvec({dimension})) halfvec_ip_ops) {f'WITH ({build})' if build else ''} "
        f"WHERE model = '{quoted}'"
    )

"""SQLite: one file, one writer at a time, FTS5 for the words. Vectors are searched outside of it, by FAISS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    bindparam,
    create_engine,
    event,
    literal_column,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from service.corpus.engines.interface import WAIT_MS, SearchWords
from service.corpus.files import make_file, make_folder
from service.corpus.readonly import open_read_only
from service.errors import DamagedError, UnwritableError, WirecheckError

# The words of a sentence count whole, those of its context less.
CONTEXT_WEIGHT = 0.35
# What SQLite gives as the reason, in plain words: its own may one day name a file.
_REASONS = {
    "full": "the disk is full",
    "readonly": "it is read-only",
    "locked": "another writer does not come to an end",
}
_CLOSED = "The store cannot be written to: {}. Nothing of this was kept; see to the disk, try again."
_GONE = (
    "The store's file{} was removed or replaced while it was served: put it back and start again, or restore a backup "
    "with `wirecheck restore FILE` and start again."
)
_DAMAGED = (
    "The store's file is damaged{}: put a backup in its place with `wirecheck restore FILE`, or remove the file and "
    "start again."
)
# FTS5 reads every sentence that holds any of the terms. In a large corpus the commonest of a claim's terms are in
# hundreds of thousands of them, take seconds, and tell the least.
MOST_READ = 50_000

_BEST = (
    select(text("rowid"))
    .select_from(text("sentence_words"))
    .where(text("sentence_words MATCH :match"))
    .order_by(text(f"bm25(sentence_words, 1.0, {CONTEXT_WEIGHT}), rowid"))
    .limit(bindparam("count"))
)


def open_sqlite(url: str) -> tuple[Engine, bool]:
    """Return an engine over a file, made where it is missing, and whether it can be written to."""
    database = make_url(url).database
    if engine := open_read_only(database):
        return engine, False
    if database and database != ":memory:":
        make_folder(Path(database).parent)
        make_file(Path(database))
    engine = create_engine(url, hide_parameters=True)  # an error's message never says what was asked or kept
    event.listen(engine, "connect", _configure)
    return engine, True


def _plainly(reason: str) -> str:
    return next((plainly for word, plainly in _REASONS.items() if word in reason), "the cause is in the server's log")


def match_expression(terms: Sequence[str]) -> str:
    """Return an FTS5 expression that matches any of the terms.

    Every term is quoted, so that nothing in a claim can be taken for FTS5 syntax.
    """
    return " OR ".join(f'"{term}"' for term in dict.fromkeys(terms))


def telling(terms: Sequence[str], held: Mapping[str, int], most: int) -> list[str]:
    """Return the terms, commonest ones left out, that so many sentences hold at most; the rarest one always stays."""
    kept: set[str] = set()
    read = 0
    for term in sorted(dict.fromkeys(terms), key=lambda term: (held.get(term, 0), term)):
        read += held.get(term, 0)
        if kept and read > most:
            break
        kept.add(term)
    return [term for term in terms if term in kept]


class Sqlite:
    """What is special about SQLite."""

    def __init__(self, engine: Engine) -> None:
        name = engine.url.database
        self.file = Path(name) if name and name != ":memory:" else None
        self._identity = _identity(self.file)

    def look(self) -> None:
        """Raise `DamagedError` where the file that was opened is gone, or another one is in its place."""
        if self.file is not None and _identity(self.file) != self._identity:
            raise DamagedError(_GONE.format(f" {self.file}"), public=_GONE.format(""))

    @contextmanager
    def one_moment(self, engine: Engine) -> Iterator[Connection]:
        """Give a connection in a transaction in which all that is read is of one moment."""
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection

    @contextmanager
    def writing(self, engine: Engine, wait_ms: int = WAIT_MS, *, lasting: bool = True) -> Iterator[Connection]:
        """Give a connection in a transaction that has the only right to write from its start."""
        with engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={wait_ms:d}")
            connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if lasting else 'NORMAL'}")  # stays as it is set
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    def named(self, error: DBAPIError, *, writing: bool) -> WirecheckError | None:
        """Say what to do where the file cannot be written to, or is no sound database."""
        reason = " ".join(str(error.orig).split())
        if isinstance(error, OperationalError):
            # The disk is full or read-only, or another writer does not come to an end.
            return UnwritableError(_CLOSED.format(reason), public=_CLOSED.format(_plainly(reason))) if writing else None
        if isinstance(error, DatabaseError) and ("malformed" in reason or "not a database" in reason):
            return DamagedError(_DAMAGED.format(f" ({reason})"), public=_DAMAGED.format(""))
        return None

    def put_words(self, connection: Connection, rows: Sequence[SearchWords]) -> None:
        """Let sentences be found by their search terms."""
        connection.execute(
            text("INSERT INTO sentence_words (rowid, words, context) VALUES (:id, :words, :context)"),
            [{"id": row.sentence_id, "words": row.words, "context": row.context} for row in rows],
        )

    def drop_sentences(self, connection: Connection, ids: Sequence[int]) -> None:
        """Drop the search terms of sentences."""
        connection.execute(text("DELETE FROM sentence_words WHERE rowid = :id"), [{"id": number} for number in ids])

    def best(
        self,
        connection: Connection,
        terms: Sequence[str],
        held: Mapping[str, int],
        chosen: Select[Any] | None,
        count: int,
    ) -> list[int]:
        """Return the ids of the sentences that hold the terms best, by FTS5's BM25, ties by id.

        Where more than `MOST_READ` sentences hold any, the commonest terms do not count.
        """
        words = _BEST if chosen is None else _BEST.where(literal_column("rowid").in_(chosen))
        match = match_expression(telling(terms, held, MOST_READ))
        return list(connection.execute(words, {"match": match, "count": count}).scalars())

    def articles_came(self, connection: Connection, ids: Sequence[str]) -> None:
        """Do nothing: the vector index reads what is new."""

    def embeddings_came(self, connection: Connection, model: str, keys: Sequence[bytes]) -> None:
        """Do nothing: the vector index reads what is new."""


def _identity(file: Path | None) -> tuple[int, int] | None:
    try:
        found = file.stat() if file else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None


def _configure(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={WAIT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()

"""The SQL database: opened, migrated, and read and written in transactions that a thread can hold on to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError

from service.corpus.readonly import open_read_only
from service.errors import CorpusError, DamagedError, UnwritableError

MIGRATIONS = Path(__file__).parent / "migrations"
WAIT_MS = 10_000  # for another writer to come to an end
_MIGRATING = threading.Lock()  # Alembic keeps what it works on in the process, not in the thread


class _Held(threading.local):
    """What this thread holds open: a transaction, and whether it may write."""

    connection: Connection | None = None
    writes: bool = False


class Database:
    """A database in one of two states for each thread: free, or within one transaction that all calls join."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held = _Held()
        self._file = _file_of(engine)
        self._identity = _identity(self._file)

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the database at an SQLAlchemy URL, creating or migrating it; raise `CorpusError` where that fails.

        A file that cannot be written to is opened to be read, so that what is there can be served.
        """
        database = make_url(url).database
        if engine := open_read_only(database):
            return cls(engine)
        try:
            if database and database != ":memory:":
                Path(database).parent.mkdir(parents=True, exist_ok=True)
            engine = create_engine(url)
            event.listen(engine, "connect", _configure_sqlite)
            with engine.begin() as connection:
                # One process migrates while others wait, and all of it or nothing is kept.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                _migrate(connection)
        except (SQLAlchemyError, CommandError, OSError) as error:
            reason = str(error).splitlines()[0]
            raise CorpusError(f"The store {url} cannot be opened: {reason}. Check WIRECHECK_DATA.") from error
        return cls(engine)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read with: the transaction that this thread holds, or one of its own."""
        if self._held.connection is not None:
            yield self._held.connection
            return
        with self._connected() as connection:
            yield connection

    @contextmanager
    def one_moment(self) -> Iterator[Connection]:
        """Let all that this thread reads inside be of one moment, whatever others write meanwhile."""
        if self._held.connection is not None:
            yield self._held.connection
            return
        with self._connected() as connection:
            connection.exec_driver_sql("BEGIN")
            with self._holding(connection, writes=False):
                yield connection

    @contextmanager
    def writing(self, wait_ms: int = WAIT_MS) -> Iterator[Connection]:
        """Open a transaction, or join this thread's; all of what is done in it is kept, or nothing.

        It has the only right to write from its start, so that what is read in it is still true when it ends. Raises
        `UnwritableError` where the file cannot be written to, or another writer goes on for longer than `wait_ms`.
        """
        if self._held.writes and self._held.connection is not None:
            yield self._held.connection
            return
        try:
            with self._connected() as connection:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={wait_ms:d}")
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                with self._holding(connection, writes=True):
                    yield connection
                connection.commit()
        except OperationalError as error:  # the disk is full or read-only, or another writer does not come to an end
            reason = " ".join(str(error.orig).split())
            raise UnwritableError(
                f"The store cannot be written to: {reason}. Nothing of this was kept; see to the disk, try again."
            ) from error

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """Connect to the file that was opened: not to another in its place, nor to an empty one made anew."""
        if self._file is not None and _identity(self._file) != self._identity:
            raise DamagedError(
                f"The store's file {self._file} was removed or replaced while it was served: put it back and start "
                "again, or restore a backup with `wirecheck restore FILE` and start again."
            )
        with _damage_named(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _holding(self, connection: Connection, *, writes: bool) -> Iterator[None]:
        before = self._held.connection, self._held.writes
        self._held.connection, self._held.writes = connection, writes
        try:
            yield
        finally:
            self._held.connection, self._held.writes = before


def _file_of(engine: Engine) -> Path | None:
    """Return the file of an SQLite database; None for one in memory, or of a server."""
    name = engine.url.database
    return Path(name) if engine.dialect.name == "sqlite" and name and name != ":memory:" else None


def _identity(file: Path | None) -> tuple[int, int] | None:
    try:
        found = file.stat() if file else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None


@contextmanager
def _damage_named() -> Iterator[None]:
    """Say what to do where the file is no sound database; other errors pass."""
    try:
        yield
    except OperationalError:
        raise
    except DatabaseError as error:
        reason = " ".join(str(error.orig).split())
        if "malformed" not in reason and "not a database" not in reason:
            raise
        raise DamagedError(
            f"The store's file is damaged ({reason}): put a backup in its place with `wirecheck restore FILE`, or "
            "remove the file and start again."
        ) from error


def _configure_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={WAIT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _migrate(connection: Connection) -> None:
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    with _MIGRATING:
        command.upgrade(config, "head")

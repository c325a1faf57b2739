"""The SQL database: opened, migrated, and read and written in transactions that a thread can hold on to."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import URL, Connection, Engine, inspect, make_url, text
from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError

from service.corpus.engines import backend_of, is_postgres
from service.corpus.engines.interface import WAIT_MS
from service.corpus.engines.replicas import Replicas
from service.corpus.engines.sqlite import open_sqlite
from service.errors import CorpusError, WirecheckError

MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATING = threading.Lock()  # Alembic keeps what it works on in the process, not in the thread


def is_of_store(error: Exception) -> bool:
    """Return whether an error of keeping an article ends the work: the next one would fail like it."""
    if isinstance(error, SQLAlchemyError):
        return not isinstance(error, DataError)  # that is of what was to be kept
    return isinstance(error, WirecheckError | OSError)


class _Held(threading.local):
    """What this thread holds open: a transaction, and whether it may write."""

    connection: Connection | None = None
    writes: bool = False


class Database:
    """A database in one of two states for each thread: free, or within one transaction that all calls join."""

    def __init__(self, engine: Engine, replicas: Sequence[Engine] = ()) -> None:
        self._engine = engine
        self.backend = backend_of(engine)
        self._replicas = Replicas(engine, replicas, self.backend)
        self._held = _Held()

    @classmethod
    def open(cls, url: str, read_urls: Sequence[str] = ()) -> Self:
        """Open the database at an SQLAlchemy URL, creating or migrating it; raise `CorpusError` where that fails.

        On PostgreSQL, the replicas at `read_urls` are read; raises `UnreachableError` where no primary answers. A file
        that cannot be written to is opened to be read, so that what is there can be served.
        """
        wanted = make_url(url)
        if is_postgres(wanted):
            return cls(*_open_postgres(wanted, read_urls))
        try:
            engine, writable = open_sqlite(url)
            if writable:
                with engine.begin() as connection:
                    # One process migrates while others wait, and all of it or nothing is kept.
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                    _migrate(connection)
        except (SQLAlchemyError, CorpusError, OSError) as error:
            reason = str(error).splitlines()[0]
            raise CorpusError(f"The store {url} cannot be opened: {reason}. Check WIRECHECK_DATA.") from error
        return cls(engine)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()
        self._replicas.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read with: the transaction that this thread holds, or one of its own."""
        if self._held.connection is not None:
            yield self._held.connection
            return
        with self._named(writing=False), self._any_moment() as connection:
            yield connection

    @contextmanager
    def one_moment(self) -> Iterator[Connection]:
        """Let all that this thread reads inside be of one moment, whatever others write meanwhile."""
        if self._held.connection is not None:
            yield self._held.connection
            return
        with (
            self._named(writing=False),
            self._same_moment() as connection,
            self._holding(connection, writes=False),
        ):
            yield connection

    @contextmanager
    def latest(self) -> Iterator[Connection]:
        """Give a connection on which all that is read is of one moment, and from the primary, never from a replica.

        For what the revision does not count and what must not lag: keys, and checks that were kept. Raises
        `UnreachableError` where the primary is away.
        """
        if self._held.writes and self._held.connection is not None:
            yield self._held.connection
            return
        with self._named(writing=False), self._replicas.primary() as connection:
            yield connection

    @contextmanager
    def outside(self) -> Iterator[Connection]:
        """Give a connection without a transaction, each statement of which is kept by itself."""
        with self._named(writing=True), self._engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def writing(self, wait_ms: int = WAIT_MS, *, lasting: bool = True) -> Iterator[Connection]:
        """Open a transaction, or join this thread's; all of what is done in it is kept, or nothing.

        It has the only right to write from its start, so that what is read in it is still true when it ends. Raises
        `UnwritableError` where nothing can be written, or another writer goes on for longer than `wait_ms`. What is
        not `lasting` does not wait for the disk: all of it, or nothing, may be lost when the machine loses its power.
        """
        if self._held.writes and self._held.connection is not None:
            yield self._held.connection
            return
        with self._named(writing=True), self.backend.writing(self._engine, wait_ms, lasting=lasting) as connection:
            with self._holding(connection, writes=True):
                yield connection
            connection.commit()

    def _any_moment(self) -> AbstractContextManager[Connection]:
        return self._replicas.one_moment() if self._replicas else self._engine.connect()

    def _same_moment(self) -> AbstractContextManager[Connection]:
        return self._replicas.one_moment() if self._replicas else self.backend.one_moment(self._engine)

    @contextmanager
    def _named(self, *, writing: bool) -> Iterator[None]:
        """Say what to do about what the database says; faults of ours pass."""
        self.backend.look()
        try:
            yield
        except DBAPIError as error:
            if named := self.backend.named(error, writing=writing):
                raise named from error
            raise

    @contextmanager
    def _holding(self, connection: Connection, *, writes: bool) -> Iterator[None]:
        before = self._held.connection, self._held.writes
        self._held.connection, self._held.writes = connection, writes
        try:
            yield
        finally:
            self._held.connection, self._held.writes = before


def _open_postgres(url: URL, read_urls: Sequence[str]) -> tuple[Engine, list[Engine]]:
    """Return the engine of the primary, migrated, and those of its replicas."""
    from service.corpus.engines.postgres import check_server, open_postgres, take_turn, why_not_opened

    engine = open_postgres(url)
    try:
        with engine.begin() as connection:
            take_turn(connection)
            check_server(connection)
            _migrate(connection)
    except (SQLAlchemyError, CorpusError) as error:
        engine.dispose()
        raise why_not_opened(url, error) from error
    return engine, [open_postgres(make_url(replica)) for replica in read_urls]


def _migrate(connection: Connection) -> None:
    if _is_newest(connection):  # nearly always, and Alembic takes long to import
        return
    from alembic import command
    from alembic.config import Config as AlembicConfig
    from alembic.util import CommandError

    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        with _MIGRATING:
            command.upgrade(config, "head")
    except CommandError as error:
        raise CorpusError(str(error)) from error


def _is_newest(connection: Connection) -> bool:
    newest = max(path.stem.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    if not inspect(connection).has_table("alembic_version"):
        return False
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [newest]

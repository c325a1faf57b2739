"""PostgreSQL: many machines, one writer at a time, `tsvector` for the words and pgvector for the vectors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, Select, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from service.corpus.engines import halfvec, wordsearch
from service.corpus.engines.interface import WAIT_MS, SearchWords
from service.errors import SEE_LOG, CorpusError, UnreachableError, UnwritableError, WirecheckError

CONNECT_S = 5
LOCK = 0x77697265636865  # "wireche": the right to write to one database, among all that may hold a lock in it
_OLDEST = (0, 8)  # pgvector's first release that goes on searching until a filter has let enough through
# Classes of SQLSTATE: a connection is lost, the server stops or starts, a standby must give way, resources are short.
_AWAY = ("08", "57P", "40001")
# The server answers, and will go on to say no; or a name is wrong, as likely as not in the setting.
_REFUSED = re.compile(
    r"authentication failed|does not exist|no pg_hba\.conf entry|not permitted to log in|failed to resolve host"
)
_SHORT = ("53", "55P03", "25006", "58", "40P01")


def open_postgres(url: URL) -> Engine:
    """Return an engine over a database; raise `CorpusError` where the driver is missing."""
    options: dict[str, Any] = {"prepare_threshold": None}  # pgBouncer hands a connection on between transactions
    if "connect_timeout" not in url.query:
        options["connect_timeout"] = CONNECT_S
    try:
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args=options,
            pool_pre_ping=True,
            pool_size=4,
            max_overflow=16,
            hide_parameters=True,
        )
    except ModuleNotFoundError as error:
        raise CorpusError(
            "PostgreSQL needs a driver that is not installed: run python -m pip install 'psycopg[binary]'."
        ) from error


def shown(url: URL) -> str:
    """Return an address of a database that can be said aloud: no password, and no option that may hold one."""
    hosts = url.query.get("host", url.host or "localhost")
    names = hosts if isinstance(hosts, str) else ",".join(hosts)
    return f"postgresql://{url.username or ''}@{names}{f':{url.port}' if url.port else ''}/{url.database or ''}"


def check_server(connection: Connection) -> None:
    """Raise `CorpusError` where the database cannot hold a corpus."""
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise CorpusError(f"The database's encoding is {encoding}: create one with ENCODING 'UTF8' TEMPLATE template0.")
    found = connection.execute(text("SELECT extversion FROM pg_extension WHERE extname = 'vector'")).scalar()
    if found and tuple(int(part) for part in found.split(".")[:2]) < _OLDEST:
        raise CorpusError(f"The database has pgvector {found}, too old: install 0.8 or later and ALTER EXTENSION.")


def why_not_opened(url: URL, error: Exception) -> WirecheckError:
    """Return what it means to the user that a database cannot be opened."""
    if isinstance(error, WirecheckError):
        return error
    said = " ".join(str(getattr(error, "orig", error)).split())
    away = Postgres().named(error, writing=True) if isinstance(error, DBAPIError) else None
    if away and not _REFUSED.search(said):
        return away
    return CorpusError(
        f"The store {shown(url)} cannot be opened: {said}. Check WIRECHECK_DATABASE_URL, and that the server has "
        "pgvector 0.8 or later."
    )


class Postgres:
    """What is special about PostgreSQL."""

    def look(self) -> None:
        """Do nothing: a server that is gone says so when it is asked."""

    @contextmanager
    def one_moment(self, engine: Engine) -> Iterator[Connection]:
        """Give a connection in a transaction in which all that is read is of one moment."""
        with engine.connect() as connection:
            # A transaction's options hold for this transaction alone.
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection

    @contextmanager
    def writing(self, engine: Engine, wait_ms: int = WAIT_MS, *, lasting: bool = True) -> Iterator[Connection]:
        """Give a connection in a transaction that has the only right to write from its start."""
        with engine.connect() as connection:
            take_turn(connection, wait_ms)
            if not lasting:
                connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
            yield connection

    def named(self, error: DBAPIError, *, writing: bool) -> WirecheckError | None:
        """Say whether the server is away or cannot write; any other error is a fault of ours."""
        state = getattr(error.orig, "sqlstate", None) or ""
        reason = " ".join(str(error.orig).split())
        # Without a code it is the client's own word that there is no connection, or no longer, or no such host.
        lost = error.connection_invalidated or (not state and isinstance(error, OperationalError))
        if lost or state.startswith(_AWAY):
            told = "Whether a change was kept is not known: ask for it, then try again." if writing else "Try again."
            public = f"The database does not answer. {told} {SEE_LOG}"
            return UnreachableError(f"The database does not answer: {reason}. {told}", public=public)
        if writing and state.startswith(_SHORT):
            public = f"The store cannot be written to. Nothing of this was kept; try again. {SEE_LOG}"
            said = f"The store cannot be written to: {reason}. Nothing of this was kept; try again."
            return UnwritableError(said, public=public)
        return None

    def put_words(self, connection: Connection, rows: Sequence[SearchWords]) -> None:
        """Let sentences be found by their search terms; in one statement, so that terms are counted once."""
        columns = {"ids": [r.sentence_id for r in rows], "words": [r.words for r in rows]}
        connection.execute(
            text(
                "INSERT INTO sentence_words (rowid, words, context) SELECT * FROM "
                "unnest(CAST(:ids AS bigint[]), CAST(:words AS text[]), CAST(:contexts AS text[]))"
            ),
            {**columns, "contexts": [r.context for r in rows]},
        )

    def drop_sentences(self, connection: Connection, ids: Sequence[int]) -> None:
        """Drop the search terms and the vectors of sentences."""
        for statement in (
            "DELETE FROM sentence_words WHERE rowid = ANY(:ids)",
            "DELETE FROM sentence_vectors WHERE sentence_id = ANY(:ids)",
        ):
            connection.execute(text(statement), {"ids": list(ids)})

    def best(
        self,
        connection: Connection,
        terms: Sequence[str],
        held: Mapping[str, int],
        chosen: Select[Any] | None,
        count: int,
    ) -> list[int]:
        """Return the ids of the sentences that hold the terms best by BM25, ties by id."""
        return wordsearch.best(connection, terms, held, chosen, count)

    def articles_came(self, connection: Connection, ids: Sequence[str]) -> None:
        """Keep the vectors of articles whose sentences are all embedded already, by any model."""
        halfvec.add_articles(connection, ids)

    def embeddings_came(self, connection: Connection, model: str, keys: Sequence[bytes]) -> None:
        """Keep the vectors of the articles whose last missing embedding has come."""
        halfvec.add_embedded(connection, model, keys)


def take_turn(connection: Connection, wait_ms: int = WAIT_MS) -> None:
    """Wait for the right to write, until this transaction ends."""
    # Whatever the server's default is: what is read after the lock must be what the writer before has left.
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
    # `true`: for this transaction alone, also where pgBouncer gives the connection to another client after it.
    connection.execute(text("SELECT set_config('lock_timeout', :wait, true)"), {"wait": f"{wait_ms}ms"})
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})

"""What is kept: articles, their sentences, the embeddings of the sentences, in one SQL database.

The database is the truth. Whatever searches faster (the vector index) is made from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.util import CommandError
from sqlalchemy import (
    Connection,
    Engine,
    Row,
    Select,
    and_,
    bindparam,
    create_engine,
    delete,
    event,
    func,
    insert,
    literal_column,
    make_url,
    or_,
    select,
    text,
)
from sqlalchemy.exc import SQLAlchemyError

from service.corpus.tables import articles, embeddings, origins, sentence_origins, sentences
from service.domain import Article, Context, Coverage, Origin, Query, Sentence, Span
from service.errors import CorpusError
from service.language.terms import terms
from service.reading.origins import Grouping
from service.reading.passages import PassageSource

MIGRATIONS = Path(__file__).parent / "migrations"
T = TypeVar("T")
BATCH = 500  # ids in one IN (…), below every SQLite limit


@dataclass(frozen=True, slots=True)
class SentenceVectors:
    """All sentences of the corpus in reading order: ids (n,), article numbers (n,), vectors (n, d), row i of each."""

    ids: np.ndarray[Any, np.dtype[np.int64]]
    article_numbers: np.ndarray[Any, np.dtype[np.int64]]
    vectors: np.ndarray[Any, np.dtype[np.float32]]
    missing: int


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells whether an article has changed, and which folder gave it (None: added by hand)."""

    digest: str
    folder: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence with its article and neighbors, and the search terms of itself and of its context."""

    sentence: Sentence
    article: Article
    context: Context
    terms: set[str]
    context_terms: set[str]


def digest(sentence: str) -> bytes:
    """Return the key under which a sentence's embedding is kept."""
    return hashlib.sha256(sentence.encode("utf-8")).digest()


class Store:
    """The corpus in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> Store:
        """Open the database at an SQLAlchemy URL, creating or migrating it; raise `CorpusError` where that fails."""
        database = make_url(url).database
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
    def writing(self) -> Iterator[Connection]:
        """Open a transaction; all of what is done in it is kept, or nothing."""
        with self._engine.begin() as connection:
            yield connection

    # --- articles -----------------------------------------------------------------------------------------------

    def put(self, connection: Connection, article: Article, spans: Sequence[Span], folder: str | None) -> None:
        """Insert the article, or replace the one with its id, together with its sentences."""
        self.remove(connection, [article.id])
        connection.execute(
            insert(articles).values(
                id=article.id, title=article.title, publisher=article.publisher, url=article.url,
                published_at=article.published_at, text=article.text, sha256=article.sha256,
                digest=article.digest, folder=folder,
            )
        )  # fmt: skip
        before = ""
        for position, span in enumerate(spans):
            words = article.text[span.start : span.end]
            row = connection.execute(
                insert(sentences).values(
                    article_id=article.id, position=position, start=span.start, end=span.end, text_sha256=digest(words)
                )
            )
            (sentence_id,) = row.inserted_primary_key or (None,)
            connection.execute(
                text("INSERT INTO sentence_words (rowid, words, context) VALUES (:id, :words, :context)"),
                {"id": sentence_id, "words": _joined(words), "context": _joined(f"{article.title}\n{before}")},
            )
            before = words

    def remove(self, connection: Connection, ids: Sequence[str]) -> None:
        """Delete articles and their sentences; ids that are not there are passed over."""
        for part in _parts(ids):
            theirs = select(sentences.c.id).where(sentences.c.article_id.in_(part))
            for (sentence_id,) in connection.execute(theirs).all():
                connection.execute(text("DELETE FROM sentence_words WHERE rowid = :id"), {"id": sentence_id})
            connection.execute(delete(articles).where(articles.c.id.in_(part)))

    def fingerprints(self) -> dict[str, Fingerprint]:
        """Return the digest and the folder of every article, by id."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(articles.c.id, articles.c.digest, articles.c.folder))
            return {row.id: Fingerprint(row.digest, row.folder) for row in rows}

    def articles(self, ids: Sequence[str]) -> list[Article]:
        """Return the articles with these ids, ordered by id."""
        with self._engine.connect() as connection:
            return _articles(connection, ids)

    def coverage(self, query: Query) -> Coverage:
        """Count what the query's filters leave to search."""
        chosen = select(articles.c.id, articles.c.published_at).where(*_filters(query)).subquery()
        counted = select(func.count(), func.min(chosen.c.published_at), func.max(chosen.c.published_at))
        spans = select(func.count()).select_from(sentences.join(chosen, sentences.c.article_id == chosen.c.id))
        with self._engine.connect() as connection:
            number, earliest, latest = connection.execute(counted).one()
            return Coverage(number, connection.execute(spans).scalar_one(), earliest, latest)

    def version(self) -> str:
        """Return a digest of the corpus that changes with any article."""
        seen = hashlib.sha256()
        with self._engine.connect() as connection:
            for row in connection.execute(select(articles.c.id, articles.c.digest).order_by(articles.c.id)):
                seen.update(f"{row.id}\0{row.digest}\n".encode())
        return seen.hexdigest()[:16]

    # --- sentences ----------------------------------------------------------------------------------------------

    def found(self, ids: Sequence[int]) -> dict[int, Found]:
        """Return sentences by id, each with its article and neighbors; ids that are gone are left out."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")  # all that is read is of one moment
            rows = _in_parts(connection, lambda part: select(sentences).where(sentences.c.id.in_(part)), ids)
            near = _in_parts(connection, lambda part: select(sentences).where(_any_neighbor(part)), rows)
            held = _articles(connection, sorted({row.article_id for row in rows}))
            words = _terms(connection, [row.id for row in rows])
        texts = {article.id: article for article in held}
        spans = {(row.article_id, row.position): (row.start, row.end) for row in near}
        return {row.id: _found(row, texts[row.article_id], spans, words) for row in rows if row.article_id in texts}

    def term_counts(self, terms: Sequence[str]) -> dict[str, int]:
        """Return, for each search term, the number of sentences that hold it or have it in their context."""
        statement = text("SELECT term, doc FROM sentence_terms WHERE term IN :terms")
        with self._engine.connect() as connection:
            rows = connection.execute(
                statement.bindparams(bindparam("terms", expanding=True)), {"terms": list(dict.fromkeys(terms))}
            )
            return {row.term: row.doc for row in rows}

    def matching(self, query: Query) -> list[int] | None:
        """Return the ids of the sentences that the query's filters leave, or None when it has no filter."""
        filters = _filters(query)
        if not filters:
            return None
        chosen = select(sentences.c.id).join(articles, sentences.c.article_id == articles.c.id).where(*filters)
        with self._engine.connect() as connection:
            return list(connection.execute(chosen).scalars())

    def with_words(self, match: str, query: Query, count: int) -> list[int]:
        """Return the ids of the sentences that match an FTS5 expression best, by BM25; context counts less."""
        # A filter is part of the statement, so that it narrows before the ranking and not after it.
        chosen = select(sentences.c.id).join(articles, sentences.c.article_id == articles.c.id).where(*_filters(query))
        words = (
            select(text("rowid"))
            .select_from(text("sentence_words"))
            .where(text("sentence_words MATCH :match"))
            .order_by(text("bm25(sentence_words, 1.0, 0.35), rowid"))
            .limit(count)
        )
        if _filters(query):
            words = words.where(literal_column("rowid").in_(chosen))
        with self._engine.connect() as connection:
            return list(connection.execute(words, {"match": match}).scalars())

    # --- origins ------------------------------------------------------------------------------------------------

    def sources(self) -> list[PassageSource]:
        """Return every article with its sentences, ordered by id."""
        by_article: dict[str, list[Row[Any]]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(select(sentences).order_by(sentences.c.article_id, sentences.c.position)):
                by_article.setdefault(row.article_id, []).append(row)
        return [
            PassageSource(article, tuple(_sentence(row, article) for row in by_article[article.id]))
            for article in self.articles(list(by_article))
        ]

    def keep_origins(self, grouping: Grouping, ids: Iterable[int]) -> None:
        """Replace all origins by those of a grouping, for the sentences with these ids."""
        found = {sentence_id: grouping.origin_of(sentence_id) for sentence_id in ids}
        reports = {origin.id: origin for origin in found.values()}
        with self._engine.begin() as connection:
            connection.execute(delete(sentence_origins))
            connection.execute(delete(origins))
            if found:
                connection.execute(
                    insert(origins),
                    [{"id": o.id, "name": o.name, "articles": o.articles} for o in reports.values()],
                )
                connection.execute(
                    insert(sentence_origins),
                    [
                        {"sentence_id": sentence_id, "origin_id": o.id, "copied_share": o.copied_share or 0.0}
                        for sentence_id, o in found.items()
                    ],
                )

    def lacks_origins(self) -> bool:
        """Return whether some sentence has no origin yet, as after an intake that was cut short."""
        orphan = select(sentences.c.id).where(sentences.c.id.not_in(select(sentence_origins.c.sentence_id))).limit(1)
        with self._engine.connect() as connection:
            return connection.execute(orphan).first() is not None

    def origins(self, ids: Sequence[int]) -> dict[int, Origin]:
        """Return the origin of each sentence that has one, by sentence id."""
        wanted = select(sentence_origins, origins.c.name, origins.c.articles).join(origins)
        with self._engine.connect() as connection:
            rows = [
                row
                for part in _parts(ids)
                for row in connection.execute(wanted.where(sentence_origins.c.sentence_id.in_(part)))
            ]
        return {row.sentence_id: Origin(row.origin_id, row.name, row.articles, row.copied_share) for row in rows}

    # --- embeddings ---------------------------------------------------------------------------------------------

    def without_embedding(self, model: str) -> list[str]:
        """Return the distinct sentences that this model has not embedded yet."""
        known = select(embeddings.c.text_sha256).where(embeddings.c.model == model)
        wanted: Select[Any] = (
            select(articles.c.id, articles.c.text, sentences.c.start, sentences.c.end, sentences.c.text_sha256)
            .join(articles, sentences.c.article_id == articles.c.id)
            .where(sentences.c.text_sha256.not_in(known))
            .order_by(sentences.c.id)
        )
        with self._engine.connect() as connection:
            return list({row.text_sha256: row.text[row.start : row.end] for row in connection.execute(wanted)}.values())

    def keep_embeddings(self, model: str, texts: Sequence[str], vectors: np.ndarray[Any, Any]) -> None:
        """Keep the vectors (len(texts), d) of these sentences."""
        rows = [
            {"text_sha256": digest(words), "model": model, "vector": vector.astype("<f4").tobytes()}
            for words, vector in zip(texts, vectors, strict=True)
        ]
        with self._engine.begin() as connection:
            connection.execute(insert(embeddings).prefix_with("OR REPLACE"), rows)

    def vectors(self, model: str, dimension: int) -> SentenceVectors:
        """Return every embedded sentence in reading order; `missing` counts those that are not embedded yet."""
        wanted = (
            select(sentences.c.id, sentences.c.article_id, embeddings.c.vector)
            .outerjoin(
                embeddings, and_(embeddings.c.text_sha256 == sentences.c.text_sha256, embeddings.c.model == model)
            )
            .order_by(sentences.c.article_id, sentences.c.position)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(wanted).all()
        there = [row for row in rows if row.vector is not None]
        numbers = {name: number for number, name in enumerate(dict.fromkeys(row.article_id for row in there))}
        matrix = np.frombuffer(b"".join(row.vector for row in there), dtype="<f4").reshape(len(there), dimension)
        return SentenceVectors(
            np.array([row.id for row in there], dtype=np.int64),
            np.array([numbers[row.article_id] for row in there], dtype=np.int64),
            matrix.astype(np.float32),
            missing=len(rows) - len(there),
        )


def _configure_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _migrate(connection: Connection) -> None:
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _filters(query: Query) -> list[Any]:
    rules: list[Any] = []
    if query.published_from is not None:
        rules.append(articles.c.published_at >= query.published_from)
    if query.published_to is not None:
        rules.append(articles.c.published_at <= query.published_to)
    if query.publishers_include:
        rules.append(articles.c.publisher.in_(query.publishers_include))
    if query.publishers_exclude:
        rules.append(func.coalesce(articles.c.publisher, "").not_in(query.publishers_exclude))
    return rules


def _in_parts(
    connection: Connection, statement: Callable[[Sequence[T]], Select[Any]], items: Sequence[T]
) -> list[Row[Any]]:
    return [row for part in _parts(items) for row in connection.execute(statement(part))]


def _articles(connection: Connection, ids: Sequence[str]) -> list[Article]:
    rows = _in_parts(connection, lambda part: select(articles).where(articles.c.id.in_(part)), ids)
    return sorted((_article(row) for row in rows), key=lambda article: article.id)


def _terms(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[set[str], set[str]]]:
    wanted = text("SELECT rowid, words, context FROM sentence_words WHERE rowid IN :ids")
    statement = wanted.bindparams(bindparam("ids", expanding=True))
    rows = [row for part in _parts(ids) for row in connection.execute(statement, {"ids": list(part)})]
    return {row.rowid: (set(row.words.split()), set(row.context.split())) for row in rows}


def _any_neighbor(rows: Sequence[Row[Any]]) -> Any:
    positions: dict[str, set[int]] = {}
    for row in rows:
        positions.setdefault(row.article_id, set()).update((row.position - 1, row.position + 1))
    return or_(*(and_(sentences.c.article_id == a, sentences.c.position.in_(p)) for a, p in positions.items()))


def _sentence(row: Row[Any], article: Article) -> Sentence:
    return Sentence(row.id, row.article_id, row.position, row.start, row.end, article.text[row.start : row.end])


def _joined(words: str) -> str:
    return " ".join(terms(words))


def _found(
    row: Row[Any],
    article: Article,
    spans: dict[tuple[str, int], tuple[int, int]],
    terms_of: dict[int, tuple[set[str], set[str]]],
) -> Found:
    def words(position: int) -> str:
        start, end = spans.get((row.article_id, position), (0, 0))
        return article.text[start:end]

    sentence = _sentence(row, article)
    return Found(
        sentence,
        article,
        Context(words(row.position - 1), words(row.position + 1)),
        *terms_of.get(row.id, (set(), set())),
    )


def _article(row: Row[Any]) -> Article:
    published: datetime | None = row.published_at
    return Article(row.id, row.title, row.text, row.publisher, row.url, published)


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]

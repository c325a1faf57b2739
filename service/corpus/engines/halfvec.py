"""The vectors of sentences in PostgreSQL, in pgvector's half precision: written with the sentences themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, DateTime, Row, and_, func, select, text, type_coerce

from service.corpus.contexts import contextual
from service.corpus.rows import in_parts
from service.corpus.tables import articles, embeddings, sentences

_COPY = (
    "COPY sentence_vectors (sentence_id, model, publisher, published_at, bare, in_context) FROM STDIN (FORMAT BINARY)"
)


@dataclass(frozen=True, slots=True)
class Halfvec:
    """A vector (d,) as pgvector takes it."""

    values: NDArray[np.float32]

    def packed(self) -> bytes:
        """Return it in the binary format: length, nothing, half-precision floats, all big-endian."""
        return len(self.values).to_bytes(2, "big") + b"\0\0" + self.values.astype(">f2").tobytes()


def learn(connection: Connection) -> None:
    """Teach the driver's connection to send `Halfvec`, where it does not know yet."""
    from psycopg.adapt import Dumper
    from psycopg.pq import Format
    from psycopg.types import TypeInfo

    driver: Any = connection.connection.driver_connection
    if driver.adapters.types.get("halfvec") is not None:
        return
    info = TypeInfo.fetch(driver, "halfvec")
    if info is None:
        raise LookupError("the database has no type halfvec; the migrations make it")
    info.register(driver)

    class HalfvecDumper(Dumper):
        oid = info.oid
        format = Format.BINARY

        def dump(self, obj: Halfvec) -> bytes:
            return obj.packed()

    driver.adapters.register_dumper(Halfvec, HalfvecDumper)


def add_articles(connection: Connection, ids: Sequence[str]) -> None:
    """Keep the vectors of articles, for each model that has embedded all their sentences."""
    if not ids:
        return
    models = in_parts(
        connection,
        lambda part: (
            select(embeddings.c.model)
            .distinct()
            .join(sentences, sentences.c.text_sha256 == embeddings.c.text_sha256)
            .where(sentences.c.article_id.in_(part))
        ),
        ids,
    )
    for model in sorted({row.model for row in models}):
        _add(connection, model, ids)


def add_embedded(connection: Connection, model: str, keys: Sequence[bytes]) -> None:
    """Keep the vectors of the articles that the embeddings of these digests have made whole."""
    rows = in_parts(
        connection,
        lambda part: select(sentences.c.article_id).distinct().where(sentences.c.text_sha256.in_(part)),
        keys,
    )
    _add(connection, model, sorted({row.article_id for row in rows}))


def _add(connection: Connection, model: str, ids: Sequence[str]) -> None:
    """Keep the vectors of those articles that are whole: before that the context vectors would be wrong."""
    whole = [row.id for row in in_parts(connection, lambda part: _whole(model, part), ids)]
    rows = in_parts(connection, lambda part: _sentences(model, part), whole)
    if not rows:
        return
    learn(connection)
    cursor = connection.connection.cursor()
    with cursor.copy(_COPY) as copy:
        copy.set_types(["int8", "text", "text", "timestamp", "halfvec", "halfvec"])
        for _, group in groupby(rows, key=lambda row: row.article_id):
            for values in _values(model, list(group)):
                copy.write_row(values)


def _values(model: str, rows: Sequence[Row[Any]]) -> list[tuple[Any, ...]]:
    """Return the rows of one article's vectors, its sentences in reading order."""
    vectors = np.stack([np.frombuffer(row.vector, dtype="<f4") for row in rows]).astype(np.float32)
    mixed = contextual(vectors, np.zeros(len(rows), dtype=np.int64))
    return [
        (row.id, model, row.publisher, row.moment, Halfvec(bare), Halfvec(in_context))
        for row, bare, in_context in zip(rows, vectors, mixed, strict=True)
    ]


def _whole(model: str, ids: Sequence[str]) -> Any:
    """Return the articles of which every sentence is embedded and none has a vector yet."""
    there = text(
        "EXISTS (SELECT 1 FROM sentence_vectors v WHERE v.model = :model AND v.sentence_id = sentences.id)"
    ).bindparams(model=model)
    return (
        select(sentences.c.article_id.label("id"))
        .outerjoin(embeddings, and_(embeddings.c.text_sha256 == sentences.c.text_sha256, embeddings.c.model == model))
        .where(sentences.c.article_id.in_(ids))
        .group_by(sentences.c.article_id)
        .having(func.bool_and(embeddings.c.model.is_not(None)), ~func.bool_or(there))
    )


def _sentences(model: str, ids: Sequence[str]) -> Any:
    # The moment as the column holds it, in UTC without a zone, to be handed on as it is.
    moment = type_coerce(articles.c.published_at, DateTime).label("moment")
    return (
        select(sentences.c.id, sentences.c.article_id, articles.c.publisher, moment, embeddings.c.vector)
        .join(articles, articles.c.id == sentences.c.article_id)
        .join(embeddings, and_(embeddings.c.text_sha256 == sentences.c.text_sha256, embeddings.c.model == model))
        .where(sentences.c.article_id.in_(ids))
        .order_by(sentences.c.article_id, sentences.c.position)
    )

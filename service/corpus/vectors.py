"""The stored vectors of sentences: all of them, or what an index lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, and_, func, select

from service.corpus import revisions
from service.corpus.revisions import Removal
from service.corpus.tables import embeddings, sentences
from service.errors import DamagedError

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class SentenceVectors:
    """Sentences in reading order: ids (n,), article numbers (n,), vectors (n, d), row i of each.

    All ids up to `seen` are here, or gone as of `revision`; `missing` counts those that are not embedded yet.
    """

    ids: np.ndarray[Any, np.dtype[np.int64]]
    article_numbers: np.ndarray[Any, np.dtype[np.int64]]
    vectors: np.ndarray[Any, np.dtype[np.float32]]
    missing: int
    revision: int = 0
    seen: int = 0


_DAMAGED = (
    "The store holds an embedding that is no vector of this model: put a backup in its place with "
    "`wirecheck restore FILE`, or remove the file and start again."
)


@dataclass(frozen=True, slots=True)
class Delta:
    """What turns an index of an earlier revision into one of a later revision."""

    removed: tuple[Removal, ...]
    added: SentenceVectors


def all_vectors(connection: Connection, model: str, dimension: int) -> SentenceVectors:
    """Return every embedded sentence, in reading order."""
    revision = revisions.state(connection).revision
    rows = _rows(connection, model, after=0)
    return _packed([row for row in rows if row.vector is not None], rows, dimension, revision, after=0)


def delta(connection: Connection, model: str, dimension: int, revision: int, seen: int) -> Delta | None:
    """Return what an index of that revision lacks, or None where the log does not reach back so far.

    An article counts once all its sentences are embedded: before that its context vectors would be wrong.
    """
    now = revisions.state(connection).revision
    if not now - revisions.KEPT <= revision <= now:
        return None
    rows = _rows(connection, model, after=seen)
    added = _packed(_whole(rows), rows, dimension, now, after=seen)
    return Delta(revisions.removed_since(connection, revision), added)


def in_blocks(connection: Connection, model: str, dimension: int, least: int = 4_096) -> Iterator[SentenceVectors]:
    """Yield every embedded sentence in the order of the ids, whole articles, at least so many sentences at a time.

    Articles that are not embedded whole are left out, as in a delta. In memory is one block.
    """
    revision = revisions.state(connection).revision
    rows = connection.execute(_wanted(model, after=0).order_by(sentences.c.id), execution_options={"yield_per": least})
    block: list[Row[Any]] = []
    after = 0
    for _, article in groupby(rows, key=lambda row: row.article_id):
        block.extend(article)
        if len(block) >= least:
            yield _packed(_whole(block), block, dimension, revision, after)
            block, after = [], block[-1].id
    yield _packed(_whole(block), block, dimension, revision, after)


def count_after(connection: Connection, seen: int, waiting: int | None = None) -> int:
    """Return how many sentences have a higher id, below that of one that waits if any does."""
    wanted = select(func.count()).where(sentences.c.id > seen)
    if waiting is not None:
        wanted = wanted.where(sentences.c.id < waiting)
    return connection.execute(wanted).scalar_one()


def first_waiting(connection: Connection, model: str, seen: int) -> int | None:
    """Return the first sentence with a higher id that is not embedded yet."""
    wanted = _wanted(model, seen).with_only_columns(sentences.c.id).where(embeddings.c.text_sha256.is_(None))
    return connection.execute(wanted.order_by(sentences.c.id).limit(1)).scalar()


def of_ids(model: str, ids: Sequence[int]) -> Select[Any]:
    """Return the statement for the vectors of sentences."""
    return (
        select(sentences.c.id, embeddings.c.vector)
        .join(embeddings, and_(embeddings.c.text_sha256 == sentences.c.text_sha256, embeddings.c.model == model))
        .where(sentences.c.id.in_(ids))
    )


def _whole(rows: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """Return the sentences of the articles that are embedded whole."""
    waiting = {row.article_id for row in rows if row.vector is None}
    return [row for row in rows if row.article_id not in waiting]


def _wanted(model: str, after: int) -> Select[Any]:
    return (
        select(sentences.c.id, sentences.c.article_id, sentences.c.position, embeddings.c.vector)
        .outerjoin(embeddings, and_(embeddings.c.text_sha256 == sentences.c.text_sha256, embeddings.c.model == model))
        .where(sentences.c.id > after)
    )


def _rows(connection: Connection, model: str, after: int) -> Sequence[Row[Any]]:
    # Sorted here: for an order by article SQLite would walk all sentences to find the few that are new.
    rows: Sequence[Any] = connection.execute(_wanted(model, after)).all()
    return sorted(rows, key=lambda row: (row.article_id, row.position))


def _packed(
    there: Sequence[Row[Any]], rows: Sequence[Row[Any]], dimension: int, revision: int, after: int
) -> SentenceVectors:
    import numpy as np  # takes long to import, and a start that reads no vectors does without

    numbers = {name: number for number, name in enumerate(dict.fromkeys(row.article_id for row in there))}
    if any(len(row.vector) != 4 * dimension for row in there):
        raise DamagedError(_DAMAGED)
    matrix = np.frombuffer(b"".join(row.vector for row in there), dtype="<f4").reshape(len(there), dimension)
    if not np.isfinite(matrix).all():
        raise DamagedError(_DAMAGED)
    missing = [row.article_id for row in rows if row.vector is None]
    unfinished = set(missing)
    waiting = [row.id for row in rows if row.article_id in unfinished]
    return SentenceVectors(
        np.array([row.id for row in there], dtype=np.int64),
        np.array([numbers[row.article_id] for row in there], dtype=np.int64),
        matrix.astype(np.float32),
        missing=len(missing),
        revision=revision,
        seen=min(waiting) - 1 if waiting else max((row.id for row in rows), default=after),
    )

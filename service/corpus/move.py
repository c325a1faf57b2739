"""A corpus copied from one database to another, of either engine, with its embeddings, origins, checks and API keys.

What was copied is kept batch by batch, so that a move that was cut off goes on where it was; in the end both sides are
counted and hashed. The target's sentences have the ids of the source's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, func, select, tuple_, update

from service.corpus import revisions
from service.corpus.compare import Sum, sums
from service.corpus.engines.interface import SearchWords
from service.corpus.engines.numbering import go_on_from, last_number
from service.corpus.engines.upsert import or_ignore
from service.corpus.rows import terms_texts
from service.corpus.store import Store
from service.corpus.tables import (
    api_keys,
    articles,
    check_articles,
    checks,
    corpus,
    embeddings,
    origins,
    removals,
    sentence_origins,
    sentences,
)
from service.errors import CorpusError

ROWS_AT_ONCE = 1_000
ARTICLES_AT_ONCE = 100
# In this order, so that vectors can be kept with their sentences, and every key is there before it is pointed at.
_PLAIN_BEFORE = (embeddings, origins)
_PLAIN_AFTER = (sentence_origins, checks, check_articles)
MOVED = (*_PLAIN_BEFORE, articles, sentences, *_PLAIN_AFTER)
_NUMBERED = (sentences, checks)
Report = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Moved:
    """What the target holds, and how many of its rows, and of its API keys, this run has brought."""

    articles: int
    sentences: int
    embeddings: int
    checks: int
    copied: int
    keys: int


def size(source: Store) -> int:
    """Return the number of rows to be looked at."""
    with source.one_moment() as connection:
        return sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in MOVED)


def move(source: Store, target: Store, report: Report = lambda _: None, *, replace: bool = False) -> Moved:
    """Make the target hold what the source holds at this moment; raise `CorpusError` where it holds anything else.

    With `replace`, what else the target holds is dropped first, but for its API keys: those of the source are copied,
    the revoked ones too, only where it has none. `report` is told of each number of rows done.
    """
    with source.one_moment() as reading:
        if replace:
            _empty(target)
        _refuse_strangers(reading, target)
        copied = sum(_copy_rows(reading, target, table, report) for table in _PLAIN_BEFORE)
        copied += _copy_articles(reading, target, report)
        copied += sum(_copy_rows(reading, target, table, report) for table in _PLAIN_AFTER)
        keys = _copy_keys(reading, target)
        _finish(reading, target)
        with target.one_moment() as written:
            counted = _agreed(sums(reading, MOVED), sums(written, MOVED))
    held = {table: counted[table.name].count for table in MOVED}
    return Moved(held[articles], held[sentences], held[embeddings], held[checks], copied, keys)


def _empty(target: Store) -> None:
    with target.writing() as connection:
        held = list(connection.execute(select(articles.c.id)).scalars())
        target.remove(connection, held)
        for table in (checks, origins, embeddings):
            connection.execute(delete(table))


def _refuse_strangers(reading: Connection, target: Store) -> None:
    """Raise `CorpusError` unless all articles and sentences of the target are the source's."""
    with target.one_moment() as written:
        there = _first_sentences(written)
        if not there:
            return
        here = _first_sentences(reading)
    strange = sorted(key[0] for key in there - here)
    if strange:
        raise CorpusError(
            f"The target holds {len(strange)} articles that the source does not hold as they are, {strange[0]!r:.80} "
            "for one: name an empty database, or drop what is there with --replace."
        )


def _first_sentences(connection: Connection) -> set[tuple[str, str, int | None]]:
    first = func.min(sentences.c.id)
    wanted = (
        select(articles.c.id, articles.c.digest, first)
        .outerjoin(sentences, sentences.c.article_id == articles.c.id)
        .group_by(articles.c.id, articles.c.digest)
    )
    return {(row[0], row[1], row[2]) for row in connection.execute(wanted)}


def _copy_rows(reading: Connection, target: Store, table: Table, report: Report) -> int:
    """Copy the rows of a table that the target lacks; return how many."""
    keys = list(table.primary_key.columns)
    copied = 0
    with closing(reading.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table).order_by(*keys))) as rows:
        for part in rows.partitions():
            with target.writing() as writing:
                missing = _missing(writing, keys, part)
                if missing:
                    writing.execute(or_ignore(writing, table), [dict(row._mapping) for row in missing])
            copied += len(missing)
            report(len(part))
    return copied


def _missing(writing: Connection, keys: Sequence[Any], rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Return those of some rows whose keys the target lacks."""
    wanted = [tuple(row._mapping[key.name] for key in keys) for row in rows]
    # The rows come in the order of their keys, so those of the target lie between the first and the last.
    between = tuple_(*keys).between(tuple_(*wanted[0]), tuple_(*wanted[-1]))
    there = {tuple(row) for row in writing.execute(select(*keys).where(between))}
    return [row for row, key in zip(rows, wanted, strict=True) if key not in there]


def _copy_articles(reading: Connection, target: Store, report: Report) -> int:
    """Copy the articles that the target lacks, each with its sentences, words and vectors in one transaction."""
    copied = 0
    wanted = select(articles).order_by(articles.c.id)
    with closing(reading.execution_options(yield_per=ARTICLES_AT_ONCE).execute(wanted)) as rows:
        for part in rows.partitions():
            theirs = select(sentences).where(sentences.c.article_id.in_([row.id for row in part]))
            spans = reading.execute(theirs.order_by(sentences.c.id)).all()
            copied += _copy_whole(reading, target, part, spans)
            report(len(part) + len(spans))
    return copied


def _copy_whole(reading: Connection, target: Store, held: Sequence[Row[Any]], spans: Sequence[Row[Any]]) -> int:
    with target.writing() as writing:
        missing = _missing(writing, [articles.c.id], held)
        wanted = {row.id for row in missing}
        chosen = [row for row in spans if row.article_id in wanted]
        if missing:
            writing.execute(articles.insert(), [dict(row._mapping) for row in missing])
        if chosen:
            writing.execute(sentences.insert(), [dict(row._mapping) for row in chosen])
            target.backend.put_words(writing, _words(reading, [row.id for row in chosen]))
            target.backend.articles_came(writing, sorted(wanted))
    return len(missing) + len(chosen)


def _copy_keys(reading: Connection, target: Store) -> int:
    """Copy all keys, or none where the target has any: who may ask there was settled there."""
    rows = reading.execute(select(api_keys)).all()
    with target.writing() as writing:
        if not rows or writing.execute(select(api_keys.c.id).limit(1)).first():
            return 0
        writing.execute(api_keys.insert(), [dict(row._mapping) for row in rows])
    return len(rows)


def _words(reading: Connection, ids: Sequence[int]) -> list[SearchWords]:
    held = terms_texts(reading, ids)
    return [SearchWords(number, *held[number]) for number in ids]


def _finish(reading: Connection, target: Store) -> None:
    """Let the target's counters go on from the source's, so that no id is used twice and every index looks again."""
    row = reading.execute(select(corpus)).one()
    with target.writing() as writing:
        revision = max(row.revision, revisions.state(writing).revision) + 2 * revisions.KEPT
        grouped = revision if row.grouped >= row.revision else 0
        writing.execute(update(corpus).values(revision=revision, version=row.version, grouped=grouped))
        writing.execute(delete(removals))
        for table in _NUMBERED:
            go_on_from(writing, table, last_number(reading, table))


def _agreed(ours: dict[str, Sum], theirs: dict[str, Sum]) -> dict[str, Sum]:
    for name, counted in ours.items():
        if theirs[name] != counted:
            raise CorpusError(
                f"The target's {name} are not the source's: {theirs[name].count:,} rows of {counted.count:,}, or other "
                "content. Something else wrote to the target: move again with --replace."
            )
    return theirs

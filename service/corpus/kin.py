"""Which articles have to do with which: shared origins, shared sentences, and how sentences get their origins."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Exists, Row, delete, distinct, exists, func, insert, select, update

from service.corpus.engines.upsert import or_ignore
from service.corpus.rows import in_parts, parts
from service.corpus.tables import origins, sentence_origins, sentences
from service.domain import Origin


def sentences_of(connection: Connection, ids: Sequence[str] | None) -> list[Row[Any]]:
    """Return the sentences of articles, all or those with these ids, in reading order."""
    if ids is None:
        return list(connection.execute(select(sentences).order_by(sentences.c.article_id, sentences.c.position)))
    rows = in_parts(connection, lambda part: select(sentences).where(sentences.c.article_id.in_(part)), ids)
    return sorted(rows, key=lambda row: (row.article_id, row.position))


def family(connection: Connection, ids: Collection[str], most: int) -> set[str]:
    """Return articles with all that share an origin with them, and with those in turn, until there are `most`."""
    known, fresh = set(ids), set(ids)
    while fresh and len(known) < most:
        reports = in_parts(
            connection,
            lambda part: (
                select(sentence_origins.c.origin_id.label("id"))
                .distinct()
                .join(sentences, sentences.c.id == sentence_origins.c.sentence_id)
                .where(sentences.c.article_id.in_(part))
            ),
            sorted(fresh),
        )
        holders = in_parts(
            connection,
            lambda part: (
                select(sentences.c.article_id.label("id"))
                .distinct()
                .join(sentence_origins, sentence_origins.c.sentence_id == sentences.c.id)
                .where(sentence_origins.c.origin_id.in_(part))
            ),
            sorted({row.id for row in reports}),
        )
        fresh = {row.id for row in holders} - known
        known |= set(sorted(fresh)[: most - len(known)])
    return known


def sharing_sentences(connection: Connection, article_id: str, most: int) -> set[str]:
    """Return the articles that share the most whole sentences with one, a repeated one counted once on each side."""
    own = select(sentences.c.text_sha256).distinct().where(sentences.c.article_id == article_id).subquery()
    wanted = (
        select(sentences.c.article_id)
        .join(own, own.c.text_sha256 == sentences.c.text_sha256)
        .where(sentences.c.article_id != article_id)
        .group_by(sentences.c.article_id)
        .order_by(func.count(distinct(sentences.c.text_sha256)).desc(), sentences.c.article_id)
        .limit(most)
    )
    return set(connection.execute(wanted).scalars())


def articles_of(connection: Connection, ids: Sequence[int]) -> list[str]:
    """Return the articles of sentences, each once, in the order of the sentence ids given."""
    rows = in_parts(
        connection, lambda part: select(sentences.c.id, sentences.c.article_id).where(sentences.c.id.in_(part)), ids
    )
    article_by_id = {row.id: row.article_id for row in rows}
    return list(dict.fromkeys(article_by_id[number] for number in ids if number in article_by_id))


def replace(connection: Connection, found: Mapping[int, Origin]) -> None:
    """Give these sentences these origins, and count anew the articles of every origin that this touches."""
    held = _held(connection, list(found))
    fresh = {number: o for number, o in found.items() if number not in held or not _same(held[number], o)}
    touched = {held[number].origin_id for number in fresh if number in held}
    for part in parts(sorted(fresh)):
        connection.execute(delete(sentence_origins).where(sentence_origins.c.sentence_id.in_(part)))
    if fresh:
        reports = {o.id: {"id": o.id, "name": o.name, "articles": o.articles} for o in fresh.values()}
        connection.execute(or_ignore(connection, origins), list(reports.values()))
        rows = [
            {"sentence_id": number, "origin_id": o.id, "copied_share": o.copied_share or 0.0}
            for number, o in fresh.items()
        ]
        connection.execute(insert(sentence_origins), rows)
    miscounted = {o.id for number, o in found.items() if number not in held or held[number].articles != o.articles}
    recount(connection, touched | miscounted | {o.id for o in fresh.values()})


def _held(connection: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    wanted = select(sentence_origins, origins.c.articles).join(origins)
    rows = in_parts(connection, lambda part: wanted.where(sentence_origins.c.sentence_id.in_(part)), ids)
    return {row.sentence_id: row for row in rows}


def _same(row: Row[Any], origin: Origin) -> bool:
    return (row.origin_id, row.copied_share) == (origin.id, origin.copied_share or 0.0)


def some_lack_origin(connection: Connection) -> bool:
    """Return whether a sentence has no origin, as after a reading that was cut off."""
    theirs = select(sentence_origins.c.sentence_id).where(sentence_origins.c.sentence_id == sentences.c.id)
    return connection.execute(select(sentences.c.id).where(~theirs.exists()).limit(1)).first() is not None


def drop_unused(connection: Connection) -> None:
    """Drop the origins that no sentence has any more."""
    connection.execute(delete(origins).where(~_used()))


def recount(connection: Connection, ids: Collection[str]) -> None:
    """Count the articles of origins, and drop the origins that no sentence has any more."""
    holders = (
        select(func.count(distinct(sentences.c.article_id)))
        .join(sentence_origins, sentence_origins.c.sentence_id == sentences.c.id)
        .where(sentence_origins.c.origin_id == origins.c.id)
        .scalar_subquery()
    )
    for part in parts(sorted(ids)):
        connection.execute(delete(origins).where(origins.c.id.in_(part), ~_used()))
        connection.execute(update(origins).where(origins.c.id.in_(part)).values(articles=holders))


def _used() -> Exists:
    return exists().where(sentence_origins.c.origin_id == origins.c.id)

"""Keeps every sentence's origin true while articles come and go: all articles at a start, then those near a change."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import Connection, func, select

from service.corpus import kin, revisions
from service.corpus.store import Store
from service.corpus.tables import sentences
from service.domain import Article, Query
from service.language.terms import terms
from service.reading.origins import group
from service.reading.sentences import split

# Sentences up to which all articles are grouped together at a start after any change, in about ten seconds. Of more,
# those that came while the service ran stay as they were grouped near each change.
TOGETHER_MOST = 20_000
MOST = 200  # articles grouped for one change; where a story has more, the next start sets the rest right
_ALIKE = 20  # articles looked at for their words, and as many for their sentences
_SENTENCES = 60
_TERMS = 12  # the rarest of a title and a lead
_WEEK = timedelta(days=7)  # as far apart as two versions of one report can be
_TRIES = 3


def find_origins(store: Store) -> None:
    """Group all articles by the reports that their passages come from, and keep the grouping."""
    for _ in range(_TRIES):
        with store.one_moment():
            before, sources = store.state(), store.sources()
        grouping = group(sources)
        with store.writing() as connection:
            # Grouping takes a while, in which others may write: then what was grouped is no longer what is there.
            if store.state() == before:
                store.keep_origins(grouping, sources)
                kin.drop_unused(connection)
                store.grouped_together(before.revision)
                return
    with store.writing() as connection:
        sources = store.sources()
        store.keep_origins(group(sources), sources)
        kin.drop_unused(connection)
        store.grouped_together(revisions.state(connection).revision)


def group_at_start(store: Store, *, changed: bool, together_most: int = TOGETHER_MOST) -> None:
    """Group all articles where a reading has `changed` some, or some have no origin, or there are few and any has."""
    if not store.lacks_origins():
        return
    with store.reading() as connection:
        many = connection.execute(select(func.count()).select_from(sentences)).scalar_one() > together_most
        if many and not changed and not kin.some_lack_origin(connection):
            return
    find_origins(store)


def relatives(connection: Connection, ids: Collection[str]) -> set[str]:
    """Return the articles whose origins hang together with those of articles that are about to change or go."""
    return kin.family(connection, ids, MOST) - set(ids)


def regroup(store: Store, connection: Connection, changed: Article | None, near: Collection[str]) -> None:
    """Group an article that has come, with those like it, and the ones that hung together with what it replaces."""
    start = set(near)
    if changed is not None:
        start |= {changed.id} | _alike(store, connection, changed)
    sources = store.sources(sorted(kin.family(connection, start, MOST)))
    store.keep_origins(group(sources), sources)


def _alike(store: Store, connection: Connection, article: Article) -> set[str]:
    """Return the articles that may tell the same: by whole sentences, or by the telling words of title and lead."""
    found = kin.sharing_sentences(connection, article.id, _ALIKE)
    lead = [article.text[span.start : span.end] for span in split(article.text)[:2]]
    words = dict.fromkeys(terms("\n".join([article.title, *lead])))
    counts = store.term_counts(list(words))
    rarest = sorted((word for word in words if counts.get(word)), key=lambda word: (counts[word], word))[:_TERMS]
    if rarest:
        ids = store.with_words(rarest, _same_week(article), _SENTENCES)
        found |= set(kin.articles_of(connection, ids)[:_ALIKE])
    return found


def _same_week(article: Article) -> Query:
    moment = article.published_at
    if moment is None:
        return Query("")
    try:
        return Query("", published_from=moment - _WEEK, published_to=moment + _WEEK)
    except OverflowError:  # at the ends of the calendar
        return Query("")

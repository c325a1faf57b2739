"""Keeps every sentence's origin true while articles come and go: all articles at a start, then those near a change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate

from sqlalchemy import Connection, func, select

from service.corpus import kin, revisions
from service.corpus.rows import terms_of_ids
from service.corpus.store import Store
from service.corpus.tables import sentences
from service.domain import Article, Query
from service.reading.origins import group

# Sentences up to which all articles are grouped together at a start after any change, in about ten seconds. Of more,
# those that came while the service ran stay as they were grouped near each change.
TOGETHER_MOST = 20_000
MOST = 200  # articles grouped for one change; where a story has more, the next start sets the rest right
_ALIKE = 20  # articles looked at for their words, and as many for their sentences
_SENTENCES = 60
_LEAD = 2  # sentences
_TERMS = 12  # the rarest of a title and a lead
_SHARED = 4  # of these, in a sentence and its context: two reports of one event share no fewer
_READ = 5_000  # sentences that hold any of these, the commonest of these left out
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


def regroup(store: Store, connection: Connection, came: Sequence[Article], near: Collection[str]) -> None:
    """Group articles that have come, with those like them, and the ones that hung together with what they replace."""
    start = {*near, *(article.id for article in came)} | _alike(store, connection, came)
    most = MOST + 2 * _ALIKE * max(0, len(came) - 1)
    sources = store.sources(sorted(kin.family(connection, start, most)))
    store.keep_origins(group(sources), sources)


def _alike(store: Store, connection: Connection, came: Sequence[Article]) -> set[str]:
    """Return the articles that may tell the same: by whole sentences, or by the telling words of title and lead."""
    told = [_Told.read(connection, article) for article in came]
    # Counted once for all: to count a common word takes as long as it is common.
    counts = store.term_counts(list(dict.fromkeys(word for each in told for word in each.telling)))
    found: set[str] = set()
    for article, each in zip(came, told, strict=True):
        found |= kin.sharing_sentences(connection, article.id, _ALIKE)
        if rarest := each.rarest(counts):
            found |= set(kin.articles_of(connection, _sharing(store, connection, article, rarest, counts))[:_ALIKE])
    return found


@dataclass(frozen=True, slots=True)
class _Told:
    """The search terms of an article: those of its title and lead, and how many of its sentences have each."""

    telling: frozenset[str]
    held: Counter[str]

    @classmethod
    def read(cls, connection: Connection, article: Article) -> _Told:
        ids = [row.id for row in kin.sentences_of(connection, [article.id])]
        held = terms_of_ids(connection, ids)
        lead = [held[number] for number in ids[:_LEAD]]  # the title is in the context of the first
        telling = frozenset().union(*lead[0], *(words for words, _ in lead)) if lead else frozenset()
        return cls(telling, Counter(word for words, context in held.values() for word in words | context))

    def rarest(self, counts: Mapping[str, int]) -> list[str]:
        """Return the rarest of the telling terms that other articles have too."""
        others = {word: more for word in self.telling if (more := counts.get(word, 0) - self.held[word]) > 0}
        rarest = sorted(others, key=lambda word: (others[word], word))[:_TERMS]
        read = accumulate(others[word] for word in rarest)
        return [
            word
            for place, (word, so_far) in enumerate(zip(rarest, read, strict=True))
            if place < _SHARED or so_far <= _READ
        ]


def _sharing(
    store: Store, connection: Connection, article: Article, words: Sequence[str], counts: Mapping[str, int]
) -> list[int]:
    """Return the sentences that hold these words best, those that hold too few to tell the same left out."""
    ids = store.with_words(words, _same_week(article), _SENTENCES, counts)
    held = terms_of_ids(connection, ids)
    least = min(_SHARED, len(words))
    return [number for number in ids if len(held[number][0].union(held[number][1]).intersection(words)) >= least]


def _same_week(article: Article) -> Query:
    moment = article.published_at
    if moment is None:
        return Query("")
    try:
        return Query("", published_from=moment - _WEEK, published_to=moment + _WEEK)
    except OverflowError:  # at the ends of the calendar
        return Query("")

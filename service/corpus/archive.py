"""Articles that come, change and go while the service answers: each whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import Connection

from service.corpus.factchecks import claims_of
from service.corpus.grouping import regroup, relatives
from service.corpus.rows import may_be_id
from service.corpus.store import Store
from service.domain import Article, Span
from service.errors import ChangedError, DuplicateError, NotFoundError, ReadingError, WirecheckError
from service.keeping import (
    ArticlePage,
    Change,
    Holding,
    Listing,
    Match,
    NewArticle,
    OnDuplicate,
    Outcome,
    Pause,
    Receipt,
    go_on,
)
from service.ports import Embedder, Vectors
from service.reading.arrivals import Arrival, read_arrival
from service.reading.sentences import split

EMBED_AT_ONCE = 256  # sentences, about a second: then others have their turn


@dataclass(frozen=True)
class _Come:
    """An article that came: as it was sent, and as it was read."""

    new: NewArticle
    arrival: Arrival

    @property
    def article(self) -> Article:
        return self.arrival.article

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        return tuple(split(self.article.text))

    @property
    def said(self) -> list[str]:
        """Return what is embedded of it."""
        return [self.article.text[span.start : span.end] for span in self.spans] + claims_of([self.article])

    def receipt(self, change: Change) -> Receipt:
        return Receipt(change, self.article, len(self.spans), self.arrival.dropped)

    def under(self, article_id: str) -> _Come:
        """Return it with the id of the article whose place it takes."""
        if article_id == self.article.id:
            return self
        return replace(self, arrival=replace(self.arrival, article=replace(self.article, id=article_id)))


@dataclass(frozen=True, slots=True)
class _Embedded:
    """Texts that were new to the embedder, with their vectors; None where there are none."""

    texts: Sequence[str]
    vectors: Vectors | None


class _Changes:
    """What one transaction does to the articles: one after another, and at its end they are grouped together."""

    def __init__(self, store: Store, connection: Connection) -> None:
        self._store, self._connection = store, connection
        self._came: dict[str, Article] = {}
        self._near: set[str] = set()

    def put(self, come: _Come, change: Change) -> Receipt:
        """Put an article, which was not there where it is `ADDED`."""
        article = come.article
        if change is not Change.ADDED:
            self._near |= relatives(self._connection, [article.id])
        self._store.put(self._connection, article, come.spans, None)
        self._came[article.id] = article
        return come.receipt(change)

    def remove(self, article_id: str) -> None:
        """Drop an article."""
        self._near |= relatives(self._connection, [article_id])
        self._store.remove(self._connection, [article_id])

    def group(self) -> None:
        """Group what came with those like it, and those that hung together with what went."""
        regroup(self._store, self._connection, list(self._came.values()), self._near)


class StoreArchive:
    """The articles of a store. Article, sentences, embeddings and origins are kept in one transaction."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self._store, self._embedder = store, embedder

    def add(self, new: NewArticle, on_duplicate: OnDuplicate, pause: Pause = go_on) -> Receipt:
        """Keep an article, or raise `ReadingError` where it has no text, `DuplicateError` where it is there."""
        (outcome,) = self.add_all([new], on_duplicate, pause)
        if isinstance(outcome, WirecheckError):
            raise outcome
        return outcome

    def add_all(self, news: Sequence[NewArticle], on_duplicate: OnDuplicate, pause: Pause = go_on) -> list[Outcome]:
        """Keep articles in one transaction, and return what `add` would have returned or raised for one by one.

        What raises here keeps none of them.
        """
        read = [_read(new) for new in news]
        added = iter(self._add_read([come for come in read if isinstance(come, _Come)], on_duplicate, pause))
        return [come if isinstance(come, ReadingError) else next(added) for come in read]

    def replace(self, article_id: str, new: NewArticle, matches: Match, pause: Pause = go_on) -> Receipt:
        """Put another text in an article's place if its digest matches, or raise `NotFoundError`, `ChangedError`."""
        self._matching(article_id, matches)
        new = replace(new, id=article_id)
        come = _Come(new, read_arrival(new))
        embedded = self._embed([come], pause)
        with self._store.writing() as connection:
            self._matching(article_id, matches)
            url = come.article.url
            elsewhere = self._store.at_address(url) if url else None
            if elsewhere not in (None, article_id):
                raise DuplicateError(f"The address {url} belongs to the article {elsewhere!r}: replace that one.")
            self._keep_vectors(embedded)
            changes = _Changes(self._store, connection)
            receipt = changes.put(come, Change.REPLACED)
            changes.group()
        return receipt

    def remove(self, article_id: str, matches: Match) -> None:
        """Drop an article if its digest matches, or raise `NotFoundError`, `ChangedError`."""
        with self._store.writing() as connection:
            self._matching(article_id, matches)
            changes = _Changes(self._store, connection)
            changes.remove(article_id)
            changes.group()

    def get(self, article_id: str) -> Holding:
        """Return an article, or raise `NotFoundError`."""
        held = self._store.holding(article_id) if may_be_id(article_id) else None
        if held is None:
            raise NotFoundError(f"There is no article {article_id!r:.80}; GET /v1/articles lists those that are here.")
        return held

    def page(self, listing: Listing) -> ArticlePage:
        """Return the next articles of a listing."""
        return self._store.page(listing)

    def _add_read(self, read: Sequence[_Come], on_duplicate: OnDuplicate, pause: Pause) -> list[Outcome]:
        with self._store.one_moment():
            # Asked before the work of embedding, and again when nobody else can write.
            before = [self._settled(come, on_duplicate) for come in read]
        if all(before):
            return [settled for settled in before if settled]
        embedded = self._embed([come for come, settled in zip(read, before, strict=True) if not settled], pause)
        with self._store.writing() as connection:
            self._keep_vectors(embedded)
            changes = _Changes(self._store, connection)
            outcomes = [
                self._settled(come, on_duplicate) or self._put(changes, come, is_embedded=not early)
                for come, early in zip(read, before, strict=True)
            ]
            changes.group()
        return outcomes

    def _embed(self, come: Sequence[_Come], pause: Pause = go_on) -> _Embedded:
        texts = self._store.unembedded(self._embedder.name, [words for each in come for words in each.said])
        texts.sort(key=len, reverse=True)  # to pad little, where an embedder pads
        import numpy as np

        encoded: list[Vectors] = []
        for start in range(0, len(texts), EMBED_AT_ONCE):
            if encoded:
                pause()
            encoded.append(self._embedder.encode(texts[start : start + EMBED_AT_ONCE]))
        return _Embedded(texts, np.concatenate(encoded) if encoded else None)

    def _keep_vectors(self, embedded: _Embedded) -> None:
        if embedded.vectors is not None:
            self._store.keep_embeddings(self._embedder.name, embedded.texts, embedded.vectors)

    def _put(self, changes: _Changes, come: _Come, *, is_embedded: bool) -> Receipt:
        if not is_embedded:  # it was a duplicate before there was the right to write, and is none now
            self._keep_vectors(self._embed([come]))
        held = self._duplicate(come.article)
        if held is None:
            return changes.put(come, Change.ADDED)
        return changes.put(come.under(held), Change.REPLACED)

    def _settled(self, come: _Come, on_duplicate: OnDuplicate) -> Outcome | None:
        """Return the answer where nothing is to be written, or None."""
        held = self._duplicate(come.article)
        if held is None:
            return None
        if on_duplicate is OnDuplicate.SKIP:
            there = self.get(held)
            return Receipt(Change.SKIPPED, there.article, there.sentences, come.arrival.dropped)
        shared = "id" if held == come.article.id else "address"
        if on_duplicate is OnDuplicate.FAIL:
            return DuplicateError(
                f"An article with this {shared} is here already, as {held!r:.80}; "
                "send on_duplicate=replace or on_duplicate=skip" + (", or another id." if shared == "id" else ".")
            )
        if come.new.id is not None and held != come.article.id:
            return DuplicateError(f"This address belongs to the article {held!r:.80}; send that id, or no id.")
        return None

    def _duplicate(self, article: Article) -> str | None:
        """Return the id of the article that this one would double: the one with its id, else with its address."""
        if self._store.has(article.id):
            return article.id
        return self._store.at_address(article.url) if article.url else None

    def _matching(self, article_id: str, matches: Match) -> None:
        digest = self.get(article_id).article.digest
        if not matches(digest):
            raise ChangedError(
                f'The article {article_id!r:.80} is not what If-Match takes it for; its ETag is now "{digest}": '
                "get it again, and repeat the change on that."
            )


def _read(new: NewArticle) -> _Come | ReadingError:
    try:
        return _Come(new, read_arrival(new))
    except ReadingError as error:
        return error

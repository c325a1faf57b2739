"""Articles that come, change and go while the service answers: each whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.corpus.factchecks import claims_of
from service.corpus.grouping import regroup, relatives
from service.corpus.rows import may_be_id
from service.corpus.store import Store
from service.domain import Article, Span
from service.errors import ChangedError, DuplicateError, NotFoundError
from service.keeping import ArticlePage, Change, Holding, Listing, Match, NewArticle, OnDuplicate, Receipt
from service.ports import Embedder, Vectors
from service.reading.arrivals import Arrival, read_arrival
from service.reading.sentences import split


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An article with all that takes long already done, so that the right to write is held for a moment only."""

    arrival: Arrival
    spans: tuple[Span, ...]
    texts: Sequence[str]
    vectors: Vectors | None

    @property
    def article(self) -> Article:
        return self.arrival.article

    def receipt(self, change: Change) -> Receipt:
        return Receipt(change, self.article, len(self.spans), self.arrival.dropped)


class StoreArchive:
    """The articles of a store. Article, sentences, embeddings and origins are kept in one transaction."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self._store, self._embedder = store, embedder

    def add(self, new: NewArticle, on_duplicate: OnDuplicate) -> Receipt:
        """Keep an article, or raise `ReadingError` where it has no text, `DuplicateError` where it is there."""
        arrival = read_arrival(new)
        # Asked before the work of embedding, and again when nobody else can write.
        if settled := self._settled(arrival, new, on_duplicate):
            return settled
        prepared = self._prepare(arrival)
        with self._store.writing():
            if settled := self._settled(arrival, new, on_duplicate):
                return settled
            held = self._duplicate(arrival.article)
            if held is None:
                return self._keep(prepared, Change.ADDED)
            return self._keep(_under(prepared, held), Change.REPLACED)

    def replace(self, article_id: str, new: NewArticle, matches: Match) -> Receipt:
        """Put another text in an article's place if its digest matches, or raise `NotFoundError`, `ChangedError`."""
        self._matching(article_id, matches)
        prepared = self._prepare(read_arrival(replace(new, id=article_id)))
        with self._store.writing():
            self._matching(article_id, matches)
            url = prepared.article.url
            elsewhere = self._store.at_address(url) if url else None
            if elsewhere not in (None, article_id):
                raise DuplicateError(f"The address {url} belongs to the article {elsewhere!r}: replace that one.")
            return self._keep(prepared, Change.REPLACED)

    def remove(self, article_id: str, matches: Match) -> None:
        """Drop an article if its digest matches, or raise `NotFoundError`, `ChangedError`."""
        with self._store.writing() as connection:
            self._matching(article_id, matches)
            near = relatives(connection, [article_id])
            self._store.remove(connection, [article_id])
            regroup(self._store, connection, None, near)

    def get(self, article_id: str) -> Holding:
        """Return an article, or raise `NotFoundError`."""
        held = self._store.holding(article_id) if may_be_id(article_id) else None
        if held is None:
            raise NotFoundError(f"There is no article {article_id!r:.80}; GET /v1/articles lists those that are here.")
        return held

    def page(self, listing: Listing) -> ArticlePage:
        """Return the next articles of a listing."""
        return self._store.page(listing)

    def _prepare(self, arrival: Arrival) -> _Prepared:
        text = arrival.article.text
        spans = tuple(split(text))
        said = [text[span.start : span.end] for span in spans] + claims_of([arrival.article])
        new = self._store.unembedded(self._embedder.name, said)
        return _Prepared(arrival, spans, new, self._embedder.encode(new) if new else None)

    def _keep(self, prepared: _Prepared, change: Change) -> Receipt:
        article = prepared.article
        with self._store.writing() as connection:
            near = relatives(connection, [article.id])
            if prepared.vectors is not None:
                self._store.keep_embeddings(self._embedder.name, prepared.texts, prepared.vectors)
            self._store.put(connection, article, prepared.spans, None)
            regroup(self._store, connection, article, near)
        return prepared.receipt(change)

    def _settled(self, arrival: Arrival, new: NewArticle, on_duplicate: OnDuplicate) -> Receipt | None:
        """Return the answer where nothing is to be written, or None; raise `DuplicateError` where that was asked."""
        held = self._duplicate(arrival.article)
        if held is None:
            return None
        if on_duplicate is OnDuplicate.SKIP:
            there = self.get(held)
            return Receipt(Change.SKIPPED, there.article, there.sentences, arrival.dropped)
        shared = "id" if held == arrival.article.id else "address"
        if on_duplicate is OnDuplicate.FAIL:
            raise DuplicateError(
                f"An article with this {shared} is here already, as {held!r:.80}; "
                "send on_duplicate=replace or on_duplicate=skip, or another id."
            )
        if new.id is not None and held != arrival.article.id:
            raise DuplicateError(f"This address belongs to the article {held!r:.80}; send that id, or no id.")
        return None

    def _duplicate(self, article: Article) -> str | None:
        """Return the id of the article that this one would double: the one with its id, else with its address."""
        if self._store.articles([article.id]):
            return article.id
        return self._store.at_address(article.url) if article.url else None

    def _matching(self, article_id: str, matches: Match) -> None:
        digest = self.get(article_id).article.digest
        if not matches(digest):
            raise ChangedError(
                f'The article {article_id!r:.80} is not what If-Match takes it for; its ETag is now "{digest}": '
                "get it again, and repeat the change on that."
            )


def _under(prepared: _Prepared, article_id: str) -> _Prepared:
    article = replace(prepared.article, id=article_id)
    return replace(prepared, arrival=replace(prepared.arrival, article=article))

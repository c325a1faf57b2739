"""What is kept: articles, their sentences, the embeddings of the sentences, in one SQL database.

The database is the truth. Whatever searches faster (the vector index) is made from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    String,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)

from service.corpus import kin, revisions, vectors
from service.corpus.database import Database
from service.corpus.engines.interface import SearchWords
from service.corpus.engines.upsert import or_replace
from service.corpus.revisions import Mark, State
from service.corpus.rows import (
    Found,
    article_of,
    articles_by_id,
    by_ids,
    fact_checks_text,
    filters_of,
    found_of,
    in_parts,
    joined_terms,
    parts,
    sentence_of,
    sentences_by_id,
    terms_of_ids,
    with_beside,
)
from service.corpus.tables import articles, corpus, embeddings, origins, sentence_origins, sentences
from service.corpus.vectors import Delta, SentenceVectors
from service.domain import Article, Coverage, Origin, Query, Span
from service.keeping import ArticlePage, Holding, Listing
from service.ports import Vectors
from service.reading.origins import Grouping
from service.reading.passages import PassageSource

__all__ = ["Fingerprint", "Found", "SentenceVectors", "Store", "digest"]


# What every check asks for is made once: to make a statement costs about as much as a small one takes to run.
_SENTENCE_IDS = select(sentences.c.id).join(articles, sentences.c.article_id == articles.c.id)
_ORIGINS = (
    select(sentence_origins, origins.c.name, origins.c.articles)
    .join(origins)
    .where(sentence_origins.c.sentence_id.in_(bindparam("ids", expanding=True)))
)
_PUBLISHERS = (
    select(articles.c.publisher).where(articles.c.publisher.in_(bindparam("names", expanding=True))).distinct()
)
_TERM_COUNTS = text("SELECT term, doc FROM sentence_terms WHERE term IN :terms").bindparams(
    bindparam("terms", expanding=True, type_=String)
)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells whether an article has changed, and which folder gave it (None: added by hand)."""

    digest: str
    folder: str | None


def digest(sentence: str) -> bytes:
    """Return the key under which a sentence's embedding is kept."""
    return hashlib.sha256(sentence.encode("utf-8")).digest()


class Store(Database):
    """The corpus in a database."""

    # --- articles -----------------------------------------------------------------------------------------------

    def put(self, connection: Connection, article: Article, spans: Sequence[Span], folder: str | None) -> None:
        """Insert the article, or replace the one with its id, together with its sentences."""
        self.remove(connection, [article.id])
        connection.execute(
            insert(articles).values(
                id=article.id, title=article.title, publisher=article.publisher, url=article.url,
                published_at=article.published_at, text=article.text, sha256=article.sha256,
                digest=article.digest, folder=folder, fact_checks=fact_checks_text(article),
            )
        )  # fmt: skip
        self._put_sentences(connection, article, spans)
        self.backend.articles_came(connection, [article.id])
        revisions.advance(connection, added=[Mark(article.id, article.digest)])

    def _put_sentences(self, connection: Connection, article: Article, spans: Sequence[Span]) -> None:
        said = [article.text[span.start : span.end] for span in spans]
        if not said:
            return
        rows = [
            {"article_id": article.id, "position": n, "start": s.start, "end": s.end, "text_sha256": digest(words)}
            for n, (s, words) in enumerate(zip(spans, said, strict=True))
        ]
        # In this order, so that an article's ids are consecutive and in the order of reading.
        numbered = insert(sentences).returning(sentences.c.id, sort_by_parameter_order=True)
        ids = connection.execute(numbered, rows).scalars().all()
        searched = [
            SearchWords(n, joined_terms(words), joined_terms(f"{article.title}\n{before}"))
            for n, words, before in zip(ids, said, ["", *said[:-1]], strict=True)
        ]
        self.backend.put_words(connection, searched)

    def remove(self, connection: Connection, ids: Sequence[str]) -> None:
        """Delete articles and their sentences; ids that are not there are passed over."""
        for part in parts(ids):
            marks = [
                Mark(row.id, row.digest)
                for row in connection.execute(select(articles.c.id, articles.c.digest).where(articles.c.id.in_(part)))
            ]
            if not marks:
                continue
            theirs = select(sentences.c.id).where(sentences.c.article_id.in_(part))
            sentence_ids = list(connection.execute(theirs).scalars())
            if sentence_ids:
                self.backend.drop_sentences(connection, sentence_ids)
            connection.execute(delete(articles).where(articles.c.id.in_(part)))
            revisions.log_removed(connection, revisions.advance(connection, gone=marks), sentence_ids)

    def fingerprints(self) -> dict[str, Fingerprint]:
        """Return the digest and the folder of every article, by id."""
        with self.reading() as connection:
            rows = connection.execute(select(articles.c.id, articles.c.digest, articles.c.folder))
            return {row.id: Fingerprint(row.digest, row.folder) for row in rows}

    def articles(self, ids: Sequence[str]) -> list[Article]:
        """Return the articles with these ids, ordered by id."""
        with self.reading() as connection:
            return articles_by_id(connection, ids)

    def has(self, article_id: str) -> bool:
        """Return whether there is an article with this id."""
        wanted = select(articles.c.id).where(articles.c.id == article_id)
        with self.reading() as connection:
            return connection.execute(wanted).first() is not None

    def holding(self, article_id: str) -> Holding | None:
        """Return an article with its number of sentences, or None."""
        with self.one_moment() as connection:
            held = articles_by_id(connection, [article_id])
            count = select(func.count()).where(sentences.c.article_id == article_id)
            return Holding(held[0], connection.execute(count).scalar_one()) if held else None

    def at_address(self, url: str) -> str | None:
        """Return the id of the article with this address, the first where there are several."""
        wanted = select(articles.c.id).where(articles.c.url == url).order_by(articles.c.id).limit(1)
        with self.reading() as connection:
            return connection.execute(wanted).scalar()

    def page(self, listing: Listing) -> ArticlePage:
        """Return the next articles of a listing, ordered by id."""
        wanted = select(articles).where(*filters_of(listing)).order_by(articles.c.id).limit(listing.limit + 1)
        if listing.after is not None:
            wanted = wanted.where(articles.c.id > listing.after)
        with self.reading() as connection:
            rows = connection.execute(wanted).all()
        there = tuple(article_of(row) for row in rows[: listing.limit])
        return ArticlePage(there, there[-1].id if len(rows) > listing.limit else None)

    def coverage(self, query: Query) -> Coverage:
        """Count what the query's filters leave to search."""
        chosen = select(articles.c.id, articles.c.published_at).where(*filters_of(query)).subquery()
        counted = select(func.count(), func.min(chosen.c.published_at), func.max(chosen.c.published_at))
        spans = select(func.count()).select_from(sentences.join(chosen, sentences.c.article_id == chosen.c.id))
        with self.reading() as connection:
            number, earliest, latest = connection.execute(counted).one()
            return Coverage(number, connection.execute(spans).scalar_one(), earliest, latest)

    def state(self) -> State:
        """Return the corpus's revision and version."""
        with self.reading() as connection:
            return revisions.state(connection)

    def version(self) -> str:
        """Return a digest of the corpus that changes with any article."""
        return self.state().version

    # --- sentences ----------------------------------------------------------------------------------------------

    def found(self, ids: Sequence[int]) -> dict[int, Found]:
        """Return sentences by id, each with its article and neighbors; ids that are gone are left out."""
        wanted = set(ids)
        with self.one_moment() as connection:
            near = sentences_by_id(connection, with_beside(ids))
            rows = [row for row in near if row.id in wanted]
            held = articles_by_id(connection, sorted({row.article_id for row in rows}))
            words = terms_of_ids(connection, [row.id for row in rows])
        texts = {article.id: article for article in held}
        spans = {(row.article_id, row.position): (row.start, row.end) for row in near}
        return {row.id: found_of(row, texts[row.article_id], spans, words) for row in rows if row.article_id in texts}

    def publishers(self, names: Sequence[str]) -> set[str]:
        """Return those of the names by which there are articles."""
        if not names:
            return set()
        with self.reading() as connection:
            return set(connection.execute(_PUBLISHERS, {"names": list(names)}).scalars())

    def term_counts(self, terms: Sequence[str]) -> dict[str, int]:
        """Return, for each search term, the number of sentences that hold it or have it in their context."""
        with self.reading() as connection:
            rows = connection.execute(_TERM_COUNTS, {"terms": list(dict.fromkeys(terms))})
            return {row.term: row.doc for row in rows}

    def matching(self, query: Query) -> list[int] | None:
        """Return the ids of the sentences that the query's filters leave, or None when it has no filter."""
        filters = filters_of(query)
        if not filters:
            return None
        with self.reading() as connection:
            return list(connection.execute(_SENTENCE_IDS.where(*filters)).scalars())

    def with_words(
        self, terms: Sequence[str], query: Query, count: int, held: Mapping[str, int] | None = None
    ) -> list[int]:
        """Return the ids of the sentences that hold search terms best, by BM25, ties by id; context counts less.

        `held` is what `term_counts` gives for them, where that is known already: a common term takes long to count.
        """
        if not terms:
            return []
        held = self.term_counts(terms) if held is None else held
        # A filter is part of the statement, so that it narrows before the ranking and not after it.
        filters = filters_of(query)
        chosen = _SENTENCE_IDS.where(*filters) if filters else None
        with self.reading() as connection:
            return self.backend.best(connection, terms, held, chosen, count)

    # --- origins ------------------------------------------------------------------------------------------------

    def sources(self, ids: Sequence[str] | None = None) -> list[PassageSource]:
        """Return articles, all or those with these ids, with their sentences, ordered by id."""
        with self.one_moment() as connection:
            rows = kin.sentences_of(connection, ids)
            held = articles_by_id(connection, list(dict.fromkeys(row.article_id for row in rows)))
        by_article: dict[str, list[Row[Any]]] = {}
        for row in rows:
            by_article.setdefault(row.article_id, []).append(row)
        return [PassageSource(a, tuple(sentence_of(row, a) for row in by_article[a.id])) for a in held]

    def keep_origins(self, grouping: Grouping, sources: Sequence[PassageSource]) -> None:
        """Give the sentences of these articles the origins of a grouping, and all others that they have now."""
        found = {s.id: grouping.origin_of(s.id) for source in sources for s in source.sentences}
        with self.writing() as connection:
            kin.replace(connection, found)

    def grouped_together(self, revision: int) -> None:
        """Note the revision at which all articles were last grouped together."""
        with self.writing() as connection:
            connection.execute(update(corpus).values(grouped=revision))

    def lacks_origins(self) -> bool:
        """Return whether articles have changed since all were last grouped together."""
        with self.reading() as connection:
            return bool(connection.execute(select(corpus.c.grouped < corpus.c.revision)).scalar_one())

    def origins(self, ids: Sequence[int]) -> dict[int, Origin]:
        """Return the origin of each sentence that has one, by sentence id."""
        with self.reading() as connection:
            rows = by_ids(connection, _ORIGINS, ids)
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
        with self.reading() as connection:
            return list({row.text_sha256: row.text[row.start : row.end] for row in connection.execute(wanted)}.values())

    def unembedded(self, model: str, texts: Sequence[str]) -> list[str]:
        """Return those of the texts, each once, that this model has not embedded yet."""
        by_key = {digest(words): words for words in texts}
        known = select(embeddings.c.text_sha256).where(embeddings.c.model == model)
        with self.reading() as connection:
            rows = in_parts(connection, lambda part: known.where(embeddings.c.text_sha256.in_(part)), list(by_key))
        for row in rows:
            del by_key[row.text_sha256]
        return list(by_key.values())

    def keep_embeddings(self, model: str, texts: Sequence[str], matrix: Vectors) -> None:
        """Keep the rows of a matrix (len(texts), d) of these sentences."""
        rows = [
            {"text_sha256": digest(words), "model": model, "vector": vector.astype("<f4").tobytes()}
            for words, vector in zip(texts, matrix, strict=True)
        ]
        with self.writing() as connection:
            connection.execute(or_replace(connection, embeddings, ["vector"]), rows)
            self.backend.embeddings_came(connection, model, [row["text_sha256"] for row in rows])
            revisions.advance(connection)  # an index that left these sentences out looks again

    def vectors(self, model: str, dimension: int) -> SentenceVectors:
        """Return every embedded sentence in reading order; `missing` counts those that are not embedded yet."""
        with self.one_moment() as connection:
            return vectors.all_vectors(connection, model, dimension)

    def delta(self, model: str, dimension: int, revision: int, seen: int) -> Delta | None:
        """Return what an index of that revision, which has seen ids up to `seen`, lacks; None where it is too old."""
        with self.one_moment() as connection:
            return vectors.delta(connection, model, dimension, revision, seen)

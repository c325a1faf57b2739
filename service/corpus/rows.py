"""From rows of the tables to the types that travel, and the statements that several modules share."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, Executable, Row, Select, bindparam, func, select, text

from service.corpus.tables import articles, sentences
from service.domain import Article, Context, FactCheck, Query, Sentence
from service.keeping import Listing
from service.language.terms import terms

T = TypeVar("T")
BATCH = 500  # ids in one IN (…), below every SQLite limit


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence with its article and neighbors, and the search terms of itself and of its context."""

    sentence: Sentence
    article: Article
    context: Context
    terms: set[str]
    context_terms: set[str]


def filters_of(query: Query | Listing) -> list[Any]:
    """Return what the rows of `articles` must fulfil."""
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


def in_parts(
    connection: Connection, statement: Callable[[Sequence[T]], Select[Any]], items: Sequence[T]
) -> list[Row[Any]]:
    """Return the rows of a statement made for a few items at a time."""
    return [row for part in parts(items) for row in connection.execute(statement(part)).all()]


def by_ids(connection: Connection, statement: Executable, ids: Sequence[Any]) -> list[Row[Any]]:
    """Return the rows of a statement that takes `ids`, a few at a time; made once, it costs less than `in_parts`."""
    return [row for part in parts(ids) for row in connection.execute(statement, {"ids": list(part)}).all()]


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_ARTICLES = select(articles).where(articles.c.id.in_(_IDS))
_SPAN = (sentences.c.id, sentences.c.article_id, sentences.c.position, sentences.c.start, sentences.c.end)
_SENTENCES = select(*_SPAN).where(sentences.c.id.in_(_IDS))
_TERMS = text("SELECT rowid, words, context FROM sentence_words WHERE rowid IN :ids").bindparams(_IDS)


def sentences_by_id(connection: Connection, ids: Sequence[int]) -> list[Row[Any]]:
    """Return where sentences stand in their articles, those that are gone left out."""
    return by_ids(connection, _SENTENCES, ids)


def articles_by_id(connection: Connection, ids: Sequence[str]) -> list[Article]:
    """Return the articles with these ids, ordered by id."""
    rows = by_ids(connection, _ARTICLES, ids)
    return sorted((article_of(row) for row in rows), key=lambda article: article.id)


def terms_texts(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return the search terms of sentences and of their contexts, parted by spaces, by sentence id."""
    return {row.rowid: (row.words, row.context) for row in by_ids(connection, _TERMS, ids)}


def terms_of_ids(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[set[str], set[str]]]:
    """Return the search terms of sentences and of their contexts, by sentence id."""
    held = terms_texts(connection, ids)
    return {number: (set(words.split()), set(context.split())) for number, (words, context) in held.items()}


def with_beside(ids: Sequence[int]) -> list[int]:
    """Return ids with those beside them: an article's sentences are kept together, so their ids are consecutive."""
    return sorted({beside for sentence_id in ids for beside in (sentence_id - 1, sentence_id, sentence_id + 1)})


def sentence_of(row: Row[Any], article: Article) -> Sentence:
    """Return the sentence of a row."""
    return Sentence(row.id, row.article_id, row.position, row.start, row.end, article.text[row.start : row.end])


def joined_terms(words: str) -> str:
    """Return the search terms of a text as FTS5 stores them."""
    return " ".join(terms(words))


def found_of(
    row: Row[Any],
    article: Article,
    spans: dict[tuple[str, int], tuple[int, int]],
    terms_by_id: dict[int, tuple[set[str], set[str]]],
) -> Found:
    """Return the sentence of a row with all that retrieval weighs."""

    def words(position: int) -> str:
        start, end = spans.get((row.article_id, position), (0, 0))
        return article.text[start:end]

    sentence = sentence_of(row, article)
    return Found(
        sentence,
        article,
        Context(words(row.position - 1), words(row.position + 1)),
        *terms_by_id.get(row.id, (set(), set())),
    )


def article_of(row: Row[Any]) -> Article:
    """Return the article of a row."""
    published: datetime | None = row.published_at
    checks = () if row.fact_checks is None else tuple(FactCheck(**each) for each in json.loads(row.fact_checks))
    return Article(row.id, row.title, row.text, row.publisher, row.url, published, checks)


def fact_checks_text(article: Article) -> str | None:
    """Return an article's fact-checks as the table keeps them."""
    return json.dumps([asdict(check) for check in article.fact_checks]) if article.fact_checks else None


def may_be_id(text: str) -> bool:
    """Return whether a text may be an id: none holds a control character, and PostgreSQL cannot be asked for NUL."""
    return not any(unicodedata.category(char) == "Cc" for char in text)


def parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the items a few at a time."""
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]

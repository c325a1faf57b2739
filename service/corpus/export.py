"""What the store holds as JSON lines, one row read at a time: memory does not grow with the corpus."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from service.corpus.checks import listed
from service.corpus.rows import article_of
from service.corpus.store import Store
from service.corpus.tables import articles, origins, sentence_origins, sentences
from service.domain import Article
from service.keeping import KeptCheck

KINDS = ("articles", "checks", "origins")

# Controls that JSON lets stand and a terminal obeys, and what turns the direction of the text around it.
_UNSAFE = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def export(store: Store, kind: str) -> Iterator[str]:
    """Yield the lines of one of `KINDS`, all of one moment. `wirecheck add` reads the articles' lines again."""
    rows = {"articles": _articles, "checks": _checks, "origins": _origins}[kind]
    for row in rows(store):
        yield _UNSAFE.sub(_escaped, json.dumps(row, ensure_ascii=False)) + "\n"


def _articles(store: Store) -> Iterator[dict[str, Any]]:
    with store.one_moment() as connection:
        for row in connection.execution_options(yield_per=100).execute(select(articles).order_by(articles.c.id)):
            yield _article(article_of(row))


def _article(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "publisher": article.publisher,
        "url": article.url,
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "sha256": article.sha256,
        "text": article.text,
        "fact_checks": [asdict(check) for check in article.fact_checks],
    }


def _checks(store: Store) -> Iterator[dict[str, Any]]:
    return (_check(kept) for kept in listed(store))


def _check(kept: KeptCheck) -> dict[str, Any]:
    return {
        "check_id": kept.id,
        "checked_at": kept.checked_at.isoformat(),
        "claim": kept.query.claim,
        "verdict": kept.verdict.value,
        "index": {"version": kept.index_version},
        "models": {"embedder": kept.embedder, "stance": kept.stance_model},
        "thresholds": {"supports": kept.thresholds.supports, "conflicts": kept.thresholds.conflicts},
        "stale": [
            {"article": {"id": cause.article_id, "title": cause.title}, "why": cause.why.value} for cause in kept.stale
        ],
        "report": json.loads(kept.answer),
    }


def _origins(store: Store) -> Iterator[dict[str, Any]]:
    """Yield each passage that has an origin: where it stands, and the report that it comes from."""
    wanted = (
        select(sentence_origins, origins.c.name, origins.c.articles, sentences)
        .join(origins, origins.c.id == sentence_origins.c.origin_id)
        .join(sentences, sentences.c.id == sentence_origins.c.sentence_id)
        .order_by(sentence_origins.c.origin_id, sentences.c.article_id, sentences.c.start)
    )
    with store.one_moment() as connection:
        for row in connection.execution_options(yield_per=500).execute(wanted):
            yield {
                "origin": {"id": row.origin_id, "name": row.name, "articles": row.articles},
                "article": {"id": row.article_id},
                "start": row.start,
                "end": row.end,
                "copied_share": round(row.copied_share, 4),
            }

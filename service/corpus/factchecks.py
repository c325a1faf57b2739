"""The human fact-checks of the corpus with the embeddings of their claims, kept at hand while nothing changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select

from service.corpus.rows import article_of, filters_of, in_parts
from service.corpus.store import Store, digest
from service.corpus.tables import articles, embeddings
from service.domain import Article, FactCheck, Query
from service.ports import Embedder, Vectors


@dataclass(frozen=True, slots=True)
class Held:
    """A fact-check and the article whose page states it."""

    fact_check: FactCheck
    article: Article


@dataclass(frozen=True, slots=True)
class FactCheckTable:
    """All fact-checks of one version of the corpus, and the unit vectors (n, d) of their claims."""

    version: str
    rows: tuple[Held, ...]
    vectors: Vectors


class FactChecks:
    """Reads the fact-checks of a store, again only when its articles have changed."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self._store, self._embedder = store, embedder
        self._table: FactCheckTable | None = None

    def table(self) -> FactCheckTable:
        """Return all fact-checks as they are now, ordered by article."""
        with self._store.one_moment() as connection:
            version = self._store.version()
            if self._table is None or self._table.version != version:
                wanted = select(articles).where(articles.c.fact_checks.is_not(None)).order_by(articles.c.id)
                held = [article_of(row) for row in connection.execute(wanted)]
                rows = tuple(Held(check, article) for article in held for check in article.fact_checks)
                self._table = FactCheckTable(version, rows, self._vectors([row.fact_check.claim for row in rows]))
        return self._table

    def left_by(self, query: Query) -> set[str] | None:
        """Return the ids of the articles with fact-checks that a query's filters leave, None where it has none."""
        rules = filters_of(query)
        if not rules:
            return None
        with self._store.reading() as connection:
            chosen = select(articles.c.id).where(articles.c.fact_checks.is_not(None), *rules)
            return set(connection.execute(chosen).scalars())

    def _vectors(self, claims: Sequence[str]) -> Vectors:
        """Return the vectors (n, d) of claims; an article's are embedded with it, so that few or none are missing."""
        keys = [digest(claim) for claim in claims]
        known = select(embeddings.c.text_sha256, embeddings.c.vector).where(embeddings.c.model == self._embedder.name)
        with self._store.reading() as connection:
            rows = in_parts(
                connection, lambda part: known.where(embeddings.c.text_sha256.in_(part)), list(dict.fromkeys(keys))
            )
        found = {bytes(row.text_sha256): np.frombuffer(row.vector, dtype="<f4") for row in rows}
        missing = list({key: claim for key, claim in zip(keys, claims, strict=True) if key not in found}.items())
        if missing:
            fresh = self._embedder.encode([claim for _, claim in missing])
            found |= {key: vector for (key, _), vector in zip(missing, fresh, strict=True)}
        if not keys:
            return np.zeros((0, self._embedder.dimension), dtype=np.float32)
        return np.stack([found[key] for key in keys]).astype(np.float32)


def claims_of(held: Sequence[Article]) -> list[str]:
    """Return the claims that the fact-checks of some articles are about."""
    return [check.claim for article in held for check in article.fact_checks]

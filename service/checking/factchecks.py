"""Which human fact-checks are about a claim, and which a search finds. A machine's verdict is never among them."""

from __future__ import annotations

from collections.abc import Iterator

from service.corpus.factchecks import FactChecks
from service.domain import MatchedFactCheck, Query
from service.keeping import FactCheckPage, FactCheckQuery, ReviewedClaim
from service.language.terms import terms
from service.ports import Embedder, Vectors

SAME_CLAIM = 0.6  # least cosine of two wordings of one claim
SHARED_TERMS = 0.5  # and least share of the terms of the shorter one that both have
FOUND = 0.35  # least cosine of what a search finds
MOST = 5  # fact-checks in one report


class FactCheckFinder:
    """Finds fact-checks by meaning and by words: two claims about one event are near, and need not say the same."""

    def __init__(self, held: FactChecks, embedder: Embedder) -> None:
        self._held, self._embedder = held, embedder

    def matching(self, query: Query, vector: Vectors) -> tuple[MatchedFactCheck, ...]:
        """Return the fact-checks of the query's claim, whose vector is (d,), nearest first."""
        table = self._held.table()
        if not table.rows:
            return ()
        left = self._held.left_by(query)
        words = set(terms(query.claim))
        found = [
            MatchedFactCheck(row.fact_check, row.article, float(cosine))
            for row, cosine in zip(table.rows, table.vectors @ vector, strict=True)
            if cosine >= SAME_CLAIM
            and (left is None or row.article.id in left)
            and _shared(words, set(terms(row.fact_check.claim))) >= SHARED_TERMS
        ]
        return tuple(sorted(found, key=lambda match: (-match.similarity, match.fact_check.url))[:MOST])

    def search(self, query: FactCheckQuery) -> FactCheckPage:
        """Return a page of reviewed claims: the nearest to the words asked for first, else the newest first."""
        claims: dict[str, list[MatchedFactCheck]] = {}
        for match in sorted(self._found(query), key=_order):
            claims.setdefault(" ".join(terms(match.fact_check.claim)), []).append(match)
        reviewed = [ReviewedClaim(tuple(match.fact_check for match in matches)) for matches in claims.values()]
        end = query.offset + query.limit
        return FactCheckPage(tuple(reviewed[query.offset : end]), end if end < len(reviewed) else None)

    def _found(self, query: FactCheckQuery) -> Iterator[MatchedFactCheck]:
        table = self._held.table()
        cosines = table.vectors @ self._embedder.encode([query.words])[0] if query.words and table.rows else None
        words = set(terms(query.words))
        for place, row in enumerate(table.rows):
            check = row.fact_check
            cosine = 1.0 if cosines is None else float(cosines[place])
            named = bool(words) and words <= set(terms(f"{check.claim} {check.claimant or ''}"))
            if (cosine >= FOUND or named) and query.wants(check):
                yield MatchedFactCheck(check, row.article, cosine)


def _shared(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _order(match: MatchedFactCheck) -> tuple[float, int, str]:
    day = (match.fact_check.review_date or "0001-01-01").replace("-", "")
    return (-match.similarity, -int(day), match.fact_check.url)

"""Checks kept with what they rested on, so that each can be shown again, repeated, and known to be stale."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, exists, insert, or_, select

from service.corpus.rows import in_parts, may_be_id
from service.corpus.store import Store
from service.corpus.tables import articles, check_articles, checks
from service.domain import Article, Query, Report, Thresholds, Verdict
from service.errors import NotFoundError, UnwritableError
from service.keeping import Cause, CheckListing, CheckPage, KeptCheck, Why

# Counts the time in which the machine sleeps too, where the system has such a clock.
_PASSED = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_MOMENTS = ("published_from", "published_to")
WAIT_MS = 1_000  # for another writer: an answer waits for no more than this to be kept
MOST_DRIFT = timedelta(hours=1)  # between the clock on the wall and the time that has passed
_EVER = datetime(1, 1, 1, tzinfo=UTC)
_DROP = delete(checks).where(or_(checks.c.id == bindparam("same"), checks.c.checked_at < bindparam("oldest")))
_NAMES = ("publishers_include", "publishers_exclude")


class StoreChecks:
    """The checks of a store, each kept for some days; 0 days keeps none, and drops those that were kept before."""

    def __init__(
        self,
        store: Store,
        days: int,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        passed_s: Callable[[], float] = lambda: time.clock_gettime(_PASSED),
    ) -> None:
        self._store, self._days, self._now, self._passed_s = store, days, now, passed_s
        self._began = now() - timedelta(seconds=passed_s())
        if not days:
            with suppress(UnwritableError), store.writing() as connection:
                connection.execute(delete(checks))

    def keep(self, query: Query, report: Report, answer: str) -> None:
        """Keep a check with its answer as JSON, and drop those that are too old; none where the clock has jumped."""
        if not self._days:
            return
        fed = {article.id: article for article in _articles(report)}
        now = self._now()
        with self._store.writing(WAIT_MS, lasting=False) as connection:
            oldest = _EVER if self._has_jumped(now) else now - timedelta(days=self._days)
            connection.execute(_DROP, {"same": report.check_id, "oldest": oldest})
            done = connection.execute(insert(checks), _values(query, report, answer, now))
            (number,) = done.inserted_primary_key or (None,)
            rows = [
                {"check_number": number, "article_id": a.id, "title": a.title, "digest": a.digest} for a in fed.values()
            ]
            if rows:
                connection.execute(insert(check_articles), rows)

    def _has_jumped(self, now: datetime) -> bool:
        """Say whether the clock shows another time than has passed since the start: it would drop what is not old."""
        return abs(now - timedelta(seconds=self._passed_s()) - self._began) > MOST_DRIFT

    def get(self, check_id: str) -> KeptCheck:
        """Return a check, or raise `NotFoundError`."""
        with self._store.latest() as connection:
            wanted = select(checks).where(checks.c.id == check_id)
            row = connection.execute(wanted).first() if may_be_id(check_id) else None
            if row is None:
                kept = f"they are kept for {self._days} days" if self._days else "WIRECHECK_KEEP_CHECKS_DAYS keeps none"
                raise NotFoundError(f"There is no check {check_id!r:.80}; {kept}, and GET /v1/checks lists them.")
            return _kept(connection, [row])[0]

    def page(self, listing: CheckListing) -> CheckPage:
        """Return the next checks of a listing."""
        wanted = select(checks).order_by(checks.c.number.desc()).limit(listing.limit + 1)
        if listing.before is not None:
            wanted = wanted.where(checks.c.number < listing.before)
        if listing.stale:
            wanted = wanted.where(exists(_causes().where(check_articles.c.check_number == checks.c.number)))
        with self._store.latest() as connection:
            rows = connection.execute(wanted).all()
            shown = rows[: listing.limit]
            return CheckPage(tuple(_kept(connection, shown)), shown[-1].number if len(rows) > len(shown) else None)


def listed(store: Store) -> Iterator[KeptCheck]:
    """Yield every kept check, oldest first, all of one moment."""
    with store.one_moment() as connection:
        for part in (
            connection.execution_options(yield_per=100).execute(select(checks).order_by(checks.c.number)).partitions()
        ):
            yield from _kept(connection, part)


def _causes() -> Any:
    """Return the articles of checks that have changed or gone since."""
    joined = check_articles.outerjoin(articles, articles.c.id == check_articles.c.article_id)
    changed = or_(articles.c.id.is_(None), articles.c.digest != check_articles.c.digest)
    return select(check_articles, articles.c.id.label("there")).select_from(joined).where(changed)


def _kept(connection: Connection, rows: Sequence[Row[Any]]) -> list[KeptCheck]:
    found: dict[int, list[Cause]] = {}
    numbers = [row.number for row in rows]
    for cause in in_parts(connection, lambda part: _causes().where(check_articles.c.check_number.in_(part)), numbers):
        why = Why.DELETED if cause.there is None else Why.CORRECTED
        found.setdefault(cause.check_number, []).append(Cause(cause.article_id, cause.title, why))
    by_id = {number: sorted(causes, key=lambda cause: cause.article_id) for number, causes in found.items()}
    return [replace(_check(row), stale=tuple(by_id.get(row.number, ()))) for row in rows]


def _check(row: Row[Any]) -> KeptCheck:
    return KeptCheck(
        id=row.id,
        checked_at=row.checked_at,
        query=_query_of(row.query),
        verdict=Verdict(row.verdict),
        answer=row.answer,
        index_version=row.index_version,
        embedder=row.embedder,
        stance_model=row.stance_model,
        thresholds=Thresholds(row.supports, row.conflicts),
    )


def _values(query: Query, report: Report, answer: str, now: datetime) -> dict[str, Any]:
    return {
        "id": report.check_id,
        "checked_at": now,
        "claim": report.claim,
        "verdict": report.ruling.verdict.value,
        "query": json.dumps(asdict(query), default=datetime.isoformat),
        "answer": answer,
        "index_version": report.index_version,
        "embedder": report.embedder,
        "stance_model": report.stance_model,
        "supports": report.thresholds.supports,
        "conflicts": report.thresholds.conflicts,
    }


def _query_of(text: str) -> Query:
    values = json.loads(text)
    for name in _MOMENTS:
        values[name] = None if values[name] is None else datetime.fromisoformat(values[name])
    for name in _NAMES:
        values[name] = tuple(values[name])
    return Query(**values)


def _articles(report: Report) -> list[Article]:
    """Return the articles whose sentences support the claim or conflict with it."""
    hits = [hit for e in report.evidence for hit in (e.judgement.hit, *(other.hit for other in e.also_in))]
    return [hit.article for hit in hits]

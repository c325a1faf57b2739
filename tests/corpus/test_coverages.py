"""What a query leaves to search is counted once while the articles stay as they are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from service.corpus.coverages import MOST, Coverages
from service.corpus.engines.sqlite import Sqlite
from service.corpus.store import Store
from service.domain import Article, Coverage, Query
from tests.support import put

MILL = Article("mill", "The mill", "The mill burned. Nobody was hurt.", "Tarn Weekly")
QUAY = Article("quay", "The quay", "The quay reopened.", "Harbor Herald", None, datetime(2026, 3, 1, tzinfo=UTC))
ANY = Query("anything at all")


class Counting:
    """A store that notes what it is asked to count."""

    def __init__(self, store: Store) -> None:
        self.store, self.asked = store, list[Query]()

    def coverage(self, query: Query) -> Coverage:
        self.asked.append(query)
        return self.store.coverage(query)


def test_each_filter_is_counted_once_until_an_article_comes(store: Store) -> None:
    put(store, MILL)
    counting = Counting(store)
    coverages = Coverages(counting)  # type: ignore[arg-type]
    tarn, other_claim = Query("x", publishers_include=("Tarn Weekly",)), Query("another claim", limit=3)
    before = store.version()
    assert [coverages.of(query, before).sentences for query in (ANY, tarn, other_claim, tarn)] == [2, 2, 2, 2]
    assert counting.asked == [ANY, tarn]
    put(store, QUAY)
    after = store.version()
    assert [coverages.of(query, after) for query in (ANY, tarn)] == [store.coverage(ANY), store.coverage(tarn)]
    assert coverages.of(ANY, after).articles == 2


def test_what_is_remembered_has_an_end(store: Store) -> None:
    put(store, MILL)
    counting = Counting(store)
    coverages = Coverages(counting)  # type: ignore[arg-type]
    for number in range(MOST + 1):
        coverages.of(Query("x", publishers_exclude=(f"Outlet {number}",)), "one version")
    assert coverages.of(Query("x", publishers_exclude=("Outlet 0",)), "one version").articles == 1
    assert len(counting.asked) == MOST + 2


@pytest.mark.parametrize("lasting", [True, False, True])
def test_only_what_must_last_waits_for_the_disk(store: Store, lasting: bool) -> None:
    is_file = isinstance(store.backend, Sqlite)
    said = text("PRAGMA synchronous" if is_file else "SHOW synchronous_commit")
    with store.writing(lasting=False) as connection:  # what one transaction sets, the next one does not find
        assert connection.execute(said).scalar() in {1, "off"}
    with store.writing(lasting=lasting) as connection:
        assert (connection.execute(said).scalar() in {2, "on"}) is lasting

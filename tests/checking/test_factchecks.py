"""Human fact-checks beside a verdict: those of the claim, never part of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from service.assembly import build_service
from service.checking.factchecks import FactCheckFinder
from service.config import Settings
from service.corpus.archive import StoreArchive
from service.corpus.factchecks import FactChecks
from service.corpus.store import Store
from service.domain import Article, FactCheck, Query, Verdict
from service.keeping import FactCheckQuery, NewArticle, OnDuplicate
from tests.reading.test_claimreview import FOUND, REVIEW, page
from tests.support import FakeEmbedder, FakeStance, put

EMBEDDER = FakeEmbedder()
CRANE = Article("crane", "Crane", "The books of the harbor board are open.", "Quay Facts", fact_checks=(FOUND,))
OTHER = replace(FOUND, claim="Gulls may vote in the harbor council.", url="https://quay-facts.example/gulls")


def finder(store: Store) -> FactCheckFinder:
    return FactCheckFinder(FactChecks(store, EMBEDDER), EMBEDDER)


def matches(store: Store, claim: str, **narrowed: object) -> list[FactCheck]:
    query = Query(claim, **narrowed)
    return [match.fact_check for match in finder(store).matching(query, EMBEDDER.encode([claim])[0])]


def test_a_claim_said_alike_finds_its_fact_check(store: Store) -> None:
    put(store, CRANE, Article("gulls", "Gulls", "Gulls sat on the fence.", fact_checks=(OTHER,)))
    assert matches(store, "The crane of the harbor was sold for one crown.") == [FOUND]
    assert matches(store, "Gulls may vote in the council of the harbor.") == [OTHER]


def test_a_claim_about_something_else_finds_none(store: Store) -> None:
    put(store, CRANE)
    assert matches(store, "The harbor board met on a Monday.") == []
    assert matches(store, "Seven barges were sold in the spring.") == []


def test_filters_narrow_fact_checks_too(store: Store) -> None:
    put(store, replace(CRANE, published_at=datetime(2026, 2, 14, tzinfo=UTC)))
    claim = "The harbor crane was sold for one crown."
    assert matches(store, claim, publishers_include=("Quay Facts",)) == [FOUND]
    assert matches(store, claim, publishers_exclude=("Quay Facts",)) == []
    assert matches(store, claim, published_from=datetime(2026, 3, 1, tzinfo=UTC)) == []


def test_they_come_change_and_go_with_their_article(store: Store) -> None:
    found = finder(store)
    archive = StoreArchive(store, EMBEDDER)
    query = Query("The harbor crane was sold for one crown.")
    vector = EMBEDDER.encode([query.claim])[0]

    def ratings() -> list[str]:
        return [match.fact_check.rating for match in found.matching(query, vector)]

    assert ratings() == []
    for rating in ("False", "True"):
        review = str(REVIEW).replace("'", '"').replace('"False"', f'"{rating}"').replace('board"s', "board's")
        archive.add(NewArticle(page(review), is_html=True, id="crane"), OnDuplicate.REPLACE)
        assert ratings() == [rating]
        assert archive.get("crane").article.fact_checks[0].rating == rating
    archive.remove("crane", lambda _: True)
    assert ratings() == []


def test_claims_are_embedded_with_their_article(store: Store) -> None:
    embedder = FakeEmbedder()
    StoreArchive(store, embedder).add(NewArticle(page(str(REVIEW).replace("'", '"')), is_html=True), OnDuplicate.FAIL)
    before = len(embedder.encoded)
    assert len(FactChecks(store, embedder).table().rows) == 1
    assert len(embedder.encoded) == before


def test_a_verdict_does_not_count_them(tmp_path) -> None:
    service = build_service(Settings(data=tmp_path, threads=1), FakeEmbedder(), FakeStance())
    service.archive.add(NewArticle(page(str(REVIEW).replace("'", '"')), is_html=True, id="crane"), OnDuplicate.FAIL)
    report = service.check(Query("The harbor crane was sold for one crown."))
    assert [match.fact_check.rating for match in report.fact_checks] == ["False"]
    assert report.ruling.verdict is Verdict.NOT_ENOUGH_EVIDENCE


# --- search -------------------------------------------------------------------------------------------------------


def test_a_search_groups_reviews_of_one_claim_and_goes_on_page_by_page(store: Store) -> None:
    second = replace(FOUND, publisher="Mole Check", site="mole.example", url="https://mole.example/crane")
    gulls = Article("gulls", "Gulls", "Gulls sat on the fence.", fact_checks=(OTHER,))
    put(store, CRANE, Article("mole", "Mole", "A second look at the crane.", fact_checks=(second,)), gulls)
    page_one = finder(store).search(FactCheckQuery(site="example", limit=1))
    assert [len(claim.checks) for claim in page_one.claims] == [2]
    assert page_one.next == 1
    page_two = finder(store).search(FactCheckQuery(site="example", limit=1, offset=1))
    assert ([claim.checks[0].claim for claim in page_two.claims], page_two.next) == ([OTHER.claim], None)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (FactCheckQuery("crane sold one crown"), 1),
        (FactCheckQuery("a flyer"), 1),
        (FactCheckQuery("penguins in parliament"), 0),
        (FactCheckQuery("crane", language="en"), 1),
        (FactCheckQuery("crane", language="de"), 0),
        (FactCheckQuery("crane", site="quay-facts.example"), 1),
        (FactCheckQuery("crane", site="facts.example"), 0),
        (FactCheckQuery("crane", since="2026-02-14"), 1),
        (FactCheckQuery("crane", since="2026-02-15"), 0),
    ],
)
def test_a_search_narrows(store: Store, query: FactCheckQuery, found: int) -> None:
    put(store, CRANE)
    assert len(finder(store).search(query).claims) == found

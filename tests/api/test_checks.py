"""Checks that were made: shown as they were answered, repeated, and known to be stale when their evidence changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.api.example import REPORT
from service.app import create_app
from service.checking.pipeline import Pipeline
from service.corpus.archive import StoreArchive
from service.corpus.checks import StoreChecks
from service.corpus.store import Store
from service.domain import Query, Report
from service.errors import UnwritableError
from tests.api.test_problems import problem
from tests.fakes import FakeChecker
from tests.support import FakeEmbedder, FakeStance, embed

CLAIM = "Averby closes its swimming pool."
CLOSES = "The council of Averby will close the swimming pool [supports]. The building needs a new roof."
KEEPS = "Averby keeps its swimming pool open [conflicts]. The mayor found money in the road budget."
URL = "https://averby-echo.example/pool"


@pytest.fixture
def news(store: Store) -> FlaskClient:
    """A client of a whole service, with models that can be worked out by hand, and two articles."""
    embedder = FakeEmbedder()
    pipeline = Pipeline(store, embed(store, embedder), embedder, FakeStance())
    client = create_app(pipeline, StoreArchive(store, embedder), StoreChecks(store, 30)).test_client()
    for name, text, publisher in (("closes", CLOSES, "Averby Echo"), ("keeps", KEEPS, "Coast Radio")):
        sent = {"id": name, "title": "Pool", "text": text, "publisher": publisher, "published_at": "2026-06-01"}
        assert (
            client.post("/v1/articles", json={**sent, **({"url": URL} if name == "closes" else {})}).status_code == 201
        )
    return client


def check(client: FlaskClient, **more: Any) -> Any:
    return client.post("/v1/check", json={"claim": CLAIM, **more}).json


def stale(client: FlaskClient) -> dict[str, list[tuple[str, str]]]:
    rows = client.get("/v1/checks?stale=true").json["checks"]
    return {row["id"]: [(cause["article_id"], cause["why"]) for cause in row["stale"]] for row in rows}


def test_a_check_is_shown_as_it_was_answered(news: FlaskClient, store: Store) -> None:
    report = check(news, limit=7, published_from="2026-05-01")
    shown = news.get(f"/v1/checks/{report['check_id']}").json
    assert shown["report"] == report
    assert (shown["id"], shown["claim"], shown["verdict"]) == (report["check_id"], CLAIM, "disputed")
    assert (shown["index"], shown["models"]) == (report["index"], report["models"])
    assert shown["thresholds"] == {"supports": 0.5, "conflicts": 0.5}
    assert shown["stale"] == []
    kept = StoreChecks(store, 30).get(report["check_id"])
    assert kept.query == Query(CLAIM, limit=7, published_from=datetime(2026, 5, 1, tzinfo=UTC))


def test_a_check_asked_as_text_is_kept_too(news: FlaskClient) -> None:
    text = news.get("/v1/check", query_string={"claim": CLAIM}, headers={"Accept": "text/plain"}).text
    check_id = text.rsplit("Check ", 1)[1].split(",")[0]
    assert news.get(f"/v1/checks/{check_id}").json["report"]["claim"] == CLAIM


def test_a_correction_and_a_deletion_make_the_checks_that_they_fed_stale(news: FlaskClient) -> None:
    both, other = check(news)["check_id"], check(news, publishers={"include": ["Coast Radio"]})["check_id"]
    assert stale(news) == {}
    news.put("/v1/articles/closes", json={"text": KEEPS.replace("[conflicts]", "[conflicts] still"), "title": "Pool"})
    assert stale(news) == {both: [("closes", "corrected")]}
    news.delete("/v1/articles/keeps")
    assert stale(news) == {both: [("closes", "corrected"), ("keeps", "deleted")], other: [("keeps", "deleted")]}
    assert news.get(f"/v1/checks/{other}").json["stale"] == [{"article_id": "keeps", "title": "Pool", "why": "deleted"}]
    assert len(news.get("/v1/checks").json["checks"]) == 2


def test_what_was_put_back_as_it_was_makes_a_check_whole_again(news: FlaskClient) -> None:
    check_id = check(news)["check_id"]
    held = news.get("/v1/articles/keeps").json
    news.delete("/v1/articles/keeps")
    assert list(stale(news)) == [check_id]
    sent = {key: held[key] for key in ("id", "title", "publisher", "published_at", "text")}
    assert news.post("/v1/articles", json=sent).status_code == 201
    assert stale(news) == {}


def test_a_recheck_asks_the_same_again_and_says_what_changed(news: FlaskClient) -> None:
    before = check(news, limit=7)
    same = news.post(f"/v1/checks/{before['check_id']}/recheck").json
    assert same["changes"]["changed"] is False
    assert (same["changes"]["gained"], same["changes"]["lost"], same["changes"]["causes"]) == ([], [], [])
    news.delete("/v1/articles/keeps")
    again = news.post(f"/v1/checks/{before['check_id']}/recheck").json
    assert again["before"] == before["check_id"]
    assert again["report"]["verdict"] == "supported"
    assert again["changes"]["verdict"] == {"before": "disputed", "after": "supported"}
    (lost,) = again["changes"]["lost"]
    assert lost == {"article_id": "keeps", "stance": "conflicts", "sentence": KEEPS.split(". ")[0] + "."}
    assert [cause["why"] for cause in again["changes"]["causes"]] == ["deleted"]
    assert again["changes"]["changed"] is True
    assert news.get(f"/v1/checks/{again['report']['check_id']}").json["report"] == again["report"]
    assert list(stale(news)) == [same["report"]["check_id"], before["check_id"]]  # newest first


def test_a_draft_leaves_to_a_human_what_is_a_human_s(news: FlaskClient) -> None:
    answer = news.get(f"/v1/checks/{check(news)['check_id']}/claimreview").json
    review = answer["claimreview"]
    assert answer["missing"] == ["url", "author", "reviewRating"]
    assert [review[name] for name in answer["missing"]] == [None, None, None]
    assert (review["@type"], review["claimReviewed"], review["creativeWorkStatus"]) == ("ClaimReview", CLAIM, "Draft")
    assert "disputed" not in json.dumps(answer)
    (url,) = [citation["url"] for citation in review["citation"] if citation["url"]]
    assert url.startswith(f"{URL}#:~:text=")
    assert len(review["citation"]) == 2
    assert {citation["datePublished"] for citation in review["citation"]} == {"2026-06-01T00:00:00Z"}


def test_checks_are_listed_page_by_page(news: FlaskClient) -> None:
    made = [check(news)["check_id"] for _ in range(5)]
    first = news.get("/v1/checks?limit=2").json
    second = news.get(f"/v1/checks?limit=9&cursor={first['next']}").json
    listed = [row["id"] for row in (*first["checks"], *second["checks"])]
    assert (listed, second["next"]) == (made[::-1], None)


@pytest.mark.parametrize("query", ["cursor=5", "cursor=n", "cursor=n-1", "stale=perhaps", "limit=0"])
def test_a_bad_page_is_refused(news: FlaskClient, query: str) -> None:
    problem(news.get(f"/v1/checks?{query}"), 422)


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/recheck"), ("GET", "/claimreview")])
def test_a_check_that_is_not_there_is_404(news: FlaskClient, method: str, path: str) -> None:
    response = news.open(f"/v1/checks/nowhere{path}", method=method)
    assert problem(response, 404).startswith("There is no check 'nowhere'; they are kept for 30 days")


# --- how long -----------------------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> Iterator[Callable[[], datetime]]:
    times = iter(datetime(2026, 6, 1, tzinfo=UTC) + timedelta(days=day) for day in (0, 6, 12))
    yield lambda: next(times)


def test_a_check_is_kept_for_the_days_that_are_set(store: Store, clock: Callable[[], datetime]) -> None:
    moments = [clock() for _ in range(3)]
    for number, moment in enumerate(moments):
        log = StoreChecks(store, 10, now=lambda moment=moment: moment)
        log.keep(Query("abc"), replace(REPORT, check_id=f"c{number}"), "{}")
    client = create_app(FakeChecker(), log=StoreChecks(store, 10)).test_client()
    assert [row["id"] for row in client.get("/v1/checks").json["checks"]] == ["c2", "c1"]


def test_switched_off_none_is_kept_and_those_there_are_dropped(store: Store) -> None:
    StoreChecks(store, 30).keep(Query("abc"), REPORT, "{}")
    client = create_app(FakeChecker(), log=StoreChecks(store, 0)).test_client()
    answer = check(client)
    assert client.get("/v1/checks").json == {"checks": [], "next": None}
    assert "WIRECHECK_KEEP_CHECKS_DAYS keeps none" in problem(client.get(f"/v1/checks/{answer['check_id']}"), 404)


class Unwritable(StoreChecks):
    """A log on a full disk."""

    def keep(self, query: Query, report: Report, answer: str) -> None:
        raise UnwritableError("The store cannot be written to: database or disk is full.")


def test_a_check_is_answered_also_when_it_cannot_be_kept(store: Store, tmp_path: Path) -> None:
    client = create_app(FakeChecker(), log=Unwritable(store, 30)).test_client()
    response = client.post("/v1/check", json={"claim": CLAIM})
    assert response.status_code == 200
    assert response.json["warnings"][-1].startswith("The check could not be kept")

"""A kept check on one page: whole in itself, with nothing from an article that a browser would obey."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.api.example import REPORT
from service.api.present import as_json_text
from service.api.printed import MOST_OF_TWO, MOST_SENTENCES, POLICY, printed
from service.domain import Query
from service.keeping import Cause, KeptCheck, Why
from tests.api.test_checks import CLAIM, check, news
from tests.api.test_problems import problem

__all__ = ["news"]
HOSTILE = "<script>alert(1)</script>\u202e'\" onload=x <b>"


class Reader(HTMLParser):
    """Gathers what a page shows and which elements and addresses it has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def kept(answer: dict[str, Any], **more: Any) -> KeptCheck:
    made = KeptCheck(
        id=REPORT.check_id, checked_at=datetime(2026, 3, 12, 12, 5, tzinfo=UTC), query=Query(REPORT.claim),
        verdict=REPORT.ruling.verdict, answer=json.dumps(answer), index_version="7f3a", embedder="small",
        stance_model="wirecheck", thresholds=REPORT.thresholds,
    )  # fmt: skip
    return replace(made, **more)


@pytest.fixture
def answer() -> Any:
    return json.loads(as_json_text(REPORT))


def test_the_page_says_what_was_asked_answered_and_found(answer: Any) -> None:
    text = Reader(printed(kept(answer))).text
    for words in (
        "“The strike closed six berths.” REFUTED, confidence 91%",
        "gives 12 berths; the claim says six. The 3 indexed articles, published 2026-03-12.",
        "Supporting: 0 independent origins, 0 articles No sentence.",
        "Conflicting: 1 independent origin, 2 articles",
        "Harbor Herald, Dockworkers' strike enters second week, 2026-03-12, https://herald.example/strike-second-week",
        "as the port authority reports",
        "the claim says “six”, the article “12”",
        "undated: 9 berths (Bay Daily)",
        "1 article has no publication date",
        "2026-03-12 12:05 UTC",
        f"Check {REPORT.check_id}, index 7f3a, models small, wirecheck.",
    ):
        assert words in text


def test_over_http_it_needs_no_other_file_and_runs_nothing(news: FlaskClient) -> None:
    check_id = check(news)["check_id"]
    response = news.get(f"/v1/checks/{check_id}/report")
    assert response.content_type == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Security-Policy"] == POLICY
    (style,) = re.findall(r"<style>(.*?)</style>", response.text, re.DOTALL)
    assert f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" in POLICY
    page = Reader(response.text)
    assert not {"script", "img", "link", "iframe", "form", "object"} & set(page.tags)
    assert CLAIM in page.text
    assert page.text.count("1 independent origin, 1 article") == 2
    assert "may no longer hold" not in page.text


def test_a_check_that_is_not_there_is_a_problem(news: FlaskClient) -> None:
    problem(news.get("/v1/checks/nowhere/report"), 404)


def test_evidence_that_has_changed_is_said(news: FlaskClient) -> None:
    check_id = check(news)["check_id"]
    news.delete("/v1/articles/keeps")
    assert (
        "This check may no longer hold. What it rests on has changed: Pool: deleted since"
        in Reader(news.get(f"/v1/checks/{check_id}/report").text).text
    )


def test_what_narrowed_the_search_is_said(answer: Any) -> None:
    query = Query(
        REPORT.claim, published_from=datetime(2026, 3, 1, tzinfo=UTC), publishers_exclude=("Bay Daily", "Coastal Post")
    )
    text = Reader(printed(kept(answer, query=query))).text
    assert "Asked for: published from 2026-03-01; without Bay Daily, Coastal Post." in text


def test_nothing_from_an_article_is_obeyed(answer: Any) -> None:
    (entry,) = answer["evidence"]
    entry["sentence"] = entry["article"]["title"] = entry["origin"]["name"] = HOSTILE
    entry["attribution"]["speaker"] = entry["differences"][0]["evidence"]["text"] = HOSTILE
    entry["article"]["url"] = "javascript:alert(1)"
    answer["claim"] = answer["reason"] = HOSTILE
    answer["warnings"] = [HOSTILE]
    page = Reader(printed(kept(answer, stale=(Cause("a2", HOSTILE, Why.DELETED),))))
    assert not {"script", "b"} & set(page.tags)
    assert page.addresses == []
    assert "\u202e" not in page.text
    assert "<script>alert(1)</script>'\" onload=x <b>" in page.text


def test_a_side_shows_its_strongest_origins_and_says_what_it_leaves_out(answer: Any) -> None:
    (entry,) = answer["evidence"]
    places = ("one", "one", "one", "two", "three", "four", "five")
    answer["evidence"] = [
        {**entry, "sentence": f"Sentence {number}.", "origin": {**entry["origin"], "id": name}}
        for number, name in enumerate(places)
    ]
    text = Reader(printed(kept(answer))).text
    assert re.findall(r"Sentence (\d)\.", text) == ["0", "3", "4"]
    assert len(places) - MOST_SENTENCES == 4
    assert f"4 more in the whole answer, /v1/checks/{REPORT.check_id}." in text


def test_a_long_sentence_is_cut_at_a_word_and_says_so(answer: Any) -> None:
    answer["evidence"][0]["sentence"] = "berths " * 100
    text = Reader(printed(kept(answer))).text
    (cut,) = re.findall(r"“(berths [^”]*)”", text)
    assert len(cut) <= MOST_OF_TWO + len(" […]")
    assert cut.endswith("berths […]")

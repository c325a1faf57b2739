"""`/v1/check-text`: each sentence of a text answered by a line, with offsets into what was sent."""

from __future__ import annotations

import itertools
import json
import threading
from dataclasses import replace
from typing import Any

import pytest

from service.api.example import REPORT
from service.api.texts import Pace
from service.app import create_app
from service.domain import Query, Report
from service.errors import BusyError, UnwritableError
from tests.fakes import FakeChecker

PATIENCE = 10.0
TEXT = "Dear all,\n\nThe 🚢 sank off Lund. Who knew? Marta Quill owns the ship. She was not on board."


def lines(response: Any) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    assert response.content_type == "application/x-ndjson"
    return [json.loads(line) for line in response.text.splitlines()]


@pytest.fixture
def checker() -> FakeChecker:
    return FakeChecker()


@pytest.fixture
def client(checker: FakeChecker):
    return create_app(checker).test_client()


@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"text": TEXT, "limit": 7}},
        {"data": TEXT.encode(), "content_type": "text/plain; charset=utf-8", "query_string": {"limit": "7"}},
    ],
)
def test_every_sentence_is_answered_in_order(client, checker: FakeChecker, sent: dict[str, Any]) -> None:
    found = lines(client.post("/v1/check-text", **sent))
    assert [line["kind"] for line in found] == ["left_out", "claim", "left_out", "claim", "claim", "summary"]
    assert [line["reason"] for line in found if line["kind"] == "left_out"] == ["greeting", "question"]
    assert [line["checked_as"] for line in found if line["kind"] == "claim"] == [
        "The 🚢 sank off Lund.", "Marta Quill owns the ship.", "Marta Quill was not on board.",
    ]  # fmt: skip
    for line in found[:-1]:
        assert TEXT[line["start"] : line["end"]] == line["sentence"]
    assert (found[-1]["claims"], found[-1]["left_out"], found[-1]["verdicts"]) == (3, 2, {"refuted": 3})
    assert [query.claim for query in checker.queries] == [line["checked_as"] for line in found if line["checked_as"]]
    assert {query.limit for query in checker.queries} == {7}
    assert found[1]["report"]["claim"] == "The 🚢 sank off Lund."


def test_a_page_is_read_first_and_its_text_comes_with_the_answer(client) -> None:
    page = "<html><body><nav>Home</nav><article><p>The dam holds 40 million cubic meters.</p></article></body></html>"
    found = lines(client.post("/v1/check-text", data=page, content_type="text/html"))
    assert [line["kind"] for line in found] == ["text", "claim", "summary"]
    assert found[0]["text"][found[1]["start"] : found[1]["end"]] == "The dam holds 40 million cubic meters."


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/plain", "text/plain; charset=utf-8"),
        ("*/*", "application/x-ndjson"),
        ("application/json, application/x-ndjson", "application/x-ndjson"),
        ("text/plain;q=0.1, application/x-ndjson", "application/x-ndjson"),
    ],
)
def test_it_answers_in_the_form_that_is_asked_for(client, accept: str, kind: str) -> None:
    response = client.post("/v1/check-text", json={"text": TEXT}, headers={"Accept": accept})
    assert response.content_type == kind
    assert "Accept" in response.vary


def test_text_for_a_terminal_has_places_and_nothing_that_a_terminal_obeys(client, checker: FakeChecker) -> None:
    sent = {"text": "Who knew?\nThe \x1b[31mdam\x9b2J holds water. Nobody was hurt."}
    told = client.post("/v1/check-text", json=sent, headers={"Accept": "text/plain"}).text
    heads = [line for line in told.splitlines() if line[:1].isdigit()]
    assert heads == [
        "1:1: left out, question", "2:1: REFUTED, confidence 91%", "2:30: REFUTED, confidence 91%",
        "2 claims: 2 refuted; 1 sentence left out.",
    ]  # fmt: skip
    assert not {char for char in told if ord(char) < 32 or 126 < ord(char) < 160} - {"\n"}
    checker.error = UnwritableError("The store cannot be written to.")
    told = client.post("/v1/check-text", json=sent, headers={"Accept": "text/plain"}).text
    assert "2:1: NOT CHECKED\n" in told
    assert "2 claims: 2 not checked; 1 sentence left out." in told


def test_filters_go_with_every_claim(client, checker: FakeChecker) -> None:
    body = {"text": "The dam holds water.", "publishers": {"exclude": ["Quay Post"]}, "published_from": "2026-01-01"}
    lines(client.post("/v1/check-text", json=body))
    (query,) = checker.queries
    assert query.publishers_exclude == ("Quay Post",)
    assert query.published_from is not None


def test_a_claim_that_fails_does_not_stop_the_others(checker: FakeChecker) -> None:
    checker.error = UnwritableError("The store cannot be written to.")
    found = lines(
        create_app(checker)
        .test_client()
        .post("/v1/check-text", json={"text": "The dam holds water. It broke on Monday."})
    )
    assert found[0]["problem"]["status"] == 503
    assert found[0]["report"] is None
    assert (found[-1]["kind"], found[-1]["failed"]) == ("summary", 2)


def test_a_busy_service_is_asked_again() -> None:
    class Busy(FakeChecker):
        left = 2

        def check(self, query: Query) -> Report:
            self.left -= 1
            if self.left >= 0:
                raise BusyError("6 requests are already waiting: try again in a few seconds.")
            return super().check(query)

    pauses: list[float] = []
    client = create_app(Busy(), pace=Pace(sleep=pauses.append)).test_client()
    found = lines(client.post("/v1/check-text", json={"text": "The dam holds water."}))
    assert found[0]["report"] is not None
    assert len(pauses) == 2


def test_when_time_is_up_the_rest_is_said_to_be_unchecked() -> None:
    """Each look at the clock takes a second, and the first is the one for the models."""
    ticks = itertools.count()
    client = create_app(FakeChecker(), pace=Pace(budget_s=2.5, clock=lambda: float(next(ticks)))).test_client()
    found = lines(client.post("/v1/check-text", json={"text": "The dam holds. The lock holds. The pier holds."}))
    assert [bool(line["report"]) for line in found[:-1]] == [True, True, False]
    assert found[2]["problem"]["status"] == 503
    assert "send the text from here on again" in found[2]["problem"]["detail"]
    assert (found[-1]["failed"], found[-1]["truncated"]) == (1, True)


def test_a_claim_with_part_of_its_evidence_marks_the_text() -> None:
    client = create_app(FakeChecker(replace(REPORT, truncated=True))).test_client()
    found = lines(client.post("/v1/check-text", json={"text": "The dam holds water."}))
    assert found[0]["report"]["truncated"] is True
    assert (found[-1]["failed"], found[-1]["truncated"]) == (0, True)


def test_more_texts_than_a_worker_takes_are_sent_away_and_a_place_comes_free() -> None:
    inside, go_on = threading.Event(), threading.Event()

    class Slow(FakeChecker):
        def check(self, query: Query) -> Report:
            inside.set()
            assert go_on.wait(PATIENCE)
            return super().check(query)

    app = create_app(Slow(), pace=Pace(most_at_once=1))
    body = {"text": "The dam holds water."}
    first: list[int] = []

    def read() -> None:
        with app.test_client().post("/v1/check-text", json=body) as response:  # closed in the end, as a server does
            first.append(len(lines(response)))

    thread = threading.Thread(target=read)
    thread.start()
    try:
        assert inside.wait(PATIENCE)
        second = app.test_client().post("/v1/check-text", json=body)
        assert (second.status_code, second.headers["Retry-After"]) == (503, "10")
        assert "1 texts are being checked already" in second.json["detail"]
    finally:
        go_on.set()
        thread.join(PATIENCE)
    assert first == [2]
    assert len(lines(app.test_client().post("/v1/check-text", json=body))) == 2


def test_an_empty_text_has_a_summary_only(client) -> None:
    found = lines(client.post("/v1/check-text", data="  \n ", content_type="text/plain"))
    assert [line["kind"] for line in found] == ["summary"]


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"json": {}}, 422, "has no text"),
        ({"json": {"text": "a", "html": "b"}}, 422, "both text and html"),
        ({"json": {"text": "word " * 20_001}}, 422, "the limit is 100,000"),
        ({"json": {"text": "The dam holds water.", "limit": 0}}, 422, "limit"),
        ({"json": {"text": "The dam holds water.", "lang": "en"}}, 422, "lang is not known here"),
        ({"data": b"x", "content_type": "text/csv"}, 415, "text/plain"),
        ({"data": b"\0", "content_type": "text/html"}, 422, "is not text"),
        ({"data": b"<p></p>", "content_type": "text/html"}, 422, "the page "),
        ({"data": b"x" * 1_300_001, "content_type": "text/plain"}, 413, "1,300,000 bytes"),
    ],
)
def test_what_cannot_be_checked_is_a_problem(client, sent: dict[str, Any], status: int, said: str) -> None:
    response = client.post("/v1/check-text", **sent)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert said in response.json["detail"]


def test_a_service_that_loads_says_so_before_it_answers() -> None:
    loading = FakeChecker(parts={"models": "loading", "index": "loading"})
    client = create_app(loading, pace=Pace(patience_s=0.0)).test_client()
    assert client.post("/v1/check-text", json={"text": "The dam holds water."}).status_code == 503


def test_a_service_that_is_about_to_be_ready_is_waited_for() -> None:
    checker = FakeChecker(parts={"models": "loading", "index": "loading"})
    ready = {"models": "ready", "index": "ready"}
    client = create_app(checker, pace=Pace(sleep=lambda _: checker.parts.update(ready))).test_client()
    assert lines(client.post("/v1/check-text", json={"text": "The dam holds water."}))[-1]["claims"] == 1

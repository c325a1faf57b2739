"""The Python client, both kinds of it, against the real app."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from flask import Flask, Response

from service.domain import Query
from tests.fakes import FakeChecker
from wirecheck_client import Client, NewArticle, Retries, errors

CLAIM = "Two bridges closed."
PIER = NewArticle(
    id="pier", title="Gale at the pier", publisher="Harbor Herald", url="https://herald.example/pier",
    published_at=datetime(2026, 3, 12, tzinfo=UTC), text="The pier lost its roof in the gale. Two gulls moved in.",
)  # fmt: skip
PROBLEM = {
    "type": "about:blank",
    "title": "No",
    "status": 503,
    "detail": "wait a little",
    "instance": "/",
    "errors": [],
}


class Answers(httpx.BaseTransport):
    """Gives one answer after the other, an exception being raised, and remembers the requests."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.seen = list(answers), list[httpx.Request]()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, headers, body = answer
        kind = "application/problem+json" if status >= 400 else "application/json"
        return httpx.Response(status, headers={"Content-Type": kind, **headers}, json=body)


def busy(status: int = 503, **headers: str) -> tuple[int, dict[str, str], Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, named, {**PROBLEM, "status": status}


READY = (200, {}, {"status": "ready", "parts": {}})
RECEIPT = (
    201, {"ETag": '"9f2c"'},
    {"id": "pier", "status": "added", "sentences": 2, "dropped": {"lines": 0, "characters": 0},
     "article": {"id": "pier", "title": "Gale", "publisher": None, "url": None, "published_at": None, "sha256": "ab"}},
)  # fmt: skip


def test_a_claim_is_checked_with_all_that_narrows_it(client: Any, checker: FakeChecker) -> None:
    report = client.check(
        CLAIM, limit=7, published_from=date(2026, 3, 1), published_to="2026-03-02",
        include_publishers=["Bay Daily"], exclude_publishers=["Post"], include_excluded=True,
    )  # fmt: skip
    assert (report.claim, report.verdict) == (CLAIM, "refuted")
    end = datetime(2026, 3, 2, 23, 59, 59, 999999, tzinfo=UTC)
    expected = Query(CLAIM, 7, datetime(2026, 3, 1, tzinfo=UTC), end, ("Bay Daily",), ("Post",), include_excluded=True)
    assert checker.queries == [expected]


def test_a_claim_alone_takes_the_service_s_defaults(client: Any, checker: FakeChecker) -> None:
    client.check(CLAIM)
    assert checker.queries == [Query(CLAIM)]


def test_a_whole_text_is_answered_sentence_by_sentence(client: Any) -> None:
    text = "Who knew? The 🚢 sank off Lund."
    lines = list(client.check_text(text))
    assert [line.kind for line in lines] == ["left_out", "claim", "summary"]
    assert lines[0].reason == "question"
    assert text[lines[1].start : lines[1].end] == lines[1].report.claim == "The 🚢 sank off Lund."
    assert lines[2].verdicts == {"refuted": 1}


def test_a_page_is_checked_by_its_text(client: Any) -> None:
    lines = list(client.check_text(html="<article><p>The dam holds 40 million cubic meters.</p></article>"))
    assert lines[0].text[lines[1].start : lines[1].end] == lines[1].sentence


def test_text_and_page_are_not_both_taken(client: Any) -> None:
    with pytest.raises(ValueError, match="one of the two"):
        client.check_text("a", html="b")


def test_articles_come_change_and_go(client: Any) -> None:
    receipt = client.articles.add(PIER)
    assert (receipt.status, receipt.sentences, receipt.article.publisher) == ("added", 2, "Harbor Herald")
    held = client.articles.get("pier")
    assert (held.text, held.published_at, held.etag) == (PIER.text, PIER.published_at, receipt.etag)
    changed = client.articles.replace("pier", NewArticle(title="Gale", text="The roof is back."), etag=held.etag)
    assert changed.status == "replaced"
    with pytest.raises(errors.ChangedError):
        client.articles.delete("pier", etag=held.etag)
    client.articles.delete("pier", etag=changed.etag)
    with pytest.raises(errors.NotFoundError, match="no article 'pier'"):
        client.articles.get("pier")


def test_a_key_makes_an_addition_one(client: Any) -> None:
    first = client.articles.add(PIER, idempotency_key="k1")
    assert client.articles.add(PIER, idempotency_key="k1") == first
    with pytest.raises(errors.ConflictError, match="here already"):
        client.articles.add(PIER)


def test_an_id_with_a_slash_is_one_id(client: Any) -> None:
    client.articles.add(NewArticle(id="a/b?c", title="Gale", text="The roof is gone."))
    assert client.articles.get("a/b?c").id == "a/b?c"


def test_listings_go_over_all_pages(client: Any) -> None:
    for number in range(5):
        client.articles.add(NewArticle(id=f"a{number}", title="Gale", publisher="Post", text=f"Roof {number} is gone."))
    assert [article.id for article in client.articles.list(page_size=2)] == ["a0", "a1", "a2", "a3", "a4"]
    assert list(client.articles.list(publishers=["Herald"])) == []


def test_checks_are_kept_repeated_and_drafted(client: Any) -> None:
    report = client.check(CLAIM)
    kept = client.checks.get(report.check_id)
    assert (kept.report, kept.verdict) == (report, report.verdict)
    assert [row.id for row in client.checks.list(page_size=1)] == [report.check_id]
    assert client.checks.recheck(report.check_id).before == report.check_id
    assert client.checks.claimreview(report.check_id).claimreview["claimReviewed"] == CLAIM
    printed = client.checks.report(report.check_id)
    assert printed.startswith("<!doctype html>") and report.reason in html.unescape(printed)
    assert [row.claim for row in client.checks.list(stale=True)] == [CLAIM]  # its articles were never here


def test_it_is_asked_whether_it_is_ready(client: Any) -> None:
    assert client.ready().parts == {"models": "ready", "index": "ready"}


@pytest.mark.parametrize(
    ("ask", "kind", "said"),
    [
        (lambda client: client.check("?"), errors.InvalidError, "at least 3 are needed"),
        (lambda client: client.checks.get("none"), errors.NotFoundError, "no check 'none'"),
        (lambda client: list(client.check_text("a" * 100_001)), errors.InvalidError, "the limit is 100,000"),
    ],
)
def test_a_problem_is_an_error_with_its_status_and_faults(
    client: Any, ask: Callable[[Any], Any], kind: type[errors.ProblemError], said: str
) -> None:
    with pytest.raises(kind, match=said) as raised:
        ask(client)
    assert raised.value.status == raised.value.problem.status
    if kind is errors.InvalidError:
        assert raised.value.faults[0].pointer in {"#/claim", "#"}


def test_a_service_that_loads_says_so(connect: Any, checker: FakeChecker, app: Flask) -> None:
    checker.parts = {"models": "loading", "index": "loading"}
    with pytest.raises(errors.UnavailableError, match="loading") as raised:
        connect(httpx.WSGITransport(app), retries=Retries(most=0)).ready()
    assert raised.value.retry_after_s == 2


# --- trying again ---------------------------------------------------------------------------------------------


def test_what_can_be_repeated_is_tried_again(connect: Any) -> None:
    network = Answers(httpx.ReadTimeout("slow"), busy(503), busy(504), READY)
    assert connect(network).ready().status == "ready"
    assert len(network.seen) == 4


def test_an_added_article_is_repeated_under_its_first_key(connect: Any) -> None:
    network = Answers(httpx.ReadError("gone"), busy(409, Retry_After="0"), RECEIPT)
    assert connect(network).articles.add(PIER).etag == '"9f2c"'
    keys = {request.headers["Idempotency-Key"] for request in network.seen}
    assert (len(network.seen), len(keys)) == (3, 1)
    assert len(keys.pop()) == 36


def test_what_must_not_be_repeated_is_not(connect: Any) -> None:
    network = Answers(httpx.ReadError("gone"))
    with pytest.raises(errors.NotConnectedError, match="cannot be reached"):
        connect(network).articles.delete("pier")


def test_what_was_refused_or_never_sent_can_be_sent_again(connect: Any) -> None:
    network = Answers(httpx.ConnectError("refused"), busy(503, Retry_After="0"), busy(429, Retry_After="0"), READY)
    network.answers[-1] = (204, {}, None)
    connect(network).articles.delete("pier")
    assert len(network.seen) == 4


@pytest.mark.parametrize("answer", [busy(503, Retry_After="3600"), busy(500), busy(422), busy(409)])
def test_what_trying_again_does_not_help_is_told_at_once(connect: Any, answer: Any) -> None:
    network = Answers(answer)
    with pytest.raises(errors.ProblemError):
        connect(network).ready()


def test_it_gives_up_in_the_end(connect: Any) -> None:
    network = Answers(*[httpx.ReadTimeout("slow")] * 3)
    with pytest.raises(errors.TimedOutError, match="longer timeout"):
        connect(network, retries=Retries(most=2, first_wait_s=0.0)).ready()


def test_a_wait_may_be_a_date(connect: Any) -> None:
    network = Answers(busy(503, Retry_After="Thu, 01 Jan 1970 00:00:00 GMT"), READY)
    assert connect(network).ready().status == "ready"


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (b"<html>502</html>", "text/html", "proxy"),
        (b"{}", "application/problem+json", "has no type"),
    ],
)
def test_an_answer_of_something_else_is_named(connect: Any, content: bytes, kind: str, said: str) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(500, content=content, headers={"Content-Type": kind}))
    with pytest.raises(errors.UnexpectedAnswerError, match=said):
        connect(transport).ready()


def test_an_answer_that_cannot_be_unpacked_is_named(connect: Any) -> None:
    packed = {"Content-Encoding": "gzip"}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=httpx.ByteStream(b"no gzip"), headers=packed))
    with pytest.raises(errors.UnexpectedAnswerError, match="cannot be unpacked"):
        connect(transport, retries=Retries(most=0)).ready()


def test_the_key_goes_along_and_redirects_are_not_followed(connect: Any) -> None:
    network = Answers((302, {"Location": "https://elsewhere.example/"}, None))
    with pytest.raises(errors.UnexpectedAnswerError):
        connect(network, api_key="wk_secret").ready()
    (request,) = network.seen
    assert request.headers["Authorization"] == "Bearer wk_secret"


@pytest.mark.parametrize("base_url", ["127.0.0.1:8000", "ftp://a.example", ""])
def test_what_is_no_address_is_refused(base_url: str) -> None:
    with pytest.raises(ValueError, match="http://"):
        Client(base_url)


# --- over a socket --------------------------------------------------------------------------------------------


def test_many_articles_are_sent_as_they_come(connect: Any, address: str) -> None:
    drawn = []

    def articles() -> Iterator[Any]:
        for number in range(30):
            drawn.append(number)
            yield NewArticle(id=f"a{number}", title="Gale", published_at=date(2026, 3, 1), text=f"Roof {number} fell.")
        yield {"title": "Gale"}

    client = connect(None, address)
    lines = client.articles.add_many(articles())
    rows = list(lines)
    assert drawn == list(range(30))
    assert [row.status for row in rows] == [201] * 30 + [422]
    assert rows[0].receipt.article.published_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert "has neither text nor html nor url" in rows[-1].problem.detail
    assert len(list(client.articles.list(page_size=7))) == 30


def test_a_text_s_lines_come_while_the_others_are_checked(address: str, checker: FakeChecker) -> None:
    with Client(address) as client:
        lines = client.check_text("The pier lost its roof. The dam holds water. The bridge was closed.")
        first = next(lines)
        assert first.report is not None
        rest = list(lines)
    assert [line.kind for line in rest] == ["claim", "claim", "summary"]


def test_nobody_there_is_one_clear_error(connect: Any) -> None:
    with pytest.raises(errors.NotConnectedError, match="is the service running there"):
        connect(None, "http://127.0.0.1:9", retries=Retries(most=0)).check(CLAIM)


def test_a_stream_that_is_not_read_to_its_end_is_closed(app: Flask) -> None:
    closed = []

    @app.after_request
    def _noted(response: Response) -> Response:
        response.call_on_close(lambda: closed.append(True))
        return response

    with Client("http://127.0.0.1", transport=httpx.WSGITransport(app)) as client:
        lines = client.check_text("The pier lost its roof. The dam holds water.")
        next(lines)
        lines.close()  # type: ignore[attr-defined]
    assert closed

"""The client for programs that wait for each answer."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, TypeVar

import httpx

from wirecheck_client import calls
from wirecheck_client.answers import Retries, failure, line_in
from wirecheck_client.calls import LINES, Call, Moment, NewArticle
from wirecheck_client.decoding import decode
from wirecheck_client.models import (
    Article,
    CheckRow,
    Draft,
    Holding,
    KeptCheck,
    Line,
    OnDuplicate,
    Ready,
    Receipt,
    Recheck,
    Report,
    TextLine,
)
from wirecheck_client.options import TIMEOUT_S, httpx_options

T = TypeVar("T")


class Client:
    """Asks a Wirecheck service. Use it in a `with` statement, or `close` it; one client may serve many threads.

    `timeout_s` is for each read, so a stream may take longer; `transport` stands in for the network in tests.
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8000",
        *,
        api_key: str | None = None,
        timeout_s: float = TIMEOUT_S,
        retries: Retries | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(**httpx_options(base_url, api_key, timeout_s), transport=transport)
        self._retries = retries or Retries()
        self.articles = Articles(self)
        self.checks = Checks(self)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def check(
        self,
        claim: str,
        *,
        limit: int | None = None,
        published_from: Moment | None = None,
        published_to: Moment | None = None,
        include_publishers: Sequence[str] = (),
        exclude_publishers: Sequence[str] = (),
        include_excluded: bool = False,
    ) -> Report:
        """Return what the articles say of a claim."""
        narrowed = calls.narrowing(
            limit, published_from, published_to, include_publishers, exclude_publishers, include_excluded
        )
        return self.send(calls.check(claim, narrowed))

    def check_text(
        self,
        text: str | None = None,
        *,
        html: str | None = None,
        limit: int | None = None,
        published_from: Moment | None = None,
        published_to: Moment | None = None,
        include_publishers: Sequence[str] = (),
        exclude_publishers: Sequence[str] = (),
        include_excluded: bool = False,
    ) -> Iterator[TextLine]:
        """Yield a line for each sentence of a text, or of a page's `html`, as soon as it is checked."""
        narrowed = calls.narrowing(
            limit, published_from, published_to, include_publishers, exclude_publishers, include_excluded
        )
        return self._text_lines(calls.text_body(text, html, narrowed))

    def ready(self) -> Ready:
        """Return the state of models and index, or raise `UnavailableError` while they load."""
        return self.send(calls.ready())

    def send(self, call: Call[T]) -> T:
        """Send a call, again where that is safe and may help, and return its answer."""
        request = self._http.build_request(**call.request())
        return call.answer(self._asked(request, self._retries, repeatable=call.repeatable, stream=False))

    def add_lines(self, lines: Iterable[bytes], params: Mapping[str, Any]) -> Iterator[Line]:
        """Send articles as lines of JSON, once, and yield the lines of the answer."""
        headers = {"Content-Type": LINES}
        request = self._http.build_request("POST", "/v1/articles", content=lines, params=params, headers=headers)
        return self._lines(request, Line, Retries(most=0))

    def _text_lines(self, body: Mapping[str, Any]) -> Iterator[TextLine]:
        request = self._http.build_request("POST", "/v1/check-text", json=body)
        return self._lines(request, TextLine, self._retries)

    def _lines(self, request: httpx.Request, kind: type[T], retries: Retries) -> Iterator[T]:
        with closing(self._asked(request, retries, repeatable=True, stream=True)) as response:
            try:
                for line in response.iter_lines():
                    yield decode(kind, line_in(line), "the line")
            except httpx.RequestError as error:
                raise failure(error) from error

    def _asked(self, request: httpx.Request, retries: Retries, *, repeatable: bool, stream: bool) -> httpx.Response:
        tried = 0
        while True:
            outcome: httpx.Response | httpx.RequestError
            try:
                outcome = self._http.send(request, stream=stream)
            except httpx.RequestError as error:
                outcome = error
            else:
                if outcome.is_success:
                    return outcome
                with closing(outcome):
                    outcome.read()
            time.sleep(retries.pause(tried, outcome, repeatable=repeatable))
            tried += 1


class Articles:
    """The articles that claims are checked on: `client.articles`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def add(
        self, article: NewArticle, *, on_duplicate: OnDuplicate = "fail", idempotency_key: str | None = None
    ) -> Receipt:
        """Add an article. The key makes a repeated request answer as the first did; without one, one is made."""
        return self._client.send(calls.add(article, on_duplicate, idempotency_key))

    def add_many(
        self, articles: Iterable[NewArticle | Mapping[str, Any]], *, on_duplicate: OnDuplicate = "skip"
    ) -> Iterator[Line]:
        """Send articles as they come, holding one at a time, and yield what became of each once all are sent."""
        return self._client.add_lines(map(calls.line_of, articles), {"on_duplicate": on_duplicate})

    def get(self, article_id: str) -> Holding:
        """Return an article with its text and its etag."""
        return self._client.send(calls.get_article(article_id))

    def list(
        self,
        *,
        publishers: Sequence[str] = (),
        published_from: Moment | None = None,
        published_to: Moment | None = None,
        page_size: int = 50,
    ) -> Iterator[Article]:
        """Yield the articles in the order of their ids, page by page as they are drawn."""
        cursor = None
        while True:
            page = self._client.send(
                calls.page_of_articles(publishers, published_from, published_to, page_size, cursor)
            )
            yield from page.articles
            cursor = page.next
            if cursor is None:
                return

    def replace(self, article_id: str, article: NewArticle, *, etag: str | None = None) -> Receipt:
        """Replace an article; with an etag only that version, or raise `ChangedError`."""
        return self._client.send(calls.replace(article_id, article, etag))

    def delete(self, article_id: str, *, etag: str | None = None) -> None:
        """Delete an article; with an etag only that version, or raise `ChangedError`."""
        self._client.send(calls.delete(article_id, etag))


class Checks:
    """The checks that were made: `client.checks`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def get(self, check_id: str) -> KeptCheck:
        """Return a check as it was answered, and whether it still stands."""
        return self._client.send(calls.get_check(check_id))

    def list(self, *, stale: bool = False, page_size: int = 50) -> Iterator[CheckRow]:
        """Yield the checks, newest first, all or the stale ones, page by page as they are drawn."""
        cursor = None
        while True:
            page = self._client.send(calls.page_of_checks(stale, page_size, cursor))
            yield from page.checks
            cursor = page.next
            if cursor is None:
                return

    def recheck(self, check_id: str, *, idempotency_key: str | None = None) -> Recheck:
        """Ask the same question of the articles of today, and return what has changed."""
        return self._client.send(calls.recheck(check_id, idempotency_key))

    def claimreview(self, check_id: str) -> Draft:
        """Return a ClaimReview draft of a check."""
        return self._client.send(calls.claimreview(check_id))

    def report(self, check_id: str) -> str:
        """Return a check as a page of HTML that is whole in itself, to print or to keep."""
        return self._client.send(calls.printed(check_id))

"""The same client for programs that run in an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing
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
_Article = NewArticle | Mapping[str, Any]
_Articles = Iterable[_Article] | AsyncIterable[_Article]


class AsyncClient:
    """Asks a Wirecheck service. Use it in an `async with` statement, or `aclose` it; one serves many tasks of a loop.

    `timeout_s` is for each read, so a stream may take longer; `transport` stands in for the network in tests.
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8000",
        *,
        api_key: str | None = None,
        timeout_s: float = TIMEOUT_S,
        retries: Retries | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(**httpx_options(base_url, api_key, timeout_s), transport=transport)
        self._retries = retries or Retries()
        self.articles = AsyncArticles(self)
        self.checks = AsyncChecks(self)

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def check(
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
        return await self.send(calls.check(claim, narrowed))

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
    ) -> AsyncIterator[TextLine]:
        """Yield a line for each sentence of a text, or of a page's `html`, as soon as it is checked."""
        narrowed = calls.narrowing(
            limit, published_from, published_to, include_publishers, exclude_publishers, include_excluded
        )
        return self._text_lines(calls.text_body(text, html, narrowed))

    async def ready(self) -> Ready:
        """Return the state of models and index, or raise `UnavailableError` while they load."""
        return await self.send(calls.ready())

    async def send(self, call: Call[T]) -> T:
        """Send a call, again where that is safe and may help, and return its answer."""
        request = self._http.build_request(**call.request())
        return call.answer(await self._asked(request, self._retries, repeatable=call.repeatable, stream=False))

    def add_lines(self, lines: AsyncIterable[bytes], params: Mapping[str, Any]) -> AsyncIterator[Line]:
        """Send articles as lines of JSON, once, and yield the lines of the answer."""
        headers = {"Content-Type": LINES}
        request = self._http.build_request("POST", "/v1/articles", content=lines, params=params, headers=headers)
        return self._lines(request, Line, Retries(most=0))

    def _text_lines(self, body: Mapping[str, Any]) -> AsyncIterator[TextLine]:
        request = self._http.build_request("POST", "/v1/check-text", json=body)
        return self._lines(request, TextLine, self._retries)

    async def _lines(self, request: httpx.Request, kind: type[T], retries: Retries) -> AsyncIterator[T]:
        async with aclosing(await self._asked(request, retries, repeatable=True, stream=True)) as response:
            try:
                async for line in response.aiter_lines():
                    yield decode(kind, line_in(line), "the line")
            except httpx.RequestError as error:
                raise failure(error) from error

    async def _asked(
        self, request: httpx.Request, retries: Retries, *, repeatable: bool, stream: bool
    ) -> httpx.Response:
        tried = 0
        while True:
            outcome: httpx.Response | httpx.RequestError
            try:
                outcome = await self._http.send(request, stream=stream)
            except httpx.RequestError as error:
                outcome = error
            else:
                if outcome.is_success:
                    return outcome
                async with aclosing(outcome):
                    await outcome.aread()
            await asyncio.sleep(retries.pause(tried, outcome, repeatable=repeatable))
            tried += 1


class AsyncArticles:
    """The articles that claims are checked on: `client.articles`."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def add(
        self, article: NewArticle, *, on_duplicate: OnDuplicate = "fail", idempotency_key: str | None = None
    ) -> Receipt:
        """Add an article. The key makes a repeated request answer as the first did; without one, one is made."""
        return await self._client.send(calls.add(article, on_duplicate, idempotency_key))

    def add_many(self, articles: _Articles, *, on_duplicate: OnDuplicate = "skip") -> AsyncIterator[Line]:
        """Send articles as they come, holding one at a time, and yield what became of each once all are sent."""
        return self._client.add_lines(_lines_of(articles), {"on_duplicate": on_duplicate})

    async def get(self, article_id: str) -> Holding:
        """Return an article with its text and its etag."""
        return await self._client.send(calls.get_article(article_id))

    async def list(
        self,
        *,
        publishers: Sequence[str] = (),
        published_from: Moment | None = None,
        published_to: Moment | None = None,
        page_size: int = 50,
    ) -> AsyncIterator[Article]:
        """Yield the articles in the order of their ids, page by page as they are drawn."""
        cursor = None
        while True:
            page = await self._client.send(
                calls.page_of_articles(publishers, published_from, published_to, page_size, cursor)
            )
            for article in page.articles:
                yield article
            cursor = page.next
            if cursor is None:
                return

    async def replace(self, article_id: str, article: NewArticle, *, etag: str | None = None) -> Receipt:
        """Replace an article; with an etag only that version, or raise `ChangedError`."""
        return await self._client.send(calls.replace(article_id, article, etag))

    async def delete(self, article_id: str, *, etag: str | None = None) -> None:
        """Delete an article; with an etag only that version, or raise `ChangedError`."""
        await self._client.send(calls.delete(article_id, etag))


class AsyncChecks:
    """The checks that were made: `client.checks`."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def get(self, check_id: str) -> KeptCheck:
        """Return a check as it was answered, and whether it still stands."""
        return await self._client.send(calls.get_check(check_id))

    async def list(self, *, stale: bool = False, page_size: int = 50) -> AsyncIterator[CheckRow]:
        """Yield the checks, newest first, all or the stale ones, page by page as they are drawn."""
        cursor = None
        while True:
            page = await self._client.send(calls.page_of_checks(stale, page_size, cursor))
            for check in page.checks:
                yield check
            cursor = page.next
            if cursor is None:
                return

    async def recheck(self, check_id: str, *, idempotency_key: str | None = None) -> Recheck:
        """Ask the same question of the articles of today, and return what has changed."""
        return await self._client.send(calls.recheck(check_id, idempotency_key))

    async def claimreview(self, check_id: str) -> Draft:
        """Return a ClaimReview draft of a check."""
        return await self._client.send(calls.claimreview(check_id))

    async def report(self, check_id: str) -> str:
        """Return a check as a page of HTML that is whole in itself, to print or to keep."""
        return await self._client.send(calls.printed(check_id))


async def _lines_of(articles: _Articles) -> AsyncIterator[bytes]:
    if isinstance(articles, AsyncIterable):
        async for article in articles:
            yield calls.line_of(article)
    else:
        for article in articles:
            yield calls.line_of(article)

"""What to ask, for both clients alike: each function returns a `Call` and sends nothing."""

from __future__ import annotations

import dataclasses
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import httpx

from wirecheck_client.answers import body_of, page_of
from wirecheck_client.decoding import decode
from wirecheck_client.models import (
    ArticlePage,
    CheckPage,
    Draft,
    Holding,
    KeptCheck,
    OnDuplicate,
    Ready,
    Receipt,
    Recheck,
    Report,
)

T = TypeVar("T")
Moment = str | date | datetime
LINES = "application/x-ndjson"


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article to add: its `text`, or the `html` of its page, or a `url` that the service is to fetch."""

    text: str | None = None
    html: str | None = None
    title: str | None = None
    publisher: str | None = None
    url: str | None = None
    published_at: Moment | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request; `repeatable`: sent twice, it does what it does once, and answers the same."""

    kind: type[T]
    method: str
    path: str
    body: Any = None
    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True

    def request(self) -> dict[str, Any]:
        """Return the arguments of `httpx.Client.build_request`."""
        sent = {} if self.body is None else {"json": self.body}
        return {"method": self.method, "url": self.path, "params": self.params, "headers": self.headers, **sent}

    def answer(self, response: httpx.Response) -> T:
        """Return what was answered, with the version that the header gives where the model has one."""
        if self.kind is type(None):
            return None
        if self.kind is str:
            return page_of(response)  # type: ignore[return-value]  # T is str here
        found = decode(self.kind, body_of(response))
        if isinstance(found, Holding | Receipt):
            return dataclasses.replace(found, etag=response.headers.get("ETag"))
        return found


def check(claim: str, narrowed: Mapping[str, Any]) -> Call[Report]:
    """Ask what the articles say of a claim."""
    return Call(Report, "POST", "/v1/check", {"claim": claim, **narrowed})


def narrowing(
    limit: int | None,
    published_from: Moment | None,
    published_to: Moment | None,
    include_publishers: Sequence[str],
    exclude_publishers: Sequence[str],
    include_excluded: bool,
) -> dict[str, Any]:
    """Return the fields of a body that narrow a check; what is left out is left to the service."""
    publishers = _given(include=list(include_publishers) or None, exclude=list(exclude_publishers) or None)
    return _given(
        limit=limit,
        published_from=_iso(published_from),
        published_to=_iso(published_to),
        publishers=publishers or None,
        include_excluded=include_excluded or None,
    )


def text_body(text: str | None, html: str | None, narrowed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a whole text; raise `ValueError` unless just one of the two is given."""
    if (text is None) == (html is None):
        raise ValueError("give text or html, one of the two")
    return {**_given(text=text, html=html), **narrowed}


def add(article: NewArticle, on_duplicate: OnDuplicate, key: str | None) -> Call[Receipt]:
    """Add an article, under a key that makes it safe to repeat."""
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    return Call(Receipt, "POST", "/v1/articles", fields_of(article), {"on_duplicate": on_duplicate}, headers)


def line_of(article: NewArticle | Mapping[str, Any]) -> bytes:
    """Return an article as a line of JSON."""
    fields = fields_of(article) if isinstance(article, NewArticle) else dict(article)
    return json.dumps(fields, default=_iso, ensure_ascii=False).encode("utf-8") + b"\n"


def fields_of(article: NewArticle) -> dict[str, Any]:
    """Return the fields of an article that are given."""
    given = {one.name: getattr(article, one.name) for one in dataclasses.fields(article)}
    return _given(**{**given, "published_at": _iso(article.published_at)})


def get_article(article_id: str) -> Call[Holding]:
    """Read an article."""
    return Call(Holding, "GET", _at(article_id))


def page_of_articles(
    publishers: Sequence[str],
    published_from: Moment | None,
    published_to: Moment | None,
    limit: int,
    cursor: str | None,
) -> Call[ArticlePage]:
    """Read a page of articles."""
    asked = _given(
        publisher=list(publishers) or None,
        published_from=_iso(published_from),
        published_to=_iso(published_to),
        limit=limit,
        cursor=cursor,
    )
    return Call(ArticlePage, "GET", "/v1/articles", params=asked)


def replace(article_id: str, article: NewArticle, etag: str | None) -> Call[Receipt]:
    """Replace an article; under an etag a repeated request could not tell its own change from another's."""
    headers = _given(**{"If-Match": etag})
    return Call(Receipt, "PUT", _at(article_id), fields_of(article), headers=headers, repeatable=etag is None)


def delete(article_id: str, etag: str | None) -> Call[None]:
    """Delete an article; repeated, it would answer that there is none."""
    return Call(type(None), "DELETE", _at(article_id), headers=_given(**{"If-Match": etag}), repeatable=False)


def page_of_checks(stale: bool, limit: int, cursor: str | None) -> Call[CheckPage]:
    """Read a page of checks."""
    asked = _given(stale="true" if stale else None, limit=limit, cursor=cursor)
    return Call(CheckPage, "GET", "/v1/checks", params=asked)


def get_check(check_id: str) -> Call[KeptCheck]:
    """Read a check."""
    return Call(KeptCheck, "GET", f"/v1/checks/{_quoted(check_id)}")


def recheck(check_id: str, key: str | None) -> Call[Recheck]:
    """Repeat a check, under a key that keeps one request from being two checks."""
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    return Call(Recheck, "POST", f"/v1/checks/{_quoted(check_id)}/recheck", headers=headers)


def claimreview(check_id: str) -> Call[Draft]:
    """Draft a ClaimReview of a check."""
    return Call(Draft, "GET", f"/v1/checks/{_quoted(check_id)}/claimreview")


def printed(check_id: str) -> Call[str]:
    """Read a check as a page of HTML."""
    return Call(str, "GET", f"/v1/checks/{_quoted(check_id)}/report")


def ready() -> Call[Ready]:
    """Ask whether the service is ready."""
    return Call(Ready, "GET", "/readyz")


def _at(article_id: str) -> str:
    return f"/v1/articles/{_quoted(article_id)}"


def _quoted(name: str) -> str:
    return quote(name, safe="")


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _iso(moment: Any) -> Any:
    return moment.isoformat() if isinstance(moment, date) else moment

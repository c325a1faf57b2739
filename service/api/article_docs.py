"""What the contract says of `/v1/articles` beside the schemas: bodies of several kinds, headers, examples."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from service.api.article_schemas import (
    ArticleBodySchema,
    ArticlePageSchema,
    HoldingSchema,
    LineSchema,
    ReceiptSchema,
)
from service.api.contract import StrictBlueprint
from service.api.incoming import LINES, TEXT
from service.api.incoming import PAGE as HTML
from service.domain import Article
from service.keeping import ArticlePage, Change, Dropped, Receipt

_JSON = "application/json"
_PIER = Article(
    "pier",
    "Gale at the pier",
    "The pier café lost its roof in the gale. Two gulls moved in.",
    "Harbor Herald",
    "https://herald.example/pier",
    datetime(2026, 3, 12, 8, tzinfo=UTC),
)
_SENT = {
    "id": "pier",
    "title": _PIER.title,
    "publisher": _PIER.publisher,
    "url": _PIER.url,
    "published_at": "2026-03-12T08:00:00Z",
    "text": f"Home\n{_PIER.text}\nSubscribe to our newsletter",
}
_BY_TEXT = {"summary": "An article's text, with its page furniture", "value": _SENT}
_BY_PAGE = {
    "summary": "A page, which states title, publisher and date itself",
    "value": {"url": _PIER.url, "html": f"<title>{_PIER.title}</title><p>{_PIER.text}</p>"},
}
_STRING = {"type": "string"}
_LINES = {"type": "string", "description": "One JSON object a line, each a `Line` of the schemas."}
_ADDED = Receipt(Change.ADDED, _PIER, 2, Dropped(2, 31))

PAGE: Any = ArticlePageSchema().dump(ArticlePage((_PIER,), "pier"))
HOLDING: Any = {**HoldingSchema().dump(_PIER), "sentences": 2}
REPLACED: Any = ReceiptSchema().dump(Receipt(Change.REPLACED, _PIER, 2, Dropped(0, 0)))
ETAG = {"ETag": {"description": "Changes with any field of the article.", "required": True, "schema": _STRING}}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the version that was read; another version is not touched.",
    "schema": _STRING,
}
ONE: dict[str, Any] = {
    "required": True,
    "content": {
        _JSON: {"schema": ArticleBodySchema, "examples": {"text": _BY_TEXT, "page": _BY_PAGE}},
        HTML: {"schema": _STRING, "example": _BY_PAGE["value"]["html"]},  # type: ignore[index]
        TEXT: {"schema": _STRING, "example": _PIER.text},
    },
}
_TWO_LINES = '{"id": "pier", "title": "Gale at the pier", "text": "The pier lost its roof."}\n{"text": ""}\n'
MANY = {**ONE, "content": {**ONE["content"], LINES: {"schema": _STRING, "example": _TWO_LINES}}}


def added(blp: StrictBlueprint) -> tuple[Any, ...]:
    """Return what `POST /v1/articles` answers when it succeeds."""
    place = {"Location": {"description": "Where to read the article.", "required": True, "schema": _STRING}}
    line = LineSchema().dump({"line": 1, "status": 201, "receipt": _ADDED, "problem": None})
    return (
        blp.response(
            201,
            ReceiptSchema,
            content_type=_JSON,
            description="The article is kept.",
            example=ReceiptSchema().dump(_ADDED),
            headers={**ETAG, **place},
        ),
        blp.alt_response(
            200,
            schema=ReceiptSchema,
            content_type=_JSON,
            description="A duplicate was replaced or skipped, or many were sent: a line for each.",
            example=REPLACED,
            success=True,
        ),
        blp.alt_response(
            200, schema=_LINES, content_type=LINES, example=json.dumps(line, ensure_ascii=False) + "\n", success=True
        ),
    )


def location(article_id: str) -> str:
    """Return where an article is read."""
    return "/v1/articles/" + quote(article_id, safe="")

"""Articles on the way in and on the way out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates, validates_schema

from service.api.fields import Address, Cursor, Line, Moment, Name, Prose, Whole
from service.api.present import ArticleSchema, Outgoing, ProblemSchema
from service.api.schemas import Incoming, in_order, names
from service.keeping import Change, Listing, NewArticle, OnDuplicate

_ID = {"description": "Left out, it is made from the address, or else from title and text."}
_URL = {"description": "The article's own address; a second article with it is a duplicate."}
_AHEAD = timedelta(days=1)  # clocks and time zones differ


class _Facts(Incoming):
    title = Line(1, 1000)
    publisher = Line(1, 200)
    url = Address(metadata=_URL)
    published_at = Moment(metadata={"description": "A date alone is its start in UTC."})

    @validates("published_at")
    def _has_come(self, published_at: datetime, **_: Any) -> None:
        # One mistyped year would supersede every figure before it.
        if published_at > datetime.now(UTC) + _AHEAD:
            raise ValidationError("lies in the future; give the day on which it was published")


class _Metadata(_Facts):
    id = Name(1, 200, metadata=_ID)


class ArticleBodySchema(_Metadata):
    """An article: its `text` or the `html` of its page, and what is known of it, which goes before what these state.

    With neither, the page at `url` is fetched, where the server may fetch.
    """

    text = Prose()
    html = Prose()

    @validates_schema
    def _one_of_two(self, data: dict[str, Any], **_: Any) -> None:
        if "text" in data and "html" in data:
            raise ValidationError("has both text and html; give one of them")
        if not {"text", "html", "url"} & set(data):
            raise ValidationError("has neither text nor html nor url; give one")

    @post_load
    def _article(self, data: dict[str, Any], **_: Any) -> NewArticle:
        text, page = data.pop("text", None), data.pop("html", None)
        return NewArticle(text or page or "", is_html=page is not None, **data)


class WayIn(Incoming):
    """What is to be done with a duplicate."""

    on_duplicate = fields.Enum(
        OnDuplicate,
        by_value=fields.String(),
        load_default=OnDuplicate.FAIL,
        metadata={"description": "An article is a duplicate of one with its id or its address."},
        error_messages={"unknown": "must be skip, replace or fail"},
    )


class ArticleParameters(WayIn, _Metadata):
    """The query string of `POST /v1/articles`: what is known of an article whose body is a text or a page."""


class ReplaceParameters(_Facts):
    """The query string of `PUT /v1/articles/{id}`: what is known of an article whose body is a text or a page."""


class ListParameters(Incoming):
    """The query string of `GET /v1/articles`."""

    publisher = names("Only this publisher; may be repeated.")
    published_from = Moment(metadata={"description": "Earliest publication; a date alone is its start in UTC."})
    published_to = Moment(
        end_of_day=True, metadata={"description": "Latest publication; a date alone is its end in UTC."}
    )
    limit = Whole(1, 200, in_query=True, load_default=50, metadata={"description": "Articles on a page."})
    cursor = Cursor(metadata={"description": "`next` of the page before."})

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        in_order(data)

    @post_load
    def _listing(self, data: dict[str, Any], **_: Any) -> Listing:
        publishers = tuple(dict.fromkeys(data.pop("publisher")))
        return Listing(after=data.pop("cursor", None), publishers_include=publishers, **data)


class DroppedSchema(Outgoing):
    """What of the text, or of the text that a browser would show of the page, is no part of the article's text."""

    lines = fields.Integer(metadata={"minimum": 0})
    characters = fields.Integer(metadata={"minimum": 0})


class ReceiptSchema(Outgoing):
    """What became of an article that was sent."""

    id = fields.String(attribute="article.id")
    status = fields.Enum(Change, by_value=fields.String(), attribute="change")
    sentences = fields.Integer(metadata={"minimum": 0, "description": "Kept, for claims to be checked on."})
    dropped = fields.Nested(DroppedSchema)
    article = fields.Nested(ArticleSchema)


class HoldingSchema(ArticleSchema):
    """An article with its cleaned text, in which the offsets of evidence count."""

    text = fields.String()
    sentences = fields.Integer(metadata={"minimum": 0})


class ArticlePageSchema(Outgoing):
    """Articles in the order of their ids; `next` is null on the last page."""

    articles = fields.List(fields.Nested(ArticleSchema))
    next = Cursor(attribute="after", allow_none=True)


class LineSchema(Outgoing):
    """What became of one line: a receipt, or a problem."""

    line = fields.Integer(metadata={"minimum": 1})
    status = fields.Integer(metadata={"description": "The status that the line would have had as a request."})
    receipt = fields.Nested(ReceiptSchema, allow_none=True)
    problem = fields.Nested(ProblemSchema, allow_none=True)

"""What comes in: a body or a query string becomes a `Query`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from service.api.fields import Line, Moment, Statement, Switch, Whole
from service.domain import Query

_LIMIT = {"description": "How many sentences are judged."}
_EXCLUDED = {"description": "Return the near misses with their reason."}
_MOST_NAMES = 50


def names(description: str, data_key: str | None = None) -> fields.List[str]:
    """Return a field for a few names."""

    def few_enough(names: list[str]) -> None:
        if len(names) > _MOST_NAMES:
            raise ValidationError(f"has {len(names):,} names; the limit is {_MOST_NAMES}: leave some out")

    return fields.List(
        Line(1, 200),
        data_key=data_key,
        load_default=list,
        validate=few_enough,
        metadata={"description": description, "maxItems": _MOST_NAMES},
        error_messages={"invalid": "must be a list of names", "null": "is null; leave it out or give a list"},
    )


def in_order(data: Mapping[str, Any]) -> None:
    """Refuse a span of time that ends before it begins."""
    first, last = data.get("published_from"), data.get("published_to")
    if first and last and first > last:
        raise ValidationError("is later than published_to; swap the two", "published_from")


class Incoming(Schema):
    """A request's object: an unknown field is refused by name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.error_messages["type"] = "must be an object with named fields"
        known = ", ".join(field.data_key or name for name, field in self.load_fields.items())
        self.error_messages["unknown"] = f"is not known here; known are {known}"


class PublishersSchema(Incoming):
    """Which publishers may answer."""

    # `exclude` is taken: it is an option of every marshmallow schema.
    included = names("Only these publishers.", data_key="include")
    excluded = names("All but these publishers.", data_key="exclude")


class Question(Incoming):
    """What the two ways to ask have in common."""

    claim = Statement(
        3,
        1000,
        cure="shorten it or check its sentences one by one",
        required=True,
        metadata={
            "description": "One statement to check, read in NFC on one line, without control and bidi characters.",
            "examples": ["The strike closed six berths."],
        },
    )
    published_from = Moment(metadata={"description": "Earliest publication; a date alone is its start in UTC."})
    published_to = Moment(
        end_of_day=True, metadata={"description": "Latest publication; a date alone is its end in UTC."}
    )

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        in_order(data)


class Narrowing(Incoming):
    """How a claim in a body is to be checked."""

    published_from = Moment(metadata={"description": "Earliest publication; a date alone is its start in UTC."})
    published_to = Moment(
        end_of_day=True, metadata={"description": "Latest publication; a date alone is its end in UTC."}
    )
    limit = Whole(1, 50, load_default=10, metadata=_LIMIT)
    publishers = fields.Nested(
        PublishersSchema, error_messages={"null": "is null; leave it out or give an object with include or exclude"}
    )
    include_excluded = Switch(load_default=False, metadata=_EXCLUDED)

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        in_order(data)


class CheckBody(Narrowing, Question):
    """The body of `POST /v1/check`."""

    @post_load
    def _query(self, data: dict[str, Any], **_: Any) -> Query:
        publishers = data.pop("publishers", {"included": (), "excluded": ()})
        return _query(data, publishers["included"], publishers["excluded"])


class CheckParameters(Question):
    """The query string of `GET /v1/check`."""

    limit = Whole(1, 50, in_query=True, load_default=10, metadata=_LIMIT)
    publisher = names("Only this publisher; may be repeated.")
    not_publisher = names("Not this publisher; may be repeated.")
    include_excluded = Switch(in_query=True, load_default=False, metadata=_EXCLUDED)

    @post_load
    def _query(self, data: dict[str, Any], **_: Any) -> Query:
        return _query(data, data.pop("publisher"), data.pop("not_publisher"))


def _query(data: dict[str, Any], include: Iterable[str], exclude: Iterable[str]) -> Query:
    return Query(
        **data, publishers_include=tuple(dict.fromkeys(include)), publishers_exclude=tuple(dict.fromkeys(exclude))
    )

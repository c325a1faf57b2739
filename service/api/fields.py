"""The kinds of value that the contract knows. Messages are predicates: the field's name is put in front of them."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from marshmallow import fields

from service.api.plain import has_controls, one_line, quoted

_MISSING = {"required": "is missing; give it a value", "null": "is null; leave it out or give it a value"}
_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_WORD = re.compile(r"\w+")
_DIGITS = 9  # enough to say what was sent; Python refuses to read numbers of thousands of digits


class Line(fields.String):
    """One line of text, cleaned first and then measured, in Unicode code points."""

    default_error_messages = {  # noqa: RUF012
        **_MISSING,
        "invalid": "must be a text in quotation marks",
        "blank": "is blank; give {least:,} to {most:,} characters",
        "short": "has {length:,} characters; at least {least:,} are needed: write it out",
        "long": "has {length:,} characters; the limit is {most:,}: {cure}",
        "wordless": "holds no letter or digit; write a statement in words",
        "one_word": "is one number, or one word over and over; write a statement in words",
    }

    def __init__(self, least: int, most: int, *, cure: str = "shorten it", **options: Any) -> None:
        metadata = {"minLength": least, "maxLength": most, **options.pop("metadata", {})}
        super().__init__(metadata=metadata, **options)
        self.least, self.most, self.cure = least, most, cure

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        text = one_line(value)
        if not text:
            raise self.make_error("blank", least=self.least, most=self.most)
        if len(text) < self.least:
            raise self.make_error("short", length=len(text), least=self.least)
        if len(text) > self.most:
            raise self.make_error("long", length=len(text), most=self.most, cure=self.cure)
        return text


class Statement(Line):
    """A line that says something: it holds a letter or a digit."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not any(map(str.isalnum, text)):
            raise self.make_error("wordless")
        # Where no spaces part the words, one run of letters may be a statement.
        words = _WORD.findall(text.lower())
        if text.isascii() and (len(words) > 1 or text.strip(" .").isdecimal()) and len(set(words)) == 1:
            raise self.make_error("one_word")
        return text


class Name(Line):
    """What an article is called in addresses: not what these resolve as a folder."""

    default_error_messages = {"dots": "is {shown}, which addresses resolve as a folder; send another"}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text in {".", ".."}:
            raise self.make_error("dots", shown=quoted(text))
        return text


class Address(Line):
    """The address of a page: it is shown as a link, so nothing but the web is let in."""

    default_error_messages = {"invalid_url": "must begin with http:// or https://"}  # noqa: RUF012

    def __init__(self, **options: Any) -> None:
        metadata = {"pattern": "^[hH][tT][tT][pP][sS]?://", **options.pop("metadata", {})}
        super().__init__(8, 2000, metadata=metadata, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not text.lower().startswith(("http://", "https://")):
            raise self.make_error("invalid_url")
        return text


class Prose(fields.String):
    """A text of any length that the body's limit lets through, with its lines as they are."""

    default_error_messages = {  # noqa: RUF012
        **_MISSING,
        "invalid": "must be a text in quotation marks",
        "blank": "is blank; give it the text of an article",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"minLength": 1, **options.pop("metadata", {})}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if not value.strip():
            raise self.make_error("blank")
        return value


class Number(fields.Field[Any]):
    """Where a listing goes on: a number, wrapped so that nobody builds one by hand."""

    default_error_messages = {  # noqa: RUF012
        **_MISSING,
        "invalid": "is no cursor; leave it out, or give `next` of the page before",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"type": "string", **options.pop("metadata", {})}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        wrapped = str(value)
        digits = wrapped.removeprefix("n")
        if digits == wrapped or not (digits.isascii() and digits.isdigit()) or len(digits) > 2 * _DIGITS:
            raise self.make_error("invalid")
        return int(digits)

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else f"n{value}"


class Cursor(fields.String):
    """Where a listing goes on: an id, wrapped so that nobody builds one by hand."""

    default_error_messages = {  # noqa: RUF012
        **_MISSING,
        "invalid": "is no cursor; leave it out, or give `next` of the page before",
    }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        try:
            wrapped: str = value
            after = base64.b64decode(wrapped.encode("ascii"), altchars=b"-_", validate=True).decode("utf-8")
        except (AttributeError, ValueError) as error:
            raise self.make_error("invalid") from error
        if has_controls(after):  # no id has any, and not every database can be asked for them
            raise self.make_error("invalid")
        return after

    def _serialize(self, value: str | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else base64.urlsafe_b64encode(value.encode("utf-8")).decode("ascii")


class Whole(fields.Integer):
    """A whole number in a range. JSON must write it as a number; a query string cannot."""

    default_error_messages = {  # noqa: RUF012
        **_MISSING,
        "invalid": "must be a whole number from {least} to {most}",
        "range": "is {shown}; it must be from {least} to {most}",
    }

    def __init__(self, least: int, most: int, *, in_query: bool = False, **options: Any) -> None:
        metadata = {"minimum": least, "maximum": most, **options.pop("metadata", {})}
        super().__init__(metadata=metadata, **options)
        self.least, self.most, self.in_query = least, most, in_query

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if self.in_query and isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit():
            value = int(value[:_DIGITS])
        if isinstance(value, float) and value.is_integer():  # JSON Schema counts 5.0 as an integer
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid", least=self.least, most=self.most)
        if not self.least <= value <= self.most:
            shown = str(value) if abs(value) < 10**_DIGITS else "far outside"
            raise self.make_error("range", shown=shown, least=self.least, most=self.most)
        return value


class Switch(fields.Boolean):
    """True or false, nothing else in JSON; a query string may write it as a word."""

    default_error_messages = {**_MISSING, "invalid": "must be true or false"}  # noqa: RUF012

    def __init__(self, *, in_query: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.in_query = in_query

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if self.in_query and isinstance(value, str):
            value = _WORDS.get(value.lower())
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Moment(fields.Field[datetime]):
    """A date or a date and time in ISO 8601. A date alone stands for its first or last moment, in UTC."""

    default_error_messages = {  # noqa: RUF012
        **_MISSING,
        "invalid": "{shown} no ISO 8601 date; write 2026-03-01 or 2026-03-01T12:00:00Z",
    }

    def __init__(self, *, end_of_day: bool = False, **options: Any) -> None:
        forms = {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}
        super().__init__(metadata={**forms, **options.pop("metadata", {})}, **options)
        self.edge = time.max if end_of_day else time.min

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        if not isinstance(value, str):
            raise self.make_error("invalid", shown="is")
        try:
            return self._moment(value.strip())
        except (ValueError, OverflowError) as error:
            raise self.make_error("invalid", shown=f"is {quoted(value)},") from error

    def _moment(self, text: str) -> datetime:
        if len(text) <= len("2026-03-01"):
            return datetime.combine(date.fromisoformat(text), self.edge, UTC)
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


class Utc(fields.DateTime):
    """A moment on the way out: ISO 8601 in UTC."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Score(fields.Float):
    """A number with four decimals, more than any model is sure of."""

    def _serialize(self, value: float | None, attr: str | None, obj: Any, **kwargs: Any) -> float | None:
        return None if value is None else round(float(value), 4)


class Amount(fields.Field[float | str]):
    """A number, whole where it is whole, or an ISO date."""

    def _serialize(self, value: float | str | None, attr: str | None, obj: Any, **kwargs: Any) -> float | str | None:
        return int(value) if isinstance(value, float) and value.is_integer() else value


class Part(fields.Nested):
    """An object whose fields lie on the parent itself."""

    def get_value(self, obj: Any, attr: str, accessor: Any = None, default: Any = None) -> Any:
        """Return the parent."""
        return obj

"""Reads requests as strictly as the contract says, and says what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn
from urllib.parse import quote, unquote_to_bytes

from flask import Request
from marshmallow import RAISE, Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import RequestEntityTooLarge

from service.api.exchanges import note_body
from service.api.plain import one_line, quoted
from service.api.problems import Fault, Problem
from service.api.schemas import CheckBody
from service.domain import Query
from service.errors import WirecheckError

_MAX_FAULTS = 20
_MAX_POINTED = 100


class StrictParser(FlaskParser):
    """A webargs parser that refuses unknown parameters, repeated ones, and JSON that only some readers accept."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}  # noqa: RUF012

    def load_json(self, req: Request, schema: Schema) -> Any:
        """Return the parsed body."""
        return read_json(req)

    def load_querystring(self, req: Request, schema: Schema) -> dict[str, Any]:
        """Return lists for the parameters that may be repeated, and one text for each other."""
        _refuse_bad_bytes(req.query_string)
        many = {field.data_key or name for name, field in schema.fields.items() if isinstance(field, fields.List)}
        loaded: dict[str, Any] = {}
        for name, values in req.args.lists():
            if name not in many and len(values) > 1:
                raise ValidationError({name: [f"is given {len(values)} times; give it once"]})
            loaded[name] = values if name in many else values[0]
        return loaded

    def handle_error(
        self,
        error: ValidationError,
        req: Request,
        schema: Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Raise the validation error as a problem that lists every fault."""
        by_location: Any = error.messages
        ((location, messages),) = by_location.items()
        raise _problem(messages, in_query=location == "query")


def load(schema: Schema, data: Any) -> Any:
    """Return what a schema makes of data, or raise a problem that lists every fault."""
    try:
        return schema.load(data)
    except ValidationError as error:
        raise _problem(error.messages, in_query=False) from error


def query_from(**fields: Any) -> Query:
    """Return the query that a body with these fields asks for, or raise an error that names the first fault."""
    try:
        query: Query = CheckBody().load(fields)
    except ValidationError as error:
        raise WirecheckError(next(_faults(error.messages, (), in_query=False)).detail) from error
    return query


def read_json(req: Request, example: str = '{"claim": "One statement to check."}') -> Any:
    """Return the JSON body of a request.

    Raises a problem 415 for another content type, 413 for a body over the limit, 400 for what is not strict JSON.
    """
    if not req.is_json:
        sent = quoted(req.mimetype) if req.mimetype else "no content type"
        raise Problem(415, f"the body came as {sent}; send JSON with the header Content-Type: application/json")
    return parse_json(read_body(req), example)


def parse_json(body: bytes, example: str) -> Any:
    """Return the value of a JSON text in UTF-8; raise a problem 400 for what only some readers would accept."""
    text = _decode(body)
    if not text.strip():
        raise Problem(400, f"the body is empty; send JSON such as {example}")
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Problem(400, f"the body is not JSON at {place}: {one_line(error.msg)}; correct it there") from error
    except RecursionError as error:
        raise Problem(400, "the body is nested too deeply; the contract needs no more than 3 levels") from error
    except ValueError as error:  # Python refuses to read a number of more than 4,300 digits
        raise Problem(400, "the body holds a number with too many digits; write a shorter one") from error


def read_body(req: Request) -> bytes:
    """Return the whole body of a request, also kept out of the log; raise a problem 413 where it is over the limit."""
    note_body(None)  # until all of it is known
    body = req.get_data()
    note_body(body)
    # Werkzeug cuts a chunked body off at the limit without a word.
    if req.content_length is None and len(body) == req.max_content_length and req.environ["wsgi.input"].read(1):
        raise RequestEntityTooLarge
    return body


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        detail = f"the body is not UTF-8 at byte {error.start:,}; send JSON encoded as UTF-8"
        raise Problem(400, detail) from error


def _refuse_bad_bytes(query: bytes) -> None:
    """Refuse a query in another encoding: Werkzeug would leave its escapes in the claim and check those."""
    try:
        unquote_to_bytes(query).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(400, "the query string is not UTF-8; percent-encode it as UTF-8 or send JSON") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Problem(400, f"the body gives the field {quoted(name)} twice in one object; give it once")
        found[name] = value
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise Problem(400, f"the body holds {name}, which is not JSON; write a number or leave the field out")


def _problem(messages: Any, *, in_query: bool) -> Problem:
    found = list(_faults(messages, (), in_query=in_query))
    more = f"; {len(found) - 1} more under errors" if len(found) > 1 else ""
    return Problem(422, found[0].detail + more, found[:_MAX_FAULTS])


def _faults(messages: Any, path: tuple[str | int, ...], *, in_query: bool) -> Iterator[Fault]:
    """Flatten marshmallow's messages. Each is a predicate ("is missing; …") and gets its field's name in front."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _faults(inner, path if key == "_schema" else (*path, key), in_query=in_query)
        return
    for message in messages:
        detail = f"{_name(path)} {message}"
        if in_query:
            yield Fault(detail, parameter=one_line(str(path[0])) if path else "")
        else:
            yield Fault(detail, pointer=_pointer(path))


def _name(path: tuple[str | int, ...]) -> str:
    if not path:
        return "the body"
    parts = (f"[{part}]" if isinstance(part, int) else f".{_word(part)}" for part in path)
    return "".join(parts).lstrip(".")


def _word(key: str) -> str:
    return key if key.isidentifier() and key.isascii() and len(key) <= _MAX_POINTED else quoted(key)


def _pointer(path: tuple[str | int, ...]) -> str:
    """Return the path as the URI fragment form of RFC 6901; a name too long to repeat is pointed at by its object."""
    if path and len(str(path[-1])) > _MAX_POINTED:
        path = path[:-1]
    steps = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return "#" + "".join("/" + quote(step, safe="~", errors="replace") for step in steps)

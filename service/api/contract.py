"""The OpenAPI document: what flask-smorest cannot read from the schemas is said here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from flask import Flask
from flask_smorest import Api, Blueprint

from service.api.article_schemas import LineSchema
from service.api.policy import Rule
from service.api.present import ProblemSchema
from service.api.problems import BROKEN, MEDIA_TYPE, RETRY_AFTER_S, TITLES, Fault
from service.api.request import StrictParser
from service.api.text_lines import TextLineSchema

VERSION = "0.1.0"
_DESCRIPTION = """\
What do the indexed articles say about a claim? Sentences that support it and sentences that conflict with it, each
with its source, its similarity and the reason it was put on that side. Votes are counted per independent origin.

Every error is an RFC 9457 problem. A path that does not exist answers 404, a method that a path does not have 405.
Answers are compressed where a client accepts that, lines of JSON excepted; a body may come with
Content-Encoding: gzip.

Whether a key is needed is the operator's choice: on a machine of one's own that keeps no key, none is. Elsewhere each
operation needs one with the scope that stands in its `security`, in `Authorization: Bearer` or in `X-API-Key`."""

_EXAMPLES: dict[int, tuple[str, tuple[Fault, ...]]] = {
    400: ("the body is not JSON at line 1, column 11: Expecting value; correct it there", ()),
    401: (
        "this needs an API key with the scope check; send it as Authorization: Bearer KEY or as X-API-Key: KEY. On the "
        "server, `wirecheck keys create --name NAME --scope check` makes one",
        (),
    ),
    403: ("this API key lacks the scope articles:write; it has check: use another key", ()),
    404: ("There is no article 'pier'; GET /v1/articles lists those that are here.", ()),
    406: ("nothing here is served as image/png; accept application/json or text/plain", ()),
    409: (
        "An article with this address is here already, as 'pier'; send on_duplicate=replace or on_duplicate=skip, "
        "or another id.",
        (),
    ),
    412: (
        "The article 'pier' is not what If-Match takes it for; its ETag is now \"9f2c\": get it again, and repeat the "
        "change on that.",
        (),
    ),
    413: ("the body is longer than 65,536 bytes, the limit; send a shorter one", ()),
    415: ('the body came as "text/csv"; send JSON with the header Content-Type: application/json', ()),
    422: (
        "claim has 1,204 characters; the limit is 1,000: shorten it or check its sentences one by one",
        (
            Fault(
                "claim has 1,204 characters; the limit is 1,000: shorten it or check its sentences one by one",
                pointer="#/claim",
            ),
        ),
    ),
    429: ("more than 120 per 1 minute have come from here; wait as long as Retry-After says, then go on", ()),
    500: (BROKEN.format(" under the request id 3f8a61d0c9e54b7f"), ()),
    503: (f"index is loading; try again in {RETRY_AFTER_S} seconds", (Fault("index is loading"),)),
}

_INSTANCES = {
    403: "/v1/articles",
    404: "/v1/articles/pier",
    409: "/v1/articles",
    412: "/v1/articles/pier",
    503: "/readyz",
}

_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key that `wirecheck keys create` has made."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key."},
}
_OF_ACCESS = frozenset({400, 401, 403, 429})  # 400: a key stands in the address
_SECONDS = {"type": "integer"}
_WAIT = {"Retry-After": {"description": "Seconds to wait.", "required": True, "schema": _SECONDS}}
_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"description": "How to show a key.", "required": True, "schema": {"type": "string"}}},
    429: {
        **_WAIT,
        "RateLimit-Limit": {"description": "Requests in the time.", "required": True, "schema": _SECONDS},
        "RateLimit-Remaining": {"description": "Requests left.", "required": True, "schema": _SECONDS},
        "RateLimit-Reset": {"description": "Seconds until more are left.", "required": True, "schema": _SECONDS},
    },
    503: _WAIT,
}

View = TypeVar("View", bound=Callable[..., Any])


class StrictBlueprint(Blueprint):  # type: ignore[misc]
    """A resource whose requests are read by our own parser."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules: dict[str, Rule] = {}


class QuietApi(Api):  # type: ignore[misc]
    """flask-smorest's glue with our problems in place of its errors, and without the pages we do not have."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        pass

    def _register_pagination_header(self) -> None:
        pass

    def _register_responses(self) -> None:
        for status, (detail, faults) in _EXAMPLES.items():
            self.spec.components.response(f"Problem{status}", _problem(status, detail, faults))


def make_api(app: Flask) -> QuietApi:
    """Return the api of an app; its blueprints are registered through it to be in the document."""
    options = {
        "info": {"description": _DESCRIPTION, "license": {"name": "MIT", "identifier": "MIT"}},
        "servers": [{"url": "/"}],
    }
    kwargs = {"title": "Wirecheck", "version": VERSION, "openapi_version": "3.1.0", **options}
    api = QuietApi(app, spec_kwargs=kwargs)
    for name, scheme in _SCHEMES.items():
        api.spec.components.security_scheme(name, scheme)
    # Answers of lines are a string to OpenAPI; what each line is, is said by a schema of its own.
    api.spec.components.schema("Line", schema=LineSchema)
    api.spec.components.schema("TextLine", schema=TextLineSchema)
    return api


def rules_of(blueprints: Iterable[StrictBlueprint]) -> dict[str, Rule]:
    """Return what each endpoint needs; those that anybody may ask are not among them."""
    return {f"{blp.name}.{name}": rule for blp in blueprints for name, rule in blp.rules.items()}


def operation(
    blueprint: StrictBlueprint, *decorators: Any, problems: tuple[int, ...], needs: Rule | None
) -> Callable[[View], View]:
    """Return one typed decorator for what flask-smorest takes as many untyped ones, outermost first.

    `needs` says who may ask, None that anybody may.
    """

    def decorate(view: View) -> View:
        decorated: Any = view
        statuses = set(problems)
        if needs is not None:
            blueprint.rules[view.__name__] = needs
            decorated = blueprint.doc(security=_security(needs))(decorated)
            statuses |= _OF_ACCESS
        for status in sorted(statuses):
            decorated = blueprint.alt_response(status, f"Problem{status}")(decorated)
        for decorator in reversed(decorators):
            decorated = decorator(decorated)
        result: View = decorated
        return result

    return decorate


def _problem(status: int, detail: str, faults: tuple[Fault, ...]) -> dict[str, Any]:
    example = {
        "type": "about:blank",
        "title": TITLES[status],
        "status": status,
        "detail": detail,
        "instance": _INSTANCES.get(status, "/v1/check"),
        "errors": [fault.members() for fault in faults],
    }
    response: dict[str, Any] = {
        "description": TITLES[status],
        "content": {MEDIA_TYPE: {"schema": ProblemSchema, "example": example}},
    }
    if headers := _HEADERS.get(status):
        response["headers"] = headers
    return response


def _security(rule: Rule) -> list[dict[str, list[str]]]:
    return [*({name: [rule.scope.value]} for name in _SCHEMES), {}]

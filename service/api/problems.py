"""Every error leaves as RFC 9457 `application/problem+json`, made here and nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, json, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from service.api.exchanges import request_id
from service.errors import WirecheckError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
BROKEN = "the service failed on this request; the cause is in its log{}, and trying again is safe"
# Not structlog's: where that is not set up it shows local variables, so texts and keys.
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: at a JSON `pointer` into the body, or in a query `parameter`."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None

    def members(self) -> dict[str, str]:
        """Return the members to show, without the place that does not apply."""
        places = {"pointer": self.pointer, "parameter": self.parameter}
        return {"detail": self.detail, **{name: place for name, place in places.items() if place is not None}}


class Problem(HTTPException):
    """An error that a view answers on purpose."""

    def __init__(
        self, status: int, detail: str, faults: Iterable[Fault] = (), *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.code = status
        self.faults = tuple(faults)
        self.headers = dict(headers or {})


def register(app: Flask) -> None:
    """Answer every error of the app as a problem."""
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(WirecheckError, _on_own)
    app.register_error_handler(Exception, _on_unexpected)


def register_broken_bodies(app: Flask, *errors: type[Exception]) -> None:
    """Answer what the server raises at a body that is no HTTP, or that ends too early, with 400."""
    for error in errors:
        app.register_error_handler(error, _on_broken_body)


def _on_broken_body(error: Exception) -> Response:
    return _respond(400, f"the body is damaged: {error!s:.200}; send it whole, with its length or in valid chunks")


def _on_http(error: HTTPException) -> ResponseReturnValue:
    status = error.code
    if status is None or status < 400:  # a redirect travels as an exception too
        return error.get_response()
    faults = error.faults if isinstance(error, Problem) else ()
    response = _respond(status, _detail(error), faults, allow=getattr(error, "valid_methods", None))
    if isinstance(error, Problem):
        response.headers.update(error.headers)
    return response


def _on_own(error: WirecheckError) -> Response:
    if error.status == 500:
        return _on_unexpected(error)
    return _respond(error.status, _told(error), retry_after_s=getattr(error, "retry_after_s", None))


def _told(error: WirecheckError) -> str:
    """Return what the asker may read; put into the log what only that may hold."""
    if error.public != str(error):
        _log.warning("refused: %s", error)
    return error.public


def _on_unexpected(error: Exception) -> Response:
    _log_unexpected(error)
    return _respond(500, _broken())


def _log_unexpected(error: Exception) -> None:
    _log.error("unexpected error", exc_info=error)


def _broken() -> str:
    named = request_id()
    return BROKEN.format(f" under the request id {named}" if named else "")


def _detail(error: HTTPException) -> str:
    path = quote(request.path)
    if error.code == 404 and not isinstance(error, Problem):
        return f"there is nothing at {path}; the paths are listed at /docs and in /openapi.yaml"
    if error.code == 405:
        methods = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
        return f"{request.method} is not allowed on {path}; use one of {methods}"
    if error.code == 413 and not isinstance(error, Problem):
        return f"the body is longer than {request.max_content_length:,} bytes, the limit; send a shorter one"
    if error.code == 429:
        return f"more than {error.description} have come from here; wait as long as Retry-After says, then go on"
    return error.description or error.name


def body_of(error: Exception) -> dict[str, Any]:
    """Return an error as the members of a problem, for answers that hold several."""
    if isinstance(error, Problem):
        return _members(error.code or 500, _detail(error), error.faults)
    if isinstance(error, WirecheckError) and error.status != 500:
        return _members(error.status, _told(error), ())
    _log_unexpected(error)
    return _members(500, _broken(), ())


def _members(status: int, detail: str, faults: Iterable[Fault]) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "instance": quote(request.path),
        "errors": [fault.members() for fault in faults],
    }


def _respond(
    status: int,
    detail: str,
    faults: Iterable[Fault] = (),
    *,
    allow: Iterable[str] | None = None,
    retry_after_s: int | None = None,
) -> Response:
    body = _members(status, detail, faults)
    response = Response(json.dumps(body) + "\n", status, content_type=MEDIA_TYPE)
    if status == 503 or retry_after_s is not None:
        response.headers["Retry-After"] = str(retry_after_s or RETRY_AFTER_S)
    if allow:
        response.headers["Allow"] = ", ".join(sorted(allow))
    return response

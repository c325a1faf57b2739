"""Every request as it looks from outside: an id that is echoed, and, when it is answered, one line of the log."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

import structlog
from flask import Flask, has_request_context, request

from service.domain import Query, Report
from service.ports import Checker

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

HEADER = "X-Request-ID"
UNMATCHED = "unmatched"
# Asked every few seconds by whatever watches the service.
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
_METHODS = frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS".split())
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,100}")
_CHECK_ID = re.compile(r"[0-9a-f]{32}")
_KEY = "wirecheck.exchange"
_PLAIN = re.compile(r"[^\x00-\x08\x0e-\x1f<&\x7f-\U0010ffff]*")  # ASCII without markup: it is told as it was sent
_log = structlog.get_logger("wirecheck.request")


@dataclass(slots=True)
class Exchange:
    """A request and what became of it; `route` is the template of its path, `claims` what it asked.

    `body` is what was read of its body, unpacked; None where that was read piece by piece.
    """

    request_id: str
    method: str
    headers: dict[str, str]
    route: str = UNMATCHED
    status: int = 500
    seconds: float = 0.0
    sent_bytes: int = 0
    check_ids: list[str] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    body: bytes | None = b""


# Told of an exchange when it begins; what is returned is called when the whole answer is sent. No generator: one that
# is never closed would be ended by the garbage collector, in the middle of whatever runs then.
Watcher = Callable[[Exchange], Callable[[], object]]


def watch(app: Flask, watchers: Sequence[Watcher], *, log_claims: bool) -> None:
    """Give every request of an app an id and a line in the log, and tell the watchers of it."""
    app.before_request(_name_route)
    app.wsgi_app = _Watched(app.wsgi_app, watchers, log_claims=log_claims)  # type: ignore[method-assign]


def request_id() -> str | None:
    """Return the id of the request at hand, or None where nothing watches it."""
    exchange = _at_hand()
    return exchange.request_id if exchange else None


def note_body(body: bytes | None) -> None:
    """Note what was read of the body of the request at hand, None for pieces, so that no line of the log repeats it."""
    exchange = _at_hand()
    if exchange:
        exchange.body = body


def asked() -> list[str] | None:
    """Return the texts of the request at hand, which no log may repeat; None where they are not known word by word.

    They are no field of a line: whoever renders lines would have to know that it must not be shown.
    """
    exchange = _at_hand()
    if exchange is None:
        return []
    sent = _texts(exchange.body)
    return (
        None
        if sent is None
        else [unquote_plus(request.query_string.decode("utf-8", "replace")), *exchange.claims, *sent]
    )


def _texts(body: bytes | None) -> list[str] | None:
    """Return the texts of a JSON body; None where they could be told in other letters than they were sent in."""
    if not body:
        return None if body is None else []
    found: list[str] = []

    def collect(pairs: list[tuple[str, Any]]) -> None:
        for name, value in pairs:
            found.append(name)
            found.extend(map(str, value if isinstance(value, list) else [value]))

    try:
        found.append(str(json.loads(body, object_pairs_hook=collect)))  # where it is no object
    except (ValueError, RecursionError):
        return None
    return found if all(map(_PLAIN.fullmatch, found)) else None


def _at_hand() -> Exchange | None:
    exchange = request.environ.get(_KEY) if has_request_context() else None
    return exchange if isinstance(exchange, Exchange) else None


class NotingChecker:
    """A checker whose claims are kept out of the log, and whose checks' ids are put into it."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker

    def state(self) -> dict[str, str]:
        """Return the checker's state."""
        return self._checker.state()

    def check(self, query: Query) -> Report:
        """Return the checker's report."""
        exchange = _at_hand()
        if exchange is None:
            return self._checker.check(query)
        exchange.claims.append(query.claim)
        report = self._checker.check(query)
        exchange.check_ids.append(report.check_id)
        return report


def _name_route() -> None:
    exchange = _at_hand()
    if exchange is None or request.url_rule is None:
        return
    exchange.route = request.url_rule.rule
    asked = str((request.view_args or {}).get("check_id", ""))
    if _CHECK_ID.fullmatch(asked):
        exchange.check_ids.append(asked)


class _Watched:
    """The WSGI application around the app: it sees also what Flask refuses before there is a request."""

    def __init__(self, inner: WSGIApplication, watchers: Sequence[Watcher], *, log_claims: bool) -> None:
        self._inner, self._watchers, self._log_claims = inner, watchers, log_claims

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        exchange = _begun(environ)
        environ[_KEY] = exchange
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=exchange.request_id)
        ends: list[Callable[[], object]] = []
        started = perf_counter()

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            exchange.status = int(status.split(" ", 1)[0])
            return start_response(status, [*headers, (HEADER, exchange.request_id)], exc_info)

        def done() -> None:
            exchange.seconds = perf_counter() - started
            for end in reversed(ends):
                end()
            self._tell(exchange)
            structlog.contextvars.clear_contextvars()

        try:
            for watcher in self._watchers:
                ends.append(watcher(exchange))
            return _Sent(self._inner(environ, start), exchange, done)
        except BaseException:
            exchange.status = 500
            done()
            raise

    def _tell(self, exchange: Exchange) -> None:
        told: dict[str, Any] = {
            "method": exchange.method,
            "path": exchange.route,
            "status": exchange.status,
            "duration_ms": round(1000 * exchange.seconds, 1),
            "bytes": exchange.sent_bytes,
        }
        if len(exchange.check_ids) == 1:
            told["check_id"] = exchange.check_ids[0]
        elif exchange.check_ids:
            told["checks"] = len(exchange.check_ids)
        if self._log_claims and exchange.claims:
            told["claims"] = exchange.claims
        _level(exchange)("request", **told)


class _Sent:
    """An answer's body, counted while it is sent."""

    def __init__(self, body: Iterable[bytes], exchange: Exchange, done: Callable[[], None]) -> None:
        self._body, self._exchange, self._done = body, exchange, done

    def __iter__(self) -> Iterator[bytes]:
        for part in self._body:
            self._exchange.sent_bytes += len(part)
            yield part

    def close(self) -> None:
        """Close the body; the exchange is over."""
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            self._done()


def _begun(environ: WSGIEnvironment) -> Exchange:
    given = str(environ.get("HTTP_X_REQUEST_ID", ""))
    chosen = given if _WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
    method = str(environ.get("REQUEST_METHOD", ""))
    traced = {name: str(environ.get(f"HTTP_{name.upper()}", "")) for name in ("traceparent", "tracestate")}
    return Exchange(chosen, method if method in _METHODS else "other", {k: v for k, v in traced.items() if v})


def _level(exchange: Exchange) -> Callable[..., Any]:
    if exchange.status == 500:
        return _log.error  # type: ignore[no-any-return]
    if exchange.status in (429, 503):
        return _log.warning  # type: ignore[no-any-return]
    return _log.debug if exchange.route in PROBES else _log.info  # type: ignore[no-any-return]

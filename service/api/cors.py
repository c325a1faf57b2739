"""Which pages of other origins may ask: those that are listed, letter by letter, and never all.

Not flask-cors: it takes an origin with a bracket in it, any IPv6 address, for a regular expression that others match
too, compares without regard to case, and says `Vary: Origin` only on some of the answers that vary.
"""

from __future__ import annotations

from flask import Flask, Response, request

_ACCEPTED = (
    "Accept, Authorization, Content-Encoding, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-API-Key, "
    "X-Request-ID"
)
_SHOWN = (
    "ETag, Idempotency-Replayed, Location, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, "
    "WWW-Authenticate, X-Request-ID"
)
_PREFLIGHT_S = "600"


def register(app: Flask, origins: tuple[str, ...]) -> None:
    """Tell browsers that pages of these origins may read answers; without any, say nothing at all."""
    if not origins:
        return

    @app.after_request
    def _allow(response: Response) -> Response:
        if not request.path.startswith("/v1"):
            return response
        response.vary.add("Origin")
        origin = request.headers.get("Origin")
        if origin not in origins:
            return response
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = _SHOWN
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            _answer_preflight(response)
        return response


def _answer_preflight(response: Response) -> None:
    response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(response.allow))
    response.headers["Access-Control-Allow-Headers"] = _ACCEPTED
    response.headers["Access-Control-Max-Age"] = _PREFLIGHT_S
    # Browsers ask this before a public page may reach a private network; the page is one that is listed.
    if request.headers.get("Access-Control-Request-Private-Network") == "true":
        response.headers["Access-Control-Allow-Private-Network"] = "true"

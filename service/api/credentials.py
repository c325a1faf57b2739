"""The key that a request shows, in a header and never in the address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import unquote_plus

from flask import Request

from service.api.policy import Rule
from service.api.problems import Problem
from service.keys import Key, KeyRing, holds_key, id_in
from service.keys import now as present

_BEARER = 'Bearer realm="wirecheck"'
_HOW = "send it as Authorization: Bearer KEY or as X-API-Key: KEY"


def refuse_key_in_address(req: Request) -> None:
    """Raise a problem 400 where a key stands in the query: logs and histories keep addresses."""
    if holds_key(unquote_plus(req.query_string.decode("latin-1"))):
        raise Problem(
            400, f"an API key stands in the address, which logs keep; {_HOW}, and `wirecheck keys rotate` this one"
        )


def key_of(req: Request, keys: KeyRing, now: Callable[[], datetime] = present) -> Key | None:
    """Return the key that a request shows, None where it shows none, or raise a problem 401."""
    token = _token(req)
    if token is None:
        return None
    key_id = id_in(token)
    key = keys.find(key_id) if key_id else None
    if key is None or not key.opens(token):
        raise _unknown(f"this API key is not known here; `wirecheck keys list` shows those that are, and {_HOW}")
    if fault := key.fault(now()):
        raise _unknown(f"this API key {fault}; ask for another one, which `wirecheck keys create` makes")
    return key


def refused(rule: Rule, key: Key | None) -> Problem:
    """Return the problem of a request without the key that it needs."""
    if key is None:
        return Problem(
            401,
            f"this needs an API key with the scope {rule.scope}; {_HOW}. On the server, `wirecheck keys create --name "
            f"NAME --scope {rule.scope}` makes one",
            headers={"WWW-Authenticate": _BEARER},
        )
    return Problem(
        403,
        f"this API key lacks the scope {rule.scope}; it has {', '.join(sorted(key.scopes))}: use another key",
        headers={"WWW-Authenticate": f'{_BEARER}, error="insufficient_scope", scope="{rule.scope}"'},
    )


def _token(req: Request) -> str | None:
    """Return the token of either header. Another scheme than Bearer is a proxy's business, not a key."""
    scheme, _, value = req.headers.get("Authorization", "").strip().partition(" ")
    bearer = value.strip() if scheme.lower() == "bearer" else ""
    given = [token for token in (bearer, req.headers.get("X-API-Key", "").strip()) if token]
    if len(set(given)) > 1:
        raise _unknown("the request shows two different API keys; send one")
    return given[0] if given else None


def _unknown(detail: str) -> Problem:
    return Problem(401, detail, headers={"WWW-Authenticate": f'{_BEARER}, error="invalid_token"'})

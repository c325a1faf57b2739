"""`Idempotency-Key`: a request that is sent twice under one key is done once, and answered twice alike.

After draft-ietf-httpapi-idempotency-key-header-07: 409 while the first is in work, 422 for another request. Only what
succeeded is remembered: what failed did nothing, and may be sent again under the same key.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import Request, Response

from service.api.gate import asker
from service.api.problems import Problem
from service.api.request import read_body
from service.errors import UnwritableError
from service.keeping import HOLDS_CLAIM, Answer, Ledger

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
MOST_CHARACTERS = 255
PARAMETER: dict[str, Any] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Sent again with the same key within 24 hours, the request is done once and answered alike.",
    "schema": {"type": "string", "minLength": 1, "maxLength": MOST_CHARACTERS, "pattern": "^[!-~]+$"},
}
_NAME = 64  # characters of a name in the ledger
_KEPT_HEADERS = ("Content-Type", "ETag", "Location")
_log = logging.getLogger(__name__)


def once(
    ledger: Ledger, req: Request, most_bytes: int | None, work: Callable[[], Response], *, holds_claim: bool = False
) -> Response:
    """Return what the work answers, or answered before under the request's key; without a key, what it answers.

    `most_bytes` is the longest body, None for the app's limit. An answer that holds a claim is remembered only where
    checks are kept.
    """
    key = req.headers.get(HEADER)
    if key is None:
        return work()
    _refuse_bad(key)
    if most_bytes is not None:
        req.max_content_length = most_bytes
    name = _hashed(req.method, req.path, asker(), key)
    if holds_claim:
        name = (HOLDS_CLAIM + name)[:_NAME]
    fingerprint = _hashed(req.query_string, req.headers.get("Content-Type", ""), read_body(req))
    try:
        before = ledger.begin(name, fingerprint)
    except UnwritableError:  # what writes says so itself, and a check is answered all the same
        return work()
    if before is not None:
        return Response(before.body, before.status, [*before.headers, (REPLAYED, "true")])
    try:
        response = work()
    except BaseException:
        with suppress(UnwritableError):
            ledger.release(name)
        raise
    _end(ledger, name, response)
    return response


def refuse_key(req: Request, why: str) -> None:
    """Refuse a key where it could not keep its promise."""
    if HEADER in req.headers:
        raise Problem(422, f"{HEADER} is not for {why}; leave it out")


def _end(ledger: Ledger, name: str, response: Response) -> None:
    headers = tuple((name, response.headers[name]) for name in _KEPT_HEADERS if name in response.headers)
    try:
        ledger.end(name, Answer(response.status_code, headers, response.get_data()))
    except UnwritableError as error:  # what was done is done, and the client must hear of it
        _log.warning("an answer was not remembered under its key: %s", error)


def _refuse_bad(key: str) -> None:
    if not 1 <= len(key) <= MOST_CHARACTERS or not all("!" <= char <= "~" for char in key):
        raise Problem(
            422, f"{HEADER} must be 1 to {MOST_CHARACTERS} visible ASCII characters without spaces; a UUID is good"
        )


def _hashed(*parts: str | bytes) -> str:
    """Return a digest of parts that no other parts have."""
    found = hashlib.sha256()
    for part in parts:
        content = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        found.update(b"%d:" % len(content) + content)
    return found.hexdigest()

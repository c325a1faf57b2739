"""How many requests a key or an address may send: flask-limiter counts, the headers say."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Request, Response
from flask_limiter import ApplicationLimit, Limiter

from service.api.policy import Policy
from service.keys import Key

_LONGEST = 64  # characters of what is no address, should a proxy send such
_NEVER = "1000000/second"  # flask-limiter wants a limit where there is none


@dataclass(frozen=True, slots=True)
class Counted:
    """By what a request is counted, and how many such may come."""

    name: str
    limit: str


def counted(req: Request, key: Key | None, policy: Policy) -> Counted | None:
    """Return how a request is counted, or None where the settings have no limit for it."""
    found = (
        Counted(f"address:{network_of(req.remote_addr)}", policy.per_address)
        if key is None
        else Counted(f"key:{key.id}", policy.per_key)
    )
    return found if found.limit else None


def network_of(address: str | None) -> str:
    """Return an IPv4 address as it is, and of an IPv6 address its first 64 bits: one client has all the others."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return (address or "unknown")[:_LONGEST]
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))
    return str(found)


def limit(app: Flask, storage: str, current: Callable[[], Counted | None]) -> None:
    """Count each request that `current` gives a count for, and refuse those over the limit.

    The headers are our own: flask-limiter would put `Retry-After` on every answer, also over that of a 503.
    """
    limiter = Limiter(
        lambda: (current() or Counted("", _NEVER)).name,
        app=app,
        application_limits=[
            ApplicationLimit(
                lambda: (current() or Counted("", _NEVER)).limit,
                exempt_when=lambda: current() is None,
            )
        ],
        strategy="moving-window",  # a fixed one lets twice as much pass around its border
        storage_uri=storage,
        in_memory_fallback_enabled=True,
        headers_enabled=False,
    )

    @app.after_request
    def _said(response: Response) -> Response:
        found = limiter.current_limit
        if found is not None and current() is not None:
            wait = max(1, int(found.reset_at - time.time()))  # reset_at is rounded up
            response.headers["RateLimit-Limit"] = str(found.limit.amount)
            response.headers["RateLimit-Remaining"] = str(max(0, found.remaining))
            response.headers["RateLimit-Reset"] = str(wait)
            if response.status_code == 429:
                response.headers["Retry-After"] = str(wait)
        return response

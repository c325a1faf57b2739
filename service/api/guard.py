"""No page that an editor happens to visit may use the service, under its own name or under one led here."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Request

from service.api.plain import one_line
from service.api.policy import Policy, Rule
from service.api.problems import Problem
from service.keys import Scope

_SHOWN = 80
_ELSEWHERE = frozenset({"cross-site", "same-site"})  # only same-origin, and none for what a user types, are ours
# A proxy that nobody has told the service of brings requests of others to a loopback address.
_BY_PROXIES = ("Forwarded", "Via", "X-Real-Ip")
_OF_PROXIES = "X-Forwarded-"


def refuse_foreign(req: Request, policy: Policy, rule: Rule) -> None:
    """Raise a problem 403 for a request under an unknown name, or one that a page of another site sent.

    A browser extension may check and read, but neither write nor see what others have asked: no page can send in its
    name, and the user let it reach this address, but perhaps for another purpose.
    """
    if not policy.knows(_name(f"//{req.host}")):
        raise Problem(
            403,
            f"the Host {_shown(req.host)} is not a name of this service; use localhost or 127.0.0.1, or list the name "
            "in WIRECHECK_HOSTS",
        )
    origin = req.headers.get("Origin")
    if origin is not None and (origin in policy.origins or (_is_extension(origin) and _is_for_all(rule))):
        return
    if origin is not None and is_foreign(req):
        raise _foreign(f"a page at {_shown(origin)}")
    if req.headers.get("Sec-Fetch-Site", "").strip().lower() in _ELSEWHERE:
        raise _foreign("a page of another site")


def is_foreign(req: Request) -> bool:
    """Return whether the request states that it comes from a page of another origin."""
    origin = req.headers.get("Origin")
    return origin is not None and origin.lower() != f"{req.scheme}://{req.host}".lower()


def _is_extension(origin: str) -> bool:
    return origin.startswith(("chrome-extension://", "moz-extension://"))


def _is_for_all(rule: Rule) -> bool:
    return rule.scope is Scope.CHECK and not rule.writes


def came_through_proxy(req: Request) -> bool:
    """Return whether a proxy has left its marks."""
    return any(name in _BY_PROXIES or name.startswith(_OF_PROXIES) for name, _ in req.headers)


def _foreign(page: str) -> Problem:
    return Problem(
        403,
        f"{page} may not ask here; send the request from a program or from this server's pages, or list the origin in "
        "WIRECHECK_CORS_ORIGINS",
    )


def _name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _shown(value: str) -> str:
    return one_line(value)[:_SHOWN]

"""Who may write: no web page that an editor happens to visit, and, while there are no keys, nobody from elsewhere."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Request

from service.api.plain import one_line
from service.api.problems import Problem

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets a request write, or raises a problem 403 that says why not."""

    host: str = "127.0.0.1"  # the address that the service listens on

    def admit(self, req: Request) -> None:
        """Refuse a write that a foreign page sent, that came under an unknown name, or that anybody could send."""
        if not _is_loopback(self.host):
            raise Problem(
                403,
                f"articles cannot be changed while the service listens on {self.host}, since it has no API keys yet: "
                "listen on 127.0.0.1, or use `wirecheck add` on the machine itself",
            )
        name = _name(f"//{req.host}")
        if name not in _LOOPBACK | {self.host}:
            raise Problem(403, f"the Host {_shown(req.host)} is not a name of this service; use localhost or 127.0.0.1")
        origin = req.headers.get("Origin")
        if origin is not None and origin.lower() != f"{req.scheme}://{req.host}".lower():
            raise _foreign(f"a page at {_shown(origin)}")
        if req.headers.get("Sec-Fetch-Site", "").strip().lower() == "cross-site":
            raise _foreign("a page of another site")


def _foreign(page: str) -> Problem:
    return Problem(403, f"{page} may not write here; send the request from a program, or from this server's pages")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _shown(value: str) -> str:
    return one_line(value)[:_SHOWN]

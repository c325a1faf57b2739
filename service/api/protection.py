"""What every answer tells the browser not to do with it."""

from __future__ import annotations

from flask import Flask, Response, request

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NO_PAGE = "default-src 'none'; frame-ancestors 'none'"  # pages bring a policy of their own
_HSTS = "max-age=31536000"


def _kept(response: Response) -> str:
    """Let what has an ETag be kept and asked for again by it; nothing else is kept, since articles may change."""
    if request.method not in ("GET", "HEAD") or "ETag" not in response.headers:
        return "no-store"
    return "private, no-cache" if request.path.startswith("/v1") else "no-cache"


def register(app: Flask, *, behind_tls: bool) -> None:
    """Add the headers. Answers with claims, which may not be published yet, are kept by nobody."""

    @app.after_request
    def _protect(response: Response) -> Response:
        response.headers.update(_ALWAYS)
        response.headers.setdefault("Content-Security-Policy", _NO_PAGE)
        response.headers.setdefault("Cache-Control", _kept(response))
        if behind_tls and request.is_secure:
            response.headers["Strict-Transport-Security"] = _HSTS
        return response

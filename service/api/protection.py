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


def register(app: Flask, *, behind_tls: bool) -> None:
    """Add the headers. Answers of `/v1` may hold claims before they are published, so nobody keeps a copy."""

    @app.after_request
    def _protect(response: Response) -> Response:
        response.headers.update(_ALWAYS)
        response.headers.setdefault("Content-Security-Policy", _NO_PAGE)
        if request.path.startswith("/v1"):
            # With an ETag a browser may ask again whether its own copy is still right.
            kept = "private, no-cache" if "ETag" in response.headers else "no-store"
            response.headers.setdefault("Cache-Control", kept)
        if behind_tls and request.is_secure:
            response.headers["Strict-Transport-Security"] = _HSTS
        return response

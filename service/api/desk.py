"""`/`: the desk, a page over the contract. Its files come from this server, and it may ask no other."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, send_from_directory
from flask.typing import ResponseReturnValue

WEB = Path(__file__).parents[1] / "web"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def blueprint() -> Blueprint:
    """Return the page at `/` and its files under `/desk/`."""
    blp = Blueprint("desk", __name__)

    @blp.get("/")
    def _front() -> ResponseReturnValue:
        return _file("index.html")

    @blp.get("/desk/<path:name>")
    def _asset(name: str) -> ResponseReturnValue:
        return _file(name)

    return blp


def _file(name: str) -> Response:
    response = send_from_directory(WEB, name, max_age=0)
    response.headers["Content-Security-Policy"] = _POLICY
    return response

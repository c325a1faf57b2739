"""Is it alive, is it ready, and how is it asked: health, readiness, the contract and its page."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from flask import Blueprint, Response, redirect
from flask.typing import ResponseReturnValue
from flask_swagger_ui import get_swaggerui_blueprint

from service.api.contract import QuietApi, StrictBlueprint, operation
from service.api.present import HealthSchema, ReadySchema
from service.api.problems import RETRY_AFTER_S, Fault, Problem
from service.api.spec import to_yaml
from service.api.transfer import tag_of, tagged
from service.ports import Checker

_JSON = "application/json"
_READY = "ready"
# The page's own scripts are inline; everything it loads must come from this host.
_DOCS_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def health_blueprint(checker: Checker) -> StrictBlueprint:
    """Return `/healthz` (the process answers) and `/readyz` (models and index are loaded and warm)."""
    blp = StrictBlueprint("health", __name__, description="For whoever runs the service.")

    @operation(
        blp,
        blp.route("/healthz", methods=["GET"]),
        blp.response(200, HealthSchema, content_type=_JSON, example={"status": "ok"}),
        problems=(500,),
        needs=None,
    )
    def healthz() -> ResponseReturnValue:
        """Say that the process answers."""
        return {"status": "ok"}

    @operation(
        blp,
        blp.route("/readyz", methods=["GET"]),
        blp.response(
            200,
            ReadySchema,
            content_type=_JSON,
            example={"status": _READY, "parts": {"models": _READY, "index": _READY}},
        ),
        problems=(500, 503),
        needs=None,
    )
    def readyz() -> ResponseReturnValue:
        """Say whether models and index are loaded and warm."""
        parts = checker.state()
        waiting = [f"{part}: {state.rstrip('.')}" for part, state in parts.items() if state != _READY]
        if waiting:
            detail = f"{'; '.join(waiting)}; try again in {RETRY_AFTER_S} seconds"
            raise Problem(503, detail, map(Fault, waiting))
        return {"status": _READY, "parts": parts}

    return blp


class _Document:
    """A text and its ETag, made when it is first asked for: by one thread, while others that ask for it wait."""

    def __init__(self, write: Callable[[], str]) -> None:
        self._write, self._lock = write, Lock()
        self._made: tuple[bytes, str] | None = None

    def __call__(self) -> tuple[bytes, str]:
        with self._lock:
            if self._made is None:
                content = self._write().encode()
                self._made = content, tag_of(content)
            return self._made


def docs_blueprint(api: QuietApi, write: Callable[[QuietApi], str] = to_yaml) -> Blueprint:
    """Return `/openapi.yaml`, the page that shows it at `/docs/`, and the ways there.

    The document is written when it is first asked for: by then all resources are registered.
    """
    blp = Blueprint("docs", __name__)
    document = _Document(lambda: write(api))
    page = get_swaggerui_blueprint(
        "/docs",
        "/openapi.yaml",
        # Left to itself the page would show the document to a validator on another host, and repeat the Host header.
        config={"app_name": "Wirecheck", "validatorUrl": None, "oauth2RedirectUrl": "/docs/oauth2-redirect.html"},
    )

    page.after_request(_own_assets_only)

    @blp.get("/openapi.yaml")
    def _openapi() -> ResponseReturnValue:
        content, tag = document()
        return tagged(Response(content, content_type="text/yaml; charset=utf-8"), tag)

    @blp.get("/docs")
    def _docs() -> ResponseReturnValue:
        return redirect("/docs/")

    blp.register_blueprint(page)
    return blp


def _own_assets_only(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _DOCS_POLICY
    return response

"""Is it alive, is it ready, and how is it asked: health, readiness, the contract and its page."""

from __future__ import annotations

from flask import Blueprint, Response, redirect
from flask.typing import ResponseReturnValue
from flask_swagger_ui import get_swaggerui_blueprint

from service.api.contract import QuietApi, StrictBlueprint, operation
from service.api.present import HealthSchema, ReadySchema
from service.api.problems import RETRY_AFTER_S, Fault, Problem
from service.api.spec import to_yaml
from service.api.transfer import tagged
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


def docs_blueprint(api: QuietApi) -> Blueprint:
    """Return `/openapi.yaml`, the page that shows it at `/docs/`, and the ways there."""
    blp = Blueprint("docs", __name__)
    page = get_swaggerui_blueprint(
        "/docs",
        "/openapi.yaml",
        # Left to itself the page would show the document to a validator on another host, and repeat the Host header.
        config={"app_name": "Wirecheck", "validatorUrl": None, "oauth2RedirectUrl": "/docs/oauth2-redirect.html"},
    )

    page.after_request(_own_assets_only)

    @blp.get("/openapi.yaml")
    def _openapi() -> ResponseReturnValue:
        return tagged(Response(to_yaml(api), content_type="text/yaml; charset=utf-8"))

    @blp.get("/docs")
    def _docs() -> ResponseReturnValue:
        return redirect("/docs/")

    blp.register_blueprint(page)
    return blp


def _own_assets_only(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _DOCS_POLICY
    return response

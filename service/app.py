"""The only wiring of HTTP: settings and a checker in, a Flask app out."""

from __future__ import annotations

from flask import Flask, Response
from flask.json.provider import DefaultJSONProvider

from service.api import check, contract, problems, system
from service.ports import Checker


class _ReadableJson(DefaultJSONProvider):
    """Answers in UTF-8 and in the contract's order, so that a person can read them too."""

    ensure_ascii = False
    sort_keys = False


def create_app(checker: Checker, *, max_body_bytes: int = 65_536, trusted_hosts: tuple[str, ...] = ()) -> Flask:
    """Return the service around a checker. Without trusted hosts any `Host` header is served."""
    app = Flask("service", static_folder=None)
    app.json = _ReadableJson(app)
    app.config.update(MAX_CONTENT_LENGTH=max_body_bytes, TRUSTED_HOSTS=list(trusted_hosts) or None)
    problems.register(app)
    api = contract.make_api(app)
    api.register_blueprint(check.blueprint(checker))
    api.register_blueprint(system.health_blueprint(checker))
    app.register_blueprint(system.docs_blueprint(api))
    app.after_request(_no_sniffing)
    return app


def _no_sniffing(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response

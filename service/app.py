"""The only wiring of HTTP: settings and a checker in, a Flask app out."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response
from flask.json.provider import DefaultJSONProvider

from service.api import articles, check, checks, claimsearch, contract, desk, problems, system, texts
from service.api.absent import NoArchive, NoChecks, NoFactChecks
from service.api.guard import Guard
from service.config import Settings
from service.keeping import Archive, CheckLog, FactCheckSearch, NewArticle
from service.loading import LoadingArchive, LoadingChecker, LoadingChecks, LoadingFactChecks, Service
from service.ports import Checker
from service.turns import Room, Turns


class _ReadableJson(DefaultJSONProvider):
    """Answers in UTF-8 and in the contract's order, so that a person can read them too."""

    ensure_ascii = False
    sort_keys = False


def create_app(
    checker: Checker,
    archive: Archive | None = None,
    log: CheckLog | None = None,
    fact_checks: FactCheckSearch | None = None,
    *,
    host: str = "127.0.0.1",
    max_body_bytes: int = 65_536,
    max_article_bytes: int = 5_000_000,
    trusted_hosts: tuple[str, ...] = (),
    fetch: Callable[[str], NewArticle] | None = None,
    pace: texts.Pace | None = None,
) -> Flask:
    """Return the service around a checker, its articles and the log of its checks, for the address that it listens on.

    Without trusted hosts any `Host` header is served, but only writes from this machine are.
    """
    app = Flask("service", static_folder=None)
    app.json = _ReadableJson(app)
    app.config.update(MAX_CONTENT_LENGTH=max_body_bytes, TRUSTED_HOSTS=list(trusted_hosts) or None)
    problems.register(app)
    api = contract.make_api(app)
    log = log or NoChecks()
    api.register_blueprint(check.blueprint(checker, log))
    api.register_blueprint(texts.blueprint(checker, log, pace or texts.Pace()))
    api.register_blueprint(checks.blueprint(checker, log))
    api.register_blueprint(articles.blueprint(archive or NoArchive(), Guard(host), max_article_bytes, fetch))
    api.register_blueprint(claimsearch.blueprint(fact_checks or NoFactChecks()))
    api.register_blueprint(system.health_blueprint(checker))
    app.register_blueprint(system.docs_blueprint(api))
    app.register_blueprint(desk.blueprint())
    app.after_request(_no_sniffing)
    return app


def load_app(
    settings: Settings, build: Callable[[], Service], fetch: Callable[[str], NewArticle] | None = None
) -> Flask:
    """Return the app whose checker and articles load beside it."""
    patience_s = settings.queue_wait_ms / 1000
    loading = LoadingChecker(build, Turns(Room(settings.queue, patience_s)), patience_s).start()
    return create_app(
        loading,
        LoadingArchive(loading),
        LoadingChecks(loading),
        LoadingFactChecks(loading),
        host=settings.host,
        max_body_bytes=settings.max_body_bytes,
        max_article_bytes=settings.max_article_bytes,
        fetch=fetch,
        pace=texts.Pace(settings.text_budget_ms / 1000, patience_s),
    )


def _no_sniffing(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response

"""The only wiring of HTTP: settings and a checker in, a Flask app out."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from gunicorn.http.errors import NoMoreData, ParseException
from werkzeug.middleware.proxy_fix import ProxyFix

from service.access import policy_of
from service.api import (
    articles,
    check,
    checks,
    claimsearch,
    contract,
    cors,
    desk,
    gate,
    metrics,
    problems,
    protection,
    system,
    texts,
    transfer,
)
from service.api.absent import NoArchive, NoChecks, NoFactChecks, NoKeys, NoLedger
from service.api.exchanges import NotingChecker, watch
from service.api.policy import Policy
from service.config import Settings
from service.keeping import Archive, CheckLog, FactCheckSearch, Ledger, NewArticle
from service.keys import KeyRing
from service.loading import (
    LoadingArchive,
    LoadingChecker,
    LoadingChecks,
    LoadingFactChecks,
    LoadingKeys,
    LoadingLedger,
    Service,
)
from service.metrics import Metrics
from service.ports import Checker
from service.turns import Room, Turns
from service.watching import Watches


class _ReadableJson(DefaultJSONProvider):
    """Answers in UTF-8 and in the contract's order, so that a person can read them too."""

    ensure_ascii = False
    sort_keys = False


def create_app(
    checker: Checker,
    archive: Archive | None = None,
    log: CheckLog | None = None,
    fact_checks: FactCheckSearch | None = None,
    keys: KeyRing | None = None,
    ledger: Ledger | None = None,
    *,
    policy: Policy | None = None,
    max_body_bytes: int = 65_536,
    max_article_bytes: int = 5_000_000,
    fetch: Callable[[str], NewArticle] | None = None,
    pace: texts.Pace | None = None,
    watches: Watches | None = None,
    log_claims: bool = False,
) -> Flask:
    """Return the service around a checker, its articles, the log of its checks and the keys of those who may ask."""
    app = Flask("service", static_folder=None)
    app.json = _ReadableJson(app)
    app.url_map.merge_slashes = False  # else "//" redirects, to whatever `Host` says, before anybody looks at that
    app.config.update(MAX_CONTENT_LENGTH=max_body_bytes)
    policy = policy or Policy()
    if policy.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=policy.proxies, x_proto=policy.proxies)  # type: ignore[method-assign]
    problems.register(app)
    problems.register_broken_bodies(app, NoMoreData, ParseException)
    watches = watches or Watches(Metrics())
    watch(app, watches.watchers, log_claims=log_claims)
    checker = NotingChecker(watches.metrics.watched(checker))
    api = contract.make_api(app)
    log, ledger = log or NoChecks(), ledger or NoLedger()
    resources = (
        check.blueprint(checker, log),
        texts.blueprint(checker, log, pace or texts.Pace()),
        checks.blueprint(checker, log, ledger),
        articles.blueprint(archive or NoArchive(), max_article_bytes, fetch, ledger),
        claimsearch.blueprint(fact_checks or NoFactChecks()),
        system.health_blueprint(checker),
        metrics.blueprint(watches.metrics.text),
    )
    for resource in resources:
        api.register_blueprint(resource)
    app.register_blueprint(system.docs_blueprint(api))
    app.register_blueprint(desk.blueprint())
    gate.register(app, contract.rules_of(resources), policy, keys or NoKeys())
    cors.register(app, policy.origins)
    protection.register(app, behind_tls=policy.proxies > 0)
    transfer.register(app)
    return app


def load_app(
    settings: Settings,
    build: Callable[[], Service],
    fetch: Callable[[str], NewArticle] | None = None,
    watches: Watches | None = None,
) -> Flask:
    """Return the app whose checker and articles load beside it; `watches` are those that the service tells, if any."""
    patience_s = settings.queue_wait_ms / 1000
    loading = LoadingChecker(build, Turns(Room(settings.queue, patience_s)), patience_s).start()
    return create_app(
        loading,
        LoadingArchive(loading),
        LoadingChecks(loading),
        LoadingFactChecks(loading),
        LoadingKeys(loading),
        LoadingLedger(loading),
        policy=policy_of(settings),
        max_body_bytes=settings.max_body_bytes,
        max_article_bytes=settings.max_article_bytes,
        fetch=fetch,
        pace=texts.Pace(settings.text_budget_ms / 1000, patience_s),
        watches=watches,
        log_claims=settings.log_claims,
    )

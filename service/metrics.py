"""What Prometheus reads: counts and times of this service, all its workers together, and not a word of any claim.

Several workers share their figures through files in one folder, which the gunicorn configuration makes and removes;
without it (in tests, or under another server) a process tells its own. Imported only after that folder is named.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import metadata
from pathlib import Path
from threading import local
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from service.api.exchanges import Exchange
from service.domain import Query, Report
from service.errors import WirecheckError
from service.figures import FOLDER
from service.ports import Checker, Loaded

REST = "rest"
WAIT = "wait"
_WHOLE = "check"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_MEMORY = Path("/proc/self/statm")


class _Open(local):
    """The stages that a thread is in, each with the seconds that stages inside it took; the last check's seconds."""

    def __init__(self) -> None:
        self.inner: list[float] = []
        self.whole = 0.0


class Metrics:
    """The figures of one process, and the text that Prometheus reads; satisfies `service.ports.Watch`."""

    def __init__(self, now: Callable[[], float] = perf_counter) -> None:
        own = self._own = CollectorRegistry()
        self._requests = Counter(
            "wirecheck_http_requests", "Requests answered.", ["method", "route", "status"], registry=own
        )
        self._request_seconds = Histogram(
            "wirecheck_http_request_seconds", "From a request to the end of its answer.", ["route"],
            buckets=_SECONDS, registry=own,
        )  # fmt: skip
        self._in_progress = _gauge("http_requests_in_progress", "Requests that are being answered.", "livesum", own)
        self._checks = Counter("wirecheck_checks", "Checks done, by verdict.", ["verdict"], registry=own)
        self._failed = Counter(
            "wirecheck_checks_failed", "Checks refused or failed, by error.", ["error"], registry=own
        )
        self._judgements = Counter(
            "wirecheck_judgements", "Judgements asked for, by whether they were kept in memory.", ["cache"],
            registry=own,
        )  # fmt: skip
        self._waiting = _gauge("checks_in_progress", "Checks that wait for their turn or have it.", "livesum", own)
        self._stage_seconds = Histogram(
            "wirecheck_check_stage_seconds", "Time of a check by stage, without that of stages inside it.", ["stage"],
            buckets=_SECONDS, registry=own,
        )  # fmt: skip
        self._ready = _gauge("ready", "Whether every living worker has loaded its models and index.", "livemin", own)
        self._rows = _gauge("index_rows", "Sentences in a worker's index.", "liveall", own)
        self._removed = _gauge("index_removed_rows", "Masked rows in a worker's index.", "liveall", own)
        self._revision = _gauge("index_revision", "Revision of the corpus that an index has reached.", "liveall", own)
        self._memory = _gauge("worker_memory_bytes", "Resident memory of a worker.", "liveall", own)
        self._ready.set(0)
        self._loaded: Loaded | None = None
        self._open = _Open()
        self._now = now

    # --- what it is told ----------------------------------------------------------------------------------------

    def exchange(self, exchange: Exchange) -> Callable[[], None]:
        """Count a request and, when it ends, its time."""

        def end() -> None:
            self._in_progress.dec()
            self._requests.labels(exchange.method, exchange.route, str(exchange.status)).inc()
            self._request_seconds.labels(exchange.route).observe(exchange.seconds)

        self._in_progress.inc()
        return end

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage of a check without the stages inside it."""
        inner = self._open.inner
        inner.append(0.0)
        started = self._now()
        try:
            yield
        finally:
            took = self._now() - started
            own = took - inner.pop()
            if inner:
                inner[-1] += took
            else:
                self._open.whole = took
                self._measure()
            self._stage_seconds.labels(REST if name == _WHOLE else name).observe(max(0.0, own))

    def judged(self, known: int, computed: int) -> None:
        """Count judgements."""
        self._judgements.labels("hit").inc(known)
        self._judgements.labels("miss").inc(computed)

    def loaded(self, service: Loaded) -> None:
        """Remember what can be counted, and that this worker is ready."""
        self._loaded = service
        self._ready.set(1)
        self._measure()

    def watched(self, checker: Checker) -> Checker:
        """Return a checker whose checks are counted, with the time that they wait for their turn."""
        return _WatchedChecker(checker, self)

    @contextmanager
    def checking(self) -> Iterator[None]:
        """Count a check, from when it is asked for."""
        self._waiting.inc()
        self._open.whole = 0.0
        started = self._now()
        try:
            yield
        except WirecheckError as error:
            self._failed.labels(type(error).__name__).inc()
            raise
        except Exception:
            self._failed.labels("unexpected").inc()
            raise
        else:
            self._stage_seconds.labels(WAIT).observe(max(0.0, self._now() - started - self._open.whole))
        finally:
            self._waiting.dec()

    def checked(self, report: Report) -> None:
        """Count a verdict."""
        self._checks.labels(report.ruling.verdict.value).inc()

    def _measure(self) -> None:
        if self._loaded is None:
            return
        size = self._loaded.index()
        self._rows.set(size.rows)
        self._removed.set(size.removed)
        self._revision.set(size.revision)
        with suppress(OSError):  # only Linux has it
            self._memory.set(int(_MEMORY.read_text().split()[1]) * _PAGE)

    # --- what it tells ------------------------------------------------------------------------------------------

    def text(self) -> str:
        """Return all figures in Prometheus's text format."""
        registry = CollectorRegistry()
        if os.environ.get(FOLDER):
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        else:
            registry.register(_Registered(self._own))
        registry.register(_Facts(self._loaded))
        return generate_latest(registry).decode("utf-8")


class _WatchedChecker:
    def __init__(self, checker: Checker, metrics: Metrics) -> None:
        self._checker, self._metrics = checker, metrics

    def state(self) -> dict[str, str]:
        return self._checker.state()

    def check(self, query: Query) -> Report:
        with self._metrics.checking():
            report = self._checker.check(query)
        self._metrics.checked(report)
        return report


class _Registered(Collector):
    """The figures of this process alone."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        return self._registry.collect()


class _Facts(Collector):
    """What is looked up when it is asked for, the same in every worker."""

    def __init__(self, loaded: Loaded | None) -> None:
        self._loaded = loaded

    def collect(self) -> Iterator[Metric]:
        about = {"version": metadata.version("wirecheck"), "python": platform.python_version()}
        yield InfoMetricFamily("wirecheck_build", "The version that runs.", about)
        if self._loaded is None:
            return
        models = {"embedder": self._loaded.embedder, "stance": self._loaded.stance}
        yield InfoMetricFamily("wirecheck_models", "The models that answer.", models)
        with suppress(
            WirecheckError, SQLAlchemyError
        ):  # a damaged store: what the workers counted is told all the same
            kept = self._loaded.holdings()
            yield GaugeMetricFamily("wirecheck_corpus_articles", "Articles kept.", kept.articles)
            yield GaugeMetricFamily("wirecheck_corpus_sentences", "Sentences kept.", kept.sentences)
            yield GaugeMetricFamily("wirecheck_corpus_embeddings", "Embeddings kept for use again.", kept.embeddings)
            yield GaugeMetricFamily("wirecheck_corpus_revision", "Changes to the corpus so far.", kept.revision)


def _gauge(name: str, said: str, mode: str, registry: CollectorRegistry) -> Gauge:
    return Gauge(f"wirecheck_{name}", said, multiprocess_mode=mode, registry=registry)  # type: ignore[arg-type]

"""OpenTelemetry, for those who ask for it: a span a request, with one for each stage of a check inside it.

Nothing is imported, and nothing sent, unless `WIRECHECK_TRACES` is true. Where spans go, and how many, is said by
OpenTelemetry's own variables (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_TRACES_SAMPLER`, …). No span holds a claim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from service.api.exchanges import Exchange
from service.errors import SettingError
from service.ports import Loaded

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

_BROKEN = 500


class Traces:
    """Spans for requests and stages; satisfies `service.ports.Watch`."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("wirecheck")

    def exchange(self, exchange: Exchange) -> Callable[[], None]:
        """Span a request, within the caller's trace where its headers name one."""
        from opentelemetry.context import attach, detach
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind, set_span_in_context

        span = self._tracer.start_span(exchange.method, extract(exchange.headers), SpanKind.SERVER)
        token = attach(set_span_in_context(span))

        def end() -> None:
            detach(token)
            _describe(span, exchange)
            span.end()

        return end

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Span a stage of a check; an error's message, which may repeat the claim, is not recorded."""
        with self._tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False):
            yield

    def judged(self, known: int, computed: int) -> None:
        """Do nothing: judgements are counted in the metrics."""

    def loaded(self, service: Loaded) -> None:
        """Do nothing: models and corpus are in the metrics."""


def _describe(span: Span, exchange: Exchange) -> None:
    from opentelemetry.trace import StatusCode

    span.update_name(f"{exchange.method} {exchange.route}")
    span.set_attribute("http.request.method", exchange.method)
    span.set_attribute("http.route", exchange.route)
    span.set_attribute("http.response.status_code", exchange.status)
    span.set_attribute("wirecheck.request_id", exchange.request_id)
    if exchange.check_ids:
        span.set_attribute("wirecheck.check_ids", exchange.check_ids)
    if exchange.status >= _BROKEN:
        span.set_status(StatusCode.ERROR)


def traces() -> Traces:
    """Return what sends spans by OTLP over HTTP in the background; raise `SettingError` where it is not installed."""
    must_be_installed()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = Resource.create()  # by OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES
    if str(named.attributes["service.name"]).startswith("unknown_service"):
        named = named.merge(Resource({"service.name": "wirecheck"}))
    provider = TracerProvider(resource=named)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Traces(provider)


def must_be_installed() -> None:
    """Raise `SettingError` where the packages for traces are not here."""
    try:
        import opentelemetry.exporter.otlp.proto.http
        import opentelemetry.sdk  # noqa: F401
    except ImportError as error:
        raise SettingError(
            "WIRECHECK_TRACES is true, but OpenTelemetry is not installed: run python -m pip install opentelemetry-sdk "
            "opentelemetry-exporter-otlp-proto-http, or unset it."
        ) from error

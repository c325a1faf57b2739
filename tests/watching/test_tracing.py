"""Traces, where they are asked for: spans that nest, within the caller's trace, without a claim."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from service.app import create_app
from service.domain import Query, Report
from service.metrics import Metrics
from service.tracing import Traces
from service.watching import Watches
from tests.fakes import FakeChecker
from tests.watching.test_logs import Buffered

CLAIM = "The lighthouse was sold."


class Staged(FakeChecker):
    """A checker that goes through stages."""

    watches: Watches

    def check(self, query: Query) -> Report:
        with self.watches.stage("check"), self.watches.stage("judge"):
            return super().check(query)


def spans_of(checker: Staged, **headers: str) -> dict[str, ReadableSpan]:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    checker.watches = Watches(Metrics(), [Traces(provider)])
    app = create_app(checker, watches=checker.watches)
    app.test_client_class = Buffered
    app.test_client().get("/v1/check", query_string={"claim": CLAIM}, headers=headers)
    return {span.name: span for span in kept.get_finished_spans()}


def test_a_check_s_stages_lie_in_the_span_of_its_request() -> None:
    spans = spans_of(Staged())
    assert set(spans) == {"GET /v1/check", "check", "judge"}
    whole, check, judge = spans["GET /v1/check"], spans["check"], spans["judge"]
    assert whole.parent is None
    assert check.parent is not None
    assert judge.parent is not None
    assert check.parent.span_id == whole.context.span_id
    assert judge.parent.span_id == check.context.span_id
    assert whole.attributes is not None
    assert whole.attributes["http.response.status_code"] == 200


def test_the_caller_s_trace_goes_on() -> None:
    trace, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    whole = spans_of(Staged(), traceparent=f"00-{trace}-{parent}-01")["GET /v1/check"]
    assert whole.parent is not None
    assert (f"{whole.context.trace_id:032x}", f"{whole.parent.span_id:016x}") == (trace, parent)


@pytest.mark.parametrize("given", ["", "00-zz-zz-01", "x" * 5000, "00-" + "0" * 32 + "-" + "0" * 16 + "-01"])
def test_a_malformed_trace_is_passed_over(given: str) -> None:
    assert spans_of(Staged(), traceparent=given)["GET /v1/check"].parent is None


def test_no_span_holds_a_claim_nor_an_error_that_repeats_it() -> None:
    spans = spans_of(Staged(error=RuntimeError(CLAIM)))
    assert spans["GET /v1/check"].status.is_ok is False
    assert "lighthouse" not in "".join(span.to_json() for span in spans.values())


@contextmanager
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """Give the address of an OTLP collector, and what it was sent."""
    sent: list[tuple[str, bytes]] = []

    class Collecting(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Collecting)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", sent
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


_SEND = """
from service.config import Settings
from service.watching import Watches
watches = Watches.of(Settings.from_env())
with watches.stage("embed"):
    pass
"""


def _send(endpoint: str, **env: str) -> None:
    told = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_COMPRESSION": "none", **env}
    subprocess.run([sys.executable, "-c", _SEND], env=told, cwd=Path(__file__).parents[2], check=True, timeout=120)


def test_spans_are_sent_where_opentelemetry_s_own_variable_says() -> None:
    with collector() as (endpoint, sent):
        _send(endpoint, WIRECHECK_TRACES="true")
    ((path, body),) = sent
    assert path == "/v1/traces"
    (told,) = ExportTraceServiceRequest.FromString(body).resource_spans
    named = {item.key: item.value.string_value for item in told.resource.attributes}
    assert named["service.name"] == "wirecheck"
    assert [span.name for scope in told.scope_spans for span in scope.spans] == ["embed"]


def test_nothing_is_sent_unless_it_is_asked_for() -> None:
    with collector() as (endpoint, sent):
        _send(endpoint)
    assert sent == []


_WITHOUT = """
import sys
sys.modules["opentelemetry"] = None
from service.cli import main
main(["serve"])
"""


def test_without_the_extra_the_start_names_the_cure(tmp_path: Path) -> None:
    env = {"WIRECHECK_TRACES": "true", "WIRECHECK_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT], cwd=Path(__file__).parents[2], env=env, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    # By their own names: ours is on no index, where anybody could take it.
    assert "python -m pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http" in line
    assert "wirecheck[" not in line

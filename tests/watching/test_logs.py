"""A line an event, in one form whoever writes it, without what was asked, and nothing from outside can forge one."""

from __future__ import annotations

import gzip
import io
import json
import logging
import random
import re
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import structlog
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service import logs
from service.api.absent import NoArchive
from service.api.example import REPORT
from service.app import create_app
from service.config import Settings
from service.keeping import NewArticle, OnDuplicate, Outcome, Receipt
from service.metrics import Metrics
from service.watching import Watches
from tests.conftest import Line
from tests.fakes import FakeChecker

CLAIM = "The lighthouse of Brannock was sold."
ASK = {"claim": CLAIM}
Lines = Callable[[], list[Line]]


class Buffered(FlaskClient):
    """A client that reads an answer to its end and closes it, as a server does."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return super().open(*args, buffered=True, **kwargs)


def client_of(checker: FakeChecker, **settings: Any) -> FlaskClient:
    app = create_app(checker, **settings)
    app.test_client_class = Buffered
    return app.test_client()


def requests(told: list[Line]) -> list[Line]:
    return [line for line in told if line["event"] == "request"]


def test_a_request_is_one_line(lines: Lines) -> None:
    answer = client_of(FakeChecker()).post("/v1/check", json=ASK)
    (line,) = requests(lines())
    assert answer.headers["X-Request-ID"] == line["request_id"]
    assert re.fullmatch("[0-9a-f]{32}", line["request_id"])
    assert (line["method"], line["path"], line["status"], line["level"]) == ("POST", "/v1/check", 200, "info")
    assert line["bytes"] == len(answer.data)
    assert line["check_id"] == REPORT.check_id
    assert line["duration_ms"] >= 0
    assert line["worker"] > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["time"])


def test_what_was_asked_is_not_told(lines: Lines) -> None:
    client = client_of(FakeChecker())
    client.post("/v1/check", json=ASK, headers={"Authorization": "Bearer wc_key_of_the_desk"})
    client.get("/v1/check?claim=The+lighthouse+was+sold&key=wc_key_of_the_desk")
    client.get("/lighthouse?claim=lighthouse")
    client.post("/v1/check-text", data=CLAIM, content_type="text/plain").get_data()
    said = json.dumps(lines())
    assert "lighthouse" not in said
    assert "wc_key" not in said


def test_what_was_asked_is_told_where_that_is_wanted(lines: Lines) -> None:
    client_of(FakeChecker(), log_claims=True).post("/v1/check", json=ASK)
    (line,) = requests(lines())
    assert line["claims"] == [CLAIM]


@pytest.mark.parametrize("given", ["a", "job-17.retry_2", "x" * 100])
def test_an_id_that_is_well_formed_is_kept(given: str, lines: Lines) -> None:
    answer = client_of(FakeChecker()).get("/healthz", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] == given
    assert requests(lines())[0]["request_id"] == given


@pytest.mark.parametrize(
    "given", ["", "a b", "x" * 101, "é", 'a","level":"critical', "a\x1b[31m", "a\u2028b", "../../etc", "<b>"]
)
def test_an_id_that_is_not_gets_another(given: str, lines: Lines) -> None:
    answer = client_of(FakeChecker()).get("/healthz", environ_overrides={"HTTP_X_REQUEST_ID": given})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])
    assert requests(lines())[0]["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize("mode", ["json", "text"])
def test_no_header_method_or_path_makes_a_line_of_its_own(
    mode: str, configured: Callable[[Settings], None], capsys: pytest.CaptureFixture[str]
) -> None:
    configured(Settings(log=mode, log_level="debug"))
    forged = '\r\n{"event": "forged", "level": "info"}\x1b[2J\x85forged'
    client = client_of(FakeChecker())
    for name in ("X_REQUEST_ID", "USER_AGENT", "REFERER", "ORIGIN", "HOST", "TRACEPARENT"):
        client.get("/healthz", environ_overrides={f"HTTP_{name}": forged})
    client.get("/healthz", environ_overrides={"REQUEST_METHOD": forged, "PATH_INFO": f"/{forged}"})
    logging.getLogger("somebody").warning("said %s\u2028", forged)
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert len(said.split("\n")) == len(said.splitlines()) + 1 == 9
    assert not [line for line in said.splitlines() if line.lstrip().startswith(('{"event": "forged"', "forged"))]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("said", ["bad token: Lighthouse", 'fts5: syntax error near "lighthous"'])
def test_an_error_that_repeats_the_claim_is_told_without(said: str, method: str, lines: Lines) -> None:
    client = client_of(FakeChecker(error=RuntimeError(said)))
    answer = client.post("/v1/check", json=ASK) if method == "POST" else client.get("/v1/check", query_string=ASK)
    told = lines()
    (line,) = (line for line in told if line["event"] == "unexpected error")
    assert f"RuntimeError: {logs.LEFT_OUT}" in line["exception"]
    assert "in check" in line["exception"]
    assert "ighthous" not in json.dumps(told)
    assert line["request_id"] in answer.json["detail"]
    assert requests(told)[0]["level"] == "error"


def test_an_error_that_says_nothing_of_the_claim_is_told_whole(lines: Lines) -> None:
    client_of(FakeChecker(error=RuntimeError("disk I/O error"))).post("/v1/check", json=ASK)
    (line,) = (line for line in lines() if line["event"] == "unexpected error")
    assert "RuntimeError: disk I/O error" in line["exception"]


class Repeating(NoArchive):
    """Fails on every article with a message that repeats it, in small letters and among other words."""

    def add(self, new: NewArticle, on_duplicate: OnDuplicate) -> Receipt:
        body = new.body.decode("utf-8", "replace") if isinstance(new.body, bytes) else new.body
        warnings.warn(f"looks odd: {body}", stacklevel=1)
        try:
            raise ValueError(f"near {body.lower()!r}")
        except ValueError as error:
            raise RuntimeError(f"cannot split {body}") from error

    def add_all(self, news: Sequence[NewArticle], on_duplicate: OnDuplicate) -> list[Outcome]:
        return [self.add(new, on_duplicate) for new in news]


SECRET = "The lighthouse of Brannock was sold on Monday."
AS_JSON, AS_LINES = "application/json", "application/x-ndjson"
TOLD = json.dumps({"text": SECRET}).encode()
ESCAPED = b'{"text": "' + b"".join(b"\\u%04x" % ord(letter) for letter in SECRET) + b'"}'
BODIES: dict[str, tuple[bytes, str]] = {
    "json": (TOLD, AS_JSON),
    "escaped": (ESCAPED, AS_JSON),
    "markup": (b'{"html": "<p>The &#108;ighthouse of Br<b>annock</b> was sold on Monday.</p>"}', AS_JSON),
    "hidden": ('{"text": "The li\u200bghthouse of Bran\u00adnock was sold on Monday."}'.encode(), AS_JSON),
    "utf-16": (SECRET.encode("utf-16"), "text/plain"),
    "text": (SECRET.encode(), "text/plain"),
    "lines": (TOLD + b"\n" + ESCAPED + b"\n", AS_LINES),
    "long": (json.dumps({"text": f"{SECRET} {random.Random(1).randbytes(600_000).hex()}"}).encode(), AS_JSON),
}


def leaks(said: str) -> list[str]:
    return re.findall("ghthouse|Bran|brann|nnock|Monday|monday", said)


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("coding", "mode"), [("", "json"), ("gzip", "text"), ("chunked", "json")])
@pytest.mark.parametrize("kind", BODIES)
def test_no_article_is_told_whatever_it_came_as(
    kind: str, coding: str, mode: str, configured: Callable[[Settings], None], capsys: pytest.CaptureFixture[str]
) -> None:
    configured(Settings(log=mode, log_level="debug"))
    client = create_app(FakeChecker(), Repeating()).test_client()
    body, content_type = BODIES[kind]
    sent: dict[str, Any] = {"data": body}
    if coding == "gzip":
        sent = {"data": gzip.compress(body), "headers": {"Content-Encoding": "gzip"}}
    elif coding == "chunked":
        sent = {"environ_overrides": {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True}}
    answer = client.post("/v1/articles", content_type=content_type, buffered=True, **sent)
    statuses = (
        {json.loads(line)["status"] for line in answer.text.splitlines()} if kind == "lines" else {answer.status_code}
    )
    assert statuses == {500}, answer.text
    said = capsys.readouterr().err
    assert f"RuntimeError: {logs.LEFT_OUT}" in said and f"ValueError: {logs.LEFT_OUT}" in said
    assert leaks(said) == []
    assert "_private" not in said


@pytest.mark.parametrize("path", ["/v1/articles", "/v1/check", "/v1/check-text"])
@pytest.mark.parametrize("body", [SECRET.encode(), b"\xff\x00"])
def test_no_form_is_told(path: str, body: bytes, lines: Lines) -> None:
    form = {"claim": SECRET, "file": (io.BytesIO(body), "lighthouse of Brannock.txt")}
    client = create_app(FakeChecker(error=RuntimeError(SECRET)), Repeating()).test_client()
    assert client.post(path, data=form, content_type="multipart/form-data", buffered=True).status_code == 415
    assert leaks(json.dumps(lines())) == []


@pytest.mark.parametrize("log_claims", [False, True])
def test_a_packed_claim_is_told_where_that_is_wanted(
    log_claims: bool, configured: Callable[[Settings], None], capsys: pytest.CaptureFixture[str]
) -> None:
    configured(Settings(log="json", log_claims=log_claims))
    client = client_of(FakeChecker(error=RuntimeError(f"no tensor for {SECRET}")), log_claims=log_claims)
    body = gzip.compress(json.dumps({"claim": SECRET}).encode())
    client.post("/v1/check", data=body, content_type=AS_JSON, headers={"Content-Encoding": "gzip"})
    assert bool(leaks(capsys.readouterr().err)) == log_claims


def test_what_gunicorn_says_of_a_failed_request_repeats_nothing(lines: Lines) -> None:
    for said in ("Error handling request /", "Error handling request", "a request failed outside the service"):
        logging.getLogger("gunicorn.error").error(said, exc_info=RuntimeError(SECRET))
    logging.getLogger("gunicorn.error").error("Exception in worker process", exc_info=RuntimeError("no such file"))
    *failed, process = lines()
    assert [line["exception"] for line in failed] == [f"RuntimeError: {logs.LEFT_OUT}"] * 3
    assert process["exception"] == "RuntimeError: no such file"


def _fail() -> None:
    password = "".join(["wc_", "secret"])
    raise RuntimeError(f"failed after {len(password)} letters")


@pytest.mark.parametrize("mode", ["json", "text", "not configured"])
@pytest.mark.parametrize("log_claims", [False, True])
def test_no_renderer_shows_local_variables_or_what_was_asked(
    mode: str, log_claims: bool, configured: Callable[[Settings], None], capfd: pytest.CaptureFixture[str]
) -> None:
    class Failing(FakeChecker):
        def check(self, query: Any) -> Any:
            asked = query.claim[::-1]
            _fail()
            return asked

    if mode != "not configured":
        configured(Settings(log=mode, log_claims=log_claims))
        structlog.get_logger("ours").error("failed", exc_info=RuntimeError("a"))
        try:
            _fail()
        except RuntimeError:
            structlog.get_logger("ours").exception("failed")
    assert client_of(Failing()).post("/v1/check", json=ASK).status_code == 500
    out, err = capfd.readouterr()
    assert "failed after 9 letters" in out + err or mode == "not configured"
    for hidden in ("wc_secret", "_private", "locals", CLAIM, CLAIM[::-1]):
        assert hidden not in out + err


def test_the_renderer_itself_shows_no_local_variables() -> None:
    """Also of an exception that a processor before it has left in the line."""
    *_, renderer = logs._last(Settings(log="text"))
    try:
        _fail()
    except RuntimeError as error:
        said = renderer(None, "error", {"event": "failed", "exc_info": (type(error), error, error.__traceback__)})
    assert "failed after 9 letters" in said
    assert "wc_secret" not in said


def test_causes_come_first(lines: Lines) -> None:
    try:
        try:
            raise OSError("no space")
        except OSError as error:
            raise RuntimeError("cannot\nkeep") from error
    except RuntimeError:
        structlog.get_logger("x").exception("failed")
    told = lines()[0]["exception"]
    assert told.index("OSError: no space") < told.index("then:") < told.index("RuntimeError: cannot keep")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Error handling request GET /v1/check?claim=The+mayor", "Error handling request GET /v1/check?…"),
        ("Invalid request from ip=10.0.0.7: Invalid Method: '/?claim=x'", "Invalid request from ip=10.0.0.7"),
        ("Invalid request from ip=::1: Invalid HTTP request line: 'GET /?claim=x'", "Invalid request from ip=::1"),
        ("Booting worker with pid: 7", "Booting worker with pid: 7"),
    ],
)  # fmt: skip
def test_gunicorn_s_lines_have_our_form_and_repeat_no_request(said: str, told: str, lines: Lines) -> None:
    logging.getLogger("gunicorn.error").warning(said)
    (line,) = lines()
    assert (line["event"], line["level"], line["logger"]) == (told, "warning", "gunicorn.error")


def test_probes_are_told_only_to_those_who_want_all(
    configured: Callable[[Settings], None], capsys: pytest.CaptureFixture[str]
) -> None:
    configured(Settings(log="json"))
    client = client_of(FakeChecker())
    for path in ("/healthz", "/readyz", "/metrics", "/docs"):
        client.get(path)
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["path"] == "/docs"


def test_text_is_for_people(configured: Callable[[Settings], None], capsys: pytest.CaptureFixture[str]) -> None:
    configured(Settings(log="text"))
    client_of(FakeChecker()).get("/docs")
    (line,) = capsys.readouterr().err.splitlines()
    assert "request" in line
    assert "path=/docs" in line
    assert not line.startswith("{")


def test_without_a_terminal_lines_are_json() -> None:
    assert logs.is_json(Settings())
    assert not logs.is_json(Settings(log="text"))


def test_a_body_that_is_never_closed_harms_nothing() -> None:
    """The collector may end it in the middle of anything, so that nothing may then take a lock."""
    app = create_app(FakeChecker(), watches=Watches(Metrics()))
    for _ in range(3000):
        app.wsgi_app(app.test_client().get("/healthz").request.environ, lambda *_: lambda _: None)

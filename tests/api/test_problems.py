"""Every error is a problem+json that says what is wrong and what to do."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.errors import CorpusError, NotFoundError, NotReadyError
from tests.conftest import Line
from tests.fakes import FakeChecker

JSON = "application/json"
CLAIM = b'{"claim": "Two bridges closed."}'


def problem(response, status: int) -> str:
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    body = response.json
    assert list(body) == ["type", "title", "status", "detail", "instance", "errors"]
    assert (body["type"], body["status"]) == ("about:blank", status)
    assert "\n" not in body["detail"]
    return body["detail"]


@pytest.mark.parametrize(
    ("body", "start"),
    [
        (b"", 'the body is empty; send JSON such as {"claim"'),
        (b'{\n"claim": oops}', "the body is not JSON at line 2, column 10: Expecting value"),
        (b'{"claim": "a\nb"}', "the body is not JSON at line 1, column 13"),
        (b'{"claim": "\xff"}', "the body is not UTF-8 at byte 11;"),
        (b'{"claim": "\xed\xa0\x80"}', "the body is not UTF-8"),
        ('{"claim": "abc"}'.encode("utf-16"), "the body is not UTF-8"),
        (b'{"claim": "abc", "claim": "def"}', 'the body gives the field "claim" twice'),
        (b'{"claim": "abc", "limit": NaN}', "the body holds NaN, which is not JSON"),
        (b'{"claim": "abc", "limit": -Infinity}', "the body holds -Infinity"),
        (b'{"claim": "abc", "limit": ' + b"9" * 5000 + b"}", "the body holds a number with too many digits"),
        (b"[" * 60_000, "the body is nested too deeply"),
        (b'{"a":' * 12_000, "the body is nested too deeply"),
    ],
)
def test_a_body_that_is_not_strict_json_is_400(client: FlaskClient, body: bytes, start: str) -> None:
    assert problem(client.post("/v1/check", data=body, content_type=JSON), 400).startswith(start)


@pytest.mark.parametrize("body", [b"[]", b"5", b"null", b'"claim"', b"1e999"])
def test_a_body_that_is_no_object_is_422(client: FlaskClient, body: bytes) -> None:
    response = client.post("/v1/check", data=body, content_type=JSON)
    assert problem(response, 422) == "the body must be an object with named fields"
    assert response.json["errors"][0]["pointer"] == "#"


@pytest.mark.parametrize("query", ["claim=caf%e9+closed", "claim=%ff%fe%fd", "claim=abc&publisher=%ed%a0%80"])
def test_a_query_in_another_encoding_is_400(client: FlaskClient, query: str) -> None:
    detail = problem(client.get(f"/v1/check?{query}"), 400)
    assert detail == "the query string is not UTF-8; percent-encode it as UTF-8 or send JSON"
    assert client.get("/v1/check?claim=100%25FF").status_code == 200


def test_a_byte_order_mark_and_a_json_dialect_are_read(client: FlaskClient) -> None:
    assert client.post("/v1/check", data=b"\xef\xbb\xbf" + CLAIM, content_type=JSON).status_code == 200
    assert client.post("/v1/check", data=CLAIM, content_type="application/ld+json").status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "\x80"])
def test_another_content_type_is_415(client: FlaskClient, content_type: str) -> None:
    detail = problem(client.post("/v1/check", data=CLAIM, content_type=content_type), 415)
    assert detail.endswith("send JSON with the header Content-Type: application/json")


@pytest.mark.parametrize("size", [201, 5000])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_413(checker: FakeChecker, size: int, chunked: bool) -> None:
    client = create_app(checker, max_body_bytes=200).test_client()
    body = CLAIM.ljust(size)
    response = _chunked(client, body) if chunked else client.post("/v1/check", data=body, content_type=JSON)
    assert problem(response, 413) == "the body is longer than 200 bytes, the limit; send a shorter one"
    assert checker.queries == []


@pytest.mark.parametrize("size", [len(CLAIM), 200])
def test_a_chunked_body_within_the_limit_is_read(checker: FakeChecker, size: int) -> None:
    response = _chunked(create_app(checker, max_body_bytes=200).test_client(), CLAIM.ljust(size))
    assert response.status_code == 200


def _chunked(client: FlaskClient, body: bytes):
    """Post as gunicorn hands a chunked request on: a stream with an end but without a length."""
    return client.post(
        "/v1/check",
        input_stream=io.BytesIO(body),
        content_type=JSON,
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )


def test_an_unknown_path_is_404_and_repeats_nothing_raw(client: FlaskClient) -> None:
    response = client.get("/v1/<script>%1b%22")
    detail = problem(response, 404)
    assert detail == "there is nothing at /v1/%3Cscript%3E%1B%22; the paths are listed at /docs and in /openapi.yaml"
    assert response.json["instance"] == "/v1/%3Cscript%3E%1B%22"


@pytest.mark.parametrize(
    ("path", "allowed"), [("/v1/check", "GET, HEAD, OPTIONS, POST"), ("/healthz", "GET, HEAD, OPTIONS")]
)
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_a_wrong_method_is_405_with_allow(client: FlaskClient, path: str, allowed: str, method: str) -> None:
    response = client.open(path, method=method)
    assert problem(response, 405) == f"{method} is not allowed on {path}; use one of {allowed}"
    assert response.headers["Allow"] == allowed


@pytest.mark.parametrize("accept", ["image/png", "application/xml", "application/json;q=0", "text/csv, image/*"])
def test_an_unacceptable_accept_is_406_before_any_work(client: FlaskClient, checker: FakeChecker, accept: str) -> None:
    response = client.post("/v1/check", data=CLAIM, content_type=JSON, headers={"Accept": accept})
    assert problem(response, 406).endswith("accept application/json or text/plain")
    assert checker.queries == []


def test_an_index_that_is_loading_is_503_with_retry_after() -> None:
    client = create_app(FakeChecker(error=NotReadyError("the index is loading; try again soon"))).test_client()
    response = client.get("/v1/check?claim=abc")
    assert problem(response, 503) == "the index is loading; try again soon"
    assert response.headers["Retry-After"] == "2"


def test_what_is_not_found_is_404() -> None:
    client = create_app(FakeChecker(error=NotFoundError("no check 5; list them at /v1/checks"))).test_client()
    assert problem(client.get("/v1/check?claim=abc"), 404) == "no check 5; list them at /v1/checks"


@pytest.mark.parametrize("error", [RuntimeError("secret"), CorpusError("/secret/path is damaged")])
def test_an_unexpected_error_is_500_and_stays_in_the_log(error: Exception, lines: Callable[[], list[Line]]) -> None:
    response = create_app(FakeChecker(error=error)).test_client().get("/v1/check?claim=abc")
    assert "secret" not in problem(response, 500) + response.text
    (told,) = (line for line in lines() if line["event"] == "unexpected error")
    assert str(error) in told["exception"]
    assert told["request_id"] in problem(response, 500)


def test_readiness_names_the_part_that_is_missing() -> None:
    parts = {"models": "failed: no weights in the folder", "index": "loading"}
    client = create_app(FakeChecker(parts=parts)).test_client()
    response = client.get("/readyz")
    detail = problem(response, 503)
    assert detail == "models: failed: no weights in the folder; index: loading; try again in 2 seconds"
    assert [error["detail"] for error in response.json["errors"]] == [
        "models: failed: no weights in the folder",
        "index: loading",
    ]
    assert response.headers["Retry-After"] == "2"
    assert client.get("/healthz").json == {"status": "ok"}

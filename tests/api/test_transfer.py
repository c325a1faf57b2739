"""Compressed answers, cached ones, and bodies that come packed."""

from __future__ import annotations

import gzip
import json
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from service.api import transfer
from service.api.bulk import Adding, Bounds, add_lines
from service.api.contract import make_api
from service.api.system import docs_blueprint
from service.api.transfer import tag_of
from service.app import create_app
from service.corpus.archive import StoreArchive
from service.corpus.checks import StoreChecks
from service.corpus.store import Store
from service.keeping import OnDuplicate
from service.reading.together import MOST
from tests.fakes import FakeChecker
from tests.support import FakeEmbedder

PACKED = {"Accept-Encoding": "gzip"}
LONG = {"id": "pier", "title": "Gale at the pier", "text": "The pier lost its roof in the gale. " * 40}


@pytest.fixture
def client(store: Store, checker: FakeChecker) -> FlaskClient:
    return create_app(checker, StoreArchive(store, FakeEmbedder()), StoreChecks(store, 30)).test_client()


def unpacked(response: Any) -> bytes:
    assert response.headers["Content-Encoding"] == "gzip"
    return gzip.decompress(response.data)


@pytest.mark.parametrize(
    "path", ["/openapi.yaml", "/v1/check?claim=The+pier+fell.", "/desk/desk.js", "/docs/swagger-ui.css"]
)
def test_an_answer_is_packed_for_who_accepts_that(client: FlaskClient, path: str) -> None:
    plain, packed = client.get(path), client.get(path, headers=PACKED)
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in packed.vary and "Accept-Encoding" in plain.vary
    assert len(packed.data) < len(plain.data) / 2
    if "check" not in path:
        assert unpacked(packed) == plain.data


def test_a_part_of_a_file_is_not_packed(client: FlaskClient) -> None:
    part = client.get("/desk/desk.js", headers={**PACKED, "Range": "bytes=0-999"})
    assert part.status_code == 206
    assert "Content-Encoding" not in part.headers
    assert len(part.data) == 1000


def test_what_is_short_stays_as_it_is(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/healthz", headers=PACKED).headers


def test_lines_are_not_held_back(checker: FakeChecker) -> None:
    """Each line must leave before the next claim is checked, also to a client that accepts compression."""
    client = create_app(checker).test_client()
    text = {"text": "The pier fell down. The dam was closed."}
    response: Any = client.post("/v1/check-text", json=text, headers=PACKED, buffered=False)
    assert "Content-Encoding" not in response.headers
    told: Iterator[bytes] = response.response
    assert json.loads(next(iter(told)))["kind"] == "claim"
    assert len(checker.queries) == 1
    response.close()


def test_the_contract_is_written_once_whoever_asks() -> None:
    written: list[object] = []

    def write(api: object) -> str:
        written.append(api)
        time.sleep(0.05)  # so that others ask meanwhile
        return f"openapi: 3.1.{len(written)}"

    app = Flask(__name__)
    api = make_api(app)
    app.register_blueprint(docs_blueprint(api, write))
    assert written == []
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: app.test_client().get("/openapi.yaml"), range(5)))
    again = app.test_client().get("/openapi.yaml", headers={"If-None-Match": answers[0].headers["ETag"]})
    assert {(answer.text, answer.headers["ETag"]) for answer in answers} == {
        ("openapi: 3.1.1", f'"{tag_of(b"openapi: 3.1.1")}"')
    }
    assert again.status_code == 304
    assert written == [api]


@pytest.mark.parametrize("packed", [{}, PACKED, {"Accept-Encoding": "br"}])
@pytest.mark.parametrize("path", ["/openapi.yaml", "/v1/articles/pier", "/v1/checks/{check_id}", "/desk/desk.js", "/"])
def test_what_the_client_has_is_not_sent_again(client: FlaskClient, path: str, packed: dict[str, str]) -> None:
    client.post("/v1/articles", json=LONG)
    path = path.format(check_id=client.post("/v1/check", json={"claim": "The pier fell."}).json["check_id"])
    first = client.get(path, headers=packed)
    assert first.status_code == 200
    assert ("no-store" if "/checks/" in path else "no-cache") in first.headers["Cache-Control"]
    again = client.get(path, headers={**packed, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(path, headers={**packed, "If-None-Match": '"other"'}).status_code == 200


def test_a_kept_check_that_went_stale_is_sent_again(client: FlaskClient, store: Store, checker: FakeChecker) -> None:
    fed = checker.report.evidence[0].judgement.hit.article
    client.post("/v1/articles", json={"id": fed.id, "title": fed.title, "text": "It is still as it was. Nothing fell."})
    path = "/v1/checks/" + client.post("/v1/check", json={"claim": "The pier fell."}).json["check_id"]
    before = client.get(path)
    client.delete(f"/v1/articles/{fed.id}")
    after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert before.json["stale"] != after.json["stale"]


@pytest.mark.parametrize("packed", [{}, PACKED, {"Accept-Encoding": "br"}])
def test_the_etag_of_a_packed_answer_lets_a_change_through(client: FlaskClient, packed: dict[str, str]) -> None:
    client.post("/v1/articles", json=LONG)
    etag = client.get("/v1/articles/pier", headers=packed).headers["ETag"]
    other = {**LONG, "text": "The roof is back. The gulls left."}
    assert client.put("/v1/articles/pier", json=other, headers={"If-Match": etag}).status_code == 200
    assert client.put("/v1/articles/pier", json=other, headers={"If-Match": etag}).status_code == 412


@pytest.mark.parametrize(
    "path", ["/healthz", "/v1/check?claim=The+pier+fell.", "/v1/articles", "/v1/checks", "/nowhere"]
)
def test_what_may_change_unseen_is_not_kept(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "no-store"


# --- packed bodies ---------------------------------------------------------------------------------------------


def post(client: FlaskClient, body: bytes, path: str = "/v1/articles", coding: str = "gzip", kind: str = "json") -> Any:
    return client.post(path, data=body, content_type=f"application/{kind}", headers={"Content-Encoding": coding})


def test_a_packed_body_is_read_as_what_it_holds(client: FlaskClient) -> None:
    assert post(client, gzip.compress(json.dumps(LONG).encode())).status_code == 201
    assert client.get("/v1/articles/pier").json["text"] == LONG["text"].strip()
    claim = json.dumps({"claim": "The pier fell."}).encode()
    assert post(client, gzip.compress(claim, mtime=0), "/v1/check", "GZIP").status_code == 200
    assert post(client, claim, "/v1/check", "identity").status_code == 200


def test_packed_lines_are_read_line_by_line(client: FlaskClient) -> None:
    rows = b"".join(json.dumps({"id": f"a{n}", "text": f"Roof {n} fell down."}).encode() + b"\n" for n in range(20))
    response = post(client, gzip.compress(rows, mtime=0), kind="x-ndjson")
    assert [json.loads(line)["status"] for line in response.text.splitlines()] == [201] * 20


@pytest.mark.parametrize(
    ("body", "coding", "status", "said"),
    [
        (gzip.compress(b'{"claim": "' + b"a" * 80_000_000 + b'"}', mtime=0), "gzip", 413, "65,536 bytes, the limit"),
        (gzip.compress(b'{"claim": "The pier fell."}', mtime=0)[:-9], "gzip", 400, "no sound gzip"),
        (gzip.compress(b'{"claim": "a"}', mtime=0)[:-8] + bytes(8), "gzip", 400, "no sound gzip"),
        (gzip.compress(b'{"claim": "The pier fell."}', mtime=0)[:5], "gzip", 400, "no sound gzip"),
        (
            gzip.compress(b'{"claim": ', mtime=0) + gzip.compress(b'"The pier fell."}', mtime=0),
            "gzip",
            400,
            "after its gzip member",
        ),
        (gzip.compress(b"", mtime=0) * 2_000, "gzip", 400, "after its gzip member"),
        (gzip.compress(b'{"claim": "The pier fell."}', mtime=0) + b"\0", "gzip", 400, "after its gzip member"),
        (b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * 80_000, "gzip", 413, "packed body is longer than 65,536 bytes"),
        (
            gzip.compress(b"", mtime=0)[:10] + b"\x00\x00\x00\xff\xff" * 20_000,
            "gzip",
            413,
            "packed body is longer than 65,536",
        ),
        (b"no gzip at all", "gzip", 400, "no sound gzip"),
        (b"\x1f\x8b\x08\x00" + b"\xff" * 40, "gzip", 400, "no sound gzip"),
        (b"{}", "br", 415, "send it as gzip"),
        (b"", "gzip", 400, "empty"),
    ],
)
def test_a_body_that_cannot_be_unpacked_is_a_problem(
    client: FlaskClient, body: bytes, coding: str, status: int, said: str
) -> None:
    response = post(client, body, "/v1/check", coding)
    assert response.status_code == status
    assert said in response.json["detail"]


def rows_of(response: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in response.get_data(as_text=True).splitlines()]


def statuses(response: Any) -> list[int]:
    return [row["status"] for row in rows_of(response)]


def told_last(response: Any) -> str:
    detail: str = rows_of(response)[-1]["problem"]["detail"]
    return detail


FIRST = json.dumps({"id": "a", "text": "Roof one fell down."}).encode() + b"\n"
LINES = "application/x-ndjson"


def test_lines_that_unpack_to_much_more_than_they_are_packed_are_stopped(client: FlaskClient) -> None:
    long = b'{"text": "' + b"a" * 4_000_000 + b'"}\n'  # two lines that are not too long, of 8 kB in all
    response = post(client, gzip.compress(FIRST + long + long, mtime=0), kind="x-ndjson")
    assert statuses(response) == [201, 413]
    assert "more than 1,000,000 bytes and 100 times its packed length" in told_last(response)


def test_lines_that_unpack_without_end_are_stopped(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "MOST_UNPACKED", 100_000)
    response = post(client, gzip.compress(FIRST + b" " * 10_000_000, mtime=0), kind="x-ndjson")
    assert statuses(response) == [201, 413]
    assert "unpacks to more than 100,000 bytes" in told_last(response)


def test_lines_are_limited_as_they_travel_too(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "MOST_PACKED", 40_000)
    rows = b"".join(json.dumps({"text": random.randbytes(5_000).hex()}).encode() + b"\n" for _ in range(20))
    response = post(client, gzip.compress(FIRST + b"{}\n" + rows, mtime=0), kind="x-ndjson")
    assert statuses(response)[:2] == [201, 422] and statuses(response)[-1] == 413
    assert "the packed body is longer than 40,000 bytes, the limit" in told_last(response)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["as it is", "packed"])
def test_a_few_bytes_make_no_million_of_lines(client: FlaskClient, pack: Callable[[bytes], bytes]) -> None:
    body = pack(FIRST + b"\n" * 900_000)
    headers = {} if pack is bytes else {"Content-Encoding": "gzip"}
    response = client.post("/v1/articles", data=body, content_type=LINES, headers=headers)
    rows = rows_of(response)
    assert [(row["line"], row["status"]) for row in rows] == [(1, 201), (200_001, 413)]
    assert "200,000 lines; send those from here on in another" in told_last(response)


def added(client: FlaskClient, store: Store, body: bytes, bounds: Bounds) -> Any:
    adding = Adding(StoreArchive(store, FakeEmbedder()), OnDuplicate.FAIL, 5_000, bounds)
    with client.application.test_request_context("/v1/articles", method="POST", data=body, content_type=LINES):
        response = add_lines(adding, request)
        assert request.stream.read() == b""  # a client that still sends is not left waiting
        return response


def test_as_many_lines_as_are_allowed_are_answered_without_a_remark(client: FlaskClient, store: Store) -> None:
    assert statuses(added(client, store, FIRST + b"x\n" * 2, Bounds(lines=3))) == [201, 400, 400]
    assert statuses(added(client, store, b"x\n" * 9, Bounds(lines=3))) == [400, 400, 400, 413]


def test_answers_are_limited_and_what_is_not_answered_is_not_added(client: FlaskClient, store: Store) -> None:
    response = added(client, store, b"x\n" * (MOST + 30) + FIRST, Bounds(answer_bytes=1_000))
    rows = rows_of(response)
    assert {row["status"] for row in rows[:-1]} == {400}
    assert (rows[-1]["status"], rows[-1]["line"], len(rows)) == (413, MOST + 1, MOST + 1)  # looked at after a batch
    assert "the answers are longer than 1,000 bytes, the limit; send the lines from here on again" in told_last(
        response
    )
    assert store.fingerprints() == {}

"""Compressed answers, cached ones, and bodies that come packed."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.api import transfer
from service.api.contract import make_api
from service.api.system import docs_blueprint
from service.api.transfer import tag_of
from service.app import create_app
from service.corpus.archive import StoreArchive
from service.corpus.checks import StoreChecks
from service.corpus.store import Store
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
    assert post(client, gzip.compress(claim), "/v1/check", "GZIP").status_code == 200
    assert post(client, claim, "/v1/check", "identity").status_code == 200


def test_packed_lines_are_read_line_by_line(client: FlaskClient) -> None:
    rows = b"".join(json.dumps({"id": f"a{n}", "text": f"Roof {n} fell down."}).encode() + b"\n" for n in range(20))
    response = post(client, gzip.compress(rows[:500]) + gzip.compress(rows[500:]), kind="x-ndjson")
    assert [json.loads(line)["status"] for line in response.text.splitlines()] == [201] * 20


@pytest.mark.parametrize(
    ("body", "coding", "status", "said"),
    [
        (gzip.compress(b'{"claim": "' + b"a" * 80_000_000 + b'"}'), "gzip", 413, "65,536 bytes, the limit"),
        (gzip.compress(b'{"claim": "The pier fell."}')[:-9], "gzip", 400, "no sound gzip"),
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


def test_lines_that_unpack_without_end_are_stopped(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "MOST_UNPACKED", 100_000)
    first = json.dumps({"id": "a", "text": "Roof one fell down."}).encode()
    response = post(client, gzip.compress(first + b"\n" * 10_000_000), kind="x-ndjson")
    rows = [json.loads(line) for line in response.text.splitlines()]
    assert [row["status"] for row in rows] == [201, 413]
    assert "unpacks to more than 100,000 bytes" in rows[1]["problem"]["detail"]

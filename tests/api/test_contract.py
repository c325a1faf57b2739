"""`openapi.yaml` is true: it is the schemas' document, its examples work, and every answer keeps to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import jsonschema_rs
import pytest
import schemathesis
import yaml
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from service.api import spec
from service.app import create_app
from service.corpus.archive import StoreArchive
from service.corpus.checks import StoreChecks
from service.corpus.store import Store
from service.domain import Article
from tests.fakes import FakeChecker
from tests.support import FakeEmbedder, put

SPEC = yaml.safe_load(spec.COMMITTED.read_text(encoding="utf-8"))
CHECK = SPEC["paths"]["/v1/check"]
BODIES = CHECK["post"]["requestBody"]["content"]["application/json"]["examples"]
ARTICLES = SPEC["paths"]["/v1/articles"]["post"]["requestBody"]["content"]


@schemathesis.serializer("application/x-ndjson")
def _lines(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


# Made with the module, since schemathesis reads the contract when tests are collected; articles stay between requests.
_folder = TemporaryDirectory()
_store = Store.open(f"sqlite:///{_folder.name}/wirecheck.sqlite3")
put(_store, Article("pier", "Gale at the pier", "The pier lost its roof."))
_log = StoreChecks(_store, 30)
_app = create_app(FakeChecker(), StoreArchive(_store, FakeEmbedder()), _log, max_article_bytes=100_000)
api = schemathesis.openapi.from_wsgi("/openapi.yaml", _app)


@pytest.fixture(scope="module", autouse=True)
def _closing() -> Iterator[None]:
    yield
    _store.close()
    _folder.cleanup()


def valid(name: str, instance: Any) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": SPEC["components"]}
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(instance)


def test_the_committed_document_is_the_schemas_one(client: FlaskClient) -> None:
    committed = spec.COMMITTED.read_text(encoding="utf-8")
    served = client.get("/openapi.yaml")
    assert served.content_type == "text/yaml; charset=utf-8"
    assert served.text == committed == spec.spec_yaml(create_app(spec.NoChecker()))


def test_a_document_that_differs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "openapi.yaml"
    monkeypatch.setattr(spec, "COMMITTED", copy)
    missing = CliRunner().invoke(spec.main, ["--check"])
    assert (missing.exit_code, missing.output.count("\n")) == (1, 1)
    assert CliRunner().invoke(spec.main, ["--write"]).exit_code == 0
    assert CliRunner().invoke(spec.main, ["--check"]).exit_code == 0
    copy.write_text(copy.read_text(encoding="utf-8").replace("maximum: 50", "maximum: 60", 1), encoding="utf-8")
    changed = CliRunner().invoke(spec.main, ["--check"])
    assert changed.exit_code == 1
    assert changed.output.startswith("openapi.yaml differs from the schemas, first at: -")
    assert changed.output.endswith("run: python -m service.api.spec --write\n")


@pytest.mark.parametrize("name", sorted(BODIES))
def test_each_request_example_is_answered_by_the_contract(client: FlaskClient, name: str) -> None:
    valid("CheckBody", BODIES[name]["value"])
    response = client.post("/v1/check", json=BODIES[name]["value"])
    assert response.status_code == 200
    valid("Report", response.json)


def test_the_parameter_examples_are_answered_by_the_contract(client: FlaskClient) -> None:
    examples = {item["name"]: item["schema"].get("examples", []) for item in CHECK["get"]["parameters"]}
    for claim in examples["claim"]:
        response = client.get("/v1/check?" + urlencode({"claim": claim}))
        assert response.status_code == 200
        valid("Report", response.json)
    assert examples["claim"]


def test_each_response_example_keeps_to_its_schema() -> None:
    responses = [
        response
        for path in SPEC["paths"].values()
        for method, operation in path.items()
        if method != "parameters"
        for response in operation["responses"].values()
    ]
    contents = [
        item["content"] for item in (*responses, *SPEC["components"]["responses"].values()) if "content" in item
    ]
    checked = 0
    for content in contents:
        for media_type, described in content.items():
            if media_type in ("text/plain", "text/html"):
                assert isinstance(described["example"], str)
                continue
            if media_type == "application/x-ndjson":
                (kind,) = re.findall(r"each a `(\w+)` of the schemas", described["schema"]["description"])
                for line in described["example"].splitlines():
                    valid(kind, json.loads(line))
                continue
            valid(described["schema"]["$ref"].rsplit("/", 1)[1], described["example"])
            checked += 1
    assert checked >= 11


@pytest.mark.parametrize("name", ["text", "page"])
def test_each_article_example_is_answered_by_the_contract(desk: FlaskClient, name: str) -> None:
    example = ARTICLES["application/json"]["examples"][name]["value"]
    valid("ArticleBody", example)
    response = desk.post("/v1/articles", json=example)
    assert response.status_code == 201
    valid("Receipt", response.json)
    valid("Holding", desk.get(response.headers["Location"]).json)
    valid("ArticlePage", desk.get("/v1/articles").json)


@pytest.mark.parametrize("kind", ["text/html", "text/plain", "application/x-ndjson"])
def test_each_other_body_example_is_answered_by_the_contract(desk: FlaskClient, kind: str) -> None:
    response = desk.post("/v1/articles", data=ARTICLES[kind]["example"], content_type=kind)
    if kind == "application/x-ndjson":
        rows = [json.loads(line) for line in response.text.splitlines()]
        assert [row["status"] for row in rows] == [201, 422]
        for row in rows:
            valid("Line", row)
    else:
        assert response.status_code == 201
        valid("Receipt", response.json)


def test_kept_checks_are_answered_by_the_contract(store: Store) -> None:
    client = create_app(FakeChecker(), log=StoreChecks(store, 30)).test_client()
    check_id = client.post("/v1/check", json={"claim": "Two bridges closed."}).json["check_id"]
    valid("CheckPage", client.get("/v1/checks?stale=true").json)
    valid("KeptCheck", client.get(f"/v1/checks/{check_id}").json)
    valid("Draft", client.get(f"/v1/checks/{check_id}/claimreview").json)
    valid("Recheck", client.post(f"/v1/checks/{check_id}/recheck").json)


@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("post", "/v1/check", {"data": b"{", "content_type": "application/json"}),
        ("post", "/v1/check", {"data": b"{}"}),
        ("post", "/v1/check", {"json": {"claim": "", "limit": 0, "x": 1}}),
        ("get", "/v1/check", {}),
        ("get", "/v1/check?claim=abc", {"headers": {"Accept": "image/png"}}),
        ("put", "/v1/check", {}),
        ("get", "/nowhere", {}),
    ],
)
def test_problems_keep_to_their_schema(client: FlaskClient, method: str, path: str, options: dict[str, Any]) -> None:
    response = client.open(path, method=method.upper(), **options)
    assert response.content_type == "application/problem+json"
    valid("Problem", response.json)


# These leave out what is unknown: the first three as requests, a problem's fault, and another API's shape.
MAY_LACK_FIELDS = {
    "ArticleBody", "CheckBody", "TextBody", "Publishers", "Fault", "ClaimSearch", "ReviewedClaim", "ClaimReview",
    "ReviewPublisher",
}  # fmt: skip


def test_our_objects_are_closed_and_their_fields_never_left_out() -> None:
    for name, schema in SPEC["components"]["schemas"].items():
        assert schema["additionalProperties"] is False, name
        if name not in MAY_LACK_FIELDS:
            assert sorted(schema["required"]) == sorted(schema["properties"]), name


@api.parametrize()
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_schemathesis_finds_nothing(case: schemathesis.Case) -> None:
    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
    # The client in this process unpacks nothing.
    case.call_and_validate(checks=checks, headers={"Accept-Encoding": "identity"})

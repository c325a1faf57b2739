"""The collection for Postman and Bruno: every request of it is one that the service answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from service.api import collection as module
from service.api import spec
from service.app import create_app
from service.corpus.archive import StoreArchive
from service.corpus.checks import StoreChecks
from service.corpus.store import Store
from tests.fakes import FakeChecker
from tests.support import FakeEmbedder

SPEC = yaml.safe_load(spec.COMMITTED.read_text(encoding="utf-8"))
MADE = module.collection(SPEC)
REQUESTS = [item for folder in MADE["item"] for item in folder["item"]]


def test_every_operation_is_in_it() -> None:
    wanted = {
        (method.upper(), path.replace("{", ":").replace("}", "").strip("/"))
        for path, operations in SPEC["paths"].items()
        for method in operations
        if method != "parameters"
    }
    there = {(item["request"]["method"], "/".join(item["request"]["url"]["path"])) for item in REQUESTS}
    assert there == wanted
    assert len({item["name"] for item in REQUESTS}) == len(REQUESTS) >= len(wanted)


@pytest.fixture
def filled(store: Store) -> Iterator[Any]:
    client = create_app(FakeChecker(), StoreArchive(store, FakeEmbedder()), StoreChecks(store, 30)).test_client()
    check_id = client.post("/v1/check", json={"claim": "Two bridges closed."}).json["check_id"]
    yield client, {"article_id": "pier", "check_id": check_id}


@pytest.mark.parametrize("item", REQUESTS, ids=lambda item: item["name"][:60])
def test_each_request_is_answered(filled: Any, item: dict[str, Any]) -> None:
    client, ids = filled
    asked = item["request"]
    if asked["method"] != "POST":
        client.post("/v1/articles", json={"id": "pier", "title": "Gale", "text": "The pier lost its roof."})
    path = asked["url"]["raw"].replace("{{baseUrl}}", "")
    for name, value in ids.items():
        path = path.replace(f":{name}", value)
    headers = {header["key"]: header["value"] for header in asked["header"] if not header.get("disabled")}
    sent = {"data": asked["body"]["raw"].encode()} if "body" in asked else {}
    answer = client.open(path, method=asked["method"], headers=headers, **sent)
    assert answer.status_code in (200, 201, 204), answer.text


def test_the_command_writes_it(tmp_path: Path) -> None:
    file = tmp_path / "build" / "wirecheck.json"
    assert CliRunner().invoke(module.main, [str(file)]).exit_code == 0
    assert json.loads(file.read_text(encoding="utf-8")) == MADE

"""The contract's examples in curl, Python and JavaScript: each is run as it stands, against a service at a socket."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from werkzeug.serving import make_server

from service.api import spec
from service.api.samples import LABELS, Sample, samples
from service.app import create_app
from service.corpus.archive import StoreArchive
from service.corpus.checks import StoreChecks
from service.corpus.ledger import StoreLedger
from service.corpus.store import Store
from tests.fakes import FakeChecker
from tests.support import FakeEmbedder

ROOT = Path(__file__).parents[2]
SPEC = yaml.safe_load(spec.COMMITTED.read_text(encoding="utf-8"))
NEEDS = {"shell": "curl", "javascript": "node", "python": sys.executable}
PUT_BACK = b'{"id": "pier", "title": "Gale at the pier", "text": "The pier lost its roof. Two gulls moved in."}'


class Counting(FakeChecker):
    """Gives each check an id of its own."""

    def check(self, query: Any) -> Any:
        report = super().check(query)
        return dataclasses.replace(report, check_id=f"c{len(self.queries)}")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('samples') / 'wirecheck.sqlite3'}")
    archive = StoreArchive(store, FakeEmbedder())
    app = create_app(Counting(), archive, StoreChecks(store, 30), ledger=StoreLedger(store))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    store.close()


def ask(url: str, body: bytes) -> None:
    httpx.post(url, content=body, headers={"Content-Type": "application/json"}, timeout=60).raise_for_status()


@pytest.fixture(scope="module")
def check_id(address: str) -> str:
    ask(f"{address}/v1/check", b'{"claim": "The strike closed six berths."}')
    return "c1"


def command(sample: Sample, source: str) -> list[str]:
    if sample.language == "python":
        return [sys.executable, "-W", "error", "-c", source]
    if sample.language == "javascript":
        return ["node", "--input-type=module", "--eval", source]
    return ["sh", "-ec", source]


@pytest.mark.parametrize(
    "sample", samples(), ids=lambda sample: f"{sample.method} {sample.path} {LABELS[sample.language]}"
)
def test_each_sample_runs(sample: Sample, address: str, check_id: str, tmp_path: Path) -> None:
    if shutil.which(NEEDS[sample.language]) is None:
        pytest.skip(f"{NEEDS[sample.language]} is not installed")
    ask(f"{address}/v1/articles?on_duplicate=replace", PUT_BACK)
    assert "http://127.0.0.1:8000" in sample.source
    source = sample.source.replace("http://127.0.0.1:8000", address).replace("CHECK_ID", check_id)
    env = {**os.environ, "PYTHONPATH": str(ROOT / "clients" / "python" / "src"), "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(  # in a folder of its own, since a sample may write a file
        command(sample, source), cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.strip() or sample.method in ("put", "delete")


def test_every_operation_has_a_sample_in_each_language() -> None:
    for path, operations in SPEC["paths"].items():
        for method, operation in operations.items():
            if method != "parameters" and path not in ("/healthz", "/readyz", "/metrics"):
                labels = [shown["label"] for shown in operation["x-codeSamples"]]
                assert labels == list(LABELS.values()), path

"""The real server with two workers: its log from the first line to the last, and figures of all workers together."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Line
from tests.watching.test_metrics import samples, value

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
SECRET = "unspeakable"


@dataclass
class Server:
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            kind = {} if body is None else {"Content-Type": "application/json"}
            connection.request(method, path, None if body is None else json.dumps(body), {**kind, **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def metrics(self) -> str:
        return self.ask("GET", "/metrics")[1].decode()

    def lines(self) -> list[Line]:
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text()
            try:
                if true():
                    return
            except OSError:
                pass
            time.sleep(0.1)
        pytest.fail(self.log.read_text())

    def workers(self) -> set[int]:
        return {int(dict(labels)["pid"]) for name, labels in samples(self.metrics()) if name == "wirecheck_index_rows"}

    def two_ready(self) -> bool:
        return len(self.workers()) == 2 and value(self.metrics(), "ready") == 1


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    env = {
        **os.environ, "WIRECHECK_PORT": str(port), "WIRECHECK_DATA": str(tmp_path / "data"), "WIRECHECK_WORKERS": "2",
        "WIRECHECK_THREADS": "1", "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", "--config", "service/gunicorn.conf.py", "tests.watching.app:app"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT)
    running = Server(port, process, tmp_path / "log")
    try:
        running.until(running.two_ready)
        yield running
    finally:
        process.kill()
        process.wait()


def test_every_line_is_json_and_none_says_what_was_asked(server: Server) -> None:
    article = {"title": "Pier", "text": "The pier of Averby closes on Monday. The gulls stay."}
    assert server.ask("POST", "/v1/articles", article)[0] == 201
    status, body = server.ask("POST", "/v1/check", {"claim": f"The {SECRET} pier closes."}, **{"X-Request-ID": "job-7"})
    assert status == 500
    assert "job-7" in json.loads(body)["detail"]
    assert server.ask("GET", f"/v1/check?claim=pier+{SECRET}&x={SECRET}")[0] == 422
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as raw:
        raw.sendall(f"GET /v1/check?claim={SECRET} now HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert raw.recv(100).startswith(b"HTTP/1.1 400")
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(PATIENCE) == 0
    told = server.lines()
    assert SECRET not in server.log.read_text()
    assert {line["event"] for line in told} >= {"Shutting down: Master", "request", "unexpected error"}
    assert all({"time", "level", "logger", "worker", "event"} <= set(line) for line in told)
    (broken,) = (line for line in told if line["event"] == "unexpected error")
    assert broken["request_id"] == "job-7"
    assert "in judge" in broken["exception"]


def test_figures_are_of_all_workers_and_outlive_one(server: Server) -> None:
    def asked() -> float:
        found = samples(server.metrics())
        return sum(n for (name, labels), n in found.items() if name == "wirecheck_http_requests_total" and ("route", "/docs") in labels)  # noqa: E501  # fmt: skip

    for _ in range(20):
        assert server.ask("GET", "/docs")[0] == 302
    server.until(lambda: asked() == 20)  # a request counts once its answer is out
    before = server.workers()
    os.kill(min(before), signal.SIGKILL)
    server.until(lambda: server.two_ready() and server.workers() != before)
    assert min(before) not in server.workers()
    assert asked() == 20
    server.process.send_signal(signal.SIGHUP)
    server.until(lambda: server.two_ready() and not server.workers() & before)
    assert asked() == 20


def test_the_folder_of_figures_goes_with_the_server(server: Server) -> None:
    def mine() -> list[Path]:
        places = (Path("/dev/shm"), Path(tempfile.gettempdir()))  # noqa: S108  # looked at only
        return [folder for place in places for folder in place.glob(f"wirecheck-metrics-{server.process.pid}-*")]

    assert len(mine()) == 1
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(PATIENCE)
    assert mine() == []

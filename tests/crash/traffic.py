"""Running services, a client that changes articles on them, and others that check what they answer."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.crash.history import History, fault_of
from tests.crash.writer import ARTICLES, Step, text_of
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
CHECKERS = 4
LOST = (ConnectionError, http.client.HTTPException, TimeoutError)


@dataclass
class Server:
    """A gunicorn master with its workers."""

    folder: Path
    workers: int
    port: int
    settings: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        """Start the master and wait until a worker is ready."""
        others = {name: value for name, value in os.environ.items() if not name.startswith("WIRECHECK_")}
        env = {
            **others, "PYTHONPATH": str(ROOT), "WIRECHECK_PORT": str(self.port), "WIRECHECK_THREADS": "1",
            "WIRECHECK_DATA": str(self.folder), "WIRECHECK_WORKERS": str(self.workers), **self.settings,
        }  # fmt: skip
        command = [sys.executable, "-m", "gunicorn", "--config", "service/gunicorn.conf.py", "tests.crash.app:app"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            assert self.process.poll() is None, (self.folder / "log").read_text()
            try:
                if self.ask("GET", "/readyz")[0] == 200:
                    return
            except (OSError, *LOST):
                pass
            time.sleep(0.05)
        pytest.fail((self.folder / "log").read_text())

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Return status and JSON; raise one of `LOST` where the worker died."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, path, sent, {"Content-Type": "application/json"} if sent else {})
            response = connection.getresponse()
            answer = response.read()
            return response.status, json.loads(answer) if answer else None
        finally:
            connection.close()

    def until_answered(self, method: str, path: str) -> tuple[int, Any]:
        """Ask again while workers die or load."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                status, answer = self.ask(method, path)
            except LOST:
                continue
            if status != 503:
                return status, answer
        pytest.fail(f"{method} {path} was never answered")

    def worker_ids(self) -> list[int]:
        """Return the process ids of the workers that live now."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(found) for found in children.read_text().split()]

    def kill_everything(self) -> None:
        """Kill the master, then the workers that it leaves."""
        workers = self.worker_ids()
        self.process.kill()
        self.process.wait()
        for worker in workers:
            kill(worker)


@dataclass
class Traffic:
    """The client that changes, the others that check, and what they found."""

    servers: Sequence[Server]
    history: History = field(default_factory=History)
    stop: threading.Event = field(default_factory=threading.Event)
    faults: list[str] = field(default_factory=list)
    changes: int = 0
    acknowledged: int = 0
    checks: int = 0

    @property
    def server(self) -> Server:
        """Return any of the servers: which one a client asks must not matter."""
        return random.choice(self.servers)

    def change(self) -> None:
        """Add, replace and delete at random; after a lost answer ask what has come of it."""
        rng, version = random.Random(17), 0
        while not self.stop.is_set():
            version += 1
            step = Step(f"a{rng.randrange(ARTICLES)}", version if rng.random() < 0.7 else None)
            try:
                with self.history.changing(step):
                    self._send(step)
                    self.acknowledged += 1
            except LOST:
                self._settle(step)
            self.changes += 1

    def _send(self, step: Step) -> None:
        path = f"/v1/articles/{step.article}"
        if step.version is None:
            status, answer = self.server.ask("DELETE", path)
        else:
            body = {"id": step.article, "title": "Notes", "text": text_of(step.article, step.version)}
            status, answer = self.server.ask("POST", "/v1/articles?on_duplicate=replace", body)
        if status == 503:  # the worker is new and still loads
            raise ConnectionError
        assert status in (200, 201, 204, 404), answer

    def _settle(self, step: Step) -> None:
        status, answer = self.server.until_answered("GET", f"/v1/articles/{step.article}")
        text = answer["text"] if status == 200 else None
        versions = [change.version for change in self.history.changes[step.article]]
        texts = {text_of(step.article, version): version for version in versions if version is not None}
        self.history.settle(step.article, texts[text] if text is not None else None)

    def check(self) -> None:
        """Check without end, and compare each answer with what it may have seen."""
        body = {"claim": "A gull on the quay in version 1.", "limit": 50, "include_excluded": True}
        while not self.stop.is_set():
            begin = time.monotonic()
            try:
                status, report = self.server.ask("POST", "/v1/check", body)
            except LOST:
                continue
            if status == 503:
                time.sleep(0.02)
                continue
            fault = fault_of(self.history, report, begin, time.monotonic()) if status == 200 else f"{status} {report}"
            self.checks += 1
            if fault:
                self.faults.append(fault)


@contextmanager
def serving(folder: Path, workers: int, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Give a running service, its data in a folder."""
    server = Server(folder, workers, free_port(), settings or {})
    server.start()
    try:
        yield server
    finally:
        server.kill_everything()


@contextmanager
def running(traffic: Traffic) -> Iterator[None]:
    """Let the clients ask while something is done to the services."""
    threads = [threading.Thread(target=traffic.change)]
    threads += [threading.Thread(target=traffic.check) for _ in range(CHECKERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        traffic.stop.set()
        for thread in threads:
            thread.join(PATIENCE)


def as_known(server: Server, traffic: Traffic) -> None:
    """Every article is as the client last knew it."""
    for article, version in traffic.history.now().items():
        status, answer = server.until_answered("GET", f"/v1/articles/{article}")
        assert (answer["text"] if status == 200 else None) == (text_of(article, version) if version else None)


def kill(process_id: int) -> None:
    """Kill a process, if it is still there."""
    with suppress(ProcessLookupError):
        os.kill(process_id, signal.SIGKILL)

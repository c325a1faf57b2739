"""A real gunicorn with the service, started, asked, signalled and killed."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
SAID = "A gull sat on the quay of Averby. The lamp on the mole was dark [supports]. "


@dataclass(frozen=True)
class Answer:
    """What a client saw."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)

    @property
    def is_problem(self) -> bool:
        """Return whether it is a problem as the contract has it."""
        return self.headers.get("content-type") == "application/problem+json" and self.json["status"] == self.status


@dataclass
class Running:
    """A gunicorn master with its workers, on a data folder of its own."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    app: str = "tests.faults.app:app"
    port: int = 0
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def log(self) -> str:
        """Return what master and workers have written."""
        return (self.folder / "log").read_text(errors="replace")

    def start(self, *, until_ready: bool = True) -> None:
        """Start the master, and wait until a worker is ready, or at least answers."""
        self.port = self.port or free_port()
        others = {name: value for name, value in os.environ.items() if not name.startswith("WIRECHECK_")}
        settings = {"PORT": str(self.port), "THREADS": "1", "DATA": str(self.folder), **self.settings}
        env = {**others, "PYTHONPATH": str(ROOT), **{f"WIRECHECK_{k}": v for k, v in settings.items()}, **self.environ}
        command = [sys.executable, "-m", "gunicorn", "--config", "service/gunicorn.conf.py", self.app]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT)
        self.until(lambda: self.ask("GET", "/readyz" if until_ready else "/healthz").status == 200)

    def until(self, true: Any, patience: float = PATIENCE) -> None:
        """Ask again and again until something is true."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log
            with suppress(OSError, http.client.HTTPException):
                if true():
                    return
            time.sleep(0.05)
        raise AssertionError(f"it never came true; the log says: {self.log}")

    def ask(self, method: str, path: str, body: Any = None, *, timeout: float = PATIENCE, **headers: str) -> Answer:
        """Return the answer to a request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            return ask_on(connection, method, path, body, **headers)
        finally:
            connection.close()

    def check(self, **more: Any) -> Answer:
        """Check one claim."""
        return self.ask("POST", "/v1/check", {"claim": "The lamp on the mole was dark.", **more})

    def add(self, article: str, text: str = SAID * 3) -> Answer:
        """Add or replace an article."""
        return self.ask("POST", "/v1/articles?on_duplicate=replace", {"id": article, "title": "Notes", "text": text})

    def connect(self) -> socket.socket:
        """Return a bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def worker_ids(self) -> list[int]:
        """Return the process ids of the workers that live now."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(found) for found in children.read_text().split()] if children.exists() else []

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the master."""
        self.process.send_signal(number)

    def kill(self) -> None:
        """Kill the master, then the workers that it leaves."""
        workers = self.worker_ids()
        self.process.kill()
        self.process.wait()
        for worker in workers:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)


def ask_on(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    """Return the answer to a request on a connection that may be kept."""
    sent = body if body is None or isinstance(body, bytes) else json.dumps(body)
    kind = {} if body is None or "Content-Type" in headers else {"Content-Type": "application/json"}
    connection.request(method, path, sent, {**kind, **headers})
    response = connection.getresponse()
    return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())


@contextmanager
def running(folder: Path, environ: Mapping[str, str] | None = None, **settings: str) -> Iterator[Running]:
    """Give a service that is ready, and end it."""
    server = Running(folder, {name.upper(): value for name, value in settings.items()}, environ or {})
    server.start()
    try:
        yield server
    finally:
        server.kill()

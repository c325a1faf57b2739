"""Starts the servers that `make bench` compares, and asks them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import urllib3

CORES = len(os.sched_getaffinity(0))
STARTS_WITHIN_S = 600
SETTLED = 6  # answers in a row


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: the address that takes a claim, how long it took until it answered, its process."""

    url: str
    ready_s: float
    process: subprocess.Popen[bytes]

    def worker_mb(self) -> float:
        """Return the memory of a worker in MB, shared pages counted by share (PSS), the mean over its workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return sum(_pss_mb(int(child)) for child in children) / len(children)

    def ask(self, pool: urllib3.PoolManager, claim: str, **options: int) -> float:
        """Post a claim and return the seconds until the whole answer was read."""
        started = time.perf_counter()
        answer = pool.request("POST", self.url, json={"claim": claim, **options}, retries=False)
        if answer.status != 200:
            raise RuntimeError(f"{self.url} answered {answer.status}: {answer.data[:300]!r}")
        return time.perf_counter() - started

    def _settle(self, pool: urllib3.PoolManager, claims: Sequence[str]) -> None:
        """Ask until every worker must have answered: the first to be ready answers for the others."""
        answered, started = 0, time.perf_counter()
        while answered < SETTLED:
            try:
                self.ask(pool, claims[answered])
                answered += 1
            except RuntimeError:
                if time.perf_counter() - started > STARTS_WITHIN_S:
                    raise
                answered = 0
                time.sleep(0.5)

    def per_second(self, claims: Sequence[str], clients: int) -> float:
        """Return the claims a second that so many clients get answered together."""
        with urllib3.PoolManager(maxsize=clients) as pool, ThreadPoolExecutor(clients) as executor:
            self._settle(pool, claims)
            started = time.perf_counter()
            list(executor.map(lambda claim: self.ask(pool, claim), claims))
            return len(claims) / (time.perf_counter() - started)


@contextmanager
def wirecheck(articles: Path, data: Path, workers: int, threads: int, judgements: int = 0) -> Iterator[Server]:
    """Run the service as `wirecheck serve` does, until the block ends; by default every judgement is computed."""
    port = _free_port()
    settings = {"ARTICLES": articles, "DATA": data, "PORT": port, "WORKERS": workers, "THREADS": threads}
    settings["KEEP_JUDGEMENTS"] = judgements
    environ = {f"WIRECHECK_{name}": str(value) for name, value in settings.items()}
    command = [str(Path(sys.executable).with_name("wirecheck")), "serve"]
    root = f"http://127.0.0.1:{port}"
    with _running(command, environ, f"{root}/readyz", f"{root}/v1/check") as server:
        yield server


@contextmanager
def naive(folder: Path, workers: int, threads: int) -> Iterator[Server]:
    """Run the rival under gunicorn, with torch on as many threads as each worker has cores."""
    port = _free_port()
    cores = max(1, CORES // workers)
    environ = {"NAIVE_FOLDER": str(folder), "NAIVE_THREADS": str(cores)}
    options = ["--workers", str(workers), "--threads", str(threads), "--timeout", "300", "--bind", f"127.0.0.1:{port}"]
    command = [sys.executable, "-m", "gunicorn", *options, "--log-level", "error", "bench.naive:create_app()"]
    root = f"http://127.0.0.1:{port}"
    with _running(command, environ, f"{root}/", f"{root}/check") as server:
        yield server


@contextmanager
def _running(command: Sequence[str], environ: Mapping[str, str], ready: str, url: str) -> Iterator[Server]:
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(command, env={**os.environ, **environ}, stdout=subprocess.DEVNULL, stderr=errors)
        try:
            yield Server(url, _wait(process, ready, started), process)
        except Exception:
            errors.seek(0)
            sys.stderr.buffer.write(errors.read()[-4000:])
            raise
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _wait(process: subprocess.Popen[bytes], ready: str, started: float) -> float:
    """Return the seconds until an address answers with anything but an error of the server's own."""
    with urllib3.PoolManager() as pool:
        while time.perf_counter() - started < STARTS_WITHIN_S:
            if process.poll() is not None:
                raise RuntimeError(f"the server at {ready} ended with {process.returncode}")
            try:
                if pool.request("GET", ready, retries=False, timeout=60).status < 500:
                    return time.perf_counter() - started
            except urllib3.exceptions.HTTPError:
                pass
            time.sleep(0.02)
    raise RuntimeError(f"the server at {ready} was not ready after {STARTS_WITHIN_S} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _pss_mb(process: int) -> float:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024

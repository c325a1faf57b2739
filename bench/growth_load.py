"""Many articles sent to the real service in one request, and what its worker's memory does meanwhile."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3

from bench import servers
from bench.growth_corpus import sentences_of
from bench.growth_worker import memory
from bench.quality import SHARED
from bench.servers import CORES, Server
from service.config import Settings

ARTICLES = 20_000
EVERY_S = 2.0
CLAIM = "A man counted the barges in the harbor."


def loaded(articles: int) -> dict[str, Any]:
    """Send so many short articles of two sentences each, and return what that took."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "articles").mkdir()
        database = place / "data/wirecheck.sqlite3"
        with servers.wirecheck(place / "articles", place / "data", 1, CORES) as server:
            figures = _send(server, database, articles)
        with servers.wirecheck(place / "articles", place / "data", 1, CORES) as server, urllib3.PoolManager() as pool:
            figures["restart_s"] = round(server.ready_s, 2)
            figures["restart_check_s"] = round(server.ask(pool, CLAIM), 2)
        figures["database_mb"] = round(database.stat().st_size / 1e6)
    return figures


def _send(server: Server, database: Path, articles: int) -> dict[str, Any]:
    root = "{0.scheme}://{0.netloc}".format(urlsplit(server.url))
    lines = list(_lines(articles))
    with urllib3.PoolManager() as pool, _sampled(server, database) as samples:
        server.ask(pool, CLAIM)
        begin = time.perf_counter()
        answer = pool.request(
            "POST", f"{root}/v1/articles", body=iter(lines), retries=False, preload_content=False,
            headers={"Content-Type": "application/x-ndjson"}, timeout=7_200,
        )  # fmt: skip
        added = sum(json.loads(line)["status"] == 201 for line in answer)
        took = time.perf_counter() - begin
        first_check = server.ask(pool, CLAIM)
        samples.note()
        check = server.ask(pool, f"{CLAIM} Twice.")
    return {
        "articles": added,
        "sentences": 2 * added,
        "embedder": Settings().embedder,
        "took_s": round(took, 1),
        "articles_per_s": round(added / took, 1),
        "first_check_s": round(first_check, 2),
        "check_s": round(check, 2),
        "worker_rss_mb": samples.by_articles(articles),
        "seconds": samples.seconds(articles),
        "worker_rss_highest_mb": samples.highest,
    }


def _lines(articles: int) -> Iterator[bytes]:
    """Yield articles of a sentence of the data sets and one that only they have."""
    for number, said in enumerate(islice(cycle(sentences_of(SHARED / "data")), articles)):
        line = {"id": f"n{number}", "title": said[:60], "text": f"{said}\nThis is note {number}."}
        yield json.dumps(line).encode() + b"\n"


class _Samples:
    """What a worker's memory was when the database held how many articles, and when that was."""

    def __init__(self, process: int, database: Path) -> None:
        self._process, self._database, self._begin = process, database, time.perf_counter()
        self._seen: list[tuple[int, float, float]] = []

    @property
    def highest(self) -> float:
        return max(mb for _, mb, _ in self._seen)

    def note(self) -> None:
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=EVERY_S)) as connection:
            (held,) = connection.execute("SELECT count(*) FROM articles").fetchone()
        self._seen.append((held, memory(self._process).rss_mb, time.perf_counter() - self._begin))

    def by_articles(self, articles: int) -> dict[str, float]:
        """Return the memory at the start, at each tenth of the articles, and at the end."""
        return {str(mark): self._nearest(mark)[1] for mark in _tenths(articles)}

    def seconds(self, articles: int) -> dict[str, float]:
        """Return the seconds that had passed at each tenth of the articles."""
        return {str(mark): round(self._nearest(mark)[2], 1) for mark in _tenths(articles)}

    def _nearest(self, articles: int) -> tuple[int, float, float]:
        return min(self._seen, key=lambda seen: abs(seen[0] - articles))


def _tenths(articles: int) -> list[int]:
    return [articles * tenth // 10 for tenth in range(11)]


@contextmanager
def _sampled(server: Server, database: Path) -> Iterator[_Samples]:
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    samples, ended = _Samples(int(children[0]), database), threading.Event()

    def sample() -> None:
        while not ended.wait(EVERY_S):
            samples.note()

    thread = threading.Thread(target=sample, daemon=True)
    samples.note()
    thread.start()
    try:
        yield samples
    finally:
        ended.set()
        thread.join()

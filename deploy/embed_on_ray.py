"""Embed on many machines what a corpus in PostgreSQL lacks, with Ray (`pip install ray`); see docs/growing.md.

    python deploy/embed_on_ray.py articles.jsonl      # on the head of a Ray cluster, WIRECHECK_DATABASE_URL set

Set RAY_USAGE_STATS_ENABLED=0, or Ray reports its use to its makers. Articles are kept first, without embeddings; a
server leaves an article out of its answers until it is embedded whole. What is embedded is kept in the database part by
part, so a run that was stopped goes on when it is repeated.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import ray
from tqdm import tqdm

from service.config import Settings
from service.corpus.grouping import find_origins
from service.corpus.intake import keep
from service.evaluation import read_corpus
from service.opening import load_embedder, open_store

AT_ONCE = 512  # sentences of one task
IN_FLIGHT = 2  # tasks that wait for each machine's core


@ray.remote
class Embeds:
    """An embedder and a connection on one core of some machine."""

    def __init__(self, settings: Settings) -> None:
        self._store, self._embedder = open_store(settings), load_embedder(settings)

    def name(self) -> str:
        """Return the name that embeddings are kept under."""
        return self._embedder.name

    def embed(self, texts: Sequence[str]) -> int:
        """Embed sentences and keep what comes of them."""
        self._store.keep_embeddings(self._embedder.name, texts, self._embedder.encode(texts))
        return len(texts)


def parts(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield sentences of about one length together, longest first, so that no task waits for one long sentence."""
    ordered = sorted(texts, key=len, reverse=True)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]


def embed(workers: Sequence[Any], texts: Sequence[str]) -> int:
    """Give each worker parts until there are none; return how many sentences were embedded."""
    waiting, running, done = iter(list(parts(texts))), {}, 0
    for worker in [worker for worker in workers for _ in range(IN_FLIGHT)]:
        if part := next(waiting, None):
            running[worker.embed.remote(part)] = worker
    with tqdm(total=len(texts), desc="embedding", unit=" sentences") as bar:
        while running:
            (ready,), _ = ray.wait(list(running))
            worker, count = running.pop(ready), ray.get(ready)
            done += count
            bar.update(count)
            if part := next(waiting, None):
                running[worker.embed.remote(part)] = worker
    return done


def main() -> None:
    """Keep the articles of the files named, embed what is missing, and group origins."""
    settings = Settings.from_env()
    store = open_store(settings)
    for name in sys.argv[1:]:
        for skipped in keep(store, read_corpus(Path(name))):
            sys.stderr.write(f"skipped {skipped.path}: {skipped.reason}\n")
    ray.init()
    workers = [Embeds.remote(settings) for _ in range(int(ray.available_resources()["CPU"]))]
    model = ray.get(workers[0].name.remote())
    done = embed(workers, store.without_embedding(model))
    if store.lacks_origins():
        find_origins(store)
    sys.stderr.write(f"{done} sentences embedded by {len(workers)} workers\n")


if __name__ == "__main__":
    main()

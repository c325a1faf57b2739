"""What a change costs as the corpus grows: `python -m bench.living`. Prints a table and stores `bench/living.json`.

The sentences are made up and their vectors come from a seeded generator, so that only the corpus is measured: adding
an article of ten sentences with its origins, following that in an index that is held elsewhere, and deleting it.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bench.quality import OUT
from service.corpus.archive import StoreArchive
from service.corpus.follower import Follower
from service.corpus.grouping import find_origins
from service.corpus.index import VectorIndex
from service.corpus.intake import embed_missing, keep
from service.corpus.store import Store
from service.domain import Article
from service.keeping import NewArticle, OnDuplicate
from service.ports import Vectors

SIZES = (1_000, 10_000, 100_000)  # sentences
SENTENCES = 10  # of an article
ROUNDS = 15
WORDS = [
    f"{a}{b}{c}"
    for a in ("ba", "ke", "lo", "mi", "nu", "ra", "se", "to")
    for b in "lnrst"
    for c in ("an", "el", "ig", "os")
]


class Scattered:
    """Gives every text a direction of its own; satisfies `service.ports.Embedder`."""

    name = "scattered"
    dimension = 384

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors (n, 384)."""
        seeds = [zlib.crc32(text.encode()) for text in texts]
        rows = np.stack([np.random.default_rng(seed).standard_normal(self.dimension) for seed in seeds])
        unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return unit


@dataclass(frozen=True, slots=True)
class Row:
    """Median milliseconds at one size, each beside its ratio to the smallest size."""

    sentences: int
    add_ms: float
    follow_ms: float
    delete_ms: float
    add_ratio: float = 1.0
    follow_ratio: float = 1.0
    delete_ratio: float = 1.0


def text(rng: random.Random) -> str:
    """Return the text of an article."""
    return "\n".join(f"{' '.join(rng.choices(WORDS, k=12)).capitalize()}." for _ in range(SENTENCES))


def measured(store: Store, sentences: int, rng: random.Random) -> Row:
    """Fill the store up to so many sentences, and time changes to it."""
    have = len(store.fingerprints())
    fresh = [Article(f"n{number}", f"Notes {number}", text(rng)) for number in range(have, sentences // SENTENCES)]
    embedder = Scattered()
    keep(store, fresh)
    embed_missing(store, embedder)
    find_origins(store)
    index = VectorIndex(store.vectors(embedder.name, embedder.dimension), embedder.dimension, 1)
    archive, follower = StoreArchive(store, embedder), Follower(store, index, embedder)
    adds, follows, deletes = [], [], []
    for number in range(ROUNDS + 1):  # the first does not count
        new = NewArticle(text(rng), id=f"new{number}", title=f"Something new {number}")
        adds.append(_timed(lambda new=new: archive.add(new, OnDuplicate.FAIL)))
        follows.append(_timed(follower.follow))
        deletes.append(_timed(lambda new=new: archive.remove(new.id or "", lambda _: True)))
        follower.follow()
    return Row(sentences, *(statistics.median(times[1:]) for times in (adds, follows, deletes)))


def _timed(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - started)


def main() -> None:
    """Measure, print and store."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{Path(folder) / 'wirecheck.sqlite3'}")
        rng = random.Random(3)
        for size in SIZES:
            row = measured(store, size, rng)
            first = rows[0] if rows else row
            rows.append(
                Row(
                    row.sentences, row.add_ms, row.follow_ms, row.delete_ms,
                    row.add_ms / first.add_ms, row.follow_ms / first.follow_ms, row.delete_ms / first.delete_ms,
                )
            )  # fmt: skip
        store.close()
    sys.stdout.write(f"{'sentences':>10} {'add ms':>16} {'follow ms':>16} {'delete ms':>16}   (times the first row)\n")
    for row in rows:
        sys.stdout.write(
            f"{row.sentences:>10,} {row.add_ms:>8.1f} x{row.add_ratio:<6.2f} {row.follow_ms:>8.1f} "
            f"x{row.follow_ratio:<6.2f} {row.delete_ms:>8.1f} x{row.delete_ratio:<6.2f}\n"
        )
    (OUT / "living.json").write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

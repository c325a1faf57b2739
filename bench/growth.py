"""`make growth`: what a larger corpus costs, at 10,000, 100,000 and a million sentences.

    python -m bench.growth                             # all sizes, then a load of 20,000 articles
    python -m bench.growth --sizes 10000 --articles 0

Stores `bench/growth.json` and `bench/growth.png`. Sentences and embeddings are real as far as the data sets in
`../shared/data` reach and `--real` says; the others are real ones shifted to a cosine of 0.8, so that what is found
among a million is found among made-up neighbors. Embeddings and corpora stay in `build/growth`, and a run that was cut
off goes on there.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot  # the backend is chosen first

from bench import growth_load
from bench.growth_corpus import COSINE, Real, embedded, fill
from bench.growth_worker import Memory, memory
from bench.quality import OUT, SHARED
from bench.servers import CORES
from service.corpus.store import Store

PLACE = OUT.parent / "build/growth"
SIZES = (10_000, 100_000, 1_000_000)
REAL = 100_000
IN_MEMORY_MOST = 100_000  # sentences; a million would take some 10 GB while they are read
OTHERS_MOST = 100_000  # the graph of a million takes most of an hour to make


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that has opened an index."""

    process: subprocess.Popen[str]
    opened: dict[str, Any]

    def times(self) -> dict[str, Any]:
        """Have it ask for all claims."""
        assert self.process.stdin is not None
        self.process.stdin.write("times\n")
        self.process.stdin.flush()
        return _said(self.process)

    def added_mb(self) -> Memory:
        """Return what the index added to the memory of its process."""
        now, before = memory(self.process.pid), self.opened["before"]
        return Memory(*(round(value - before[name], 1) for name, value in asdict(now).items()))


@contextmanager
def worker(database: Path, vectors: Path, how: str) -> Iterator[Worker]:
    """Run a process that searches a corpus in one of the ways, until the block ends."""
    command = [sys.executable, "-m", "bench.growth_worker", str(database), str(vectors), how]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Worker(process, _said(process))
    finally:
        process.communicate()


def _said(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"a worker ended with {process.wait()}")
    found: dict[str, Any] = json.loads(line)
    return found


def measured(database: Path, vectors: Path, sentences: int) -> dict[str, Any]:
    """Return all figures of one size."""
    shutil.rmtree(database.with_name(f"{database.name}.vectors"), ignore_errors=True)
    figures: dict[str, Any] = {"sentences": sentences, "database_mb": round(database.stat().st_size / 1e6)}
    if sentences <= IN_MEMORY_MOST:
        with worker(database, vectors, "memory") as one:
            figures["in_memory"] = {"open_s": one.opened["open_s"], "added": asdict(one.added_mb())}
    with worker(database, vectors, "file") as one:
        figures["first_open_s"] = one.opened["open_s"]
    with worker(database, vectors, "file") as one, worker(database, vectors, "file") as two:
        figures |= {"restart_s": one.opened["open_s"], "kind": one.opened["kind"]}
        figures["each_of_two_workers"] = asdict(two.added_mb())
    with worker(database, vectors, "file") as one:
        figures["times"] = one.times()
    figures["file_mb"] = _size_mb(database.with_name(f"{database.name}.vectors"))
    if sentences <= OTHERS_MOST:
        figures["other_kinds"] = {how: _other(database, vectors, how) for how in ("scan", "hnsw")}
    return figures


def _other(database: Path, vectors: Path, how: str) -> dict[str, Any]:
    with worker(database, vectors, how) as one:
        return {"made_s": one.opened["open_s"], **one.times()}


def _size_mb(folder: Path) -> int:
    return round(sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6)


def corpora(real: Real, sizes: Sequence[int]) -> Iterator[tuple[int, Path]]:
    """Yield each size with the file of a corpus of so many sentences, each made from the one before it."""
    before: Path | None = None
    for size in sizes:
        database = PLACE / f"corpus-{size}.sqlite3"
        if before is not None and not database.exists():
            shutil.copy(before, database)
        store = Store.open(f"sqlite:///{database}")
        try:
            fill(store, real, size)
        finally:
            store.close()
        before = database
        yield size, database


def draw(figures: Sequence[dict[str, Any]], target: Path) -> None:
    """Draw times and memory against the number of sentences."""
    sizes = [each["sentences"] for each in figures]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.4))
    for name, label in (
        ("vectors_p50_ms", "vectors"), ("words_p50_ms", "words"), ("retrieval_p50_ms", "retrieval, all of it"),
    ):  # fmt: skip
        left.loglog(sizes, [each["times"][name] for each in figures], marker="o", label=label)
    left.set_title("one claim, p50 (ms)", fontsize=9)
    right.loglog(sizes, [each["each_of_two_workers"]["pss_mb"] for each in figures], marker="o", label="PSS, of two")
    right.loglog(sizes, [each["each_of_two_workers"]["uss_mb"] for each in figures], marker="o", label="its own (USS)")
    held = [each for each in figures if "in_memory" in each]
    right.loglog(
        [each["sentences"] for each in held], [each["in_memory"]["added"]["uss_mb"] for each in held],
        marker="x", linestyle=":", label="USS without the file",
    )  # fmt: skip
    right.set_title("memory that the index adds to a worker (MB)", fontsize=9)
    for side in (left, right):
        side.set_xlabel("sentences")
        side.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(target, dpi=90)


def main() -> None:
    """Measure and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--real", type=int, default=REAL, help="sentences to embed; embedding takes the longest")
    parser.add_argument("--articles", type=int, default=growth_load.ARTICLES, help="articles to load; 0 for none")
    given = parser.parse_args()
    data = SHARED / "data"
    if not data.is_dir():
        sys.exit(f"make growth reads the data sets in {data}, which is absent: put them there.")
    target = OUT / "growth.json"
    kept: dict[str, Any] = json.loads(target.read_text(encoding="utf-8")) if target.exists() else {}
    if given.sizes:
        kept |= _sizes(data, given.real, given.sizes, kept.get("sizes", []))
    if given.articles:
        kept["load"] = growth_load.loaded(given.articles)
    kept |= {"at": datetime.now(UTC).isoformat(timespec="minutes"), "cores": CORES}
    target.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    if "sizes" in kept:
        draw(kept["sizes"], OUT / "growth.png")
    json.dump(kept, sys.stdout, indent=2)
    print()


def _sizes(data: Path, most: int, sizes: Sequence[int], kept: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Measure sizes, and keep what an earlier run measured of others."""
    real = embedded(data, PLACE / "vectors", most, CORES)
    vectors = PLACE / "claims.npz"
    np.savez(vectors, model=real.model, claims=np.array(real.claims), vectors=real.claim_vectors)
    found = {each["sentences"]: each for each in kept}
    found |= {size: measured(database, vectors, size) for size, database in corpora(real, sizes)}
    figures = [found[size] for size in sorted(found)]
    smallest = figures[0]["times"]["retrieval_p50_ms"]
    for each in figures:
        each["retrieval_added_ms"] = round(each["times"]["retrieval_p50_ms"] - smallest, 2)
    note = f"Sentences beyond the real ones are real ones whose vectors were turned to a cosine of {COSINE}."
    return {"real_sentences": len(real.texts), "note": note, "sizes": figures}


if __name__ == "__main__":
    main()

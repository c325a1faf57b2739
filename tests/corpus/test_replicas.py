"""Reading from replicas: never from one that lacks what was written before, and on while the primary is away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, make_url, text

from service.api.policy import Policy
from service.corpus.engines.postgres import Postgres, open_postgres
from service.corpus.engines.replicas import AWAY_S, LONG_S, Replicas
from service.corpus.keys import StoreKeys
from service.corpus.store import Store
from service.domain import Article
from service.errors import UnreachableError
from service.keys import Scope
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


# --- what must not lag --------------------------------------------------------------------------------------------


def shown(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_key_is_good_and_revoked_at_once_however_far_the_replicas_are(
    store: Store, replica: postgres.Server, client: FlaskClient
) -> None:
    keys = StoreKeys(store)
    old, old_token = keys.create("Old", [Scope.CHECK])
    position = store_position(store)
    while not replica.run(f"SELECT pg_last_wal_replay_lsn() >= '{position}'")[0][0]:
        pass
    replica.run("SELECT pg_wal_replay_pause()")
    assert reads_from_a_replica(store)  # a key counts no revision
    keys.revoke(old.id)
    _, token = keys.create("New", [Scope.ARTICLES_WRITE])
    assert client.post("/v1/check", json={"claim": "The lamp."}, headers=shown(old_token)).status_code == 401
    assert client.post("/v1/articles", json=GULL, headers=shown(token)).status_code == 201
    assert [key.name for key in keys.all()] == ["Old", "New"]


def store_position(store: Store) -> object:
    """Return how far the primary's log is."""
    with store.latest() as connection:
        return connection.execute(text("SELECT pg_current_wal_lsn()")).scalar_one()


def test_a_check_can_be_shown_as_soon_as_it_was_answered(
    store: Store, replica: postgres.Server, client: FlaskClient
) -> None:
    replica.run("SELECT pg_wal_replay_pause()")
    check_id = client.post("/v1/check", json={"claim": "The lamp went out."}).json["check_id"]
    assert reads_from_a_replica(store)
    assert client.get(f"/v1/checks/{check_id}").status_code == 200
    assert client.post(f"/v1/checks/{check_id}/recheck", headers={"Idempotency-Key": "k"}).status_code == 200


def test_while_the_primary_is_away_no_key_is_good_and_who_needs_none_goes_on(
    store: Store, primary: postgres.Server, client: FlaskClient
) -> None:
    _, token = StoreKeys(store).create("Desk", list(Scope))
    claim = {"claim": "The lamp went out."}
    closed = client_of(store, Policy(keys_required=True))
    primary.kill()
    for asked in (
        client.post("/v1/check", json=claim, headers=shown(token)),
        closed.post("/v1/check", json=claim, headers=shown(token)),
        client.get("/v1/checks/some"),
        client.post("/v1/articles", json=GULL),
    ):
        assert (asked.status_code, asked.headers["Retry-After"]) == (503, "2")
        assert asked.content_type == "application/problem+json"
        assert "does not answer" in asked.json["detail"]
    assert client.post("/v1/check", json=claim).status_code == 200
    assert client.get("/v1/articles/lamp").status_code == 200
    assert closed.post("/v1/check", json=claim).status_code == 401
    primary.start()
    assert client.post("/v1/check", json=claim, headers=shown(token)).status_code == 200


def test_a_primary_that_took_long_not_to_answer_is_not_asked_for_keys_for_a_while() -> None:
    now, asked = [0.0], 0

    class Silent(Postgres):
        @contextmanager
        def one_moment(self, engine: Engine) -> Iterator[Connection]:
            nonlocal asked
            asked += 1
            now[0] += LONG_S
            with engine.connect() as connection:
                yield connection

    nobody, other = (open_postgres(make_url(f"postgresql://127.0.0.1:1/{name}")) for name in ("nobody", "other"))
    replicas = Replicas(nobody, [other], Silent(), lambda: now[0])
    for after, times in ((0.0, 1), (AWAY_S / 2, 1), (AWAY_S, 2)):
        now[0] += after
        with pytest.raises(UnreachableError, match="does not answer"), replicas.primary():
            pass
        assert asked == times

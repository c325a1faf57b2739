"""`Idempotency-Key`: done once, answered alike, in any worker, after a restart, and for two requests at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.app import create_app
from service.assembly import build_service, open_store
from service.config import Settings
from service.corpus import ledger as ledgers
from service.corpus.archive import StoreArchive
from service.corpus.checks import StoreChecks
from service.corpus.keys import StoreKeys
from service.corpus.ledger import StoreLedger
from service.corpus.store import Store
from service.corpus.tables import idempotency_keys
from service.errors import InWorkError, KeyReusedError, UnwritableError
from service.keeping import HOLDS_CLAIM, Answer, NewArticle, OnDuplicate, Receipt
from service.keys import Scope
from tests.fakes import FakeChecker
from tests.support import FakeEmbedder, FakeStance

PIER = {"title": "Gale at the pier", "text": "The pier lost its roof. Two gulls moved in."}
KEY = {"Idempotency-Key": "7f3c"}
ANSWER = Answer(201, (("Content-Type", "application/json"),), b"{}\n")


def app_of(store: Store, archive: Any = None) -> FlaskClient:
    kept = archive or StoreArchive(store, FakeEmbedder())
    return create_app(FakeChecker(), kept, StoreChecks(store, 30), ledger=StoreLedger(store)).test_client()


@pytest.fixture
def client(store: Store) -> FlaskClient:
    return app_of(store)


def test_the_same_request_is_done_once_and_answered_alike(client: FlaskClient) -> None:
    first = client.post("/v1/articles", json=PIER, headers=KEY)
    second = client.post("/v1/articles", json=PIER, headers=KEY)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.data == second.data
    for name in ("Content-Type", "ETag", "Location"):
        assert first.headers[name] == second.headers[name]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(client.get("/v1/articles").json["articles"]) == 1
    assert client.post("/v1/articles", json=PIER).status_code == 409  # without the key it is a duplicate


@pytest.mark.parametrize(
    "other",
    [
        {"json": {**PIER, "title": "Storm"}},
        {"json": PIER, "query_string": {"on_duplicate": "skip"}},
        {"data": b"The pier lost its roof.", "content_type": "text/plain"},
    ],
)
def test_a_key_is_for_one_request(client: FlaskClient, other: dict[str, Any]) -> None:
    client.post("/v1/articles", json=PIER, headers=KEY)
    answer = client.post("/v1/articles", headers=KEY, **other)
    assert answer.status_code == 422
    assert answer.json["detail"].startswith("This Idempotency-Key was used for another request")


def test_a_key_of_somebody_else_is_another_key(store: Store) -> None:
    ring = StoreKeys(store)
    app = create_app(FakeChecker(), StoreArchive(store, FakeEmbedder()), ledger=StoreLedger(store), keys=ring)
    for article_id in ("a", "b"):
        secret = ring.create(article_id, [Scope.ARTICLES_WRITE])[1]
        headers = {**KEY, "Authorization": f"Bearer {secret}"}
        sent = app.test_client().post("/v1/articles", json={**PIER, "id": article_id}, headers=headers)
        assert sent.status_code == 201


def test_what_failed_may_be_sent_again_corrected(client: FlaskClient) -> None:
    assert client.post("/v1/articles", json={"text": ""}, headers=KEY).status_code == 422
    assert client.post("/v1/articles", json=PIER, headers=KEY).status_code == 201


def test_a_check_is_repeated_once(client: FlaskClient) -> None:
    check_id = client.post("/v1/check", json={"claim": "Two bridges closed."}).json["check_id"]
    first, second = (client.post(f"/v1/checks/{check_id}/recheck", headers=KEY) for _ in range(2))
    assert first.data == second.data
    assert second.headers["Idempotency-Replayed"] == "true"
    assert client.post("/v1/checks/none/recheck", headers=KEY).status_code == 404


@pytest.mark.parametrize("key", ["", "a b", "ü", "x" * 256])
def test_a_bad_key_is_named(client: FlaskClient, key: str) -> None:
    answer = client.post("/v1/articles", json=PIER, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert "1 to 255 visible ASCII" in answer.json["detail"]


def test_lines_have_no_key(client: FlaskClient) -> None:
    answer = client.post("/v1/articles", data=b"{}\n", content_type="application/x-ndjson", headers=KEY)
    assert answer.status_code == 422
    assert "on_duplicate=skip" in answer.json["detail"]


def test_a_body_over_the_limit_is_refused_as_ever(store: Store) -> None:
    archive = StoreArchive(store, FakeEmbedder())
    client = create_app(FakeChecker(), archive, ledger=StoreLedger(store), max_article_bytes=1_000).test_client()
    assert client.post("/v1/articles", json={"text": "word " * 500}, headers=KEY).status_code == 413


class Slow(StoreArchive):
    """Begins to add and waits until it is told to go on."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, FakeEmbedder())
        self.begun, self.go_on, self.added = threading.Event(), threading.Event(), 0

    def add(self, new: NewArticle, on_duplicate: OnDuplicate) -> Receipt:
        self.added += 1
        self.begun.set()
        assert self.go_on.wait(60)
        return super().add(new, on_duplicate)


def test_while_the_first_is_in_work_the_second_is_told_to_wait(store: Store) -> None:
    archive = Slow(store)
    client = app_of(store, archive)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(app_of(store, archive).post, "/v1/articles", json=PIER, headers=KEY)
        assert archive.begun.wait(60)
        try:
            second = client.post("/v1/articles", json=PIER, headers=KEY)
        finally:
            archive.go_on.set()
        assert (second.status_code, second.headers.get("Retry-After")) == (409, "2")
        assert first.result(60).status_code == 201
    assert client.post("/v1/articles", json=PIER, headers=KEY).data == first.result().data
    assert archive.added == 1


def test_of_many_at_once_in_several_workers_one_begins(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shared.sqlite3'}"
    stores = [Store.open(url) for _ in range(4)]

    def begin(store: Store) -> str:
        try:
            return "first" if StoreLedger(store).begin("n", "f") is None else "answered"
        except InWorkError:
            return "in work"

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(begin, stores * 5))
    assert sorted(found) == ["first"] + ["in work"] * 19
    StoreLedger(stores[0]).end("n", ANSWER)
    assert {begin(store) for store in stores} == {"answered"}
    for store in stores:
        store.close()
    with closing(Store.open(url)) as again:  # as after a restart
        assert StoreLedger(again).begin("n", "f") == ANSWER
        with pytest.raises(KeyReusedError):
            StoreLedger(again).begin("n", "g")


def test_answers_are_forgotten_after_a_day_and_what_never_ended_after_its_lease(store: Store) -> None:
    now = [datetime(2026, 3, 1, tzinfo=UTC)]
    ledger = StoreLedger(store, lambda: now[0])
    assert ledger.begin("kept", "f") is None
    ledger.end("kept", ANSWER)
    assert ledger.begin("killed", "f") is None
    now[0] += ledgers.LEASE
    with pytest.raises(InWorkError):
        ledger.begin("killed", "f")
    now[0] += timedelta(seconds=1)
    assert ledger.begin("killed", "f") is None
    assert ledger.begin("kept", "f") == ANSWER
    now[0] += ledgers.KEPT
    assert ledger.begin("kept", "f") is None


def names(store: Store) -> set[str]:
    with store.reading() as connection:
        return set(connection.execute(select(idempotency_keys.c.name)).scalars())


def test_what_is_too_old_is_forgotten_at_the_start_too(store: Store) -> None:
    now = [datetime(2026, 3, 1, tzinfo=UTC)]
    ledger = StoreLedger(store, lambda: now[0])
    for name in ("old", "young"):
        ledger.begin(name, "f")
        ledger.end(name, ANSWER)
        now[0] += timedelta(hours=20)
    assert names(store) == {"old", "young"}
    StoreLedger(store, lambda: now[0])
    assert names(store) == {"young"}


def test_a_store_that_another_holds_does_not_hold_up_the_start(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'held.sqlite3'}"
    with closing(Store.open(url)) as one, closing(Store.open(url)) as other, one.writing():
        StoreLedger(other)


def test_where_no_check_is_kept_no_answer_with_a_claim_is_and_those_before_are_dropped(store: Store) -> None:
    """The article's answer holds no claim and still stands; a request that is in work elsewhere is not torn from it."""
    client, claim = app_of(store), "Two bridges at Brannock closed."
    check_id = client.post("/v1/check", json={"claim": claim}).json["check_id"]
    added = client.post("/v1/articles", json=PIER, headers=KEY)
    again = client.post(f"/v1/checks/{check_id}/recheck", headers=KEY)
    assert claim in again.text and len(names(store)) == 2
    keeping = StoreLedger(store)
    keeping.begin(HOLDS_CLAIM + "in work", "f")
    off = StoreLedger(store, keeps_claims=False)
    assert len(names(store)) == 2
    keeping.end(HOLDS_CLAIM + "in work", ANSWER)  # by a worker that has not been started anew
    with pytest.raises(KeyReusedError):
        off.begin(next(name for name in names(store) if not name.startswith(HOLDS_CLAIM)), "other")
    assert len(names(store)) == 1
    log = StoreChecks(store, 30)  # which would still have the check
    kept_off = create_app(FakeChecker(), StoreArchive(store, FakeEmbedder()), log, ledger=off).test_client()
    assert kept_off.post("/v1/articles", json=PIER, headers=KEY).data == added.data
    for _ in range(2):
        answer = kept_off.post(f"/v1/checks/{check_id}/recheck", headers=KEY)
        assert (answer.status_code, "Idempotency-Replayed" in answer.headers) == (200, False)
    assert len(names(store)) == 1


def test_the_setting_that_keeps_no_checks_reaches_the_ledger(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, threads=1, keep_checks_days=0)
    with closing(open_store(settings)) as store:
        ledger = StoreLedger(store)
        ledger.begin(HOLDS_CLAIM + "n", "f")
        ledger.end(HOLDS_CLAIM + "n", ANSWER)
        build_service(settings, FakeEmbedder(), FakeStance())
        assert names(store) == set()


def test_the_ledger_is_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "MOST_KEYS", 3)
    now = [datetime(2026, 3, 1, tzinfo=UTC)]
    ledger = StoreLedger(store, lambda: now[0])
    for number in range(5):
        assert ledger.begin(f"n{number}", "f") is None
        ledger.end(f"n{number}", ANSWER)
        now[0] += timedelta(seconds=1)
    assert ledger.begin("n3", "f") == ANSWER
    assert ledger.begin("n0", "f") is None


def test_an_answer_too_long_to_remember_is_forgotten(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "MOST_BYTES", 2)
    ledger = StoreLedger(store)
    assert ledger.begin("n", "f") is None
    ledger.end("n", ANSWER)
    assert ledger.begin("n", "f") is None


def test_a_check_is_repeated_where_nothing_can_be_written(store: Store) -> None:
    class ReadOnly(StoreLedger):
        def begin(self, name: str, fingerprint: str) -> Answer | None:
            raise UnwritableError("The disk is read-only.")

    log = StoreChecks(store, 30)
    client = create_app(FakeChecker(), StoreArchive(store, FakeEmbedder()), log, ledger=ReadOnly(store)).test_client()
    check_id = client.post("/v1/check", json={"claim": "Two bridges closed."}).json["check_id"]
    assert client.post(f"/v1/checks/{check_id}/recheck", headers=KEY).status_code == 200


def test_what_cannot_be_remembered_is_answered_all_the_same(store: Store) -> None:
    class Full(StoreLedger):
        def end(self, name: str, answer: Answer) -> None:
            raise UnwritableError("The disk is full.")

    client = create_app(FakeChecker(), StoreArchive(store, FakeEmbedder()), ledger=Full(store)).test_client()
    assert client.post("/v1/articles", json=PIER, headers=KEY).status_code == 201

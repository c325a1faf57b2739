"""The checker that loads beside the running server: loading, ready or failed, and it says which."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from service.app import create_app
from service.domain import Query, Report
from service.errors import (
    CorpusError,
    DamagedError,
    ModelError,
    NotReadyError,
    SettingError,
    UnreachableError,
)
from service.loading import LoadingChecker
from service.turns import Room, Turns
from tests.fakes import READY, FakeChecker

PATIENCE = 10.0
CLAIM = Query("The lock is open again.")


def test_while_loading_it_says_so() -> None:
    go_on = threading.Event()

    def build() -> FakeChecker:
        go_on.wait(PATIENCE)
        return FakeChecker()

    checker = LoadingChecker(build, Turns(Room(most_wait_s=0.0)), patience_s=0.0).start()
    try:
        assert checker.state() == {"models": "loading", "index": "loading"}
        with pytest.raises(NotReadyError, match="still loading: try again"):
            checker.loaded()
        with pytest.raises(NotReadyError, match="still loading: try again"):
            checker.check(CLAIM)
    finally:
        go_on.set()
    checker.wait(PATIENCE)
    assert checker.state() == READY
    assert checker.check(CLAIM).claim == CLAIM.claim


def test_who_asks_while_it_loads_waits_for_it() -> None:
    """As at a reload, where the old worker takes no more requests and the new one still loads."""
    go_on = threading.Event()

    def build() -> FakeChecker:
        assert go_on.wait(PATIENCE)
        return FakeChecker()

    checker = LoadingChecker(build, patience_s=PATIENCE).start()
    answers: list[object] = []
    threads = [
        threading.Thread(target=lambda: answers.append(checker.check(CLAIM).claim)),
        threading.Thread(target=lambda: answers.append(type(checker.loaded()))),
    ]
    for thread in threads:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert set(answers) == {CLAIM.claim, FakeChecker}


def test_before_it_is_started_it_is_loading() -> None:
    assert LoadingChecker(FakeChecker).state() == {"models": "loading", "index": "loading"}


def _fail(error: Exception) -> LoadingChecker:
    def build() -> FakeChecker:
        raise error

    checker = LoadingChecker(build).start()
    checker.wait(PATIENCE)
    return checker


def test_a_database_that_is_away_is_said_and_asked_again_until_it_is_back() -> None:
    away = threading.Event()
    away.set()

    def build() -> FakeChecker:
        if away.is_set():
            raise UnreachableError("reader@db.inside says no.", public="The database does not answer.")
        return FakeChecker()

    checker = LoadingChecker(build, retry_s=0.01).start()
    until = time.monotonic() + PATIENCE
    while "does not answer" not in checker.state()["index"] and time.monotonic() < until:
        time.sleep(0.01)
    assert "db.inside" not in checker.state()["index"]
    with pytest.raises(NotReadyError, match=r"^Loading failed: The database does not answer\.$"):
        checker.check(CLAIM)
    away.clear()
    checker.wait(PATIENCE)
    assert checker.state() == READY
    assert checker.check(CLAIM).claim == CLAIM.claim


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ModelError("The model file /srv/x is missing."), "A model's files are missing, damaged or of another kind."),
        (CorpusError("postgresql://reader@db.inside/x cannot be opened."), "The store cannot be opened, or was made"),
        (SettingError("WIRECHECK_STANCE is /srv/x."), "A setting is missing, unknown or out of range."),
        (OSError(13, "Permission denied", "/srv/x"), "Something failed that should not."),
        (DamagedError("It is damaged: restore a backup."), "It is damaged: restore a backup."),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_failure_is_named_and_its_cause_is_in_the_log_alone(
    error: Exception, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    checker = _fail(error)
    with pytest.raises(NotReadyError) as refused:
        checker.check(CLAIM)
    for told in (*checker.state().values(), refused.value.public):
        assert said in told
        assert not any(private in told for private in ("/srv", "db.inside", "reader", "WIRECHECK_STANCE"))
        assert "`wirecheck doctor`" in told or isinstance(error, NotReadyError)
    assert str(error) in caplog.text


def test_a_failure_of_many_lines_is_said_in_one() -> None:
    checker = _fail(RuntimeError("the graph is broken\n  at node 7\n  at node 8"))
    assert "\n" not in checker.state()["models"]


def test_a_part_that_is_not_ready_is_passed_on() -> None:
    checker = LoadingChecker(lambda: FakeChecker(parts={"models": "ready", "index": "loading"})).start()
    checker.wait(PATIENCE)
    assert checker.state() == {"models": "ready", "index": "loading"}


class OneAtATime(FakeChecker):
    """Notes how many checks are inside it at once."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = self.most = 0

    def check(self, query: Query) -> Report:
        self.inside += 1
        self.most = max(self.most, self.inside)
        time.sleep(0.01)
        self.inside -= 1
        return replace(self.report, claim=query.claim)


def test_one_check_runs_at_a_time() -> None:
    inner = OneAtATime()
    checker = LoadingChecker(lambda: inner).start()
    checker.wait(PATIENCE)
    claims: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: claims.append(checker.check(Query(f"claim {n}")).claim)) for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert inner.most == 1
    assert sorted(claims) == [f"claim {n}" for n in range(6)]


def test_a_check_that_fails_does_not_block_the_next() -> None:
    inner = FakeChecker(error=RuntimeError("broken"))
    checker = LoadingChecker(lambda: inner).start()
    checker.wait(PATIENCE)
    with pytest.raises(RuntimeError):
        checker.check(CLAIM)
    inner.error = None
    assert checker.check(CLAIM).claim == CLAIM.claim


def test_over_http_a_failure_is_a_503_that_says_why() -> None:
    client = create_app(_fail(ModelError("The model file /srv/x is missing."))).test_client()
    ready, check = client.get("/readyz"), client.post("/v1/check", json={"claim": CLAIM.claim})
    for response in (ready, check):
        assert response.status_code == 503
        assert "A model's files are missing, damaged or of another kind." in response.get_json()["detail"]
        assert "the server's log, and `wirecheck doctor` on the server" in response.get_json()["detail"]
        assert "/srv/x" not in response.text
    assert client.get("/healthz").status_code == 200

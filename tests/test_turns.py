"""The line before a turn: in order, bounded in length and in time, and honest about when to come back."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest

from service.app import create_app
from service.errors import BusyError
from service.turns import Room, Turns
from tests.fakes import FakeChecker

PATIENCE = 10.0


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Holder:
    """A thread that has the turn until it is let go."""

    def __init__(self, turns: Turns) -> None:
        self._turns, self._in, self.let_go = turns, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._hold)

    def _hold(self) -> None:
        with self._turns.turn():
            self._in.set()
            assert self.let_go.wait(PATIENCE)

    def __enter__(self) -> Holder:
        self._thread.start()
        assert self._in.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go.set()
        self._thread.join(PATIENCE)


def _until(turns: Turns, waiting: int) -> None:
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.005)):
        if turns.waiting == waiting:
            return
        pause.wait(0.005)
    pytest.fail(f"{turns.waiting} wait, not {waiting}")


def test_turns_come_in_the_order_of_asking() -> None:
    turns, order = Turns(Room(10, PATIENCE)), list[int]()

    def ask(number: int) -> None:
        with turns.turn():
            order.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    with Holder(turns):
        for waiting, thread in enumerate(threads, start=1):
            thread.start()
            _until(turns, waiting)
    for thread in threads:
        thread.join(PATIENCE)
    assert order == list(range(8))
    assert turns.waiting == 0


def test_a_full_line_sends_away_at_once_and_says_when_to_come_back() -> None:
    """Ten seconds a turn, one who has it and none who may wait: come back in ten."""
    clock = Clock()
    turns = Turns(Room(most_waiting=0, most_wait_s=PATIENCE), clock)
    with turns.turn():
        clock.now += 10.0
    with (
        Holder(turns),
        pytest.raises(BusyError, match="0 requests are already waiting: try again in 10 seconds") as told,
        turns.turn(),
    ):
        pytest.fail("two at once")
    assert told.value.retry_after_s == 10


def test_who_waits_too_long_is_sent_away_and_leaves_no_gap() -> None:
    turns = Turns(Room(most_waiting=5, most_wait_s=0.01))
    with Holder(turns):
        for _ in range(3):
            with pytest.raises(BusyError, match=r"No turn came within 0\.01 seconds"), turns.turn():
                pytest.fail("two at once")
        assert turns.waiting == 0
    with turns.turn():
        pass


def test_a_turn_that_fails_hands_on() -> None:
    turns = Turns()
    with suppress(RuntimeError), turns.turn():
        raise RuntimeError("broken")
    with turns.turn() as left_s:
        assert left_s > 0


def test_what_is_left_of_the_waiting_is_told() -> None:
    clock = Clock()
    with Turns(Room(most_wait_s=7.0), clock).turn() as left_s:
        assert left_s == pytest.approx(7.0)


def test_many_threads_one_at_a_time_and_nobody_is_lost() -> None:
    turns, inside, most, done = Turns(Room(64, PATIENCE)), [0], [0], list[int]()

    def ask(number: int) -> None:
        for _ in range(50):
            with turns.turn():
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1
        done.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(done) == list(range(16))
    assert most == [1]


def test_over_http_a_full_line_is_a_503_with_its_own_retry_after() -> None:
    checker = FakeChecker(error=BusyError("14 requests are already waiting: try again in 23 seconds.", 23))
    response = create_app(checker).test_client().post("/v1/check", json={"claim": "The dam holds."})
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "23"
    assert response.content_type == "application/problem+json"


def test_who_gives_way_goes_on_after_all_who_waited() -> None:
    turns, order = Turns(Room(10, PATIENCE)), list[str]()

    def check(name: str) -> None:
        with turns.turn():
            order.append(name)

    with turns.turn():
        turns.give_way()  # nobody waits
        threads = [threading.Thread(target=check, args=(name,)) for name in ("one", "two")]
        for number, thread in enumerate(threads, start=1):
            thread.start()
            _until(turns, number)
        turns.give_way()
        order.append("the long one")
    for thread in threads:
        thread.join(PATIENCE)
    assert order == ["one", "two", "the long one"]
    assert turns.waiting == 0

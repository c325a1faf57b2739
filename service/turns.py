"""The line before what only one request at a time may use: first come, first served, bounded in length and in time."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from service.errors import BusyError

RETRY_AFTER_S, MOST_RETRY_AFTER_S = 2, 60
_WEIGHT = 0.2  # of the newest turn in the running mean of how long one takes


@dataclass(frozen=True, slots=True)
class Room:
    """How many may wait for a turn, besides the one that has it, and how long."""

    most_waiting: int = 14
    most_wait_s: float = 10.0


@dataclass(slots=True, eq=False)
class _Ticket:
    until: float
    called: threading.Event = field(default_factory=threading.Event)


class Turns:
    """Gives turns in the order of asking. Who finds the line full, or waits too long, is refused at once."""

    def __init__(self, room: Room | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._room, self._clock = room or Room(), clock
        self._lock = threading.Lock()
        self._line: deque[_Ticket] = deque()
        self._taken = False
        self._mean_s = 0.0

    @property
    def waiting(self) -> int:
        """Return how many wait now."""
        return len(self._line)

    @contextmanager
    def turn(self) -> Iterator[float]:
        """Wait for a turn, and give the seconds of waiting that are left; raise `BusyError` where none comes."""
        until = self._clock() + self._room.most_wait_s
        self._enter(until)
        started = self._clock()
        try:
            yield max(0.0, until - started)
        finally:
            self._leave(self._clock() - started)

    def give_way(self) -> None:
        """Let all who wait have their turns before one goes on with one's own, and wait for that, however long."""
        ticket = _Ticket(math.inf)
        with self._lock:
            if not self._line:
                return
            self._line.append(ticket)
            self._line.popleft().called.set()
        ticket.called.wait()

    def _enter(self, until: float) -> None:
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            if len(self._line) >= self._room.most_waiting:
                raise self._busy(f"{len(self._line)} requests are already waiting")
            ticket = _Ticket(until)
            self._line.append(ticket)
        if not ticket.called.wait(max(0.0, until - self._clock())):
            self._give_up(ticket)

    def _give_up(self, ticket: _Ticket) -> None:
        with self._lock:
            if ticket.called.is_set():  # its turn came at the last moment
                return
            self._line.remove(ticket)
            raise self._busy(f"No turn came within {self._room.most_wait_s:g} seconds, the limit")

    def _leave(self, took_s: float) -> None:
        with self._lock:
            self._mean_s = took_s if not self._mean_s else (1 - _WEIGHT) * self._mean_s + _WEIGHT * took_s
            if self._line:
                self._line.popleft().called.set()  # the turn is handed on without being free in between
            else:
                self._taken = False

    def _busy(self, what: str) -> BusyError:
        """Say when it is worth asking again: after about as long as those who wait now will take."""
        seconds = min(MOST_RETRY_AFTER_S, max(RETRY_AFTER_S, math.ceil(self._mean_s * (len(self._line) + 1))))
        return BusyError(f"{what}: try again in {seconds} seconds.", seconds)

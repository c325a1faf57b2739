"""Requests at a given rate, whatever becomes of them, and what clients saw."""

from __future__ import annotations

import http.client
import json
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import cycle

MOST_CLIENTS = 400
PATIENCE_S = 90.0
LOST = (OSError, http.client.HTTPException)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one client saw: a status, or 0 where its connection broke, after how many seconds."""

    status: int
    seconds: float
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What became of the requests of one rate. Times are those of the requests that were accepted, in seconds."""

    load: str
    rate_per_s: float
    sent: int
    ok: int
    refused_429: int
    refused_503: int
    other: int
    truncated: int
    p50_s: float
    p99_s: float


@dataclass(slots=True)
class Tally:
    """What clients in several threads saw."""

    seen: list[Seen] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, one: Seen) -> None:
        """Add one answer."""
        with self.lock:
            self.seen.append(one)

    def counts(self) -> Counter[int]:
        """Return how often each status came."""
        return Counter(one.status for one in self.seen)


def ask(port: int, method: str, path: str, body: object = None, kind: str = "application/json") -> tuple[int, bytes]:
    """Return status and body of a request on a connection of its own; status 0 where it broke."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)) as connection:
        try:
            sent = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
            connection.request(method, path, sent, {} if sent is None else {"Content-Type": kind})
            response = connection.getresponse()
            return response.status, response.read()
        except LOST:
            return 0, b""


def check(port: int, claim: str, since: float | None = None) -> Seen:
    """Check a claim; the time counts from `since`, when the request was due."""
    started = time.perf_counter() if since is None else since
    status, body = ask(port, "POST", "/v1/check", {"claim": claim})
    seconds = time.perf_counter() - started
    return Seen(status, seconds, status == 200 and bool(json.loads(body)["truncated"]))


def saturation(port: int, claims: Sequence[str], clients: int, seconds: float) -> float:
    """Return the checks a second that so many clients get who each wait for their answer."""
    tally, until = Tally(), time.perf_counter() + seconds

    def client(mine: Iterator[str]) -> None:
        while time.perf_counter() < until:
            tally.note(check(port, next(mine)))

    together([lambda start=start: client(_from(claims, start)) for start in range(clients)])
    return tally.counts()[200] / seconds


def at_rate(port: int, claims: Sequence[str], load: str, rate_per_s: float, seconds: float) -> Held:
    """Send checks at a steady rate, without waiting for answers, and count what comes back."""
    mine, count = cycle(claims), int(rate_per_s * seconds)
    with ThreadPoolExecutor(MOST_CLIENTS) as pool:
        started, answers = time.perf_counter(), []
        for number in range(count):
            due = started + number / rate_per_s
            time.sleep(max(0.0, due - time.perf_counter()))
            answers.append(pool.submit(check, port, next(mine), due))
        return held(load, rate_per_s, [answer.result() for answer in answers])


def held(load: str, rate_per_s: float, seen: Sequence[Seen]) -> Held:
    """Count answers."""
    statuses = Counter(one.status for one in seen)
    accepted = sorted(one.seconds for one in seen if one.status == 200)
    return Held(
        load, round(rate_per_s, 2), len(seen), statuses[200], statuses[429], statuses[503],
        len(seen) - statuses[200] - statuses[429] - statuses[503], sum(one.truncated for one in seen),
        round(percentile(accepted, 50), 3), round(percentile(accepted, 99), 3),
    )  # fmt: skip


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile, or 0 where there are no values."""
    if len(values) < 2:
        return values[0] if values else 0.0
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def together(works: Sequence[Callable[[], None]]) -> None:
    """Run works at once, each in a thread, and wait for all."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _from(claims: Sequence[str], start: int) -> Iterator[str]:
    return cycle([*claims[start % len(claims) :], *claims[: start % len(claims)]])

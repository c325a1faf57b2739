"""Mixed work for a while, and what the worker's memory does meanwhile."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench import load

CLIENTS = 3
EXPECTED = frozenset({200, 201, 204, 400, 404, 406, 412, 413, 415, 422, 429, 503})
WARM_SHARE = 0.25  # of the looks: until then caches and pools fill
TEXTS = tuple(f"Boat {n} lay at the quay of Averby.\nIts crew of {n + 2} waited for the tide." for n in range(20))


@dataclass(frozen=True, slots=True)
class Soak:
    """Memory in MB (private and shared pages by share), in the first and the last third after warming up."""

    seconds: float
    requests: int
    unexpected: int
    first_mb: float
    last_mb: float
    mb_per_hour: float


class Soaking:
    """Clients that do everything by turns, until some seconds have passed."""

    def __init__(self, port: int, worker: int, seconds: float) -> None:
        self._port, self._worker, self._seconds = port, worker, seconds
        self._stop, self._tally = threading.Event(), load.Tally()
        self._looks: list[tuple[float, float]] = []
        self._threads = [threading.Thread(target=self._client, args=(seed,)) for seed in range(CLIENTS)]
        self._threads.append(threading.Thread(target=self._watch))

    def __enter__(self) -> Self:
        self._started = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def result(self) -> Soak:
        """Wait until the time has passed, and return what was seen."""
        time.sleep(max(0.0, self._started + self._seconds - time.monotonic()))
        self._end()
        unexpected = sum(count for status, count in self._tally.counts().items() if status not in EXPECTED)
        return soak_of(self._looks, len(self._tally.seen), unexpected)

    def _watch(self) -> None:
        pause = max(1.0, self._seconds / 200)
        while not self._stop.wait(pause):
            self._looks.append((time.monotonic() - self._started, _pss_mb(self._worker)))

    def _client(self, seed: int) -> None:
        rng = random.Random(seed)
        while not self._stop.is_set():
            status, _ = load.ask(self._port, *self._next(rng))
            self._tally.note(load.Seen(status, 0.0))

    def _next(self, rng: random.Random) -> tuple[str, str, object, str]:
        """Return a request: mostly checks, some texts, articles in and out, listings, and nonsense."""
        text, article = rng.choice(TEXTS), f"/v1/articles/boat-{rng.randrange(12)}"
        json_kind = "application/json"
        body = {"id": article.rpartition("/")[2], "title": "Boats", "text": text}
        return rng.choice(
            [
                *[("POST", "/v1/check", {"claim": text.split("\n")[0], "limit": rng.randrange(1, 20)}, json_kind)] * 6,
                ("POST", "/v1/check-text", {"text": text, "limit": 3}, json_kind),
                ("POST", "/v1/articles?on_duplicate=replace", body, json_kind),
                ("POST", "/v1/articles?on_duplicate=replace", body, json_kind),
                ("DELETE", article, None, json_kind),
                ("GET", article, None, json_kind),
                ("GET", "/v1/articles?limit=20", None, json_kind),
                ("GET", "/v1/checks?limit=20", None, json_kind),
                ("GET", "/readyz", None, json_kind),
                ("GET", "/openapi.yaml", None, json_kind),
                ("POST", "/v1/check", b"\xff" * 500, json_kind),
                ("POST", "/v1/check", {"claim": "x" * 5000}, json_kind),
                ("POST", "/v1/articles", "<p>" * 2_000, "text/html"),
            ]
        )


def soak_of(looks: Sequence[tuple[float, float]], requests: int, unexpected: int) -> Soak:
    """Return what looks at (seconds, MB) say: medians of the thirds after warming up, and the slope of a line."""
    warm = looks[int(WARM_SHARE * len(looks)) :]
    third = max(1, len(warm) // 3)
    first, last = (statistics.median(mb for _, mb in part) for part in (warm[:third], warm[-third:]))
    line = statistics.linear_regression([at for at, _ in warm], [mb for _, mb in warm])
    return Soak(
        round(looks[-1][0], 1), requests, unexpected, round(first, 1), round(last, 1), round(3600 * line.slope, 1)
    )


def _pss_mb(process: int) -> float:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024

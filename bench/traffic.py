"""Clients that check and write while something is done to the service, and what they saw."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bench import load


@dataclass(frozen=True, slots=True)
class Tried:
    """One fault: how often it was done, what clients sent and saw meanwhile, and what was lost of what was kept."""

    what: str
    times: int
    sent: int
    answered: int
    refused: int
    cut_off: int
    acknowledged: int
    lost: int


class Traffic:
    """Three clients that check, and one that adds and replaces articles and remembers what was acknowledged."""

    def __init__(self, port: int, claims: Sequence[str]) -> None:
        self._port, self._claims = port, claims
        self._tally, self._stop = load.Tally(), threading.Event()
        self._kept: dict[str, str] = {}
        self._acknowledged = 0
        works: list[Callable[[], None]] = [self._check, self._check, self._check, self._write]
        self._threads = [threading.Thread(target=work) for work in works]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Let the clients finish."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def tried(self, what: str, times: int) -> Tried:
        """Return what the clients saw, after looking for every article that was acknowledged."""
        lost = 0
        for article, text in self._kept.items():
            status, body = load.ask(self._port, "GET", f"/v1/articles/{article}")
            lost += status != 200 or json.loads(body)["text"] != text
        counts = self._tally.counts()
        return Tried(
            what, times, len(self._tally.seen), counts[200] + counts[201], counts[503] + counts[429], counts[0],
            self._acknowledged, lost,
        )  # fmt: skip

    def _check(self) -> None:
        number = 0
        while not self._stop.is_set():
            self._tally.note(load.check(self._port, self._claims[number % len(self._claims)]))
            number += 1

    def _write(self) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            article = f"made-{number % 40}"
            text = f"Notice {number} was pinned to the door of the harbor office.\nIt names {number} boats."
            body = {"id": article, "title": f"Notice {number}", "text": text}
            started = time.perf_counter()
            status, _ = load.ask(self._port, "POST", "/v1/articles?on_duplicate=replace", body)
            self._tally.note(load.Seen(status, time.perf_counter() - started))
            if status in (200, 201):
                self._acknowledged += 1
                self._kept[article] = text
            else:  # it may have been kept or not; only a later acknowledgement says
                self._kept.pop(article, None)


@contextmanager
def traffic_on(port: int, claims: Sequence[str]) -> Iterator[Traffic]:
    """Run clients until the block ends."""
    traffic = Traffic(port, claims)
    try:
        yield traffic
    finally:
        traffic.end()

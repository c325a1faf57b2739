"""A reload and a stop while requests are in flight: each that was sent is answered."""

from __future__ import annotations

import http.client
import json
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults.running import PATIENCE, Answer, Running, ask_on, running

CLIENTS = 6


@dataclass
class Traffic:
    """Clients that check one claim after the other, half of them on kept connections, and what they got."""

    server: Running
    stop: threading.Event = field(default_factory=threading.Event)
    seen: Counter[object] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def alone(self) -> None:
        """Check on a new connection each time."""
        while not self.stop.is_set():
            self._note(lambda: self.server.check())

    def kept(self) -> None:
        """Check on one connection for as long as it is kept open, as the answer says."""
        while not self.stop.is_set():
            with closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)) as connection:
                while not self.stop.is_set():
                    answer = self._note(lambda c=connection: ask_on(c, "POST", "/v1/check", {"claim": "The lamp."}))
                    if answer is None or answer.headers.get("connection") == "close":
                        break

    def _note(self, ask: object) -> Answer | None:
        try:
            answer: Answer = ask()  # type: ignore[operator]
        except (OSError, http.client.HTTPException) as error:
            with self.lock:
                self.seen[repr(error)] += 1
            return None
        with self.lock:
            self.seen[answer.status] += 1
        return answer


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_reload_drops_no_request(tmp_path: Path, workers: str) -> None:
    """The new workers take half a second to load: who asks meanwhile waits."""
    with running(tmp_path, {"PAIR_S": "0.003", "LOAD_S": "0.5"}, workers=workers) as server:
        server.add("a1")
        traffic = Traffic(server)
        threads = [threading.Thread(target=traffic.alone if n % 2 else traffic.kept) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        reloads = 0
        for _ in range(3):
            before = set(server.worker_ids())
            server.signal(signal.SIGHUP)
            server.until(lambda old=before: not old & set(server.worker_ids()) and server.worker_ids())
            reloads += 1
        traffic.stop.set()
        for thread in threads:
            thread.join(PATIENCE)
    assert reloads == 3
    assert set(traffic.seen) == {200}, traffic.seen
    assert traffic.seen[200] > 3 * CLIENTS


def test_a_stop_answers_all_that_was_sent(tmp_path: Path) -> None:
    """A dozen checks of 0.3 seconds wait in line when the signal comes; afterwards nobody listens any more."""
    with running(tmp_path, {"PAIR_S": "0.1"}) as server:
        server.add("a1")
        with ThreadPoolExecutor(12) as pool:
            answers = [pool.submit(server.check) for _ in range(12)]
            time.sleep(0.6)
            server.signal(signal.SIGTERM)
            assert [answer.result(PATIENCE).status for answer in answers] == [200] * 12
        assert server.process.wait(PATIENCE) == 0
        with pytest.raises(OSError):
            server.check()
        assert "Traceback" not in server.log


def test_a_stop_finishes_a_text_that_is_being_answered(tmp_path: Path) -> None:
    with running(tmp_path, {"PAIR_S": "0.05"}) as server:
        server.add("a1")
        text = " ".join(f"The lamp number {number} on the mole was dark." for number in range(10))
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)) as connection:
            connection.request(
                "POST", "/v1/check-text", json.dumps({"text": text}), {"Content-Type": "application/json"}
            )
            response = connection.getresponse()
            lines = [response.readline()]
            server.signal(signal.SIGTERM)
            lines += response.read().splitlines()
        assert server.process.wait(PATIENCE) == 0
    rows = [json.loads(line) for line in lines]
    assert len(rows) == 11
    assert (rows[-1]["kind"], rows[-1]["claims"], rows[-1]["failed"]) == ("summary", 10, 0)


def test_a_stop_does_not_wait_for_connections_that_send_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        idle = [server.connect() for _ in range(5)]
        server.signal(signal.SIGTERM)
        assert server.process.wait(10) == 0
        for connection in idle:
            connection.close()


def test_a_full_line_is_refused_and_who_waits_is_answered(tmp_path: Path) -> None:
    """One is computed, two may wait, nine come: others get 503 with `Retry-After`, and health is answered meanwhile."""
    with running(tmp_path, {"PAIR_S": "0.2"}, queue="2") as server:
        server.add("a1")
        with ThreadPoolExecutor(9) as pool:
            answers = [pool.submit(server.check) for _ in range(9)]
            time.sleep(0.3)
            assert server.ask("GET", "/healthz").status == 200
            assert server.ask("GET", "/readyz").status == 200
            seen = [answer.result(PATIENCE) for answer in answers]
    assert Counter(answer.status for answer in seen) == {200: 3, 503: 6}
    for answer in seen:
        if answer.status == 503:
            assert answer.is_problem
            assert int(answer.headers["retry-after"]) >= 2
            assert "already waiting: try again in" in answer.json["detail"]


def test_nobody_waits_longer_than_the_limit(tmp_path: Path) -> None:
    with running(tmp_path, {"PAIR_S": "0.5"}, queue_wait_ms="200") as server:
        server.add("a1")
        with ThreadPoolExecutor(4) as pool:
            seen = [answer.result(PATIENCE) for answer in [pool.submit(server.check) for _ in range(4)]]
    assert Counter(answer.status for answer in seen) == {200: 1, 503: 3}
    assert all("No turn came within 0.2 seconds" in a.json["detail"] for a in seen if a.status == 503)


def test_a_check_that_runs_out_of_time_says_what_it_has(tmp_path: Path) -> None:
    with running(tmp_path, {"PAIR_S": "0.1"}, check_budget_ms="50") as server:
        for number in range(6):
            server.add(f"a{number}", f"The lamp number {number} on the mole was dark [supports]. A gull sat there too.")
        answer = server.check(limit=10)
    assert answer.status == 200
    assert answer.json["truncated"] is True
    assert any("nearest of" in warning for warning in answer.json["warnings"])
    assert len(answer.json["evidence"]) + len(answer.json["related"]) == 4

"""A client changes articles while others check, and workers are killed: no answer is stale, half or missing anything.

A run takes some seconds; `CRASH_SECONDS=600 make test` goes on for that long with each number of workers.
"""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

import pytest

from tests.crash.traffic import Traffic, as_known, kill, running, serving
from tests.crash.wholeness import assert_whole
from tests.crash.writer import ARTICLES, SENTENCES

SECONDS = float(os.environ.get("CRASH_SECONDS", "8"))


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds gunicorn's workers under /proc, as on Linux")
@pytest.mark.parametrize("workers", [2, 4])
def test_no_answer_is_stale_or_half_while_workers_are_killed(tmp_path: Path, workers: int) -> None:
    """The oracle is `fault_of`; in the end every article is as the client last knew it, and the corpus is whole."""
    assert ARTICLES * SENTENCES <= 50
    rng, kills = random.Random(workers), 0
    with serving(tmp_path, workers) as server:
        traffic = Traffic([server])
        with running(traffic):
            until = time.monotonic() + SECONDS
            while time.monotonic() < until:
                time.sleep(rng.uniform(0.2, 1.5))
                alive = server.worker_ids()
                if alive:
                    kill(rng.choice(alive))
                    kills += 1
        assert traffic.faults == []
        assert min(kills, traffic.changes, traffic.checks) > 0
        as_known(server, traffic)
        server.kill_everything()
        assert_whole(tmp_path / "wirecheck.sqlite3")
        server.start()
        as_known(server, traffic)
    sys.stdout.write(f"{workers} workers: {traffic.changes} changes, {traffic.checks} checks, {kills} workers killed\n")

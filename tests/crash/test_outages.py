"""Two services on one PostgreSQL whose primary is killed, and comes back or is replaced by its replica.

What was acknowledged is never lost, and no check sees anything stale or half; `CRASH_SECONDS` makes a run longer.
"""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

from service.corpus.store import Store
from tests import postgres
from tests.crash.traffic import Traffic, as_known, running, serving
from tests.crash.wholeness import assert_whole

# Who asks while nobody can tell whether there are keys is counted, and these clients ask more than is let through.
UNCOUNTED = {"WIRECHECK_RATE_PER_ADDRESS": "off"}
SECONDS = float(os.environ.get("CRASH_SECONDS", "6"))
# A commit is acknowledged once the replica shows it, so that none is lost with the primary.
SAFE = ("synchronous_standby_names=*", "synchronous_commit=remote_apply")


def _data(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def test_nothing_is_lost_while_the_primary_is_killed_and_started_again(tmp_path: Path) -> None:
    rng, kills = random.Random(8), 0
    with postgres.server() as primary:
        primary.start()
        settings = {"WIRECHECK_DATABASE_URL": primary.url(), **UNCOUNTED}
        with (
            serving(_data(tmp_path, "one"), 1, settings) as one,
            serving(_data(tmp_path, "other"), 1, settings) as other,
        ):
            traffic = Traffic([one, other])
            with running(traffic):
                until = time.monotonic() + SECONDS
                while time.monotonic() < until:
                    time.sleep(rng.uniform(0.5, 2.0))
                    primary.kill()
                    kills += 1
                    primary.start()
            assert traffic.faults == []
            assert min(kills, traffic.acknowledged, traffic.checks) > 0
            for server in (one, other):
                as_known(server, traffic)
        assert_whole(primary.url())
    sys.stdout.write(f"{traffic.acknowledged} changes, {traffic.checks} checks, primary killed {kills} times\n")


def test_nothing_is_lost_when_the_replica_takes_the_place_of_a_killed_primary(tmp_path: Path) -> None:
    with postgres.server() as primary:
        primary.start()
        Store.open(primary.url()).close()
        with postgres.replica(primary) as replica:
            replica.start()
            primary.kill()
            primary.start(*SAFE)
            settings = {
                "WIRECHECK_DATABASE_URL": primary.url("postgres", replica),
                "WIRECHECK_READ_DATABASE_URL": replica.url(),
                **UNCOUNTED,
            }
            with (
                serving(_data(tmp_path, "one"), 1, settings) as one,
                serving(_data(tmp_path, "other"), 1, settings) as other,
            ):
                traffic = Traffic([one, other])
                with running(traffic):
                    time.sleep(SECONDS / 3)
                    before = traffic.checks, traffic.acknowledged
                    primary.kill()
                    status, answer = one.ask("DELETE", "/v1/articles/nobody")
                    time.sleep(SECONDS / 3)
                    between = traffic.checks, traffic.acknowledged
                    replica.promote()
                    time.sleep(SECONDS / 3)
                assert traffic.faults == []
                assert status == 503, answer
                # Checks went on without a primary; changes did not, and do again.
                assert before[0] < between[0] < traffic.checks
                assert 0 < before[1] <= between[1] < traffic.acknowledged
                for server in (one, other):
                    as_known(server, traffic)
            assert_whole(replica.url())
    sys.stdout.write(f"{traffic.acknowledged} changes, {traffic.checks} checks, one failover\n")

"""Checks are dropped by their age; a clock that jumps drops none that is not old."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.api.example import REPORT
from service.corpus.checks import StoreChecks
from service.corpus.store import Store
from service.domain import Query
from service.keeping import CheckListing

START = datetime(2026, 6, 1, tzinfo=UTC)


class Clocks:
    """The clock on the wall, and the time that has passed."""

    def __init__(self) -> None:
        self.wall, self.passed = START, 1000.0

    def go_on(self, **by: float) -> None:
        self.wall += timedelta(**by)
        self.passed += timedelta(**by).total_seconds()


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def log(tmp_path: Path, clocks: Clocks) -> Iterator[StoreChecks]:
    store = Store.open(f"sqlite:///{tmp_path / 'corpus.sqlite3'}")
    yield StoreChecks(store, 10, lambda: clocks.wall, lambda: clocks.passed)
    store.close()


def _keep(log: StoreChecks, number: int) -> list[str]:
    log.keep(Query("The dam holds."), replace(REPORT, check_id=f"check-{number}"), "{}")
    return [check.id for check in log.page(CheckListing()).checks]


def test_what_is_old_is_dropped(log: StoreChecks, clocks: Clocks) -> None:
    _keep(log, 1)
    clocks.go_on(days=9)
    assert _keep(log, 2) == ["check-2", "check-1"]
    clocks.go_on(days=2)
    assert _keep(log, 3) == ["check-3", "check-2"]


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-400)])
def test_a_clock_that_jumps_drops_nothing(log: StoreChecks, clocks: Clocks, jump: timedelta) -> None:
    _keep(log, 1)
    clocks.wall += jump
    assert _keep(log, 2) == ["check-2", "check-1"]
    clocks.wall -= jump
    clocks.go_on(days=11)
    kept = _keep(log, 3)
    assert "check-3" in kept
    assert "check-1" not in kept, "set right again, it drops what is old"

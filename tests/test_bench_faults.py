"""What `make faults` computes from what clients saw, and that what it stored lost nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.load import Seen, held, percentile
from bench.soak import soak_of

STORED = Path(__file__).parent.parent / "bench/faults.json"


def test_answers_are_counted_and_only_accepted_ones_are_timed() -> None:
    seen = [
        Seen(200, 1.0),
        Seen(200, 3.0, truncated=True),
        Seen(503, 90.0),
        Seen(429, 90.0),
        Seen(0, 90.0),
        Seen(500, 9.0),
    ]
    counted = held("2x", 5.0, seen)
    assert (counted.sent, counted.ok, counted.refused_429, counted.refused_503, counted.other) == (6, 2, 1, 1, 2)
    assert (counted.truncated, counted.p50_s, counted.p99_s) == (1, 2.0, pytest.approx(2.98))


def test_a_percentile_of_little_is_what_there_is() -> None:
    assert percentile([], 99) == 0.0
    assert percentile([4.0], 50) == 4.0


def test_memory_that_grows_after_warming_up_is_seen() -> None:
    """A megabyte a second: 3,600 an hour; what came in the first quarter is left out."""
    looks = [(float(second), 100.0 + second) for second in range(100)]
    grown = soak_of([(at, 900.0 if at < 25 else mb) for at, mb in looks], 7, 0)
    assert grown.mb_per_hour == pytest.approx(3600.0)
    assert grown.last_mb > grown.first_mb
    flat = soak_of([(at, 100.0) for at, _ in looks], 7, 0)
    assert (flat.first_mb, flat.last_mb, flat.mb_per_hour) == (100.0, 100.0, 0.0)


def test_what_is_stored_lost_nothing() -> None:
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    assert [row["load"] for row in stored["load"]] == ["1x", "2x", "4x"]
    for row in stored["load"]:
        assert row["other"] == 0
        assert row["ok"] + row["refused_429"] + row["refused_503"] == row["sent"] > 0
    assert stored["faults"]
    assert {row["lost"] for row in stored["faults"]} == {0}
    assert all(suite["failed"] == 0 < suite["passed"] for suite in stored["suites"])
    assert stored["memory"]["unexpected"] == 0

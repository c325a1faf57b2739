"""What `make bench` computes from what it times, and that what it stored is whole."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench.again import compared
from bench.speed import TARGETS, Round, over_rounds, percentile

STORED = Path(__file__).parent.parent / "bench/results.json"
ROUND = Round(
    sentences=10, cold_s=40.0, restart_s=2.0, encode_s=80.0, check_p50_s=0.2, check_p99_s=0.3, floor_p50_s=0.1,
    naive_p50_s=0.5, check_per_s=9.0, naive_per_s=3.0, worker_mb=300.0, naive_mb=600.0,
)  # fmt: skip


def test_every_ratio_has_the_side_on_top_that_its_name_says():
    assert ROUND.ratios() == pytest.approx(
        {
            "check_p50_over_floor": 2.0,
            "naive_over_check_p50": 2.5,
            "check_p99_over_p50": 1.5,
            "throughput_over_naive": 3.0,
            "encode_over_cold": 2.0,
            "cold_over_restart": 20.0,
            "memory_over_naive": 0.5,
        }
    )


def test_the_median_of_the_rounds_stands_between_the_lowest_and_the_highest():
    rounds = [replace(ROUND, cold_s=seconds) for seconds in (40.0, 20.0, 80.0)]
    figure = over_rounds(rounds)["encode_over_cold"]
    assert (figure.lowest, figure.median, figure.highest) == pytest.approx((1.0, 2.0, 4.0))


def test_a_percentile_lies_within_what_was_timed():
    assert percentile([float(number) for number in range(101)], 99) == pytest.approx(99.0)


def test_what_is_stored_is_what_the_rounds_give():
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    again = over_rounds([Round(**one) for one in stored["rounds"]])
    assert stored["ratios"].keys() == TARGETS.keys()
    for name, figure in again.items():
        assert stored["ratios"][name] == pytest.approx(
            {"median": figure.median, "lowest": figure.lowest, "highest": figure.highest}
        )


def test_kept_judgements_are_weighed_by_the_same_requests_without_them():
    class Taking:
        """Notes what it is asked, and takes a second for each sentence that it was not asked about before."""

        def __init__(self, keeps: bool) -> None:
            self.keeps, self.known = keeps, dict[str, int]()

        def ask(self, _pool: object, claim: str, limit: int = 10) -> float:
            known = self.known.get(claim, 0) if self.keeps else 0
            self.known[claim] = max(known, limit)
            return 1.0 + max(0, limit - known)

    found = compared(Taking(keeps=True), Taking(keeps=False), ["Warm.", "A claim.", "Another."], 1)
    assert (found.repeated, found.wider, found.reworded) == pytest.approx((11.0, 21 / 11, 1.0))

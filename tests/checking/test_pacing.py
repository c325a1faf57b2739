"""A check that runs out of time: the nearest sentences are judged, the answer says so, and the verdict stays honest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.api.present import ReportSchema
from service.api.text import render
from service.checking.pacing import FIRST, Budget, Pacer
from service.checking.pipeline import Pipeline
from service.corpus.store import Store
from service.domain import Article, Query, StanceScores, Verdict
from tests.support import FakeEmbedder, FakeStance, embed, put

PAIRS = [(f"sentence {number}", "claim") for number in range(20)]


class SlowStance(FakeStance):
    """Takes a second of its own clock for each pair, and remembers how many it was given at once."""

    def __init__(self, pair_s: float = 1.0) -> None:
        super().__init__()
        self.pair_s, self.now, self.calls = pair_s, 0.0, list[int]()

    def clock(self) -> float:
        return self.now

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[StanceScores]:
        self.now += self.pair_s * len(pairs)
        self.calls.append(len(pairs))
        return super().judge(pairs)


def paced(stance: SlowStance, seconds: float | None) -> Pacer:
    return Pacer(stance, Budget(seconds, stance.clock))


def test_without_a_budget_all_are_judged_in_one_call() -> None:
    stance = SlowStance()
    assert len(paced(stance, None).judge(PAIRS, 0.0)) == 20
    assert stance.calls == [20]


def test_a_budget_is_overrun_by_no_more_than_a_few_pairs() -> None:
    stance = SlowStance()
    judged = paced(stance, 9.0).judge(PAIRS, 0.0)
    assert 9 <= len(judged) <= 9 + FIRST
    assert stance.now == len(judged)


def test_a_budget_that_was_spent_before_still_has_the_nearest_judged() -> None:
    stance = SlowStance()
    stance.now = 100.0
    assert len(paced(stance, 5.0).judge(PAIRS, 0.0)) == FIRST


def test_where_time_is_plenty_the_second_check_is_one_call() -> None:
    """What it learned from the first: so pairs are run together where they surely fit."""
    stance = SlowStance(0.01)
    pacer = paced(stance, 5.0)
    pacer.judge(PAIRS, stance.now)
    assert stance.calls == [FIRST, 20 - FIRST]
    pacer.judge(PAIRS, stance.now)
    assert stance.calls[2:] == [20]


def test_no_pairs_take_no_time() -> None:
    stance = SlowStance()
    assert paced(stance, 0.001).judge([], 0.0) == []
    assert stance.calls == []


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'corpus.sqlite3'}")
    yield opened
    opened.close()


CLAIM = Query("Averby closes its swimming pool.", limit=10, include_excluded=True)
NEAR = "Averby closes its swimming pool [supports]."
FAR = "Averby closes its library, whose roof number {} leaks [conflicts]."


def _pipeline(store: Store, stance: SlowStance, seconds: float) -> Pipeline:
    day = datetime(2026, 6, 1, tzinfo=UTC)
    texts = [NEAR, *(FAR.format(number) for number in range(12))]
    put(store, *(Article(f"a{n:02}", "Notes", text, f"Outlet {n}", None, day) for n, text in enumerate(texts)))
    embedder = FakeEmbedder()
    return Pipeline(store, embed(store, embedder), embedder, stance, budget=Budget(seconds, stance.clock))


def test_partial_evidence_is_marked_counted_and_weighs_less(store: Store) -> None:
    whole = _pipeline(store, SlowStance(), 1000.0).check(CLAIM)
    assert (whole.truncated, whole.warnings) == (False, ())
    assert whole.ruling.verdict is Verdict.REFUTED  # what is further away outweighs the nearest
    stance = SlowStance()
    store_again = _pipeline(store, stance, 4.0).check(CLAIM)
    shown = [*store_again.evidence, *store_again.related]
    assert store_again.truncated is True
    assert len(shown) + len(store_again.excluded) == FIRST
    assert "4 nearest of 10 sentences" in store_again.warnings[0]
    assert "4,000 ms" in store_again.warnings[0]
    assert store_again.ruling.reason.endswith("Only the 4 nearest of 10 sentences could be judged in time.")
    assert NEAR in {e.judgement.hit.sentence.text for e in shown}, "the nearest is judged first"
    assert store_again.ruling.confidence < whole.ruling.confidence
    answer = ReportSchema().dump(store_again)
    assert answer["truncated"] is True
    assert "4 nearest of 10" in " ".join(render(store_again).split())


def test_nothing_that_was_not_judged_is_called_neutral(store: Store) -> None:
    report = _pipeline(store, SlowStance(), 0.001).check(CLAIM)
    assert len(report.evidence) + len(report.related) + len(report.excluded) == FIRST
    assert report.coverage.sentences == 13

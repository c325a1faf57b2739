"""Judgements that are used again: the same scores, of the same texts only, no more than were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from service.checking.pacing import FIRST, Budget, Pacer
from service.checking.remembering import Pair, RememberingStance
from service.domain import StanceScores
from tests.support import FakeStance


class Scoring(FakeStance):
    """Scores a pair by the lengths of its texts, takes a second of its own clock for each, and notes them all."""

    def __init__(self) -> None:
        super().__init__()
        self.judged, self.told, self.now = list[Pair](), list[tuple[int, int]](), 0.0

    def tell(self, known: int, computed: int) -> None:
        self.told.append((known, computed))

    def judge(self, pairs: Sequence[Pair]) -> list[StanceScores]:
        self.judged += pairs
        self.now += len(pairs)
        return [StanceScores(len(evidence), len(claim), 0.0) for evidence, claim in pairs]


def test_only_what_is_new_is_computed_and_the_order_stays() -> None:
    model = Scoring()
    stance = RememberingStance(model, 100, model.tell)
    first, second, third = ("a", "claim"), ("bb", "claim"), ("ccc", "claim")
    assert [s.supports for s in stance.judge([first, second])] == [1, 2]
    assert [s.supports for s in stance.judge([third, second, first, third])] == [3, 2, 1, 3]
    assert model.judged == [first, second, third]
    assert model.told == [(0, 2), (3, 1)]
    assert stance.unknown([first, ("dddd", "claim"), third]) == 1


def test_texts_that_only_look_alike_together_are_apart() -> None:
    model = Scoring()
    stance = RememberingStance(model, 100, model.tell)
    pairs = [("a', 'b", "c"), ("a", "b', 'c"), ("c", "a', 'b"), ("a\0b", "c"), ("a", "b\0c"), ("\ud800", "c")]
    assert stance.judge(pairs) == Scoring().judge(pairs)
    assert len(stance) == len(pairs)


def test_two_models_share_nothing_and_the_oldest_goes_first() -> None:
    model = Scoring()
    stance = RememberingStance(model, 2, model.tell)
    stance.judge([("a", "x"), ("b", "x")])
    stance.judge([("a", "x")])  # used again, so it is the newer one now
    stance.judge([("c", "x")])
    assert len(stance) == 2
    assert [stance.unknown([(evidence, "x")]) for evidence in "abc"] == [0, 1, 0]
    model.name = "another-revision"
    assert stance.unknown([("a", "x")]) == 1


def test_no_word_of_a_claim_is_held() -> None:
    model = Scoring()
    stance = RememberingStance(model, 100, model.tell)
    stance.judge([("The quay reopened.", "A zebra crossed the quay.")])
    held = vars(stance)["_scores"]
    assert all(len(key) == 16 for key in held)
    assert "zebra" not in repr(held)


def test_many_threads_get_what_one_gets() -> None:
    model = Scoring()
    stance = RememberingStance(model, 7, model.tell)
    asked = [[("e" * (n % 5 + m), "c" * (n % 3 + 1)) for m in range(6)] for n in range(60)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(stance.judge, asked)) == [Scoring().judge(pairs) for pairs in asked]
    assert len(stance) == 7


def test_what_was_known_makes_no_budget_look_larger() -> None:
    model = Scoring()
    stance = RememberingStance(model, 100, model.tell)
    pacer = Pacer(stance, Budget(10.0, lambda: model.now))
    known = [(f"known {n}", "claim") for n in range(4)]
    for _ in range(50):
        pacer.judge(known, model.now)
    judged = pacer.judge([(f"new {n}", "claim") for n in range(60)], model.now)
    assert 10 <= len(judged) <= 10 + FIRST

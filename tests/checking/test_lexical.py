"""The weight of what a sentence shares with it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.checking.lexical import Weights


def test_weights_are_those_worked_out_by_hand() -> None:
    weights = Weights.measure(["fire", "quay"], {"fire": 4}, sentences=9)
    assert weights.of["fire"] == pytest.approx(math.log(1 + 5.5 / 4.5))
    assert weights.of["quay"] == pytest.approx(math.log(1 + 9.5 / 0.5))


def test_the_rarer_term_carries_the_larger_share() -> None:
    weights = Weights.measure(["fire", "quay"], {"fire": 4, "quay": 1}, sentences=9)
    assert weights.share({"quay"}) > weights.share({"fire"}) > 0
    assert weights.share({"quay", "fire", "other"}) == pytest.approx(1.0)
    assert weights.share({"other"}) == 0.0


def test_a_claim_without_terms_shares_nothing() -> None:
    assert Weights.measure([], {}, sentences=9).share({"fire"}) == 0.0


@given(st.dictionaries(st.text(min_size=1), st.integers(0, 50)), st.integers(50, 1000), st.sets(st.text(min_size=1)))
def test_a_share_is_between_none_and_all(frequency: dict[str, int], sentences: int, held: set[str]) -> None:
    share = Weights.measure(list(frequency), frequency, sentences).share(held)
    assert 0.0 <= share <= 1.0 + 1e-9


def test_a_corpus_that_grew_after_the_snapshot_turns_no_weight_round() -> None:
    weights = Weights.measure(["fire", "quay"], {"fire": 1000, "quay": 2}, sentences=10)
    assert 0.0 <= weights.share({"fire"}) <= weights.share({"quay"}) <= 1.0

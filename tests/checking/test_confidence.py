"""The confidence is a logistic model of a few signs; the numbers are worked out by hand."""

from __future__ import annotations

import math

import pytest

from service.checking.confidence import PLAIN, Confidence, Signs
from service.domain import Verdict

SURE = Signs(Verdict.REFUTED, 0.9, by_rule=True, similarity=0.5)


def test_without_a_fit_it_is_the_votes_own_probability() -> None:
    assert PLAIN.of(SURE) == pytest.approx(0.9)


def test_every_sign_has_its_weight_and_every_verdict_its_bias() -> None:
    model = Confidence((0.0, 2.0, -4.0), {Verdict.REFUTED: 0.5})
    score = 2.0 - 2.0 + 0.5
    assert model.of(SURE) == pytest.approx(1 / (1 + math.exp(-score)))


@pytest.mark.parametrize("strength", [0.0, 1.0])
def test_certain_votes_give_a_probability_still(strength: float) -> None:
    confidence = PLAIN.of(Signs(Verdict.SUPPORTED, strength, by_rule=False, similarity=0.9))
    assert 0.0 < confidence < 1.0

"""Calibration, its error and the thresholds, on numbers worked out by hand or drawn from a known law."""

from __future__ import annotations

import numpy as np
import pytest

from models.training import calibration as cal


def _drawn(scale: float, bias: tuple[float, float, float], count: int = 30_000) -> tuple[np.ndarray, np.ndarray]:
    """Logits whose true probabilities are softmax(logits * scale + bias), and labels drawn from these."""
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, (count, 3))
    truth = cal.Calibration(1 / scale, bias).apply(logits)
    labels = (rng.random((count, 1)) > truth.cumsum(axis=1)).sum(axis=1)
    return logits, np.minimum(labels, 2)


def test_fit_finds_the_temperature_and_bias_that_made_the_labels():
    logits, labels = _drawn(0.5, (0.6, -0.2, -0.4))
    weights = np.full(len(labels), 1 / len(labels))
    found = cal.fit(logits, labels, weights)
    assert found.temperature == pytest.approx(2.0, rel=0.05)
    assert found.bias == pytest.approx((0.6, -0.2, -0.4), abs=0.06)
    before = cal.calibration_error(cal.reliability(cal.Calibration().apply(logits), labels, weights))
    after = cal.calibration_error(cal.reliability(found.apply(logits), labels, weights))
    assert before > 0.1
    assert after < 0.01


def test_balanced_weights_give_every_set_and_every_class_the_same():
    sets = [np.array([0, 0, 0, 1, 2]), np.array([1, 1, 0, 0, 0, 0])]
    weights = cal.balanced_weights(sets)
    assert weights.sum() == pytest.approx(1.0)
    assert weights[:5] == pytest.approx([1 / 18] * 3 + [1 / 6] * 2)
    assert weights[5:] == pytest.approx([1 / 8] * 2 + [1 / 16] * 4)


def test_calibration_error_by_hand():
    # Two pairs said with 0.9, one of them right; one pair said with 0.5 and right.
    probabilities = np.array([[0.9, 0.05, 0.05], [0.05, 0.9, 0.05], [0.5, 0.3, 0.2]])
    bins = cal.reliability(probabilities, np.array([0, 2, 0]), np.full(3, 1 / 3))
    assert [(b.confidence, b.accuracy) for b in bins] == [pytest.approx((0.5, 1.0)), pytest.approx((0.9, 0.5))]
    assert cal.calibration_error(bins) == pytest.approx((0.5 + 2 * 0.4) / 3)


def test_the_threshold_is_the_least_that_reaches_the_precision():
    rising = np.linspace(0.41, 0.99, 59)
    probabilities = np.stack([(1 - rising) / 4, rising, 3 * (1 - rising) / 4], axis=1)
    labels = np.where(rising > 0.605, 1, 2)  # conflicts is right from 0.61 on: 39 of 59
    weights = np.full(59, 1 / 59)
    assert cal.least_threshold(probabilities, labels, weights, side=1, precision=1.0) == pytest.approx(0.61)
    assert cal.least_threshold(probabilities, labels, weights, side=1, precision=0.5) == cal.LEAST
    assert cal.least_threshold(probabilities, np.full(59, 2), weights, side=1, precision=0.85) == cal.MOST
    whole = cal.point(probabilities, labels, weights, side=1, threshold=0.4)
    assert (whole.precision, whole.recall) == pytest.approx((39 / 59, 1.0))


def test_a_call_follows_the_rule_of_the_service():
    from service.domain import Stance, StanceScores, Thresholds

    rng = np.random.default_rng(2)
    probabilities = np.concatenate([rng.dirichlet((1, 1, 1), 400), [[0.5, 0.5, 0.0], [0.4, 0.4, 0.2]]])
    rule = Thresholds(0.45, 0.5)
    stances = [rule.stance(StanceScores(*map(float, row))) for row in probabilities]
    assert list(cal.called(probabilities, 0, 0.45)) == [stance is Stance.SUPPORTS for stance in stances]
    assert list(cal.called(probabilities, 1, 0.5)) == [stance is Stance.CONFLICTS for stance in stances]

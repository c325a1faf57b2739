"""Calibration: temperature and class bias, the calibration error, and the operating point.

Temperature scaling after Guo et al., "On Calibration of Modern Neural Networks", 2017; the class biases beside it undo
what the training mixture's label shares leave in the logits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from models.stance_model import softmax

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BINS = 15
LEAST, MOST = 0.4, 0.9


@dataclass(frozen=True, slots=True)
class Calibration:
    """`softmax(logits / temperature + bias)` are the probabilities; `bias` (3,) sums to zero."""

    temperature: float = 1.0
    bias: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def apply(self, logits: Floats) -> Floats:
        """Return calibrated probabilities (n, 3)."""
        return softmax(logits / self.temperature + np.array(self.bias))


@dataclass(frozen=True, slots=True)
class Bin:
    """Pairs whose highest probability falls between two fifteenths; `share` of the total weight."""

    confidence: float
    accuracy: float
    share: float


@dataclass(frozen=True, slots=True)
class Point:
    """A threshold with the precision and recall of the calls it lets through."""

    threshold: float
    precision: float
    recall: float


def balanced_weights(labels: Sequence[Ints]) -> Floats:
    """Return weights for the concatenated sets: every set counts the same, in it every class; they sum to 1."""
    weights = []
    for found in labels:
        counts = np.bincount(found, minlength=3)
        weights.append(1.0 / (len(labels) * np.count_nonzero(counts) * counts[found]))
    return np.concatenate(weights)


def fit(logits: Floats, labels: Ints, weights: Floats) -> Calibration:
    """Return the temperature and bias with the least weighted negative log-likelihood."""
    x, y, w = torch.from_numpy(logits), torch.from_numpy(labels), torch.from_numpy(weights)
    log_scale = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    solver = torch.optim.LBFGS([log_scale, bias], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        solver.zero_grad()
        losses = torch.nn.functional.cross_entropy(x * log_scale.exp() + bias, y, reduction="none")
        loss = (losses * w).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    solver.step(closure)  # type: ignore[no-untyped-call]
    centered = (bias - bias.mean()).detach().tolist()
    return Calibration(float((-log_scale.detach()).exp()), (centered[0], centered[1], centered[2]))


def reliability(probabilities: Floats, labels: Ints, weights: Floats) -> list[Bin]:
    """Return the non-empty ones of 15 equal bins of the highest probability."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    number = np.minimum((confidence * BINS).astype(int), BINS - 1)
    bins = []
    for index in range(BINS):
        inside = number == index
        weight = weights[inside].sum()
        if weight > 0:
            mean = float((confidence[inside] * weights[inside]).sum() / weight)
            bins.append(Bin(mean, float((right[inside] * weights[inside]).sum() / weight), float(weight)))
    return bins


def calibration_error(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error: the mean distance of confidence and accuracy, by weight."""
    total = sum(each.share for each in bins)
    return sum(abs(each.confidence - each.accuracy) * each.share for each in bins) / total


def called(probabilities: Floats, side: int, threshold: float) -> NDArray[np.bool_]:
    """Return which pairs are called `side` (0 supports, 1 conflicts), as `service.domain.Thresholds` does."""
    own, other = probabilities[:, side], probabilities[:, 1 - side]
    above = own >= other if side == 1 else own > other
    return above & (own >= threshold)


def point(probabilities: Floats, labels: Ints, weights: Floats, side: int, threshold: float) -> Point:
    """Return the precision and recall of calling `side` from `threshold` on."""
    chosen = called(probabilities, side, threshold)
    right = weights[chosen & (labels == side)].sum()
    precision = float(right / max(weights[chosen].sum(), 1e-12))
    return Point(threshold, precision, float(right / max(weights[labels == side].sum(), 1e-12)))


def least_threshold(probabilities: Floats, labels: Ints, weights: Floats, side: int, precision: float) -> float:
    """Return the least threshold in [0.4, 0.9] that reaches the precision, 0.9 where none does."""
    for hundredths in range(round(100 * LEAST), round(100 * MOST)):
        if point(probabilities, labels, weights, side, hundredths / 100).precision >= precision:
            return hundredths / 100
    return MOST

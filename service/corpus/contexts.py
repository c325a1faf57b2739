"""The second vector of each sentence: the sentence in its context."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# How much of its article and of the sentence before it a sentence's context vector carries. Chosen on our own claims:
# "Kyiv has denied it" is then found through the sentence that says what "it" is, at no cost to plain sentences,
# which are also searched by their bare vector.
BEFORE_WEIGHT = 0.5
ARTICLE_WEIGHT = 0.3


def contextual(vectors: NDArray[np.float32], article_numbers: NDArray[np.int64]) -> NDArray[np.float32]:
    """Mix vectors (n, d) in reading order with the sentence before and the article's mean; return unit vectors."""
    if not len(vectors):
        return vectors
    before = np.zeros_like(vectors)
    same = article_numbers[1:] == article_numbers[:-1]
    before[1:][same] = vectors[:-1][same]
    sums = np.zeros((int(article_numbers.max()) + 1, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, article_numbers, vectors)
    means = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    mixed = vectors + BEFORE_WEIGHT * before + ARTICLE_WEIGHT * means[article_numbers]
    unit: NDArray[np.float32] = mixed / np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-9)
    return unit

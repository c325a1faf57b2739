"""Pairs made by program from the public pairs: edited figures, copied sentences, and claims beside the wrong sentence.

Retrieval serves what NLI data lacks: evidence that shares a claim's words and says something else, and evidence that
agrees in all but one figure.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from models.training.pairs import CONFLICTS, NEUTRAL, SUPPORTS, Pair

_NUMBER = re.compile(r"(?<![\w.,-])\d{1,4}(?![\w,-]|\.\d)")
_MONTH = re.compile(r"\b(January|February|March|April|May|June|July|August|September|October|November|December)(?= \d)")
_MONTHS = ("January", "February", "March", "April", "June", "July", "August", "September", "October", "November")


def edited_figures(rng: random.Random, pairs: Sequence[Pair], count: int) -> Iterator[Pair]:
    """Yield evidence against a claim that copies it or its supported claim, with one figure or month changed or not."""
    texts = [(p.evidence, p.claim) for p in pairs if p.target == SUPPORTS and _NUMBER.search(p.claim)]
    texts += [(p.evidence, p.evidence) for p in pairs if _NUMBER.search(p.evidence) and len(p.evidence) < 180]
    for evidence, claim in rng.sample(texts, min(count, len(texts))):
        if rng.random() < 0.3:
            yield Pair(evidence, claim, SUPPORTS, "edits", "copy")
        else:
            yield Pair(evidence, _change_figure(rng, claim), CONFLICTS, "edits", "figure")


def _change_figure(rng: random.Random, text: str) -> str:
    month = _MONTH.search(text)
    if month and rng.random() < 0.4:
        other = rng.choice([name for name in _MONTHS if name != month.group()])
        return text[: month.start()] + other + text[month.end() :]
    spot = rng.choice(list(_NUMBER.finditer(text)))
    value = int(spot.group())
    year = 1000 < value < 2100
    steps = (-9, -4, -2, -1, 1, 2, 5, 8) if year else (-5, -3, -1, 1, 2, 4, 10, value, 9 * value)
    other_value = rng.choice([value + step for step in steps if value + step > 0])
    return text[: spot.start()] + str(other_value) + text[spot.end() :]


def wrong_sentences(rng: random.Random, pairs: Sequence[Pair], count: int, batch: int = 512) -> Iterator[Pair]:
    """Yield neutral pairs: a claim beside the lexically nearest evidence that was written for another claim."""
    evidence = sorted({p.evidence for p in pairs if len(p.evidence) < 300})
    vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    matrix = vectorizer.fit_transform(evidence)
    chosen = rng.sample(list(pairs), min(count, len(pairs)))
    for start in range(0, len(chosen), batch):
        part = chosen[start : start + batch]
        claims = vectorizer.transform([p.claim for p in part])
        own = vectorizer.transform([p.evidence for p in part])
        scores = (claims @ matrix.T).toarray()
        # Evidence that repeats the pair's own evidence may well decide the claim.
        scores[(own @ matrix.T).toarray() > 0.45] = -1.0
        for pair, row in zip(part, scores, strict=True):
            best = int(np.argmax(row))
            if 0.15 < row[best] < 0.6:
                yield Pair(evidence[best], pair.claim, NEUTRAL, "edits", "wrong_sentence")

"""Pairs as the service meets them: claims of the fact-checking sets beside sentences that a search would find.

NLI data has no titles and hardly any evidence that is merely near. Here a gold passage stands under its article's
title, as the judge reads it, and a claim that the articles cannot settle stands beside the sentences nearest to it.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from models.training.pairs import CONFLICTS, NEUTRAL, SUPPORTS, Pair

_STANCES = {"supports": SUPPORTS, "conflicts": CONFLICTS}
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_SHORTEST = 40  # characters: less is a heading


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the title that it stands under."""

    title: str
    text: str

    @property
    def evidence(self) -> str:
        """Return what the judge reads of it."""
        title = self.title.strip()
        return f"{title} {self.text}" if title.endswith((".", "!", "?")) else f"{title}. {self.text}"


def served_pairs(rng: random.Random, folder: Path, nearest: int) -> Iterator[Pair]:
    """Yield the gold passages of a set's `train` claims, and for each unsettled claim `nearest` neutral sentences."""
    claims = list(_rows(folder / "claims-train.jsonl.gz"))
    articles = {row["id"]: row for row in _rows(folder / "corpus.jsonl.gz")}
    source = f"{folder.name}/served"
    for claim in claims:
        for passage in claim["evidence"]:
            title = articles[passage["article"]]["title"]
            yield Pair(
                Sentence(title, passage["contains"]).evidence, claim["claim"], _STANCES[passage["stance"]], source
            )
    settled = {claim["claim"] for claim in claims if claim["evidence"]}
    # Check-COVID has claims that one abstract settles and another leaves open: those are settled.
    unsettled = sorted({claim["claim"] for claim in claims} - settled)
    if not unsettled:
        return
    sentences = [sentence for row in articles.values() for sentence in _sentences(row)]
    for claim_text, near in zip(unsettled, _nearest(unsettled, sentences, 3 * nearest), strict=True):
        for number in rng.sample(near, min(nearest, len(near))):
            yield Pair(sentences[number].evidence, claim_text, NEUTRAL, source, "unsettled")


def _sentences(row: dict[str, Any]) -> Iterator[Sentence]:
    for text in _END.split(row["text"]):
        if len(text) >= _SHORTEST:
            yield Sentence(row["title"], text)


def _nearest(claims: Sequence[str], sentences: Sequence[Sentence], count: int) -> Iterator[list[int]]:
    """Yield for each claim the numbers of the sentences that share most with it, title included."""
    vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    matrix = vectorizer.fit_transform([sentence.evidence for sentence in sentences])
    scores = (vectorizer.transform(claims) @ matrix.T).tocsr()
    for row in range(len(claims)):
        values = scores[row].toarray()[0]
        yield [int(number) for number in np.argsort(-values)[:count]]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)

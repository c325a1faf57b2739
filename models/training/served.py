"""Pairs as the service meets them: claims of the fact-checking sets beside sentences that a search would find.

NLI data has no titles and hardly any evidence that is merely near. Here a gold passage stands under its article's
title, as the judge reads it, and a claim that the articles cannot settle stands beside the sentences nearest to it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from models.training.pairs import CONFLICTS, NEUTRAL, SUPPORTS, Pair, read_rows

_STANCES = {"supports": SUPPORTS, "conflicts": CONFLICTS}
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_SHORTEST = 40  # characters: less is a heading


@dataclass(frozen=True, slots=True)
class Settled:
    """A sentence near a claim of which it is known that all articles are on one `side`: supports or conflicts."""

    evidence: str
    claim: str
    side: str
    source: str


def served_pairs(rng: random.Random, folder: Path, nearest: int) -> Iterator[Pair]:
    """Yield the gold passages of a set's `train` claims, and for each unsettled claim `nearest` neutral sentences."""
    claims = list(read_rows(folder / "claims-train.jsonl.gz"))
    articles = {row["id"]: row for row in read_rows(folder / "corpus.jsonl.gz")}
    source = _source(folder)
    for claim in claims:
        for passage in claim["evidence"]:
            evidence = under_title(articles[passage["article"]]["title"], passage["contains"])
            yield Pair(evidence, claim["claim"], _STANCES[passage["stance"]], source)
    settled = {claim["claim"] for claim in claims if claim["evidence"]}
    # Check-COVID has claims that one abstract settles and another leaves open: those are settled.
    unsettled = sorted({claim["claim"] for claim in claims} - settled)
    if not unsettled:
        return
    sentences = [sentence for row in articles.values() for sentence in _sentences(row)]
    for claim_text, near in zip(unsettled, nearest_by_words(unsettled, sentences, 3 * nearest), strict=True):
        for number in rng.sample(near, min(nearest, len(near))):
            yield Pair(sentences[number], claim_text, NEUTRAL, source, "unsettled")


def near_settled(folder: Path, nearest: int) -> Iterator[Settled]:
    """Yield the `nearest` sentences to each `train` claim of a set that its gold passages settle one way."""
    sides: dict[str, set[str]] = {}
    for claim in read_rows(folder / "claims-train.jsonl.gz"):
        sides.setdefault(claim["claim"], set()).update(passage["stance"] for passage in claim["evidence"])
    settled = {claim: side.pop() for claim, side in sides.items() if len(side) == 1}
    if not settled:
        return
    sentences = [text for row in read_rows(folder / "corpus.jsonl.gz") for text in _sentences(row)]
    for (claim_text, side), near in zip(
        settled.items(), nearest_by_words(list(settled), sentences, nearest), strict=True
    ):
        for number in near:
            yield Settled(sentences[number], claim_text, side, _source(folder))


def _source(folder: Path) -> str:
    return f"{folder.name}/served"


def _sentences(article: dict[str, Any]) -> Iterator[str]:
    for text in _END.split(article["text"]):
        if len(text) >= _SHORTEST:
            yield under_title(article["title"], text)


def under_title(title: str, text: str) -> str:
    """Return what the judge reads of a sentence."""
    title = title.strip()
    return f"{title} {text}" if title.endswith((".", "!", "?")) else f"{title}. {text}"


def nearest_by_words(claims: Sequence[str], sentences: Sequence[str], count: int) -> Iterator[list[int]]:
    """Yield for each claim the numbers of the sentences that share most with it, title included."""
    vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    matrix = vectorizer.fit_transform(sentences)
    scores = (vectorizer.transform(claims) @ matrix.T).tocsr()
    for row in range(len(claims)):
        values = scores[row].toarray()[0]
        yield [int(number) for number in np.argsort(-values)[:count]]

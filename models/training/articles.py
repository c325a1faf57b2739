"""Pairs from running articles written for this project: a sentence as it stands there, leaning on what is around it.

A story's evidence (`stories.py`) says by itself what it is about. News does not: "In Nordholm it was 63 percent." Each
article has claims with the sentences that settle them, read in their place; all its other sentences leave the claim
open, those that share most words with it above all. A tenth of the articles, by their titles, is never trained on: that
is the test part.
"""

from __future__ import annotations

import json
import math
import random
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.training.pairs import CONFLICTS, NEUTRAL, SUPPORTS, Pair
from models.training.served import under_title

FOLDER = Path(__file__).parent / "articles"
HELD_OUT_EVERY = 10
_SIDES = {"s": (SUPPORTS, "supports"), "c": (CONFLICTS, "conflicts"), "n": (NEUTRAL, "open")}
_LEANS = re.compile(r"(?:it|he|she|they|this|that|these|those|its|his|her|their|both|neither)\b", re.IGNORECASE)
_WORD = re.compile(r"\w{4,}|\d+")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim, the numbers of the article's sentences that carry its side, and of those that one might argue about.

    `side`: s(upports), c(onflicts), or n where the article leaves the claim open and `sentences` come nearest to it.
    """

    claim: str
    side: str
    sentences: tuple[int, ...]
    arguable: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RunningArticle:
    """A headline, the sentences that follow one another, and claims about them."""

    title: str
    sentences: tuple[str, ...]
    claims: tuple[Claimed, ...]

    @property
    def is_held_out(self) -> bool:
        """Return whether it is of the test part, chosen by the title, so that the order of the files means nothing."""
        return zlib.crc32(self.title.encode()) % HELD_OUT_EVERY == 0


def read_articles(held_out: bool) -> tuple[RunningArticle, ...]:
    """Read the articles that are, or are not, held out, in the order of the files."""
    found: list[RunningArticle] = []
    for path in sorted(FOLDER.glob("*.jsonl")):
        found += map(_article, path.read_text(encoding="utf-8").splitlines())
    return tuple(article for article in found if article.is_held_out == held_out)


def _article(line: str) -> RunningArticle:
    row = json.loads(line)
    claims = (Claimed(claim, side, *map(tuple, numbers)) for claim, side, *numbers in row["claims"])
    return RunningArticle(row["title"], tuple(row["text"]), tuple(claims))


def article_pairs(rng: random.Random, passes: float, held_out: bool = False) -> Iterator[Pair]:
    """Yield every claim beside the sentences that settle it and beside two of the others, `passes` times.

    The part of a pass that is left at the end has that share of the claims, drawn at random.
    """
    articles = read_articles(held_out)
    for turn in range(math.ceil(passes)):
        share = passes - turn
        for article in articles:
            for claimed in article.claims:
                if share >= 1 or rng.random() < share:
                    yield from pairs_of(rng, article, claimed)


def pairs_of(rng: random.Random, article: RunningArticle, claimed: Claimed) -> Iterator[Pair]:
    """Yield a claim beside each sentence that settles it, or comes nearest, and beside two that leave it open."""
    target, kind = _SIDES[claimed.side]
    for number in claimed.sentences:
        yield Pair(_served(rng, article, number), claimed.claim, target, "articles", f"article_{kind}")
    named = {*claimed.sentences, *claimed.arguable}
    # Behind a sentence that settles the claim, the next one would be read with it.
    others = [i for i in range(len(article.sentences)) if i not in named and i - 1 not in named]
    for number in _nearest_and_any(rng, article, claimed, others):
        yield Pair(_served(rng, article, number), claimed.claim, NEUTRAL, "articles", "article_elsewhere")


def _nearest_and_any(
    rng: random.Random, article: RunningArticle, claimed: Claimed, others: Sequence[int]
) -> Sequence[int]:
    if len(others) <= 2:
        return others
    words = set(_WORD.findall(claimed.claim.lower()))
    shared = {i: len(words & set(_WORD.findall(article.sentences[i].lower()))) for i in others}
    nearest = max(others, key=lambda i: (shared[i], rng.random()))
    return nearest, rng.choice([i for i in others if i != nearest])


def _served(rng: random.Random, article: RunningArticle, number: int) -> str:
    """Set a sentence as the service does: under its title, and behind the one before it where it leans on that."""
    text = article.sentences[number]
    if number and (_LEANS.match(text) or rng.random() < 0.15):
        text = f"{article.sentences[number - 1]} {text}"
    return text if rng.random() < 0.05 else under_title(article.title, text)

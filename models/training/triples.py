"""What the embedder is trained on: claims, a sentence that bears on each, and one near it that does not.

A sentence bears on a claim that it supports as on one that it refutes: a search must find both, and the stance is the
other network's to say.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.training.articles import read_articles
from models.training.mixture import held_out_claim
from models.training.pairs import NEUTRAL, read_pairs, read_rows
from models.training.served import nearest_by_words
from models.training.stories import read_stories
from service.reading.sentences import split

_OPEN = 0.4  # of the claims that an article leaves open, whose nearest sentence is to be found all the same
_SLOT = "{"  # stories whose names are slots have others each time, which says nothing about their sentences
_SHORTEST = 30  # characters of a public premise
_NEAR = 30  # sentences nearest to a claim by words, one of which is the wrong one
# Of the public pairs whose premise is a sentence that a claim was written about.
_PUBLIC = {"fever_gold_dev": 1.0, "fever_nli_aug": 1.0, "te_new_protocols": 0.35, "semiauto_nli_wiki": 0.35,
           "wanli": 0.35, "mnli": 0.1}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Triple:
    """A claim, what bears on it and what does not; those of one `group` are never each other's wrong sentences."""

    claim: str
    bears: str
    wrong: str
    group: str


def read_triples(rng: random.Random, public: Path, sets: Sequence[Path], turns: int) -> list[Triple]:
    """Return the triples of one pass: those of articles, stories and public pairs once, those of the sets `turns`."""
    found = [*_of_articles(rng), *_of_stories(rng), *_of_public(rng, public)]
    for folder in sets:
        found += _of_set(rng, folder, turns)
    return found


def _of_articles(rng: random.Random) -> Iterator[Triple]:
    for article in read_articles(held_out=False):
        for claimed in article.claims:
            if claimed.side == "n" and rng.random() > _OPEN:
                continue
            named = {*claimed.sentences, *claimed.arguable}
            others = [i for i in range(len(article.sentences)) if i not in named]
            if others:
                bears, wrong = article.sentences[claimed.sentences[0]], article.sentences[rng.choice(others)]
                yield Triple(claimed.claim, bears, wrong, article.title)


def _of_stories(rng: random.Random) -> Iterator[Triple]:
    for story in read_stories(held_out=False, files="**/*.jsonl"):
        if any(_SLOT in text for fact in story.facts for text in fact.evidence):
            continue
        for fact in story.facts:
            others = [text for other in story.facts if other is not fact for text in other.evidence]
            for claim in (*fact.supports, *fact.conflicts) if others else ():
                yield Triple(claim, rng.choice(fact.evidence), rng.choice(others), story.title)


def _of_public(rng: random.Random, public: Path) -> Iterator[Triple]:
    kept = [
        pair
        for pair in read_pairs(public)
        if pair.target != NEUTRAL
        and len(pair.evidence) > _SHORTEST
        and rng.random() < _PUBLIC.get(pair.source.split("/")[0], 0.0)
    ]
    for pair in kept:
        other = rng.choice(kept)
        if other.evidence != pair.evidence:
            yield Triple(pair.claim, pair.evidence, other.evidence, pair.evidence)


def _of_set(rng: random.Random, folder: Path, turns: int) -> Iterator[Triple]:
    """Yield the gold passages of a set's train claims beside sentences of other articles that share their words."""
    claims = [
        row
        for row in read_rows(folder / "claims-train.jsonl.gz")
        if row["evidence"] and not (folder.name == "scifact" and held_out_claim(row["claim"]))
    ]
    gold: defaultdict[str, set[str]] = defaultdict(set)
    for row in claims:
        gold[row["claim"]].update(passage["article"] for passage in row["evidence"])
    sentences = [
        (row["id"], row["text"][span.start : span.end])
        for row in read_rows(folder / "corpus.jsonl.gz")
        for span in split(row["text"])
    ]
    texts = [text for _, text in sentences]
    near = dict(zip(gold, nearest_by_words(list(gold), texts, _NEAR), strict=True))
    for _ in range(turns):
        for row in claims:
            claim = row["claim"]
            wrong = [texts[number] for number in near[claim] if sentences[number][0] not in gold[claim]]
            for passage in row["evidence"] if wrong else ():
                yield Triple(claim, passage["contains"], rng.choice(wrong), passage["article"])

"""The training mixture: which pairs, how many of each source, and their order."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.training.articles import article_pairs
from models.training.config import Config
from models.training.edits import edited_figures, wrong_sentences
from models.training.events import event_pairs
from models.training.pairs import Pair, read_pairs
from models.training.phrasings import phrasing_pairs
from models.training.served import served_pairs
from models.training.stories import story_pairs

UNSEEN = -10.0
LONGEST_LEAD = 80  # characters


@dataclass(frozen=True, slots=True)
class Example:
    """A tokenized pair; `prior` (3,) is the log share of each label in its source."""

    ids: NDArray[np.int32]
    types: NDArray[np.int32]
    target: NDArray[np.float32]
    prior: NDArray[np.float32]
    source: str


def build(config: Config, tokenizer: Tokenizer) -> list[Example]:
    """Read, generate, filter and tokenize one epoch of pairs, the same for the same config."""
    rng = random.Random(config.seed)
    public = [p for p in read_pairs(config.data / "train.jsonl.gz") if keep_for_training(p)]
    factual = [p for p in public if p.source.split("/")[0] in config.factual_sources]
    pairs = list(_with_leads(rng, _sample(rng, public, config), config))
    pairs += event_pairs(rng, config.events)
    pairs += phrasing_pairs(rng, config.phrasings)
    for files, passes in config.stories.items():
        pairs += story_pairs(rng, passes, files=files)
    pairs += article_pairs(rng, config.articles)
    pairs += edited_figures(rng, factual, config.edited_figures)
    pairs += wrong_sentences(rng, factual, config.wrong_sentences)
    for folder in config.served_folders:
        pairs += [p for p in served_pairs(rng, folder, config.served) if keep_for_training(p)]
    if config.mined:
        pairs += read_pairs(config.mined)
    return tokenize(pairs, tokenizer, config.max_tokens)


def keep_for_training(pair: Pair) -> bool:
    """Hold out half of the SciFact claims, chosen by their text, so that SciFact can be measured."""
    return not (pair.source.startswith("scifact") and held_out_claim(pair.claim))


def held_out_claim(claim: str) -> bool:
    """Whether a SciFact claim belongs to the half that is never trained on."""
    return sum(claim.encode()) % 2 == 0


def _sample(rng: random.Random, public: Sequence[Pair], config: Config) -> list[Pair]:
    by_source: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in public:
        by_source[pair.source].append(pair)
    chosen: list[Pair] = []
    for source in sorted(by_source):
        share = config.shares.get(source.split("/")[0], 1.0)
        pool = by_source[source]
        chosen += rng.sample(pool, round(len(pool) * share))
    return chosen


def _with_leads(rng: random.Random, pairs: Sequence[Pair], config: Config) -> Iterator[Pair]:
    """Put another short piece of evidence before some of the pairs': the service gives context that may not matter."""
    short = [pair.evidence for pair in pairs if len(pair.evidence) < LONGEST_LEAD]
    for pair in pairs:
        if pair.source.split("/")[0] in config.factual_sources and rng.random() < config.leads:
            yield replace(pair, evidence=f"{rng.choice(short)} {pair.evidence}")
        else:
            yield pair


def tokenize(pairs: Sequence[Pair], tokenizer: Tokenizer, max_tokens: int) -> list[Example]:
    """Tokenize, leaving out pairs longer than `max_tokens`, and attach each source's label shares."""
    encodings = tokenizer.encode_batch([(p.evidence, p.claim) for p in pairs])
    kept = [(p, e) for p, e in zip(pairs, encodings, strict=True) if len(e.ids) <= max_tokens]
    priors = _priors([pair for pair, _ in kept])
    return [
        Example(
            np.array(encoding.ids, np.int32), np.array(encoding.type_ids, np.int32),
            np.array(pair.target, np.float32), priors[pair.source], pair.source,
        )
        for pair, encoding in kept
    ]  # fmt: skip


def _priors(pairs: Sequence[Pair]) -> dict[str, NDArray[np.float32]]:
    """Return the log label shares of each source, `UNSEEN` for a label it never has."""
    totals: defaultdict[str, NDArray[np.float64]] = defaultdict(lambda: np.zeros(3))
    for pair in pairs:
        totals[pair.source] += np.array(pair.target)
    return {
        source: np.where(total > 0, np.log(np.maximum(total, 1e-9) / total.sum()), UNSEEN).astype(np.float32)
        for source, total in totals.items()
    }


def batches(examples: Sequence[Example], tokens: int, seed: int) -> Iterator[list[Example]]:
    """Yield shuffled batches of pairs of like length, each at most `tokens` tokens, padding included."""
    rng = random.Random(seed)
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].ids) + rng.random() * 4)
    groups: list[list[Example]] = []
    start = 0
    while start < len(order):
        longest = len(examples[order[start]].ids)
        size = 1
        while (
            start + size < len(order)
            and (size + 1) * (longest := max(longest, len(examples[order[start + size]].ids))) <= tokens
        ):
            size += 1
        groups.append([examples[i] for i in order[start : start + size]])
        start += size
    rng.shuffle(groups)
    yield from groups


def describe(examples: Sequence[Example]) -> str:
    """Say how many pairs and tokens each source gives."""
    pairs = Counter(example.source for example in examples)
    tokens: Counter[str] = Counter()
    for example in examples:
        tokens[example.source] += len(example.ids)
    rows = [f"{source:34} {count:7,} pairs {tokens[source]:10,} tokens" for source, count in pairs.most_common()]
    return "\n".join([*rows, f"{'all':34} {len(examples):7,} pairs {sum(tokens.values()):10,} tokens"])

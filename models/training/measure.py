"""Measuring a serving graph: dev sets, held-out events, the cost of a recipe, and speed. Every pair is run alone."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import CrossEncoder
from tokenizers import Tokenizer

from models.stance_model import Manifest, OnnxStanceModel, session_of, softmax
from models.training.articles import article_pairs
from models.training.calibration import Calibration, Floats, Ints, called
from models.training.events import event_pairs
from models.training.mixture import tokenize
from models.training.pairs import Pair, read_pairs
from models.training.phrasings import phrasing_pairs
from models.training.stories import story_pairs
from models.training.train import collate
from service.domain import Thresholds

MAX_TOKENS = 256
THREE_WAY = ("te_new_protocols", "snli", "semiauto_nli_wiki", "cad_nli", "check_covid", "infotabs", "conjnli", "folio")
TWO_WAY = ("fever_symmetric", "fool_me_twice")
CHANGED = ("number", "date", "name", "negation")


@dataclass(frozen=True, slots=True)
class DevSet:
    """A dev file: its short name, its pairs in a fixed random order, and how many there are in all."""

    name: str
    pairs: tuple[Pair, ...]
    available: int

    @property
    def labels(self) -> Ints:
        """Return (n,) indices into `models.network.LABELS`."""
        return np.array([int(np.argmax(pair.target)) for pair in self.pairs], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class SetResult:
    """Macro accuracy in percent of one dev set, three-way and, where it has no neutral, of the two sides only.

    `held` is over the half that calibration has not seen; `plain` is before calibration; `by_threshold` follows the
    serving rule. `confusion[label][answer]` counts.
    """

    pairs: int
    available: int
    macro: float
    held: float
    plain: float
    by_threshold: float
    two_way: float | None
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class KindResult:
    """Held-out events of one kind: percent called supports and conflicts, by the highest score and by threshold."""

    pairs: int
    supports: float
    conflicts: float
    supports_by_threshold: float
    conflicts_by_threshold: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What a recipe changes against the fp32 graph on the same pairs: percent, probability, points, megabytes."""

    recipe: str
    megabytes: float
    pairs: int
    flips: float
    max_change: float
    mean_change: float
    points_lost: float
    pairs_per_second: float

    @property
    def holds(self) -> bool:
        """Return whether at most 1% of labels flip and at most half a point of macro accuracy is lost."""
        return self.flips <= 1.0 and self.points_lost <= 0.5


@dataclass(frozen=True, slots=True)
class Speed:
    """Pairs a second in alternating rounds, ours and `CrossEncoder.predict`; the median and range of the ratios."""

    pairs: int
    threads: int
    ours: tuple[float, ...]
    reference: tuple[float, ...]
    ratio: float
    least: float
    most: float


def dev_sets(folder: Path, cap: int) -> list[DevSet]:
    """Read the dev files; `cap` pairs of each at most, drawn with a fixed seed, 0 for all."""
    found = []
    for name in (*THREE_WAY, *TWO_WAY):
        pairs = list(read_pairs(next(folder.glob(f"dev/{name}__*.jsonl.gz"))))
        available = len(pairs)
        random.Random(11).shuffle(pairs)
        found.append(DevSet(name, tuple(pairs[: cap or available]), available))
    return found


def runner(graph: Path, tokenizer: Path, threads: int) -> OnnxStanceModel:
    """Return the serving runtime over a graph, uncalibrated."""
    manifest = Manifest("measured", graph.name, MAX_TOKENS, 1.0, (0.0, 0.0, 0.0), Thresholds(), {})
    reader = Tokenizer.from_file(str(tokenizer))
    return OnnxStanceModel(manifest, reader, session_of(graph), threads)


def logits(model: OnnxStanceModel, pairs: Sequence[Pair]) -> Floats:
    """Return (n, 3) logits, up to a constant a row, which no softmax sees."""
    scores = model.judge([(pair.evidence, pair.claim) for pair in pairs])
    return np.log(np.maximum([(s.supports, s.conflicts, s.neutral) for s in scores], 1e-30))


def confusion(labels: Ints, answers: Ints) -> Ints:
    """Return (3, 3) counts, a row a label, a column an answer."""
    table = np.zeros((3, 3), dtype=np.int64)
    np.add.at(table, (labels, answers), 1)
    return table


def macro(table: Ints) -> float:
    """Return the mean recall of the classes that occur, in percent."""
    totals = table.sum(axis=1)
    return float(100 * np.mean(table.diagonal()[totals > 0] / totals[totals > 0]))


def answers_by_threshold(probabilities: Floats, thresholds: Thresholds) -> Ints:
    """Return the stance (n,) of each row by the serving rule, as indices into `models.network.LABELS`."""
    answers = np.full(len(probabilities), 2, dtype=np.int64)
    answers[called(probabilities, 0, thresholds.supports)] = 0
    answers[called(probabilities, 1, thresholds.conflicts)] = 1
    return answers


def measure_set(dev: DevSet, raw: Floats, calibration: Calibration, thresholds: Thresholds) -> SetResult:
    """Return the figures of one dev set from its logits; its first half was seen by calibration."""
    labels, scores = dev.labels, calibration.apply(raw)
    best, half = scores.argmax(axis=1), len(labels) // 2
    table = confusion(labels, best)
    two_way = macro(confusion(labels, scores[:, :2].argmax(axis=1))) if dev.name in TWO_WAY else None
    return SetResult(
        pairs=len(labels),
        available=dev.available,
        macro=macro(table),
        held=macro(confusion(labels[half:], best[half:])),
        plain=macro(confusion(labels, raw.argmax(axis=1))),
        by_threshold=macro(confusion(labels, answers_by_threshold(scores, thresholds))),
        two_way=two_way,
        confusion=tuple(tuple(map(int, row)) for row in table),
    )


def held_out_events(count: int) -> list[Pair]:
    """Return pairs of the events, phrasings, stories and articles that are never trained on, up to `count` of each."""
    rng = random.Random(77)
    stories = list(story_pairs(rng, 1, held_out=True))[:count]
    told = [*event_pairs(rng, count, held_out=True), *phrasing_pairs(rng, count, held_out=True), *stories]
    articles = list(article_pairs(rng, 1, held_out=True))
    return told + rng.sample(articles, min(count, len(articles)))


def measure_events(pairs: Sequence[Pair], scores: Floats, thresholds: Thresholds) -> dict[str, KindResult]:
    """Return the figures of held-out events by kind; `changed` is number, date, name and negation together."""
    groups = {kind: [i for i, pair in enumerate(pairs) if pair.kind == kind] for kind in Counter(p.kind for p in pairs)}
    # The kind `negation` holds changed pairs only; a denial told again is a paraphrase.
    groups["changed"] = [i for kind in CHANGED for i in groups.get(kind, [])]
    best, ruled = scores.argmax(axis=1), answers_by_threshold(scores, thresholds)
    return {
        kind: KindResult(
            len(rows), _share(best[rows], 0), _share(best[rows], 1), _share(ruled[rows], 0), _share(ruled[rows], 1)
        )
        for kind, rows in sorted(groups.items())
        if rows
    }


def _share(answers: Ints, answer: int) -> float:
    return float(100 * np.mean(answers == answer))


def compare(
    recipe: str, megabytes: float, model: OnnxStanceModel, sample: Sequence[DevSet], full: Sequence[Floats]
) -> Cost:
    """Compare a stored graph with the fp32 logits `full` of the same sets."""
    started = time.perf_counter()
    small = [logits(model, dev.pairs) for dev in sample]
    seconds = time.perf_counter() - started
    a, b = np.concatenate(full), np.concatenate(small)
    change = np.abs(softmax(a) - softmax(b)).max(axis=1)
    lost = [
        macro(confusion(dev.labels, x.argmax(axis=1))) - macro(confusion(dev.labels, y.argmax(axis=1)))
        for dev, x, y in zip(sample, full, small, strict=True)
    ]
    return Cost(
        recipe=recipe,
        megabytes=megabytes,
        pairs=len(a),
        flips=float(100 * np.mean(a.argmax(axis=1) != b.argmax(axis=1))),
        max_change=float(change.max()),
        mean_change=float(change.mean()),
        points_lost=float(np.mean(lost)),
        pairs_per_second=len(a) / seconds,
    )


def measure_speed(model: OnnxStanceModel, network: CrossEncoder, pairs: Sequence[Pair], threads: int) -> Speed:
    """Time both on the same pairs, three rounds each in turn, after a round that does not count."""
    torch.set_num_threads(threads)
    texts = [(pair.evidence, pair.claim) for pair in pairs]

    def ours() -> object:
        return model.judge(texts)

    def reference() -> object:
        return network.predict(texts, show_progress_bar=False)

    ours(), reference()
    rounds = [(_rate(ours, len(texts)), _rate(reference, len(texts))) for _ in range(3)]
    ratios = sorted(a / b for a, b in rounds)
    mine, theirs = zip(*rounds, strict=True)
    return Speed(len(texts), threads, mine, theirs, ratios[1], ratios[0], ratios[2])


def _rate(run: Callable[[], object], count: int) -> float:
    started = time.perf_counter()
    run()
    return count / (time.perf_counter() - started)


@torch.inference_mode()
def batch_spread(network: CrossEncoder, tokenizer: Tokenizer, pairs: Sequence[Pair]) -> float:
    """Return the largest change of a probability between a pair alone and in one padded batch, in fp32 torch."""
    examples = tokenize(pairs, tokenizer, MAX_TOKENS)
    network.eval()
    together = network(collate(examples))["scores"].softmax(dim=1)
    alone = torch.cat([network(collate([example]))["scores"].softmax(dim=1) for example in examples])
    return float((together - alone).abs().max())

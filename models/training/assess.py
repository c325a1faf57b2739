"""The whole measurement of a serving graph: calibrate on one half of dev, then report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from models.network import LABELS, load_network
from models.training import calibration as cal
from models.training.calibration import Calibration, Floats
from models.training.measure import (
    THREE_WAY,
    DevSet,
    answers_by_threshold,
    batch_spread,
    held_out_events,
    logits,
    measure_events,
    measure_set,
    measure_speed,
    runner,
)  # fmt: skip
from models.training.pairs import TARGETS, UNSUPPORTED, Pair
from models.training.probes import Probe, read_probes
from models.training.results import Calibrated, Judged, Measured
from service.domain import Thresholds

SPEED_PAIRS = 160
PRECISION_SUPPORTS, PRECISION_CONFLICTS = 0.80, 0.85
STANCES = {"supports": "entailment", "conflicts": "contradiction", "neutral": "neutral"}


def assess(
    folder: Path, graph: Path, dev: Sequence[DevSet], threads: int, events: int, chosen: Thresholds | None = None
) -> Measured:
    """Calibrate and measure the graph with the network and tokenizer in `folder`, on so many held-out events too.

    `chosen` thresholds go before those that the dev sets alone would give.
    """
    model = runner(graph, folder / "tokenizer.json", threads)
    raw = {each.name: logits(model, each.pairs) for each in dev}
    calibrated = calibrate([each for each in dev if each.name in THREE_WAY], raw, chosen)
    fitted, thresholds = calibrated.calibration, calibrated.thresholds
    invented = held_out_events(events)
    event_scores = fitted.apply(logits(model, invented))
    probes = read_probes()
    probe_pairs = [Pair(p.evidence, p.claim, TARGETS[STANCES[p.label]], "probes", p.topic) for p in probes]
    probe_scores = fitted.apply(logits(model, probe_pairs))
    network = load_network(str(folder))
    speed_pairs = [pair for each in dev if each.name == "te_new_protocols" for pair in each.pairs[:SPEED_PAIRS]]
    return Measured(
        calibrated=calibrated,
        sets={each.name: measure_set(each, raw[each.name], fitted, thresholds) for each in dev},
        events=measure_events(invented, event_scores, thresholds),
        speed=measure_speed(model, network, speed_pairs, threads),
        batch_spread=batch_spread(network, Tokenizer.from_file(str(folder / "tokenizer.json")), speed_pairs[:64]),
        probes=judged(probes, probe_scores, thresholds),
        event_errors=_worst(invented, event_scores, thresholds),
    )


def calibrate(dev: Sequence[DevSet], raw: dict[str, Floats], chosen: Thresholds | None = None) -> Calibrated:
    """Fit on the first half of each set, choose thresholds there if none are, and report errors on the others."""
    halves = [len(each.pairs) // 2 for each in dev]
    seen = _join([(raw[d.name][:h], d.labels[:h]) for d, h in zip(dev, halves, strict=True)])
    held = _join([(raw[d.name][h:], d.labels[h:]) for d, h in zip(dev, halves, strict=True)])
    fitted = cal.fit(*seen)
    scores = fitted.apply(seen[0])
    thresholds = chosen or Thresholds(
        cal.least_threshold(scores, *seen[1:], side=0, precision=PRECISION_SUPPORTS),
        cal.least_threshold(scores, *seen[1:], side=1, precision=PRECISION_CONFLICTS),
    )
    held_scores = fitted.apply(held[0])
    before, after = (cal.reliability(s, *held[1:]) for s in (Calibration().apply(held[0]), held_scores))
    return Calibrated(
        calibration=fitted,
        error_before=cal.calibration_error(before),
        error_after=cal.calibration_error(after),
        bins=tuple(after),
        bins_before=tuple(before),
        supports=cal.point(held_scores, *held[1:], side=0, threshold=thresholds.supports),
        conflicts=cal.point(held_scores, *held[1:], side=1, threshold=thresholds.conflicts),
        chosen=chosen is not None,
    )


def _join(parts: Sequence[tuple[Floats, cal.Ints]]) -> tuple[Floats, cal.Ints, Floats]:
    labels = [found for _, found in parts]
    return np.concatenate([x for x, _ in parts]), np.concatenate(labels), cal.balanced_weights(labels)


def judged(probes: Sequence[Probe], scores: Floats, thresholds: Thresholds) -> tuple[Judged, ...]:
    """Return the probes with their scores and the stance by the serving rule."""
    answers = answers_by_threshold(scores, thresholds)
    return tuple(
        Judged(probe, (float(row[0]), float(row[1]), float(row[2])), LABELS[answer])
        for probe, row, answer in zip(probes, scores, answers, strict=True)
    )


def _worst(events: Sequence[Pair], scores: Floats, thresholds: Thresholds) -> tuple[Judged, ...]:
    """Return the surest wrong answer of each kind of held-out event; a target shared by two labels has no one label."""
    kept = [i for i, pair in enumerate(events) if pair.target != UNSUPPORTED]
    probes = [Probe(_label(events[i]), events[i].kind, events[i].evidence, events[i].claim) for i in kept]
    wrong = sorted((j for j in judged(probes, scores[kept], thresholds) if not j.right), key=lambda j: -max(j.scores))
    first: dict[str, Judged] = {}
    for each in wrong:
        first.setdefault(each.probe.topic, replace(each))
    return tuple(first.values())


def _label(pair: Pair) -> str:
    return LABELS[int(np.argmax(pair.target))]

"""Fit the confidence: how likely is a verdict to be right, given what the votes look like?

Prints the numbers for `service.checking.confidence.Confidence`, and its error on claims that it was not fit on.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from bench.quality import NEWS, SHARED
from models.training.calibration import calibration_error, reliability
from service.assembly import build_pipeline, temporary_corpus
from service.checking.confidence import PLAIN, Signs, signs_of
from service.checking.pipeline import Pipeline, Tuning
from service.config import Settings
from service.domain import Verdict
from service.evaluation import GoldClaim, Outcome, measure, read_claims

VERDICTS = tuple(Verdict)
# Public claims that no model was trained on teach what an unfamiliar subject does to the verdicts; our own news is what
# the service is for.
PUBLIC = SHARED / "data/factcheck/check_covid"


@dataclass(frozen=True, slots=True)
class Seen:
    """The signs of one verdict, whether it was right, and whether it may be fit on."""

    signs: Signs
    right: bool
    fit: bool


@contextmanager
def _plain(settings: Settings, corpus: Path) -> Iterator[Pipeline]:
    with temporary_corpus(settings, corpus) as passing:
        yield build_pipeline(passing, Tuning(confidence=PLAIN))


def _outcomes(pipeline: Pipeline, gold: Sequence[GoldClaim]) -> Iterator[Outcome]:
    return iter(tqdm(measure(pipeline, gold), total=len(gold)))


def observe(settings: Settings) -> Iterator[Seen]:
    """Check our news claims and public ones; the news' `test` part and every third public claim are held."""
    parts = [json.loads(line)["part"] for line in (NEWS / "claims.jsonl").read_text(encoding="utf-8").splitlines()]
    with _plain(settings, NEWS / "corpus.jsonl") as pipeline:
        for part, outcome in zip(parts, _outcomes(pipeline, read_claims(NEWS / "claims.jsonl")), strict=True):
            yield Seen(_signs(outcome), outcome.right, part == "dev")
    if not PUBLIC.exists():
        return
    with _plain(settings, PUBLIC / "corpus.jsonl.gz") as pipeline:
        gold = read_claims(PUBLIC / "claims-dev.jsonl.gz")
        for number, outcome in enumerate(_outcomes(pipeline, gold)):
            yield Seen(_signs(outcome), outcome.right, number % 3 > 0)


def _signs(outcome: Outcome) -> Signs:
    report = outcome.report
    ruling = report.ruling
    return signs_of(ruling.verdict, ruling.confidence, report.evidence, report.related)


def _matrix(seen: Sequence[Seen]) -> NDArray[np.float64]:
    rows = [(*each.signs.features, *(each.signs.verdict is verdict for verdict in VERDICTS)) for each in seen]
    return np.array(rows, dtype=np.float64)


def _error(probabilities: NDArray[np.float64], right: NDArray[np.int64]) -> float:
    """Return the expected calibration error of the probability that a verdict is right."""
    two = np.stack([1 - probabilities, probabilities], axis=1)
    return calibration_error(reliability(two, right, np.full(len(right), 1 / len(right))))


def main() -> None:
    """Fit and print."""
    seen = list(observe(Settings.from_env()))
    fit_on, held = [each for each in seen if each.fit], [each for each in seen if not each.fit]
    model = LogisticRegression(fit_intercept=False, C=2.0, max_iter=1000)
    model.fit(_matrix(fit_on), [each.right for each in fit_on])
    weights = [round(float(value), 2) for value in model.coef_[0]]
    count = len(seen[0].signs.features)
    right = np.array([int(each.right) for each in held])
    plain = np.array([PLAIN.of(each.signs) for each in held])
    lines = [
        f"WEIGHTS = {tuple(weights[:count])}",
        f"BIAS = {{{', '.join(f'{v}: {w}' for v, w in zip(VERDICTS, weights[count:], strict=True))}}}",
        f"fit on {len(fit_on)}, held {len(held)}, of which right {right.mean():.3f}",
        f"expected calibration error before {_error(plain, right):.3f}, "
        f"after {_error(model.predict_proba(_matrix(held))[:, 1], right):.3f}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

"""`make eval`: measure the whole service on every set at hand; print a table, store figures and confusion matrices.

Sets outside the project lie in ../shared; one that is absent is left out, and the table says so.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # the backend is chosen first
from tqdm import tqdm

from models.training.mixture import held_out_claim
from service.assembly import temporary_pipeline
from service.config import SAMPLE, Settings
from service.domain import Verdict
from service.evaluation import Outcome, Scores, measure, read_claims, score

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
OUT = ROOT / "bench"
NEWS = ROOT / "tests/evaluation/news"
ABREAST = 4  # confusion matrices in a row of the picture
HEAD = f"{'percent':34} {'n':>5} {'acc':>6} {'F1':>6} {'rec@10':>6} {'stance':>6} {'f.conf':>6} {'f.supp':>6}  lost at"


@dataclass(frozen=True, slots=True)
class Set:
    """A corpus and its claims; `only` says which part of the claims is measured."""

    name: str
    corpus: Path
    claims: Path
    only: str = ""
    quick: bool = True


SETS = (
    Set("sample", SAMPLE, ROOT / "tests/evaluation/sample_claims.jsonl"),
    Set("news", NEWS / "corpus.jsonl", NEWS / "claims.jsonl"),
    Set("seed pages", SHARED / "seeds", SHARED / "claims/dev.jsonl"),
    Set("seed pages, our claims", SHARED / "seeds", ROOT / "tests/evaluation/page_claims.jsonl"),
    Set("news, claims unseen", NEWS / "corpus.jsonl", NEWS / "claims_unseen.jsonl"),
    Set("seed pages, claims unseen", SHARED / "seeds", ROOT / "tests/evaluation/page_claims_unseen.jsonl"),
    Set("news, claims unseen 2", NEWS / "corpus.jsonl", NEWS / "claims_unseen_2.jsonl"),
    Set("seed pages, claims unseen 2", SHARED / "seeds", ROOT / "tests/evaluation/page_claims_unseen_2.jsonl"),
    Set(
        "check_covid dev",
        SHARED / "data/factcheck/check_covid/corpus.jsonl.gz",
        SHARED / "data/factcheck/check_covid/claims-dev.jsonl.gz",
        quick=False,
    ),
    Set(
        "fool_me_twice dev",
        SHARED / "data/factcheck/fool_me_twice/corpus.jsonl.gz",
        SHARED / "data/factcheck/fool_me_twice/claims-dev.jsonl.gz",
        quick=False,
    ),
    Set(
        "scifact, claims not trained on",
        SHARED / "data/factcheck/scifact/corpus.jsonl.gz",
        SHARED / "data/factcheck/scifact/claims-train.jsonl.gz",
        only="held_out",
        quick=False,
    ),
)


def run(chosen: Set, settings: Settings, most: int | None) -> list[Outcome]:
    """Check every claim of a set, or its first `most`."""
    claims = [c for c in read_claims(chosen.claims) if chosen.only != "held_out" or held_out_claim(c.claim)][:most]
    with temporary_pipeline(settings, chosen.corpus) as pipeline:
        return list(tqdm(measure(pipeline, claims), total=len(claims), desc=chosen.name, unit=" claims"))


def by_category(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, Scores]]:
    """Yield the figures of each category of a set that has categories."""
    groups: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.gold.category].append(outcome)
    if len(groups) > 1:
        for name, group in groups.items():
            yield name, score(group)


def show(name: str, figures: Scores) -> str:
    """Return one row of the table."""
    numbers = (
        figures.verdict_accuracy, figures.verdict_macro_f1, figures.recall_at_10, figures.stance_accuracy,
        figures.false_conflict_rate, figures.false_support_rate,
    )  # fmt: skip
    cells = " ".join("     –" if number is None else f"{100 * number:6.1f}" for number in numbers)
    lost = ", ".join(f"{stage} {count}" for stage, count in sorted(figures.stages.items()))
    return f"{name:34} {figures.claims:5} {cells}  {lost}"


def draw(results: dict[str, Scores]) -> None:
    """Draw the confusion matrices of all sets, `ABREAST` side by side."""
    names = [verdict.value for verdict in Verdict]
    lines = math.ceil(len(results) / ABREAST)
    figure, axes = pyplot.subplots(lines, ABREAST, figsize=(4.2 * ABREAST, 4.4 * lines), squeeze=False)
    for axis in axes.flat[len(results) :]:
        axis.set_visible(False)
    for axis, (name, figures) in zip(axes.flat, results.items(), strict=False):
        matrix = [[figures.confusion.get(gold, {}).get(given, 0) for given in names] for gold in names]
        axis.imshow([[value / max(1, sum(row)) for value in row] for row in matrix], cmap="Blues", vmin=0, vmax=1)
        for y, row in enumerate(matrix):
            for x, value in enumerate(row):
                axis.text(x, y, str(value), ha="center", va="center", fontsize=8)
        short = [name.replace("not_enough_evidence", "not enough") for name in names]
        axis.set_xticks(range(len(names)), short, rotation=60, fontsize=7)
        axis.set_yticks(range(len(names)), short, fontsize=7)
        axis.set_title(f"{name} (rows: gold)", fontsize=9)
    figure.tight_layout()
    figure.savefig(OUT / "quality.png", dpi=90)


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only our own sets and the seed pages")
    parser.add_argument("--most", type=int, help="at most this many claims of each set")
    args = parser.parse_args()
    settings = Settings.from_env()
    results: dict[str, Scores] = {}
    rows = []
    for chosen in SETS:
        if args.quick and not chosen.quick:
            continue
        if not chosen.corpus.exists() or not chosen.claims.exists():
            rows.append(f"{chosen.name:34} left out: {chosen.corpus.name} is not there")
            continue
        outcomes = run(chosen, settings, args.most)
        results[chosen.name] = score(outcomes)
        rows.append(show(chosen.name, results[chosen.name]))
        rows += [show(f"  {name}", figures) for name, figures in by_category(outcomes)]
    sys.stdout.write("\n".join([HEAD, *rows]) + "\n")
    stored = {name: asdict(figures) for name, figures in results.items()}
    (OUT / "quality.json").write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    draw(results)


if __name__ == "__main__":
    main()

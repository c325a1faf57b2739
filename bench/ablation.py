"""What each layer is worth: the news claims again with one layer off at a time. Part of `make eval`.

Prints a table and stores `bench/ablation.json`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tqdm import tqdm

from bench.quality import HEAD, NEWS, OUT, show
from service.assembly import build_pipeline, temporary_corpus
from service.checking.judging import Policy
from service.checking.pipeline import Tuning
from service.checking.retrieval import Ranking
from service.config import Settings
from service.domain import StanceScores, Thresholds
from service.evaluation import Scores, measure, read_claims, score
from service.ports import StanceModel


class Undecided:
    """A stance model that knows nothing, so that only the rules speak; satisfies `service.ports.StanceModel`."""

    name = "none"
    thresholds = Thresholds()

    def fits(self, claim: str) -> bool:
        """Return that any claim does."""
        return True

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[StanceScores]:
        """Return a third for each side."""
        return [StanceScores(0.3, 0.3, 0.4) for _ in pairs]


@dataclass(frozen=True, slots=True)
class Variant:
    """The service with something left out."""

    name: str
    tuning: Tuning = field(default_factory=Tuning)
    stance: StanceModel | None = None


VARIANTS = (
    Variant("everything"),
    Variant("without the stance model", stance=Undecided()),
    Variant("without figures and dates", Tuning(policy=Policy(values=False))),
    Variant("without who said it", Tuning(policy=Policy(attribution=False))),
    Variant("without any rule", Tuning(policy=Policy(values=False, attribution=False))),
    Variant("without weighing the sides", Tuning(policy=Policy(sides=False))),
    Variant("without reading two sentences", Tuning(policy=Policy(widened=0))),
    Variant("without context for the model", Tuning(policy=Policy(in_context=False))),
    Variant("ranked without words", Tuning(ranking=Ranking(words=0.0, context_words=0.0))),
    Variant("ranked without vectors", Tuning(ranking=Ranking(similarity=0.0, in_context=0.0))),
    Variant("ranked without context", Tuning(ranking=Ranking(in_context=0.0, context_words=0.0))),
)


def ablate(settings: Settings, corpus: Path, claims: Path) -> Iterator[tuple[str, Scores]]:
    """Yield the figures of each variant, in order."""
    gold = read_claims(claims)
    with temporary_corpus(settings, corpus) as passing:
        for variant in VARIANTS:
            pipeline = build_pipeline(passing, variant.tuning, variant.stance)
            yield variant.name, score(list(tqdm(measure(pipeline, gold), total=len(gold), desc=variant.name)))


def main() -> None:
    """Measure, print and store."""
    results = dict(ablate(Settings.from_env(), NEWS / "corpus.jsonl", NEWS / "claims.jsonl"))
    sys.stdout.write("\n".join([HEAD, *(show(name, figures) for name, figures in results.items())]) + "\n")
    stored = {name: asdict(figures) for name, figures in results.items()}
    (OUT / "ablation.json").write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

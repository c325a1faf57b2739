"""From what the votes look like to the probability that an editor would give the same verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from service.domain import DecidedBy, Evidence, Verdict

WEIGHTS = (0.28, 0.21, 0.1)
BIAS: Mapping[Verdict, float] = {
    Verdict.SUPPORTED: 0.87, Verdict.REFUTED: 0.35, Verdict.DISPUTED: 0.27, Verdict.OUTDATED: 0.98,
    Verdict.NOT_ENOUGH_EVIDENCE: -0.93,
}  # fmt: skip
LEAST, MOST = 0.02, 0.98  # a logit beyond these would be noise


@dataclass(frozen=True, slots=True)
class Signs:
    """What the confidence is calculated from.

    `strength` is the votes' raw probability; `by_rule`: a figure, a date or a speaker settled the strongest sentence;
    `similarity` of the strongest sentence, or of the nearest one where there is no evidence. How many origins voted is
    none: a fit gives them a negative weight, since a network that misreads one sentence misreads others too, and no
    editor would take a verdict for less sure because more sources bear it out.
    """

    verdict: Verdict
    strength: float
    by_rule: bool
    similarity: float

    @property
    def features(self) -> tuple[float, float, float]:
        """Return the numbers that the coefficients weigh, in their order."""
        bounded = min(max(self.strength, LEAST), MOST)
        return (math.log(bounded / (1 - bounded)), float(self.by_rule), self.similarity)


@dataclass(frozen=True, slots=True)
class Confidence:
    """A logistic model of a verdict being right, its bias one a verdict; after Platt, 1999.

    Fit by `python -m bench.confidence` on the `dev` claims of `tests/evaluation` and on public claims for the fifth
    network; what a fit for a later one gave stands in `CONTRIBUTING.md`.
    """

    weights: tuple[float, float, float] = WEIGHTS
    bias: Mapping[Verdict, float] = field(default_factory=lambda: BIAS)

    def of(self, signs: Signs) -> float:
        """Return the probability, 0 to 1."""
        score = sum(w * f for w, f in zip(self.weights, signs.features, strict=True))
        return 1 / (1 + math.exp(-score - self.bias.get(signs.verdict, 0.0)))


def signs_of(verdict: Verdict, strength: float, evidence: Sequence[Evidence], related: Sequence[Evidence]) -> Signs:
    """Read the signs off a count and the sentences behind it, strongest first."""
    nearest = max((e.judgement.hit.similarity for e in related), default=0.0)
    strongest = evidence[0].judgement if evidence else None
    return Signs(
        verdict,
        strength,
        strongest is not None and strongest.decided_by is not DecidedBy.STANCE,
        strongest.hit.similarity if strongest is not None else nearest,
    )


# The votes' own probability, as it is before any fit.
PLAIN = Confidence((1.0, 0.0, 0.0), {})

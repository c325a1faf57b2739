"""From hits to judgements: what each sentence, read in its context, says of the claim."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.domain import Hit, Judgement, Query, Stance, StanceScores
from service.ports import StanceModel

# A sentence that opens with one of these, or points back with one inside, is read with the sentence before it.
_LEANS = re.compile(
    r"^(?:[\"“'‘]?(?:he|she|it|they|this|that|these|those|his|her|its|their|both|neither|the (?:same|latter|former))\b)"
    r"|\b(?:this|these|those|the) (?:assertions?|accusations?|allegations?|claims?|charges?|reports?|matter|suggestion|"
    r"statement|story|figures?|decision|plan|incident|warning|request)\b",
    re.IGNORECASE,
)
NOT_JUDGED = StanceScores(0.0, 0.0, 1.0)


class Judge:
    """Asks the stance model about each hit."""

    def __init__(self, model: StanceModel) -> None:
        self._model = model

    def judge(self, query: Query, hits: Sequence[Hit]) -> list[Judgement]:
        """Return a judgement for each hit, in order; all neutral where the model cannot read the whole claim."""
        if not self._model.fits(query.claim):
            return [Judgement(hit, Stance.NEUTRAL, NOT_JUDGED) for hit in hits]
        scores = self._model.judge([(evidence_text(hit), query.claim) for hit in hits])
        return [
            Judgement(hit, self._model.thresholds.stance(score), score) for hit, score in zip(hits, scores, strict=True)
        ]


def evidence_text(hit: Hit) -> str:
    """Return what the stance model reads: the sentence, behind the one before it where it leans on that."""
    text = hit.sentence.text
    if hit.context.before and _LEANS.search(text):
        return f"{hit.context.before} {text}"
    return text

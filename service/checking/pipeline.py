"""The pipeline: claim, hits, judgements, votes, verdict, report."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Sequence

from service.checking.folding import Group, fold
from service.checking.judging import Judge
from service.checking.links import link_to
from service.checking.reasons import explain, scope
from service.checking.retrieval import Retriever
from service.checking.verdict import Count, Vote, count
from service.corpus.index import VectorIndex
from service.corpus.store import Store
from service.domain import (
    Coverage,
    Evidence,
    Excluded,
    Hit,
    Judgement,
    Occurrence,
    Origin,
    Query,
    Report,
    Ruling,
    Stance,
)
from service.ports import Embedder, StanceModel


class Pipeline:
    """Checks claims against one snapshot of the corpus."""

    def __init__(
        self,
        store: Store,
        index: VectorIndex,
        embedder: Embedder,
        stance: StanceModel,
    ) -> None:
        self._store = store
        self._index = index
        self._embedder = embedder
        self._stance = stance
        self._retriever = Retriever(store, index)
        self._judge = Judge(stance)
        self._version = store.version()

    def state(self) -> dict[str, str]:
        """Say that everything is there: a pipeline is made of finished parts."""
        return {"models": "ready", "index": "ready"}

    def check(self, query: Query) -> Report:
        """Return the report on one claim."""
        started = time.monotonic()
        vector = self._embedder.encode([query.claim])[0]
        groups, left = fold(self._retriever.find(query, vector), self._cosine, query.limit)
        judgements = self._judge.judge(query, [group.first for group in groups])
        evidence = [_evidence(judgement, group) for judgement, group in zip(judgements, groups, strict=True)]
        coverage = self._store.coverage(query)
        counted = count([_vote(item) for item in evidence], nearest_miss=_nearest_miss(judgements))
        sided = sorted((e for e in evidence if e.judgement.stance is not Stance.NEUTRAL), key=_strongest_first)
        ruling = _rule(counted, sided, len(judgements), coverage)
        return Report(
            check_id=uuid.uuid4().hex,
            claim=query.claim,
            ruling=ruling,
            scope=scope(coverage),
            evidence=tuple(sided),
            related=tuple(e for e in evidence if e.judgement.stance is Stance.NEUTRAL),
            excluded=tuple(Excluded(hit, "ranked_below_limit") for hit in left[: query.limit])
            if query.include_excluded
            else (),
            timeline=(),
            coverage=coverage,
            index_version=self._version,
            embedder=self._embedder.name,
            stance_model=self._stance.name,
            took_ms=round(1000 * (time.monotonic() - started)),
            warnings=tuple(self._warnings(query)),
        )

    def _cosine(self, one: Hit, other: Hit) -> float:
        a, b = self._index.vectors([one.sentence.id, other.sentence.id])
        return float(a @ b)

    def _warnings(self, query: Query) -> Iterable[str]:
        if not self._stance.fits(query.claim):
            yield "The claim is longer than the stance model can read whole, so no sentence was judged: shorten it."


def _rule(counted: Count, sided: Sequence[Evidence], judged: int, coverage: Coverage) -> Ruling:
    reason = explain(counted, sided, judged, coverage)
    return Ruling(counted.verdict, round(counted.strength, 4), reason, counted.origins, counted.articles)


def _evidence(judgement: Judgement, group: Group) -> Evidence:
    article = judgement.hit.article
    # Until articles are grouped by what they copy, every article is its own origin.
    origin = Origin(article.id, article.publisher or article.title)
    also_in = tuple(Occurrence(hit, link_to(hit.article.url, hit.sentence.text)) for hit in group.others)
    return Evidence(judgement, origin, link_to(article.url, judgement.hit.sentence.text), also_in)


def _vote(evidence: Evidence) -> Vote:
    judgement = evidence.judgement
    scores = judgement.scores
    probability = scores.supports if judgement.stance is Stance.SUPPORTS else scores.conflicts
    hits = (judgement.hit, *(occurrence.hit for occurrence in evidence.also_in))
    return Vote(evidence.origin.id, tuple(hit.article.id for hit in hits), judgement.stance, probability)


def _nearest_miss(judgements: Sequence[Judgement]) -> float:
    neutral = [j.scores for j in judgements if j.stance is Stance.NEUTRAL]
    return max((max(s.supports, s.conflicts) for s in neutral), default=0.0)


def _strongest_first(evidence: Evidence) -> tuple[float, str, int]:
    scores, sentence = evidence.judgement.scores, evidence.judgement.hit.sentence
    return (-max(scores.supports, scores.conflicts), sentence.article_id, sentence.start)

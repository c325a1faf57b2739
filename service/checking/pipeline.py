"""The pipeline: claim, hits, judgements, votes, verdict, report."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from service.checking.attribution import is_speech_claim
from service.checking.confidence import Confidence, signs_of
from service.checking.corrections import without_corrected
from service.checking.factchecks import FactCheckFinder
from service.checking.folding import Group, fold
from service.checking.judging import Judge, Policy
from service.checking.links import link_to
from service.checking.outweighed import said_of, without_outweighed
from service.checking.pacing import Budget
from service.checking.reasons import explain, scope
from service.checking.retrieval import Ranking, Retriever
from service.checking.silence import silent_in
from service.checking.timeline import trace
from service.checking.verdict import Vote, count
from service.checking.widening import Widener
from service.corpus.coverages import Coverages
from service.corpus.factchecks import FactChecks
from service.corpus.follower import Follower
from service.corpus.searching import SentenceIndex
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
from service.errors import NotReadyError
from service.ports import Embedder, StanceModel, Unwatched, Vectors, Watch

_log = logging.getLogger(__name__)
SUPERSEDED, OTHER_SUBJECT = "superseded", "other_subject"


@dataclass(frozen=True, slots=True)
class Tuning:
    """Every number that was fit on claims with known verdicts, and every layer that an ablation switches off."""

    ranking: Ranking = field(default_factory=Ranking)
    policy: Policy = field(default_factory=Policy)
    confidence: Confidence = field(default_factory=Confidence)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the sentences that were found, nearest first, there was time to judge."""

    judged: int
    found: int

    @property
    def truncated(self) -> bool:
        """Return whether there was not enough time."""
        return self.judged < self.found

    @property
    def share(self) -> float:
        """Return the share, 0 to 1. A verdict's confidence is lowered by it: what was not read may turn it."""
        return self.judged / self.found if self.truncated else 1.0

    def __str__(self) -> str:
        return f"Only the {self.judged} nearest of {self.found} sentences could be judged in time."


class Pipeline:
    """Checks claims, each against the corpus as it is when the check begins; one check at a time."""

    def __init__(
        self,
        store: Store,
        index: SentenceIndex,
        embedder: Embedder,
        stance: StanceModel,
        tuning: Tuning | None = None,
        watch: Watch | None = None,
        budget: Budget | None = None,
    ) -> None:
        tuning = tuning or Tuning()
        budget = budget or Budget()
        self._stage = (watch or Unwatched()).stage
        self._store = store
        self._index = index
        self._embedder = embedder
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="claim")
        self._stance = stance
        self._retriever = Retriever(store, index, tuning.ranking)
        self._judge = Judge(stance, tuning.policy, budget)
        self._widener = Widener(store, stance, tuning.policy, budget)
        self._weighs_sides = tuning.policy.sides
        self._budget, self._clock = budget, budget.clock
        self._confidence = tuning.confidence
        self._unwell: str | None = None
        self._coverages = Coverages(store)
        self._follower = Follower(store, index, embedder)
        self.fact_checks = FactCheckFinder(FactChecks(store, embedder), embedder)

    def state(self) -> dict[str, str]:
        """Say whether the store can still be read; the rest of a pipeline is made of finished parts."""
        try:
            self._store.state()
        except NotReadyError as error:
            if str(error) != self._unwell:  # once, not at each probe
                _log.warning("the corpus cannot be read: %s", error)
                self._unwell = str(error)
            return {"models": "ready", "index": f"failed: {error.public}"}
        self._unwell = None
        return {"models": "ready", "index": "ready"}

    def check(self, query: Query) -> Report:
        """Return the report on one claim."""
        started = self._clock()
        with self._stage("check"):
            # The claim is embedded while its words are searched: the one computes, the other mostly reads.
            claim = self._beside.submit(self._embedder.encode, [query.claim])
            with self._store.one_moment():
                with self._stage("follow"):
                    version = self._follower.follow()
                return self._report(query, claim, version, started)

    def _embedded(self, claim: Future[Vectors]) -> Vectors:
        with self._stage("embed"):
            vector: Vectors = claim.result()[0]
            return vector

    def _report(self, query: Query, claim: Future[Vectors], version: str, started: float) -> Report:
        with self._stage("retrieve"):
            hits = self._retriever.find(query, lambda: self._embedded(claim))
            found = fold(hits, self._cosine_among(hits), query.limit)
        with self._stage("judge"):
            judged = self._judge.judge(query, [group.first for group in found], started)
            if not any(map(_counts, judged)):
                judged = self._widener.widen(query, judged, started)
        # What there was no time for is not shown: nothing is known of it.
        groups = [_judged_as(group, judgement.hit) for group, judgement in zip(found, judged, strict=False)]
        traced = trace(query.claim, without_corrected(judged))
        weighed = without_outweighed(traced.judgements) if self._weighs_sides else traced.judgements
        origins = self._store.origins([hit.sentence.id for group in groups for hit in group.hits])
        shown = [_evidence(j, g, origins) for j, g in zip(weighed, groups, strict=True)]
        evidence = sorted((e for e in shown if _counts(e.judgement)), key=_strongest_first)
        related = tuple(
            e for e in shown if _is_related(e.judgement) and not any(_is_within(e, other) for other in evidence)
        )
        coverage = self._coverages.of(query, version)
        return Report(
            check_id=uuid.uuid4().hex,
            claim=query.claim,
            ruling=self._rule(
                query,
                evidence,
                related,
                Share(len(groups), len(found)),
                origins,
                coverage,
                said_of(traced.judgements, weighed),
            ),
            scope=scope(coverage),
            evidence=tuple(evidence),
            related=related,
            excluded=_excluded(weighed) if query.include_excluded else (),
            timeline=traced.timeline,
            coverage=coverage,
            index_version=version,
            embedder=self._embedder.name,
            stance_model=self._stance.name,
            took_ms=round(1000 * (self._clock() - started)),
            truncated=len(groups) < len(found),
            warnings=tuple(self._warnings(query, Share(len(groups), len(found)))),
            fact_checks=self.fact_checks.matching(query, claim.result()[0]),
            thresholds=self._stance.thresholds,
        )

    def _rule(
        self,
        query: Query,
        evidence: Sequence[Evidence],
        related: Sequence[Evidence],
        judged: Share,
        origins: Mapping[int, Origin],
        coverage: Coverage,
        weighed: str,
    ) -> Ruling:
        votes = [vote for item in evidence for vote in _votes(item, origins)]
        speech = is_speech_claim(query.claim) is not None or silent_in(query.claim) is not None
        counted = count(votes, speech, _nearest_miss(related))
        notes = (weighed, str(judged) if judged.truncated else "")
        reason = " ".join(filter(None, (explain(counted, evidence, judged.judged, coverage), *notes)))
        confidence = self._confidence.of(signs_of(counted.verdict, counted.strength, evidence, related))
        confidence *= judged.share
        return Ruling(counted.verdict, round(confidence, 4), reason, counted.origins, counted.articles)

    def _cosine_among(self, hits: Sequence[Hit]) -> Callable[[Hit, Hit], float]:
        """Return what gives the cosine of the sentences of two of these hits."""
        vectors = self._index.vectors([hit.sentence.id for hit in hits])
        rows = {hit.sentence.id: row for row, hit in enumerate(hits)}

        @cache
        def cosines(sentence_id: int) -> list[float]:
            # Not `vectors @ …`: so small a product is not worth the threads that BLAS wakes for it.
            found: list[float] = np.einsum("id,d->i", vectors, vectors[rows[sentence_id]]).tolist()
            return found

        return lambda one, other: cosines(one.sentence.id)[rows[other.sentence.id]]

    def _warnings(self, query: Query, judged: Share) -> Iterable[str]:
        if not self._stance.fits(query.claim):
            yield "The claim is longer than the stance model can read whole, so no sentence was judged: shorten it."
        if judged.truncated:
            spent = f"The time budget of {1000 * (self._budget.seconds or 0):,.0f} ms ran out."
            yield f"{spent} {judged} Check again later, or with a lower limit."
        asked = (*query.publishers_include, *query.publishers_exclude)
        for name in sorted(set(asked) - self._store.publishers(asked)):
            yield f"No article is by {name!r:.80}: names are compared letter by letter, as GET /v1/articles shows them."


def _counts(judgement: Judgement) -> bool:
    """Return whether a judgement is evidence: it takes a side, and is no old figure against a newer claim."""
    if judgement.stance is Stance.NEUTRAL:
        return False
    return judgement.superseded_by is None or judgement.stance is Stance.SUPPORTS


def _evidence(judgement: Judgement, group: Group, origins: Mapping[int, Origin]) -> Evidence:
    hit = judgement.hit
    also_in = tuple(Occurrence(other, link_to(other.article.url, other.sentence.text)) for other in group.others)
    return Evidence(judgement, _origin(hit, origins), link_to(hit.article.url, hit.sentence.text), also_in)


def _origin(hit: Hit, origins: Mapping[int, Origin]) -> Origin:
    article = hit.article
    return origins.get(hit.sentence.id) or Origin(article.id, article.publisher or article.title)


def _votes(evidence: Evidence, origins: Mapping[int, Origin]) -> Iterable[Vote]:
    """Yield one vote for each origin among the near-identical sentences."""
    judgement = evidence.judgement
    probability = judgement.scores.of(judgement.stance)
    articles: dict[str, dict[str, None]] = {}
    for hit in (judgement.hit, *(occurrence.hit for occurrence in evidence.also_in)):
        articles.setdefault(_origin(hit, origins).id, {})[hit.article.id] = None
    act = judgement.attribution.act if judgement.attribution else None
    for origin_id, ids in articles.items():
        outdated = judgement.superseded_by is not None
        yield Vote(origin_id, tuple(ids), judgement.stance, probability, act, outdated)


def _judged_as(group: Group, judged: Hit) -> Group:
    """Return a group as it was judged: a passage has no near-identical ones, which are of its sentences."""
    return group if judged is group.first else Group(judged)


def _is_related(judgement: Judgement) -> bool:
    return _why_excluded(judgement) is None and not _counts(judgement)


def _is_within(one: Evidence, other: Evidence) -> bool:
    """Say whether a sentence stands in a passage that is evidence."""
    inner, outer = one.judgement.hit.sentence, other.judgement.hit.sentence
    return inner.article_id == outer.article_id and outer.start <= inner.start and inner.end <= outer.end


def _why_excluded(judgement: Judgement) -> str | None:
    if judgement.other_subject:
        return OTHER_SUBJECT
    return SUPERSEDED if judgement.superseded_by and not _counts(judgement) else None


def _excluded(judgements: Sequence[Judgement]) -> tuple[Excluded, ...]:
    reasons = ((judgement.hit, _why_excluded(judgement)) for judgement in judgements)
    return tuple(Excluded(hit, reason) for hit, reason in reasons if reason is not None)


def _nearest_miss(related: Sequence[Evidence]) -> float:
    scores = (evidence.judgement.scores for evidence in related)
    return max((max(s.supports, s.conflicts) for s in scores), default=0.0)


def _strongest_first(evidence: Evidence) -> tuple[float, str, int]:
    scores, sentence = evidence.judgement.scores, evidence.judgement.hit.sentence
    return (-max(scores.supports, scores.conflicts), sentence.article_id, sentence.start)

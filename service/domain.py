"""The frozen types that travel between the rooms. They hold data and answer questions about it; they do no work."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class Stance(StrEnum):
    """What one sentence, read in its context, says of the claim."""

    SUPPORTS = "supports"
    CONFLICTS = "conflicts"
    NEUTRAL = "neutral"


class Verdict(StrEnum):
    """What the indexed articles together say of the claim."""

    SUPPORTED = "supported"
    REFUTED = "refuted"
    DISPUTED = "disputed"
    OUTDATED = "outdated"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"


class Act(StrEnum):
    """What a speaker does with a statement."""

    REPORTS = "reports"
    CONFIRMS = "confirms"
    ADMITS = "admits"
    ALLEGES = "alleges"
    DENIES = "denies"
    ASKS = "asks"


class DecidedBy(StrEnum):
    """Which judge settled a stance."""

    STANCE = "stance"
    QUANTITY = "quantity"
    DATE = "date"
    ATTRIBUTION = "attribution"


class Relation(StrEnum):
    """How the value in the evidence stands to the value in the claim."""

    DIFFERS = "differs"
    OUTSIDE_ROUNDING = "outside_rounding"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class FactCheck:
    """What human fact-checkers published about a claim, as a page states it in ClaimReview; days are ISO 8601."""

    claim: str
    rating: str
    publisher: str
    site: str
    url: str
    title: str | None = None
    review_date: str | None = None
    claimant: str | None = None
    claim_date: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One document. `text` is cleaned: no furniture, NFC, line feeds between paragraphs; dates are aware."""

    id: str
    title: str
    text: str
    publisher: str | None = None
    url: str | None = None
    published_at: datetime | None = None
    fact_checks: tuple[FactCheck, ...] = ()

    @property
    def sha256(self) -> str:
        """Return the hex digest of the cleaned text."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    @property
    def digest(self) -> str:
        """Return the hex digest of everything that the article says of itself: it changes with any field."""
        fields = (self.id, self.title, self.publisher, self.url, self.published_at, self.text, *self.fact_checks)
        return hashlib.sha256("\0".join(map(str, fields)).encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, in Unicode code points, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A span of an article's text: `article.text[start:end] == text`, exactly. `position` counts from 0."""

    id: int
    article_id: str
    position: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Context:
    """The sentences before and after one, empty at the ends of an article."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A sentence that retrieval found.

    `similarity` is the cosine of claim and bare sentence, in [-1, 1], `in_context` that of the claim and the sentence
    in its context, where it was measured.
    """

    sentence: Sentence
    article: Article
    context: Context
    similarity: float
    # Not compared: PostgreSQL keeps these vectors at half precision, so the last digits are the engine's.
    in_context: float = field(default=1.0, compare=False)


@dataclass(frozen=True, slots=True)
class StanceScores:
    """Calibrated probabilities; they sum to 1."""

    supports: float
    conflicts: float
    neutral: float

    def of(self, stance: Stance) -> float:
        """Return the probability of one stance."""
        return {Stance.SUPPORTS: self.supports, Stance.CONFLICTS: self.conflicts, Stance.NEUTRAL: self.neutral}[stance]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The least probabilities at which a sentence is said to support or to conflict; they belong to one model."""

    supports: float = 0.5
    conflicts: float = 0.5

    def stance(self, scores: StanceScores) -> Stance:
        """Return the side with the higher probability where that reaches its threshold, else neutral."""
        if scores.conflicts >= max(self.conflicts, scores.supports):
            return Stance.CONFLICTS
        if scores.supports >= max(self.supports, scores.conflicts):
            return Stance.SUPPORTS
        return Stance.NEUTRAL


@dataclass(frozen=True, slots=True)
class Value:
    """A quantity or date as it stands in a text: its words, its number (or ISO date), its unit, its offsets."""

    text: str
    value: float | str
    unit: str | None
    start: int
    end: int

    def moved(self, by: int) -> Value:
        """Return the value with its offsets counted from `by` characters earlier."""
        return replace(self, start=self.start + by, end=self.end + by)


@dataclass(frozen=True, slots=True)
class Difference:
    """A pair of values that measure the same thing and do not agree. `kind` is `quantity` or `date`."""

    kind: str
    relation: Relation
    claim: Value
    evidence: Value


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who said it, and what the speaker did in saying it."""

    speaker: str
    act: Act


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a piece of information comes from. `copied_share` is the share of the article that is copied, 0 to 1."""

    id: str
    name: str
    articles: int = 1
    copied_share: float | None = None


@dataclass(frozen=True, slots=True)
class Superseding:
    """A newer value, and the article in whose text it stands."""

    value: Value
    article: Article


@dataclass(frozen=True, slots=True)
class Judgement:
    """A hit with its stance and the reasons for it."""

    hit: Hit
    stance: Stance
    scores: StanceScores
    decided_by: DecidedBy = DecidedBy.STANCE
    differences: tuple[Difference, ...] = ()
    attribution: Attribution | None = None
    figures: tuple[Value, ...] = ()  # the sentence's values that measure what the claim's figures measure
    superseded_by: Value | None = None
    superseded_in: Article | None = None  # where that stands; None: in the hit's own article
    other_subject: bool = False  # its figures or dates are visibly those of something else
    agrees: bool = False  # all figures of the claim agree with its own
    left_behind: bool = False  # it gives the claim's figure as one that held before

    @property
    def superseding(self) -> Superseding | None:
        """Return what supersedes its value, with the article in which that stands."""
        if self.superseded_by is None:
            return None
        return Superseding(self.superseded_by, self.superseded_in or self.hit.article)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A judgement as it is shown: with its origin, its link, and the near-identical sentences folded into it."""

    judgement: Judgement
    origin: Origin
    link: str | None
    also_in: tuple[Occurrence, ...] = ()


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A near-identical sentence of another article."""

    hit: Hit
    link: str | None


@dataclass(frozen=True, slots=True)
class Excluded:
    """A sentence that was judged and does not count, with the reason: `superseded` or `other_subject`."""

    hit: Hit
    reason: str


@dataclass(frozen=True, slots=True)
class TimelinePoint:
    """The value of a figure as one article gave it."""

    value: float
    unit: str | None
    as_of: datetime | None
    article: Article


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes by side. `mixed` counts origins whose own versions disagree."""

    supporting: int = 0
    conflicting: int = 0
    mixed: int = 0


@dataclass(frozen=True, slots=True)
class Ruling:
    """The verdict with its reason and the calibrated probability that an editor would give it."""

    verdict: Verdict
    confidence: float
    reason: str
    origins: Tally
    articles: Tally


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was searched."""

    articles: int
    sentences: int
    earliest: datetime | None
    latest: datetime | None


@dataclass(frozen=True, slots=True)
class Query:
    """A validated request: the claim, NFC, and what narrows the search."""

    claim: str
    limit: int = 10
    published_from: datetime | None = None
    published_to: datetime | None = None
    publishers_include: tuple[str, ...] = ()
    publishers_exclude: tuple[str, ...] = ()
    include_excluded: bool = False


@dataclass(frozen=True, slots=True)
class MatchedFactCheck:
    """A human fact-check that is about the claim; `similarity` is the cosine of both claims' embeddings."""

    fact_check: FactCheck
    article: Article
    similarity: float


@dataclass(frozen=True, slots=True)
class Report:
    """The whole answer to one query."""

    check_id: str
    claim: str
    ruling: Ruling
    scope: str
    evidence: tuple[Evidence, ...]
    related: tuple[Evidence, ...]
    excluded: tuple[Excluded, ...]
    timeline: tuple[TimelinePoint, ...]
    coverage: Coverage
    index_version: str
    embedder: str
    stance_model: str
    took_ms: int
    truncated: bool = False
    warnings: tuple[str, ...] = field(default=())
    fact_checks: tuple[MatchedFactCheck, ...] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)  # kept with a check, not shown in it

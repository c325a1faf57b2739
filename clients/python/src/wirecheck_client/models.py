"""What the service answers, field by field as the contract has it. Fields that a newer service adds are passed over.

Offsets (`start`, `end`) are Unicode code points, so `text[start:end]` is right in Python as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Verdict = Literal["supported", "refuted", "disputed", "outdated", "not_enough_evidence"]
Stance = Literal["supports", "conflicts", "neutral"]
DecidedBy = Literal["stance", "quantity", "date", "attribution"]
Act = Literal["reports", "confirms", "admits", "alleges", "denies", "asks"]
Relation = Literal["differs", "outside_rounding", "superseded"]
Kind = Literal["quantity", "date"]
Change = Literal["added", "replaced", "skipped"]
OnDuplicate = Literal["skip", "replace", "fail"]
Why = Literal["corrected", "deleted"]
LineKind = Literal["text", "claim", "left_out", "summary"]
Reason = Literal["question", "greeting", "furniture", "fragment", "too_long", "instruction", "opinion", "wish"]

FROM_HEADER = {"header": True}  # a field that the answer's headers give, not its body


@dataclass(frozen=True, slots=True)
class Article:
    """Where a sentence stands; `sha256` is over the cleaned text that the offsets count in."""

    id: str
    title: str
    publisher: str | None
    url: str | None
    published_at: datetime | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Scores:
    """Calibrated probabilities of the three stances."""

    supports: float
    conflicts: float
    neutral: float


@dataclass(frozen=True, slots=True)
class Context:
    """The sentences around one, empty at the ends of an article."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A near-identical sentence in another article."""

    article: Article
    sentence: str
    start: int
    end: int
    similarity: float
    link: str | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the information comes from; all its articles together have one vote."""

    id: str
    name: str
    articles: int
    copied_share: float | None


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who said it, and what the speaker did in saying it."""

    speaker: str
    act: Act


@dataclass(frozen=True, slots=True)
class Value:
    """A figure or a date as it stands in a text, with its offsets there."""

    text: str
    value: float | str
    unit: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Superseding:
    """A newer figure or date, with its offsets in the text of the article that gives it."""

    text: str
    value: float | str
    unit: str | None
    start: int
    end: int
    article: Article


@dataclass(frozen=True, slots=True)
class Difference:
    """Two values that measure the same thing and do not agree."""

    kind: Kind
    relation: Relation
    claim: Value
    evidence: Value


@dataclass(frozen=True, slots=True)
class Evidence:
    """One judged sentence, or two neighbors. Stance and similarity are two numbers; neither comes from the other."""

    stance: Stance
    similarity: float
    stance_scores: Scores
    decided_by: DecidedBy
    sentence: str
    start: int
    end: int
    context: Context
    article: Article
    link: str | None
    also_in: tuple[Occurrence, ...]
    origin: Origin
    attribution: Attribution | None
    differences: tuple[Difference, ...]
    superseded_by: Superseding | None


@dataclass(frozen=True, slots=True)
class Excluded:
    """A near miss and why it does not count."""

    article: Article
    sentence: str
    start: int
    end: int
    similarity: float
    reason: str


@dataclass(frozen=True, slots=True)
class TimelinePoint:
    """The value of a figure as one article gave it."""

    value: float
    unit: str | None
    as_of: datetime | None
    article: Article


@dataclass(frozen=True, slots=True)
class FactCheck:
    """A human fact-check that an article's page states in ClaimReview. It has no part in the verdict."""

    claim: str
    claimant: str | None
    claim_date: str | None
    rating: str
    publisher: str
    site: str
    url: str
    title: str | None
    review_date: str | None
    language: str | None
    similarity: float
    article: Article


@dataclass(frozen=True, slots=True)
class OriginTally:
    """Independent origins by side; a mixed one has versions that disagree."""

    supporting: int
    conflicting: int
    mixed: int


@dataclass(frozen=True, slots=True)
class ArticleTally:
    """Articles by side, reprints included."""

    supporting: int
    conflicting: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was searched."""

    articles: int
    sentences: int
    earliest: datetime | None
    latest: datetime | None


@dataclass(frozen=True, slots=True)
class Index:
    """Which index answered."""

    version: str


@dataclass(frozen=True, slots=True)
class Models:
    """Which models answered."""

    embedder: str
    stance: str


@dataclass(frozen=True, slots=True)
class Report:
    """The whole answer to one claim."""

    check_id: str
    claim: str
    verdict: Verdict
    confidence: float
    reason: str
    scope: str
    origins: OriginTally
    articles: ArticleTally
    evidence: tuple[Evidence, ...]
    related: tuple[Evidence, ...]
    excluded: tuple[Excluded, ...]
    timeline: tuple[TimelinePoint, ...]
    fact_checks: tuple[FactCheck, ...]
    coverage: Coverage
    index: Index
    models: Models
    truncated: bool
    warnings: tuple[str, ...]
    took_ms: int

    @property
    def supporting(self) -> tuple[Evidence, ...]:
        """Return the evidence for the claim, strongest first."""
        return tuple(item for item in self.evidence if item.stance == "supports")

    @property
    def conflicting(self) -> tuple[Evidence, ...]:
        """Return the evidence against the claim, strongest first."""
        return tuple(item for item in self.evidence if item.stance == "conflicts")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: at a JSON pointer into the body, or in a query parameter."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """An error, as RFC 9457 has it; `detail` is one line: what is wrong, the limit and the cure."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line on a whole text: the `text` of a page, a `claim`, a sentence `left_out`, or the `summary` at the end."""

    kind: LineKind
    text: str | None
    start: int | None
    end: int | None
    sentence: str | None
    checked_as: str | None
    reason: Reason | None
    report: Report | None
    problem: Problem | None
    claims: int | None
    left_out: int | None
    failed: int | None
    verdicts: Mapping[str, int] | None
    truncated: bool | None


@dataclass(frozen=True, slots=True)
class Dropped:
    """What of that which was sent is no part of the article's text."""

    lines: int
    characters: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an article that was sent; `etag` names the version that is now held."""

    id: str
    status: Change
    sentences: int
    dropped: Dropped
    article: Article
    etag: str | None = field(default=None, metadata=FROM_HEADER)


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one of many articles: a receipt, or a problem."""

    line: int
    status: int
    receipt: Receipt | None
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class Holding:
    """An article with its cleaned text; `etag` names this version of it."""

    id: str
    title: str
    publisher: str | None
    url: str | None
    published_at: datetime | None
    sha256: str
    text: str
    sentences: int
    etag: str | None = field(default=None, metadata=FROM_HEADER)


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """Articles in the order of their ids; `next` is None on the last page."""

    articles: tuple[Article, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Cause:
    """An article that fed a check and is no longer what it was."""

    article_id: str
    title: str
    why: Why


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A kept check; `stale` is empty while all its evidence stands as it was."""

    id: str
    claim: str
    verdict: Verdict
    checked_at: datetime
    stale: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class CheckPage:
    """Checks, newest first; `next` is None on the last page."""

    checks: tuple[CheckRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The least probabilities at which a sentence was said to support or to conflict."""

    supports: float
    conflicts: float


@dataclass(frozen=True, slots=True)
class KeptCheck:
    """A kept check with its report, as it was answered."""

    id: str
    claim: str
    verdict: Verdict
    checked_at: datetime
    stale: tuple[Cause, ...]
    index: Index
    models: Models
    thresholds: Thresholds
    report: Report


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """The verdict then and now."""

    before: Verdict
    after: Verdict


@dataclass(frozen=True, slots=True)
class ConfidenceChange:
    """The confidence then and now."""

    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that is evidence in one of two checks only, or on another side in each."""

    article_id: str
    stance: Stance
    sentence: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different now; `lost` is evidence that was there and is not, `gained` what is new."""

    changed: bool
    verdict: VerdictChange
    confidence: ConfidenceChange
    gained: tuple[Sentence, ...]
    lost: tuple[Sentence, ...]
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Recheck:
    """The same question asked again: the new report, and what has changed since the check `before`."""

    before: str
    report: Report
    changes: Changes


@dataclass(frozen=True, slots=True)
class Draft:
    """A schema.org ClaimReview as JSON-LD; `missing` names what a person must fill in."""

    claimreview: Mapping[str, Any]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ready:
    """Models and index are loaded and warm."""

    status: Literal["ready"]
    parts: Mapping[str, str]

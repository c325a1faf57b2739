"""Measuring the whole service on a body of articles and claims with known answers."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from service.domain import Article, Evidence, Query, Report, Stance, Verdict
from service.errors import ReadingError
from service.ports import Checker

AGAINST = (Verdict.REFUTED, Verdict.DISPUTED, Verdict.OUTDATED)


@dataclass(frozen=True, slots=True)
class Passage:
    """A gold passage: `contains` is found in the article after white space is folded."""

    article: str
    contains: str
    stance: Stance


@dataclass(frozen=True, slots=True)
class GoldClaim:
    """A claim with the verdict an editor would give; `accept` holds that and others that would also do."""

    claim: str
    verdict: Verdict
    accept: frozenset[Verdict]
    passages: tuple[Passage, ...]
    category: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One claim, its report, and where it went wrong: empty, `not_retrieved`, `wrong_stance`, `wrong_aggregation`."""

    gold: GoldClaim
    report: Report
    passages_judged: int
    passages_right: int
    fault: str

    @property
    def verdict(self) -> Verdict:
        """Return the verdict that was given."""
        return self.report.ruling.verdict

    @property
    def right(self) -> bool:
        """Return whether an editor would accept the verdict."""
        return self.verdict in self.gold.accept


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of one run; rates are shares of 1, `None` where nothing was there to measure."""

    claims: int
    verdict_accuracy: float | None
    verdict_macro_f1: float | None
    recall_at_10: float | None
    stance_accuracy: float | None
    false_conflict_rate: float | None
    false_support_rate: float | None
    stages: dict[str, int]
    confusion: dict[str, dict[str, int]]


def read_claims(path: Path) -> list[GoldClaim]:
    """Read JSON lines of `claim`, `verdict`, perhaps `accept` and `category`, and `evidence`; none is an error."""
    claims = [_claim(row, f"{path.name} line {number}") for number, row in _rows(path)]
    if not claims:
        raise ReadingError(f"{path} holds no claims: give JSON lines of claim, verdict and evidence.")
    return claims


def lost_passages(claims: Iterable[GoldClaim], articles: Iterable[Article]) -> int:
    """Return how many gold passages stand in no article: no search can find them, so they lower the recall."""
    folded = {article.id: _fold(article.text) for article in articles}
    passages = (passage for gold in claims for passage in gold.passages)
    return sum(_fold(passage.contains) not in folded.get(passage.article, "") for passage in passages)


def read_corpus(path: Path) -> list[Article]:
    """Read JSON lines of `id`, `title`, `text`, and perhaps `publisher`, `url`, `published_at`."""
    return [_article(row, f"{path.name} line {number}") for number, row in _rows(path)]


def measure(checker: Checker, claims: Iterable[GoldClaim]) -> Iterator[Outcome]:
    """Check each claim and yield what came of it, in order."""
    for gold in claims:
        yield judge_outcome(gold, checker.check(Query(gold.claim, limit=10, include_excluded=True)))


def judge_outcome(gold: GoldClaim, report: Report) -> Outcome:
    """Compare a report with the gold and name the first stage that lost the claim."""
    judged = [_stance_of(passage, report) for passage in gold.passages]
    found = [(passage, stance) for passage, stance in zip(gold.passages, judged, strict=True) if stance is not None]
    right = sum(stance is passage.stance for passage, stance in found)
    return Outcome(gold, report, len(found), right, _fault(gold, report, len(found), right))


def _fault(gold: GoldClaim, report: Report, found: int, right: int) -> str:
    if report.ruling.verdict in gold.accept:
        return ""
    if gold.passages and not found:
        return "not_retrieved"
    if gold.passages and right == len(gold.passages):
        return "wrong_aggregation"
    return "wrong_stance"


def score(outcomes: Sequence[Outcome]) -> Scores:
    """Return the figures over all outcomes."""
    confusion: dict[str, dict[str, int]] = {}
    for outcome in outcomes:
        row = confusion.setdefault(outcome.gold.verdict.value, {})
        # A verdict that would also do counts as the gold one.
        given = outcome.gold.verdict if outcome.right else outcome.verdict
        row[given.value] = row.get(given.value, 0) + 1
    passages = sum(len(outcome.gold.passages) for outcome in outcomes)
    judged = sum(outcome.passages_judged for outcome in outcomes)
    harmless = [o for o in outcomes if not o.gold.accept & set(AGAINST)]
    refuted = [o for o in outcomes if o.gold.verdict is Verdict.REFUTED]
    return Scores(
        claims=len(outcomes),
        verdict_accuracy=_share(sum(o.right for o in outcomes), len(outcomes)),
        verdict_macro_f1=_macro_f1(confusion),
        recall_at_10=_share(judged, passages),
        stance_accuracy=_share(sum(o.passages_right for o in outcomes), judged),
        false_conflict_rate=_share(sum(o.verdict in AGAINST for o in harmless), len(harmless)),
        false_support_rate=_share(sum(o.verdict is Verdict.SUPPORTED for o in refuted), len(refuted)),
        stages=dict(Counter(o.fault for o in outcomes if o.fault)),
        confusion=confusion,
    )


def _macro_f1(confusion: dict[str, dict[str, int]]) -> float | None:
    """Return the mean F1 over the verdicts that the gold uses."""
    if not confusion:
        return None
    scores = []
    for verdict, row in confusion.items():
        hit = row.get(verdict, 0)
        given = sum(other.get(verdict, 0) for other in confusion.values())
        scores.append(2 * hit / (sum(row.values()) + given))
    return sum(scores) / len(scores)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _stance_of(passage: Passage, report: Report) -> Stance | None:
    """Return the stance that the report gives the passage, a side before neutral, or None where it was not judged."""
    stances = {e.judgement.stance for e in (*report.evidence, *report.related) if _holds(e, passage)}
    excluded = any(_overlaps(e.hit.article, e.hit.sentence.text, passage) for e in report.excluded)
    if passage.stance in stances:
        return passage.stance
    return next(iter(stances), Stance.NEUTRAL if excluded else None)


def _holds(evidence: Evidence, passage: Passage) -> bool:
    hits = (evidence.judgement.hit, *(occurrence.hit for occurrence in evidence.also_in))
    return any(_overlaps(hit.article, hit.sentence.text, passage) for hit in hits)


def _overlaps(article: Article, sentence: str, passage: Passage) -> bool:
    """Return whether a sentence covers at least half of a gold passage of the same article, or lies inside it."""
    if article.id != passage.article:
        return False
    whole, gold, ours = _fold(article.text), _fold(passage.contains), _fold(sentence)
    if gold in ours or ours in gold:
        return True
    start, at = whole.find(gold), whole.find(ours)
    if start < 0 or at < 0:
        return False
    return 2 * (min(start + len(gold), at + len(ours)) - max(start, at)) >= len(gold)


def _fold(text: str) -> str:
    return " ".join(text.split())


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    opened = gzip.open if path.suffix == ".gz" else open
    number = 0
    try:
        with opened(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, json.loads(line)
    except (OSError, EOFError, ValueError) as error:
        place = f"{path}, line {number}" if isinstance(error, json.JSONDecodeError) else str(path)
        raise ReadingError(f"{place} cannot be read: {error}. Give JSON lines, gzipped or not.") from error


def _claim(row: dict[str, Any], place: str) -> GoldClaim:
    try:
        verdict = Verdict(row["verdict"])
        accept = frozenset(Verdict(name) for name in row.get("accept", [])) | {verdict}
        passages = tuple(Passage(e["article"], e["contains"], Stance(e["stance"])) for e in row["evidence"])
        return GoldClaim(row["claim"], verdict, accept, passages, row.get("category", ""))
    except (AttributeError, KeyError, ValueError, TypeError) as error:
        verdicts = ", ".join(verdict.value for verdict in Verdict)
        raise ReadingError(
            f"{place} is not a claim ({_why(error)}): give claim, verdict ({verdicts}) and evidence, a list of "
            "article, contains and stance (supports or conflicts)."
        ) from error


def _article(row: dict[str, Any], place: str) -> Article:
    try:
        stamp = row.get("published_at")
        published = datetime.fromisoformat(stamp) if stamp else None
        if published is not None and published.tzinfo is None:
            published = published.replace(tzinfo=UTC)
        return Article(str(row["id"]), row["title"], row["text"], row.get("publisher"), row.get("url"), published)
    except (AttributeError, KeyError, ValueError, TypeError) as error:
        raise ReadingError(f"{place} is not an article ({_why(error)}): give id, title and text.") from error


def _why(error: Exception) -> str:
    return f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)

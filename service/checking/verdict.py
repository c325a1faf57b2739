"""The verdict: arithmetic over votes, one an origin. No model is imported here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain import Act, Stance, Tally, Verdict

# What a party merely alleges or denies is a vote only against a vote on the other side.
PARTIAL_ACTS = frozenset({Act.ALLEGES, Act.DENIES})


@dataclass(frozen=True, slots=True)
class Vote:
    """One sentence's say. `probability` is that of its stance; `outdated`: it backs a figure since superseded."""

    origin_id: str
    article_ids: tuple[str, ...]
    stance: Stance
    probability: float
    act: Act | None = None
    outdated: bool = False

    @property
    def firm(self) -> bool:
        """Return whether the vote counts by itself."""
        return self.act not in PARTIAL_ACTS


@dataclass(frozen=True, slots=True)
class Count:
    """The verdict with the votes behind it; `strength` is the raw probability, before calibration."""

    verdict: Verdict
    origins: Tally
    articles: Tally
    strength: float


def count(votes: Sequence[Vote], speech_claim: bool = False, nearest_miss: float = 0.0) -> Count:
    """Count the votes of supporting and conflicting sentences; neutral ones are no votes.

    For a claim about speech (`speech_claim`) the report of an allegation or a denial settles it, so every vote is
    firm. `nearest_miss` is the highest probability of support or conflict among the sentences judged neutral.
    """
    cast = [vote for vote in votes if vote.stance is not Stance.NEUTRAL]
    counted = [vote for vote in cast if speech_claim or vote.firm or _opposed(vote, cast)]
    current = [vote for vote in counted if not vote.outdated]
    origins, articles = _tally(current), _articles(current)
    verdict = _decide(origins, bool([vote for vote in counted if vote.outdated]))
    strength = _strength(verdict, counted, max([nearest_miss, *(v.probability for v in cast)], default=0.0))
    return Count(verdict, origins, articles, strength)


def _opposed(vote: Vote, cast: Sequence[Vote]) -> bool:
    return any(other.stance is not vote.stance for other in cast)


def _tally(votes: Sequence[Vote]) -> Tally:
    sides: dict[str, set[Stance]] = {}
    for vote in votes:
        sides.setdefault(vote.origin_id, set()).add(vote.stance)
    return Tally(
        supporting=sum(side == {Stance.SUPPORTS} for side in sides.values()),
        conflicting=sum(side == {Stance.CONFLICTS} for side in sides.values()),
        mixed=sum(len(side) > 1 for side in sides.values()),
    )


def _articles(votes: Sequence[Vote]) -> Tally:
    def of(stance: Stance) -> int:
        return len({article for vote in votes if vote.stance is stance for article in vote.article_ids})

    return Tally(supporting=of(Stance.SUPPORTS), conflicting=of(Stance.CONFLICTS))


def _decide(origins: Tally, outdated: bool) -> Verdict:
    if origins.mixed or (origins.supporting and origins.conflicting):
        return Verdict.DISPUTED
    if outdated and not origins.supporting:
        return Verdict.OUTDATED
    if origins.supporting:
        return Verdict.SUPPORTED
    if origins.conflicting:
        return Verdict.REFUTED
    return Verdict.NOT_ENOUGH_EVIDENCE


def _strength(verdict: Verdict, votes: Sequence[Vote], nearest: float) -> float:
    """Return how sure the votes make the verdict: the best vote of the side, or of the weaker of two sides."""
    best = {stance: max((v.probability for v in votes if v.stance is stance), default=0.0) for stance in Stance}
    supports, conflicts = best[Stance.SUPPORTS], best[Stance.CONFLICTS]
    match verdict:
        case Verdict.SUPPORTED:
            return supports
        case Verdict.REFUTED:
            return conflicts
        case Verdict.DISPUTED:
            return min(supports, conflicts)
        case Verdict.OUTDATED:
            return max(supports, conflicts)
        case _:
            return 1.0 - nearest

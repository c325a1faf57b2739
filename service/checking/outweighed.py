"""Of two sides, the weaker one gives way where only the network is for it: most often that is the network's mistake.

The network judges each sentence by itself, and in ten of them one mistake is likely. What a rule put on a side (a
figure, a date, a speaker) stays there, and so does what has all figures of the claim, or what a party alleges or
denies: then sources do conflict. Against figures and dates the network alone is always the weaker one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from service.checking.verdict import PARTIAL_ACTS
from service.domain import DecidedBy, Judgement, Stance

_VALUES = frozenset({DecidedBy.QUANTITY, DecidedBy.DATE})


def without_outweighed(judgements: Sequence[Judgement]) -> tuple[Judgement, ...]:
    """Return the judgements, in order, those of the weaker of two sides neutral, unless a rule is for it or both equal.

    A side is as strong as its sentences are probable, added up; a sentence that several articles have counts once.
    What is superseded is no longer on a side, so that it neither gives way nor makes another do so.
    """
    supports, conflicts = _strength(judgements, Stance.SUPPORTS), _strength(judgements, Stance.CONFLICTS)
    weaker = Stance.SUPPORTS if supports < conflicts else Stance.CONFLICTS
    if supports == conflicts or any(_is_by_rule(j) for j in judgements if _is_on(j, weaker)):
        return tuple(judgements)
    return tuple(replace(j, stance=Stance.NEUTRAL) if _is_on(j, weaker) else j for j in judgements)


def said_of(before: Sequence[Judgement], after: Sequence[Judgement]) -> str:
    """Say how many sentences gave way, for the reason of a verdict; nothing where none did."""
    gone = [one.stance for one, other in zip(before, after, strict=True) if one.stance is not other.stance]
    if not gone:
        return ""
    side = "supporting" if gone[0] is Stance.SUPPORTS else "conflicting"
    many = len(gone) > 1
    which, end = (f"{len(gone)} sentences", "give way, and are") if many else ("One sentence", "gives way, and is")
    return f"{which} that only the stance model reads as {side} {end} listed as related."


def _strength(judgements: Sequence[Judgement], side: Stance) -> tuple[bool, float]:
    """Return what two sides are compared by: whether values are for a side, then how probable its sentences are."""
    there = [judgement for judgement in judgements if _is_on(judgement, side)]
    return any(j.agrees or j.decided_by in _VALUES for j in there), sum(j.scores.of(side) for j in there)


def _is_on(judgement: Judgement, side: Stance) -> bool:
    return judgement.stance is side and judgement.superseded_by is None


def _is_by_rule(judgement: Judgement) -> bool:
    of_a_party = judgement.attribution is not None and judgement.attribution.act in PARTIAL_ACTS
    return judgement.decided_by is not DecidedBy.STANCE or judgement.agrees or of_a_party

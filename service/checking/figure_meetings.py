"""Figures of a claim against those of one sentence: which measure the same, and what they say of each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from service.checking.agreement import Outcome, meet
from service.checking.dates import dates_agree
from service.checking.earlier import is_of_the_order, is_repeated
from service.checking.meetings import QUANTITY, Case, Meeting, Pair
from service.checking.nouns import is_generic
from service.checking.quantities import Quantity
from service.checking.sameness import (
    Sameness,
    heads_differ,
    is_other_subject,
    is_placed,
    names_differ,
    places_differ,
    sameness,
)
from service.checking.scene import Scene
from service.checking.shares import shares_of_change, shares_of_whole
from service.domain import Relation
from service.language.tokens import lower_at

_BESIDE = 25  # characters: "8,000 inhabitants in 2010"
_CLOSE = 0.1  # of the claim's figure


def figure_meetings(case: Case, ours: Quantity, is_of_then: bool) -> list[Meeting]:
    """Return what the figures of the evidence say of one of the claim; `is_of_then`: it is given as a first one."""
    meetings: list[Meeting] = []
    for theirs in _counterparts(case, ours):
        meeting = _figures(case, ours, theirs)
        if meeting is None or (is_of_then and meeting.outcome is Outcome.DIFFERS):
            continue  # a claim about the first figure is not contradicted by a later one
        met = _as_first(case, theirs, meeting) if is_of_then else _with_replacement(case, ours, theirs, meeting)
        is_replaced = any(replacement.old == theirs for replacement in case.replaced)
        if not (is_replaced and met.outcome is Outcome.DIFFERS and met.relation is not Relation.SUPERSEDED):
            meetings.append(met)  # a figure that the sentence itself gives up contradicts nobody
    if not meetings:
        meetings = [*_given_up(case, ours, is_of_then), *_change_meetings(case, ours)]
    return _without_spread(meetings, any(_is_added(case.evidence, q, ours) for q in case.evidence.quantities))


def unlike(case: Case) -> Iterator[Meeting]:
    """Yield how the only figure of a claim differs from the only one of its kind in a sentence.

    That both measure the same is not shown, only that something is shared and no name, place or time speaks against it.
    It says nothing where the sentence gives a figure that could be the claim's (`is_echoed`).
    """
    if len(case.claim.quantities) != 1 or case.replaced:
        return
    (ours,) = case.claim.quantities
    same_kind = [q for q in case.evidence.quantities if (q.dimension, q.role) == (ours.dimension, ours.role)]
    alike = list(shares_of_whole(case.claim, ours, case.evidence, case.text)) or same_kind
    if len(alike) != 1 or not is_of_the_order(ours, alike[0]):
        return
    (theirs,) = alike
    if sameness(case.claim, ours, case.evidence, theirs) is Sameness.NONE or ours.is_partial or theirs.is_partial:
        return
    agrees, _, relation = meet(ours, theirs, Sameness.SAME)
    # "84 miles" is hardly by chance the number of what was 84 kilometers.
    if agrees is False and not _is_elsewhere(case, ours, theirs, is_equal=ours.value == theirs.value):
        yield Meeting(Outcome.DIFFERS, Pair(QUANTITY, ours.to_value(), theirs.to_value(), settles=False), relation)


def is_echoed(case: Case) -> bool:
    """Say whether a sentence gives a figure that could be one of the claim's, of whatever it is."""
    return any(
        (ours.value == theirs.value and not _is_in_other_units(ours, theirs))
        or (ours.dimension == theirs.dimension and bool(meet(ours, theirs, Sameness.LOOSE)[0]))
        for ours in case.claim.quantities
        for theirs in (*case.evidence.quantities, *shares_of_whole(case.claim, ours, case.evidence, case.text))
    )


def is_given(case: Case, ours: Quantity) -> bool:
    """Say whether a sentence gives a figure of the claim, or one close to it in its measure, of whatever it is."""
    return any(
        (ours.dimension, ours.per, ours.role or theirs.role) == (theirs.dimension, theirs.per, theirs.role or ours.role)
        and abs(ours.in_base - theirs.in_base) <= _CLOSE * abs(ours.in_base)
        and bool(meet(ours, theirs, Sameness.LOOSE)[0])
        for theirs in case.evidence.quantities
    )


def _is_in_other_units(ours: Quantity, theirs: Quantity) -> bool:
    """Say whether figures of one kind are in different units: "84 miles" is no echo of "84 kilometers"."""
    return ours.dimension == theirs.dimension and ours.unit != theirs.unit


def _given_up(case: Case, ours: Quantity, is_of_then: bool) -> Iterator[Meeting]:
    """Yield what replaces a claim's figure in a sentence that repeats it, in whatever words, only to give it up.

    A claim about the first figure gives one up the other way round: "first put at 9.5 million, up from 6 million".
    """
    for pair in case.replaced:
        if is_of_then and is_repeated(ours, pair.new) and ours.value != pair.old.value:
            yield Meeting(Outcome.DIFFERS, Pair(QUANTITY, ours.to_value(), pair.old.to_value(), settles=False))
        if not is_of_then and is_repeated(ours, pair.old) and not _is_as_of_its_time(case, pair.old):
            new = Pair(QUANTITY, ours.to_value(), pair.new.to_value(), settles=False)
            yield Meeting(Outcome.DIFFERS, new, Relation.SUPERSEDED)


def _change_meetings(case: Case, ours: Quantity) -> Iterator[Meeting]:
    for share in shares_of_change(case.claim, ours, case.evidence, case.replaced, case.text):
        agrees, settles, relation = meet(ours, share, Sameness.SAME)
        if not names_differ(case.claim, case.evidence, ours.start, share.start, case.around, bool(agrees)):
            pair = Pair(QUANTITY, ours.to_value(), share.to_value(), settles)
            yield Meeting(Outcome.AGREES if agrees else Outcome.DIFFERS, pair, relation)


def _counterparts(case: Case, ours: Quantity) -> tuple[Quantity, ...]:
    """Return the figures to compare with: those of the same noun or verb alone where there are any.

    In "infections fell by 40% and deaths by 90%" the 40% is not that of the deaths.
    """
    found = case.evidence.quantities
    if ours.noun is not None and not is_generic(ours.noun, ours.role):
        found = tuple(q for q in found if q.noun is not None and q.noun.stem == ours.noun.stem) or found
    if ours.role is None and (verb := case.claim.nearest_before(ours.first)):
        alike = (q for q in found if q.dimension == ours.dimension)
        found = tuple(q for q in alike if _is_told_by(case.evidence, q, verb)) or found
    return found


def _is_told_by(evidence: Scene, quantity: Quantity, verb: str) -> bool:
    """Say whether a verb governs a figure; in "rose 120 points to 4,500 points" it stands before the other one."""
    first = quantity.first
    if lower_at(evidence.tokens, first - 1) == "to":
        step = next((q for q in evidence.quantities if q.last <= first - 1 <= q.last + 1), None)
        first = step.first if step else first
    return evidence.nearest_before(first) == verb


def _is_added(evidence: Scene, quantity: Quantity, ours: Quantity) -> bool:
    """Say whether a figure comes on top of another one of what the claim counts: "four, and five more"."""
    more = lower_at(evidence.tokens, quantity.last) in {"more", "additional", "further"}
    return more and quantity.dimension == ours.dimension and quantity.role in {None, ours.role}


def _without_spread(meetings: list[Meeting], are_parts: bool) -> list[Meeting]:
    """Drop plain differences with several unlike figures: parts of a whole ("two here and four there"), as a rule."""
    unlike = [m for m in meetings if m.outcome is Outcome.DIFFERS and m.relation is not Relation.SUPERSEDED]
    if len({meeting.pair.evidence.value for meeting in unlike}) < 2 and not are_parts:
        return meetings
    return [meeting for meeting in meetings if meeting not in unlike]


def _figures(case: Case, ours: Quantity, theirs: Quantity) -> Meeting | None:
    how = _sameness(case, ours, theirs)
    if how is Sameness.NONE:
        return None
    agrees, settles, relation = meet(ours, theirs, how)
    pair = Pair(QUANTITY, ours.to_value(), theirs.to_value(), settles)
    if _is_elsewhere(case, ours, theirs, is_equal=bool(agrees)):
        return Meeting(Outcome.ELSEWHERE, pair)
    if agrees is None:
        return None
    if not agrees and not is_placed(case.claim, ours, case.evidence, theirs, case.around):
        return Meeting(Outcome.ELSEWHERE, pair)
    return Meeting(Outcome.AGREES if agrees else Outcome.DIFFERS, pair, relation)


def _is_elsewhere(case: Case, ours: Quantity, theirs: Quantity, *, is_equal: bool) -> bool:
    """Say whether words, names or dates show that the figures are of different subjects, places or times."""
    if places_differ(case.claim, ours, case.evidence, theirs, case.around):
        return True
    # Chance seldom makes two figures equal: then a hall stands for its city.
    if not is_equal and heads_differ(case.claim, ours, case.evidence, theirs, case.around):
        return True
    return is_other_subject(case.claim, case.evidence, ours.start, theirs.start, case.around, is_equal)


def _sameness(case: Case, ours: Quantity, theirs: Quantity) -> Sameness:
    """Return how far two figures measure the same; one that is repeated for another span of time does: no chance."""
    how = sameness(case.claim, ours, case.evidence, theirs)
    other_span = bool(ours.per and theirs.per and ours.per != theirs.per)
    repeated = other_span and ours.value == theirs.value and ours.dimension == theirs.dimension
    shared = case.claim.words & case.evidence.words
    return Sameness.SAME if repeated and (shared or how is not Sameness.NONE) else how


def _with_replacement(case: Case, ours: Quantity, theirs: Quantity, meeting: Meeting) -> Meeting:
    """Turn an agreement with a figure that the sentence itself replaces into a superseded one."""
    new = next((r.new for r in case.replaced if r.old == theirs), None)
    if new is None or meeting.outcome is not Outcome.AGREES or meet(ours, new, Sameness.SAME)[0]:
        return meeting
    if _is_as_of_its_time(case, theirs):
        return meeting
    pair = Pair(QUANTITY, ours.to_value(), new.to_value(), settles=False)
    return Meeting(Outcome.DIFFERS, pair, Relation.SUPERSEDED)


def _as_first(case: Case, theirs: Quantity, meeting: Meeting) -> Meeting:
    """Turn an agreement with what replaced a first figure into a difference from that first one."""
    old = next((r.old for r in case.replaced if r.new == theirs), None)
    if old is None or meeting.outcome is not Outcome.AGREES or old.value == theirs.value:
        return meeting
    return Meeting(Outcome.DIFFERS, replace(meeting.pair, evidence=old.to_value(), settles=False))


def _is_as_of_its_time(case: Case, old: Quantity) -> bool:
    """Say whether the claim gives the day or year that the old figure is of: "8,000 in 2010" stays true."""
    beside = [d for d in case.evidence.dates if 0 <= d.start - old.end <= _BESIDE]
    return any(dates_agree(mine, other) for mine in case.claim.dates for other in beside)

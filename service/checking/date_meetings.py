"""Dates of a claim against those of one sentence: whether they are of one event, and agree."""

from __future__ import annotations

from service.checking.agreement import Outcome
from service.checking.dates import DateMention, dates_agree
from service.checking.meetings import DATE, Case, Meeting, Pair
from service.checking.sameness import names_differ
from service.language.tokens import lower_at

_BOUNDS = frozenset({"until", "till", "since", "before", "after", "by", "from", "to"})


def date_meetings(case: Case, ours: DateMention, figures_differ: bool) -> list[Meeting]:
    """Return what the dates of the evidence say of one of the claim; `figures_differ`: its figures do."""
    meetings: list[Meeting] = []
    for theirs in case.evidence.dates:
        agrees = dates_agree(ours, theirs)
        if agrees is None or not _tell_same_event(case, ours, theirs, agrees):
            continue
        pair = Pair(DATE, ours.to_value(), theirs.to_value(), settles=agrees and _is_within(theirs, ours))
        if agrees:
            meetings.append(Meeting(Outcome.AGREES, pair))
        elif figures_differ:  # another day and another figure: rather another event than two errors
            meetings.append(Meeting(Outcome.ELSEWHERE, pair))
        else:
            meetings.append(Meeting(Outcome.DIFFERS, pair))
    return meetings


def _is_within(inner: DateMention, outer: DateMention) -> bool:
    if not (inner.earliest and inner.latest and outer.earliest and outer.latest):
        return outer.month is None or inner.month == outer.month
    return outer.earliest <= inner.earliest and inner.latest <= outer.latest


def _tell_same_event(case: Case, ours: DateMention, theirs: DateMention, is_equal: bool) -> bool:
    """Say whether both dates are of one event: the word before each date and one more are shared."""
    here, there = case.claim.clause_at(ours.start), case.evidence.clause_at(theirs.start)
    if names_differ(case.claim, case.evidence, ours.start, theirs.start, case.around, is_equal):
        return False
    said = case.evidence.said_at(theirs.start)
    shared = case.claim.said_at(ours.start) & said
    index = next(i for i, token in enumerate(case.claim.tokens) if token.end > ours.start)
    other = next(i for i, token in enumerate(case.evidence.tokens) if token.end > theirs.start)
    bounds = {lower_at(case.claim.tokens, index - 1), lower_at(case.evidence.tokens, other - 1)}
    if not is_equal and len(bounds) > 1 and bounds & _BOUNDS:
        return False  # "until 1949" and "in the 1880s" may both be true
    verb, other_verb = case.claim.nearest_before(index, here.start), case.evidence.nearest_before(other, there.start)
    is_same_act = (verb is None or verb in said) and (other_verb is None or other_verb in case.claim.words)
    return len(shared) >= 2 and is_same_act

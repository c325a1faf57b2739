"""Dates of a claim against those of one sentence: whether they are of one event, and agree."""

from __future__ import annotations

from collections.abc import Iterator

from service.checking.agreement import Outcome
from service.checking.dates import DateMention, Granularity, dates_agree
from service.checking.meetings import DATE, Case, Meeting, Pair
from service.checking.sameness import names_differ
from service.language.tokens import lower_at

_COARSE = frozenset({Granularity.MONTH, Granularity.YEAR})
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
        # Another day and another figure: rather another event than two errors. "The 2017 attacks" are named by theirs.
        elif figures_differ or _names_event(case, ours):
            meetings.append(Meeting(Outcome.ELSEWHERE, pair))
        else:
            meetings.append(Meeting(Outcome.DIFFERS, pair))
    return meetings


def unlike_dates(case: Case) -> Iterator[Meeting]:
    """Yield how the only date of a claim without figures differs from the only one as fine in a sentence.

    That both are of one event is not shown, only that no name speaks against it.
    """
    if case.claim.quantities or len(case.claim.dates) != 1:
        return
    (ours,) = case.claim.dates
    if _names_event(case, ours):
        return
    alike = [theirs for theirs in case.evidence.dates if _is_as_fine(ours, theirs)]
    if len(alike) != 1 or dates_agree(ours, alike[0]) is not False:
        return
    if not names_differ(case.claim, case.evidence, ours.start, alike[0].start, case.around):
        yield Meeting(Outcome.DIFFERS, Pair(DATE, ours.to_value(), alike[0].to_value(), settles=False))


def is_date_echoed(case: Case) -> bool:
    """Say whether a sentence gives the date of a claim that has no figures, of whatever it is."""
    return not case.claim.quantities and any(
        dates_agree(ours, theirs) and ours.part in {None, theirs.part}
        for ours in case.claim.dates
        for theirs in case.evidence.dates
    )


def _names_event(case: Case, ours: DateMention) -> bool:
    """Say whether a date tells which event is meant: "the 2017 attacks", "the March 22 shooting"."""
    tokens = case.claim.tokens
    first = next(i for i, token in enumerate(tokens) if token.end > ours.start)
    after = next((token for token in tokens if token.start >= ours.end), None)
    return lower_at(tokens, first - 1) == "the" and after is not None and after.is_word


def _is_as_fine(ours: DateMention, theirs: DateMention) -> bool:
    """Say whether both are days of a month, or months, or years."""
    is_day = ours.day is not None and theirs.day is not None
    return ours.granularity is theirs.granularity and (is_day or ours.granularity in _COARSE)


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

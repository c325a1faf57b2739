"""Compares the figures and dates of a claim with those of one sentence of evidence, and names the pairs that differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from service.checking.agreement import Outcome, meet
from service.checking.dates import DateMention, dates_agree, extract_dates
from service.checking.denied import without_denied
from service.checking.earlier import firsts_of, gives_first, is_repeated, left_behind, rivals
from service.checking.nouns import is_generic
from service.checking.passing import told_in_passing
from service.checking.quantities import Quantity
from service.checking.sameness import (
    Sameness,
    Surroundings,
    is_other_subject,
    is_placed,
    names_differ,
    places_differ,
    sameness,
)
from service.checking.scene import Scene
from service.checking.shares import shares_of_change
from service.checking.updates import Replacement, find_replacements, with_units
from service.domain import Difference, Relation, Value
from service.language.tokens import lower_at

QUANTITY, DATE = "quantity", "date"
_BOUNDS = frozenset({"until", "till", "since", "before", "after", "by", "from", "to"})
_BESIDE = 25  # characters: "8,000 inhabitants in 2010"


@dataclass(frozen=True, slots=True)
class Pair:
    """A value of the claim and one of the evidence. `settles`: the evidence's values all lie within the claim's."""

    kind: str
    claim: Value
    evidence: Value
    settles: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the values of one sentence say of those of a claim. Ordinals take no part.

    `other_subject` holds pairs that measure the same of visibly another subject or time: they are neutral.
    `unmatched_claim` holds the claim's values for which the evidence gives nothing comparable; a value that it repeats
    word for word of something that may be the same is neither matched nor unmatched. `left_behind` holds values of the
    evidence that equal a claim's, but which it gives as earlier ones; `rivals` those in the unit of the claim's only
    figure that could not be shown to be of the same thing. `of_earlier`: all figures of the claim are given as earlier
    ones, and the evidence gives figures too.
    """

    differences: tuple[Difference, ...] = ()
    agreements: tuple[Pair, ...] = ()
    other_subject: tuple[Pair, ...] = ()
    unmatched_claim: tuple[Value, ...] = ()
    left_behind: tuple[Value, ...] = ()
    rivals: tuple[Value, ...] = ()
    of_earlier: bool = False

    def placed(self, start: int) -> Comparison:
        """Return it with the evidence's offsets counted in the article, where the sentence begins at `start`."""
        return replace(
            self,
            differences=tuple(replace(d, evidence=d.evidence.moved(start)) for d in self.differences),
            agreements=tuple(replace(pair, evidence=pair.evidence.moved(start)) for pair in self.agreements),
            other_subject=tuple(replace(pair, evidence=pair.evidence.moved(start)) for pair in self.other_subject),
            left_behind=tuple(value.moved(start) for value in self.left_behind),
            rivals=tuple(value.moved(start) for value in self.rivals),
        )


@dataclass(frozen=True, slots=True)
class _Case:
    claim: Scene
    evidence: Scene
    replaced: tuple[Replacement, ...]
    around: Surroundings
    text: str  # the evidence


@dataclass(frozen=True, slots=True)
class _Meeting:
    """One claim value against one of the evidence."""

    outcome: Outcome
    pair: Pair
    relation: Relation = Relation.DIFFERS


def compare(
    claim: str, evidence: str, evidence_published_at: datetime | None, context: str = "", article: str = ""
) -> Comparison:
    """Compare the values of a claim with those of a sentence.

    `context` is the article's title and the sentence's neighbors, which say of whom a sentence without names speaks and
    which names belong together; `article` is its whole text. Offsets are into `claim` and `evidence`.
    """
    asked = without_denied(Scene.of(claim, None))
    if not (asked.quantities or asked.dates):
        return Comparison()
    replaced = find_replacements(evidence)
    known = frozenset(q.start for pair in replaced for q in (pair.old, pair.new))
    scene = without_denied(Scene.of(evidence, evidence_published_at), known)
    case = _Case(
        claim=asked,
        evidence=replace(scene, quantities=with_units(scene.quantities, replaced)),
        replaced=replaced,
        around=Surroundings(evidence_published_at, context, article),
        text=evidence,
    )
    firsts = firsts_of(claim, case.claim)
    figures = [(ours.to_value(), _best(_figure_meetings(case, ours, ours in firsts))) for ours in case.claim.quantities]
    differ = any(meeting and meeting.outcome is not Outcome.AGREES for _, meeting in figures)
    days = [(ours.to_value(), _best(_date_meetings(case, ours, differ))) for ours in case.claim.dates]
    told = told_in_passing(
        case.claim, case.evidence, extract_dates(claim, evidence_published_at), evidence_published_at
    )
    gathered = _gathered([(value, met) for value, met in figures + days if met is not None or value.start not in told])
    return replace(
        gathered,
        left_behind=left_behind(case.claim, case.evidence, evidence, firsts),
        rivals=rivals(case.claim, case.evidence),
        of_earlier=bool(case.evidence.quantities) and gives_first(claim),
    )


def _gathered(met: list[tuple[Value, _Meeting | None]]) -> Comparison:
    by_outcome: dict[Outcome, list[_Meeting]] = {outcome: [] for outcome in Outcome}
    unmatched: list[Value] = []
    for value, meeting in met:
        if meeting is None or meeting.outcome is Outcome.ELSEWHERE:
            unmatched.append(value)
        if meeting is not None:
            by_outcome[meeting.outcome].append(meeting)
    return Comparison(
        differences=tuple(
            Difference(m.pair.kind, m.relation, m.pair.claim, m.pair.evidence) for m in by_outcome[Outcome.DIFFERS]
        ),
        agreements=tuple(m.pair for m in by_outcome[Outcome.AGREES]),
        other_subject=tuple(m.pair for m in by_outcome[Outcome.ELSEWHERE]),
        unmatched_claim=tuple(unmatched),
    )


def _best(meetings: list[_Meeting]) -> _Meeting | None:
    """Return the meeting that decides: one agreement outweighs all, since a sentence gives many figures."""
    return min(meetings, key=_rank, default=None)


def _rank(meeting: _Meeting) -> tuple[int, bool]:
    order = (Outcome.AGREES, Outcome.DIFFERS, Outcome.ELSEWHERE)
    return order.index(meeting.outcome), meeting.relation is not Relation.SUPERSEDED


def _figure_meetings(case: _Case, ours: Quantity, is_of_then: bool) -> list[_Meeting]:
    meetings: list[_Meeting] = []
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


def _given_up(case: _Case, ours: Quantity, is_of_then: bool) -> Iterator[_Meeting]:
    """Yield what replaces a claim's figure in a sentence that repeats it, in whatever words, only to give it up.

    A claim about the first figure gives one up the other way round: "first put at 9.5 million, up from 6 million".
    """
    for pair in case.replaced:
        if is_of_then and is_repeated(ours, pair.new) and ours.value != pair.old.value:
            yield _Meeting(Outcome.DIFFERS, Pair(QUANTITY, ours.to_value(), pair.old.to_value(), settles=False))
        if not is_of_then and is_repeated(ours, pair.old) and not _is_as_of_its_time(case, pair.old):
            new = Pair(QUANTITY, ours.to_value(), pair.new.to_value(), settles=False)
            yield _Meeting(Outcome.DIFFERS, new, Relation.SUPERSEDED)


def _change_meetings(case: _Case, ours: Quantity) -> Iterator[_Meeting]:
    for share in shares_of_change(case.claim, ours, case.evidence, case.replaced, case.text):
        agrees, settles, relation = meet(ours, share, Sameness.SAME)
        if not names_differ(case.claim, case.evidence, ours.start, share.start, case.around, bool(agrees)):
            pair = Pair(QUANTITY, ours.to_value(), share.to_value(), settles)
            yield _Meeting(Outcome.AGREES if agrees else Outcome.DIFFERS, pair, relation)


def _counterparts(case: _Case, ours: Quantity) -> tuple[Quantity, ...]:
    """Return the figures to compare with: those of the same noun or verb alone where there are any.

    In "infections fell by 40% and deaths by 90%" the 40% is not that of the deaths.
    """
    found = case.evidence.quantities
    if ours.noun is not None and not is_generic(ours.noun, ours.role):
        found = tuple(q for q in found if q.noun is not None and q.noun.stem == ours.noun.stem) or found
    if ours.role is None and (verb := case.claim.nearest_before(ours.first)):
        alike = (q for q in found if q.dimension == ours.dimension)
        found = tuple(q for q in alike if case.evidence.nearest_before(q.first) == verb) or found
    return found


def _is_added(evidence: Scene, quantity: Quantity, ours: Quantity) -> bool:
    """Say whether a figure comes on top of another one of what the claim counts: "four, and five more"."""
    more = lower_at(evidence.tokens, quantity.last) in {"more", "additional", "further"}
    return more and quantity.dimension == ours.dimension and quantity.role in {None, ours.role}


def _without_spread(meetings: list[_Meeting], are_parts: bool) -> list[_Meeting]:
    """Drop plain differences with several unlike figures: parts of a whole ("two here and four there"), as a rule."""
    unlike = [m for m in meetings if m.outcome is Outcome.DIFFERS and m.relation is not Relation.SUPERSEDED]
    if len({meeting.pair.evidence.value for meeting in unlike}) < 2 and not are_parts:
        return meetings
    return [meeting for meeting in meetings if meeting not in unlike]


def _figures(case: _Case, ours: Quantity, theirs: Quantity) -> _Meeting | None:
    how = _sameness(case, ours, theirs)
    if how is Sameness.NONE:
        return None
    agrees, settles, relation = meet(ours, theirs, how)
    pair = Pair(QUANTITY, ours.to_value(), theirs.to_value(), settles)
    elsewhere = places_differ(case.claim, ours, case.evidence, theirs, case.around)
    if elsewhere or is_other_subject(case.claim, case.evidence, ours.start, theirs.start, case.around, bool(agrees)):
        return _Meeting(Outcome.ELSEWHERE, pair)
    if agrees is None:
        return None
    if not agrees and not is_placed(case.claim, ours, case.evidence, theirs, case.around):
        return _Meeting(Outcome.ELSEWHERE, pair)
    return _Meeting(Outcome.AGREES if agrees else Outcome.DIFFERS, pair, relation)


def _sameness(case: _Case, ours: Quantity, theirs: Quantity) -> Sameness:
    """Return how far two figures measure the same; one that is repeated for another span of time does: no chance."""
    how = sameness(case.claim, ours, case.evidence, theirs)
    other_span = bool(ours.per and theirs.per and ours.per != theirs.per)
    repeated = other_span and ours.value == theirs.value and ours.dimension == theirs.dimension
    shared = case.claim.words & case.evidence.words
    return Sameness.SAME if repeated and (shared or how is not Sameness.NONE) else how


def _with_replacement(case: _Case, ours: Quantity, theirs: Quantity, meeting: _Meeting) -> _Meeting:
    """Turn an agreement with a figure that the sentence itself replaces into a superseded one."""
    new = next((r.new for r in case.replaced if r.old == theirs), None)
    if new is None or meeting.outcome is not Outcome.AGREES or meet(ours, new, Sameness.SAME)[0]:
        return meeting
    if _is_as_of_its_time(case, theirs):
        return meeting
    pair = Pair(QUANTITY, ours.to_value(), new.to_value(), settles=False)
    return _Meeting(Outcome.DIFFERS, pair, Relation.SUPERSEDED)


def _as_first(case: _Case, theirs: Quantity, meeting: _Meeting) -> _Meeting:
    """Turn an agreement with what replaced a first figure into a difference from that first one."""
    old = next((r.old for r in case.replaced if r.new == theirs), None)
    if old is None or meeting.outcome is not Outcome.AGREES or old.value == theirs.value:
        return meeting
    return _Meeting(Outcome.DIFFERS, replace(meeting.pair, evidence=old.to_value(), settles=False))


def _is_as_of_its_time(case: _Case, old: Quantity) -> bool:
    """Say whether the claim gives the day or year that the old figure is of: "8,000 in 2010" stays true."""
    beside = [d for d in case.evidence.dates if 0 <= d.start - old.end <= _BESIDE]
    return any(dates_agree(mine, other) for mine in case.claim.dates for other in beside)


def _date_meetings(case: _Case, ours: DateMention, figures_differ: bool) -> list[_Meeting]:
    meetings: list[_Meeting] = []
    for theirs in case.evidence.dates:
        agrees = dates_agree(ours, theirs)
        if agrees is None or not _tell_same_event(case, ours, theirs, agrees):
            continue
        pair = Pair(DATE, ours.to_value(), theirs.to_value(), settles=agrees and _is_within(theirs, ours))
        if agrees:
            meetings.append(_Meeting(Outcome.AGREES, pair))
        elif figures_differ:  # another day and another figure: rather another event than two errors
            meetings.append(_Meeting(Outcome.ELSEWHERE, pair))
        else:
            meetings.append(_Meeting(Outcome.DIFFERS, pair))
    return meetings


def _is_within(inner: DateMention, outer: DateMention) -> bool:
    if not (inner.earliest and inner.latest and outer.earliest and outer.latest):
        return outer.month is None or inner.month == outer.month
    return outer.earliest <= inner.earliest and inner.latest <= outer.latest


def _tell_same_event(case: _Case, ours: DateMention, theirs: DateMention, is_equal: bool) -> bool:
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

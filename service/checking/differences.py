"""Compares the figures and dates of a claim with those of one sentence of evidence, and names the pairs that differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from service.checking.agreement import Outcome
from service.checking.date_meetings import date_meetings, is_date_echoed, unlike_dates
from service.checking.dates import extract_dates
from service.checking.denied import without_denied
from service.checking.earlier import firsts_of, gives_first, left_behind, rivals
from service.checking.figure_meetings import figure_meetings, is_echoed, is_given, unlike
from service.checking.meetings import QUANTITY, Case, Meeting, Pair
from service.checking.passing import told_in_passing
from service.checking.sameness import Surroundings, is_grounded
from service.checking.scene import Scene
from service.checking.updates import Replacement, find_replacements, with_units
from service.domain import Difference, Relation, Value


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the values of one sentence say of those of a claim. Ordinals take no part.

    `other_subject` holds pairs that measure the same of visibly another subject or time: they are neutral.
    `unmatched_claim` holds the claim's values for which the evidence gives nothing comparable; a value that it repeats
    word for word of something that may be the same is neither matched nor unmatched. `left_behind` holds values of the
    evidence that equal a claim's, but which it gives as earlier ones; `rivals` those in the unit of the claim's only
    figure that could not be shown to be of the same thing, and `unlike` how such a one, or such a date, differs.
    `is_echoed`: the evidence gives a figure or date that could be the claim's, of whatever it is. `of_earlier`: all
    figures of the claim are given as earlier ones, and the evidence gives figures too.
    """

    differences: tuple[Difference, ...] = ()
    agreements: tuple[Pair, ...] = ()
    other_subject: tuple[Pair, ...] = ()
    unmatched_claim: tuple[Value, ...] = ()
    left_behind: tuple[Value, ...] = ()
    rivals: tuple[Value, ...] = ()
    unlike: tuple[Difference, ...] = ()
    is_echoed: bool = False
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
            unlike=tuple(replace(d, evidence=d.evidence.moved(start)) for d in self.unlike),
        )


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
    case = Case(
        claim=asked,
        evidence=replace(scene, quantities=with_units(scene.quantities, replaced)),
        replaced=replaced,
        around=Surroundings(evidence_published_at, context, article),
        text=evidence,
    )
    if turned := tuple(_turned_around(claim, replaced)):
        return Comparison(differences=turned)
    firsts = firsts_of(claim, case.claim)
    figures = [(ours.to_value(), _best(figure_meetings(case, ours, ours in firsts))) for ours in case.claim.quantities]
    differ = any(meeting and meeting.outcome is not Outcome.AGREES for _, meeting in figures)
    days = [(ours.to_value(), _best(date_meetings(case, ours, differ))) for ours in case.claim.dates]
    told = told_in_passing(
        case.claim, case.evidence, extract_dates(claim, evidence_published_at), evidence_published_at
    )
    told |= {ours.start for ours in case.claim.quantities if is_given(case, ours)}
    echoed = is_echoed(case) or is_date_echoed(case)
    gathered = _gathered([(value, met) for value, met in figures + days if met is not None or value.start not in told])
    if (gathered.agreements or gathered.differences) and not is_grounded(case.claim, case.evidence, case.around):
        return _of_another(gathered)
    return replace(
        gathered,
        left_behind=left_behind(case.claim, case.evidence, evidence, firsts),
        rivals=rivals(case.claim, case.evidence),
        is_echoed=echoed,
        unlike=() if firsts or echoed else tuple(_difference(m) for m in (*unlike(case), *unlike_dates(case))),
        of_earlier=bool(case.evidence.quantities) and gives_first(claim),
    )


def _turned_around(claim: str, replaced: tuple[Replacement, ...]) -> Iterator[Difference]:
    """Yield how a claim has the two ends of a change the wrong way round: "cut from 144 to 133" where that rose."""
    for ours in find_replacements(claim):
        for theirs in replaced:
            if (ours.old.value, ours.new.value) == (theirs.new.value, theirs.old.value):
                yield Difference(QUANTITY, Relation.DIFFERS, ours.new.to_value(), theirs.new.to_value())


def _gathered(met: list[tuple[Value, Meeting | None]]) -> Comparison:
    by_outcome: dict[Outcome, list[Meeting]] = {outcome: [] for outcome in Outcome}
    unmatched: list[Value] = []
    for value, meeting in met:
        if meeting is None or meeting.outcome is Outcome.ELSEWHERE:
            unmatched.append(value)
        if meeting is not None:
            by_outcome[meeting.outcome].append(meeting)
    return Comparison(
        differences=tuple(_difference(meeting) for meeting in by_outcome[Outcome.DIFFERS]),
        agreements=tuple(m.pair for m in by_outcome[Outcome.AGREES]),
        other_subject=tuple(m.pair for m in by_outcome[Outcome.ELSEWHERE]),
        unmatched_claim=tuple(unmatched),
    )


def _of_another(gathered: Comparison) -> Comparison:
    """Return a comparison in which nothing meets: all that did is of another subject."""
    differing = (Pair(d.kind, d.claim, d.evidence, settles=False) for d in gathered.differences)
    met = (*gathered.agreements, *differing)
    values = (*gathered.unmatched_claim, *(pair.claim for pair in met))
    return Comparison(other_subject=(*gathered.other_subject, *met), unmatched_claim=tuple(dict.fromkeys(values)))


def _difference(meeting: Meeting) -> Difference:
    return Difference(meeting.pair.kind, meeting.relation, meeting.pair.claim, meeting.pair.evidence)


def _best(meetings: list[Meeting]) -> Meeting | None:
    """Return the meeting that decides: one agreement outweighs all, since a sentence gives many figures."""
    return min(meetings, key=_rank, default=None)


def _rank(meeting: Meeting) -> tuple[int, bool]:
    order = (Outcome.AGREES, Outcome.DIFFERS, Outcome.ELSEWHERE)
    return order.index(meeting.outcome), meeting.relation is not Relation.SUPERSEDED

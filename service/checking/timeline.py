"""A figure over time: an older value is superseded by a newer one, not contradicted by it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.checking.earlier import gives_first, is_of_then
from service.checking.quantities import extract
from service.checking.updates import Update, find_updates
from service.domain import Judgement, Relation, Stance, TimelinePoint, Value

# Two values of the same few hours are two accounts, not one figure that has moved.
LEAST_AGE = timedelta(hours=6)
# Counts that only grow while an event is being understood: a later, higher one replaces an earlier one.
CUMULATIVE = frozenset({"deaths", "injuries", "arrests", "missing", "rescues", "evacuations", "infections"})
_UPDATED = re.compile(
    r"\b(?:now|updated?|revised?|correct(?:ed|ion)|since|ris(?:en|es?)|rose|rising|climb\w*|increas\w*|raised|lowered|spread|grown|grew|meanwhile|instead|"
    r"final|latest|fell|fallen|dropped|earlier|previous\w*|initial\w*|first (?:put|given|reported|estimate))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Traced:
    """Judgements after old figures were recognized, in the same order, and the values in order of time."""

    judgements: tuple[Judgement, ...]
    timeline: tuple[TimelinePoint, ...]


@dataclass(frozen=True, slots=True)
class _Dated:
    value: Value
    published_at: datetime
    judgement: Judgement


def trace(claim: str, judgements: Sequence[Judgement]) -> Traced:
    """Mark what a newer article supersedes; a timeline is given where a figure has changed.

    Nothing newer bears on a claim about how things stood at a time that it names.
    """
    dated = [
        _Dated(judgement.figures[0], judgement.hit.article.published_at, judgement)
        for judgement in judgements
        if _tells_of_it(judgement) and judgement.hit.article.published_at
    ]
    dated.sort(key=lambda point: (point.published_at, point.judgement.hit.sentence.id))
    marked = (
        judgements
        if is_of_then(claim) or gives_first(claim)
        else tuple(_marked(judgement, dated, judgements) for judgement in judgements)
    )
    return Traced(tuple(marked), _timeline(marked, dated))


def _tells_of_it(judgement: Judgement) -> bool:
    """Say whether a sentence gives a figure of what the claim's is of: it takes a side, or leans to a conflict."""
    if judgement.other_subject:
        return False
    scores = judgement.scores
    leans = judgement.agrees or scores.conflicts > max(scores.supports, scores.neutral)
    return bool(judgement.figures) and (judgement.stance is not Stance.NEUTRAL or leans)


def _marked(judgement: Judgement, dated: Sequence[_Dated], judgements: Sequence[Judgement]) -> Judgement:
    if judgement.superseded_by is not None:
        return judgement
    own = next((point for point in dated if point.judgement is judgement), None)
    if own is None:
        return _given_up(judgement, judgements)
    newer = [point for point in dated if _supersedes(point, own)]
    if not newer:
        # A figure that held before says nothing of now, unless it is known what holds now.
        return replace(judgement, stance=Stance.NEUTRAL) if judgement.left_behind else judgement
    if judgement.stance is Stance.NEUTRAL and not (judgement.agrees or judgement.left_behind):
        return judgement
    newest = newer[-1]
    where = newest.judgement.hit.article
    return replace(judgement, stance=_as_of_then(judgement), superseded_by=newest.value, superseded_in=where)


def _given_up(judgement: Judgement, judgements: Sequence[Judgement]) -> Judgement:
    """Mark support by a figure that a newer sentence repeats only to give it up, in whatever words it is counted."""
    day = judgement.hit.article.published_at
    if judgement.stance is not Stance.SUPPORTS or day is None:
        return judgement
    figures = {quantity.value for quantity in extract(judgement.hit.sentence.text)}
    for newer in judgements:
        later = newer.hit.article.published_at
        old = {d.claim.value for d in newer.differences if d.relation is Relation.SUPERSEDED}
        if later is not None and later > day and newer.superseded_by and old & figures:
            where = newer.superseded_in or newer.hit.article
            return replace(judgement, superseded_by=newer.superseded_by, superseded_in=where)
    return judgement


def _as_of_then(judgement: Judgement) -> Stance:
    """Return the side that a superseded sentence was on; "at least 12" was on none where the claim says 40."""
    if judgement.agrees or judgement.left_behind:
        return Stance.SUPPORTS
    return Stance.NEUTRAL if judgement.stance is Stance.SUPPORTS else judgement.stance


def _supersedes(newer: _Dated, older: _Dated) -> bool:
    new, old = newer.value, older.value
    if new.unit != old.unit or not isinstance(new.value, float | int) or not isinstance(old.value, float | int):
        return False
    age, left_behind = newer.published_at - older.published_at, older.judgement.left_behind
    if _still_holds(new, old.value) or (age < LEAST_AGE and not (left_behind and newer is not older)):
        return False
    grows = old.unit in CUMULATIVE and new.value > old.value
    own = old.unit not in CUMULATIVE and _outlet(newer) == _outlet(older) is not None
    corrected = own and newer.judgement.stance is Stance.CONFLICTS
    told = _UPDATED.search(newer.judgement.hit.sentence.text)
    return grows or left_behind or corrected or bool(told)


def _outlet(point: _Dated) -> str | None:
    return point.judgement.hit.article.publisher


def _still_holds(new: Value, old: float) -> bool:
    """Say whether a newer figure is a rounder way to put the old one: "nearly 150" replaces no 144."""
    read = next(iter(extract(new.text)), None)
    return new.value == old or (read is not None and read.interval.low <= old <= read.interval.high)


def _timeline(judgements: Sequence[Judgement], dated: Sequence[_Dated]) -> tuple[TimelinePoint, ...]:
    told = [(judgement.hit.article, update) for judgement in judgements for update in _updates(judgement)]
    if not told and not any(judgement.superseded_by for judgement in judgements):
        return ()
    points = [TimelinePoint(float(update.old.value), update.old.unit, None, article) for article, update in told]
    points += [
        TimelinePoint(float(update.new.value), update.new.unit, article.published_at, article)
        for article, update in told
        if article.published_at is None
    ]
    points += [
        TimelinePoint(float(point.value.value), point.value.unit, point.published_at, point.judgement.hit.article)
        for point in dated
    ]
    # Reprints give the same value many times; the first article with it is enough.
    first: dict[tuple[float, str | None], TimelinePoint] = {}
    for point in points:
        first.setdefault((point.value, point.unit), point)
    return tuple(first.values()) if len(first) > 1 else ()


def _updates(judgement: Judgement) -> list[Update]:
    """Return the updates that a sentence tells of the figure it was judged by."""
    values = {figure.value for figure in judgement.figures} | (
        {judgement.superseded_by.value} if judgement.superseded_by else set()
    )
    if judgement.stance is Stance.NEUTRAL or not values:
        return []
    found = find_updates(judgement.hit.sentence.text)
    return [update for update in found if values & {update.old.value, update.new.value}]

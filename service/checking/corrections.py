"""Values that an outlet has taken back itself: what it has corrected no longer counts in its older reports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from service.checking.denied import without_denied
from service.checking.scene import Scene
from service.domain import Judgement, Stance, Value

_CORRECTS = re.compile(
    r"\b(?:correct(?:ion|ions|ed|ing)|clarifications?|corrigend(?:um|a)|errat(?:um|a)|(?:wrong|incorrect|mistaken|erroneous)(?:ly)?|"
    r"misstated|misreported|an earlier version|by mistake|in error)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Correction:
    """A value that a sentence takes back, and the one that it gives in its place."""

    by: Judgement
    wrong: Value
    right: Value

    def corrects(self, other: Judgement) -> bool:
        """Return whether an older sentence of the same outlet gives the wrong value, of what may be the same."""
        mine, theirs = self.by.hit.article, other.hit.article
        if other is self.by or mine.published_at is None or theirs.published_at is None:
            return False
        if mine.publisher != theirs.publisher or theirs.published_at > mine.published_at:
            return False
        told = _scene(other)
        return bool(told.words & _scene(self.by).words) and any(_is_same(v, self.wrong) for v in _values(told))


def without_corrected(judgements: Sequence[Judgement]) -> tuple[Judgement, ...]:
    """Return the judgements, in order, with those superseded whose value their own outlet has since corrected."""
    found = [correction for judgement in judgements for correction in _corrections(judgement)]
    return tuple(_marked(judgement, found) for judgement in judgements)


def _marked(judgement: Judgement, corrections: Sequence[_Correction]) -> Judgement:
    found = next((c for c in corrections if c.corrects(judgement)), None)
    if found is None:
        return judgement
    where = found.by.hit.article
    return replace(judgement, stance=Stance.NEUTRAL, superseded_by=found.right, superseded_in=where)


def _corrections(judgement: Judgement) -> Iterator[_Correction]:
    """Yield what a sentence takes back where it, its title or the sentence before it says that something was wrong."""
    hit = judgement.hit
    if hit.article.publisher is None:
        return
    if not _CORRECTS.search(f"{hit.article.title}. {hit.context.before} {hit.sentence.text}"):
        return
    scene = _scene(judgement)
    kept = _values(without_denied(scene))
    for wrong in _values(scene):
        right = next((value for value in kept if value.unit == wrong.unit), None)
        if wrong not in kept and right is not None:
            yield _Correction(judgement, wrong, right.moved(hit.sentence.start))


def _scene(judgement: Judgement) -> Scene:
    return Scene.of(judgement.hit.sentence.text, judgement.hit.article.published_at)


def _values(scene: Scene) -> list[Value]:
    return [*(figure.to_value() for figure in scene.quantities), *(day.to_value() for day in scene.dates)]


def _is_same(one: Value, other: Value) -> bool:
    return one.value == other.value and one.unit == other.unit

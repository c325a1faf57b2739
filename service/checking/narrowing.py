"""Tells figures of one thing apart by scope: a change and a level, a plan and a fact, a day and the whole."""

from __future__ import annotations

from service.checking.date_mention import Granularity
from service.checking.quantities import Quantity
from service.checking.scene import LIGHT, Scene
from service.checking.wording import stem
from service.language.tokens import lower_at, word_set

_LEVEL = word_set("to at from")
_PLANNED = word_set("will would could may might plan planned plans expected expects set aims forecast projected should")
_PERIODS = word_set(
    "day week weekend month quarter season night morning year daily weekly monthly noon dawn dusk "
    "midnight evening afternoon alone then so round leg phase stage"
)
_GROUPS = word_set("among against for")
_BRIEF = frozenset({Granularity.DAY, Granularity.WEEK})
_RESTRICTORS = frozenset({"alone", "since", "itself", "each", "apiece"})
_REACH = 8
UP, DOWN = "up", "down"
_DIRECTIONS = {
    stem(word): way
    for way, words in {
        UP: "rise rose risen grow grew climb increase jump gain surge soar up expand raise",
        DOWN: "fall fell fallen drop decline decrease shrink slump plunge down lose lost cut reduce lower dip shrank "
        "shrunk sank sunk",
    }.items()
    for word in words.split()
}


def is_narrowed(claim: Scene, ours: Quantity, evidence: Scene, theirs: Quantity) -> bool:
    """Say whether two figures of one thing have different scope, so that unequal values may both be true."""
    return (
        _is_change(claim, ours) is not _is_change(evidence, theirs)
        or _is_planned(claim, ours) is not _is_planned(evidence, theirs)
        or (ours.role is None and _is_of_a_period(claim, evidence, theirs))
        or (theirs.dimension == "percent" and _is_of_a_group(claim, evidence, theirs))
        or _is_so_far(claim, evidence, theirs)
        or (_is_of_either(evidence, theirs) and not _is_of_either(claim, ours))
        or (ours.role is None and _goes_on_elsewhere(claim, ours, evidence, theirs))
        or (theirs.unit is not None and _has_other_subject_words(claim, ours, evidence, theirs))
        or (theirs.unit is None and ours.role is None and _has_other_doer(claim, ours, evidence, theirs))
    )


def _is_change(scene: Scene, quantity: Quantity) -> bool:
    """Say whether a figure is by how much something changed: "rose by $4", as against "rose to $4"."""
    return lower_at(scene.tokens, quantity.first - 1) == "by" and quantity.dimension != "percent"


def _is_planned(scene: Scene, quantity: Quantity) -> bool:
    return any(scene.tokens[i].lower in _PLANNED for i in scene.clause_at(quantity.start))


def _is_of_a_period(claim: Scene, evidence: Scene, theirs: Quantity) -> bool:
    """Say whether only the evidence is of a day or a week: "4 goals on Saturday", "$9 million on its first day"."""
    if any(mention.granularity in _BRIEF for mention in claim.dates):
        return False
    spoken = {token.lower for token in claim.tokens}
    after = {lower_at(evidence.tokens, theirs.last + n) for n in range(_REACH)}
    brief = any(d.granularity in _BRIEF for d in evidence.dates_in(evidence.clause_at(theirs.start)))
    return brief or bool(after & _PERIODS - spoken)


def _is_of_a_group(claim: Scene, evidence: Scene, theirs: Quantity) -> bool:
    """Say whether a share is of some only: "70% effective against the new variant"."""
    for index in range(theirs.last, min(theirs.last + _REACH, len(evidence.tokens))):
        if evidence.tokens[index].lower in _GROUPS:
            return not evidence.content(range(index, min(index + 5, len(evidence.tokens)))) <= claim.words
    return False


def _is_so_far(claim: Scene, evidence: Scene, theirs: Quantity) -> bool:
    """Say whether only the evidence is of a part in time or space: "in the capital alone", "since Monday"."""
    after = {lower_at(evidence.tokens, theirs.last + n) for n in range(_REACH)}
    return bool(after & _RESTRICTORS - {token.lower for token in claim.tokens})


def _is_of_either(scene: Scene, quantity: Quantity) -> bool:
    """Say whether a count is of two things together: "damaged or destroyed 3,500 homes"."""
    return "or" in {lower_at(scene.tokens, quantity.first - n) for n in (2, 3)}


def _goes_on_elsewhere(claim: Scene, ours: Quantity, evidence: Scene, theirs: Quantity) -> bool:
    """Say whether both figures are qualified behind, and otherwise: "6% in the city", "2% in rural areas"."""
    mine, other = _words_after(claim, ours), _words_after(evidence, theirs)
    return bool(mine and other) and not mine & other


def _words_after(scene: Scene, quantity: Quantity) -> frozenset[str]:
    clause = scene.clause_at(quantity.start)
    found = scene.content(range(quantity.last, min(quantity.last + _REACH, clause.stop)))
    return found - {quantity.noun.stem if quantity.noun else ""}


def _has_other_subject_words(claim: Scene, ours: Quantity, evidence: Scene, theirs: Quantity) -> bool:
    """Say whether what stands before the figures, or what they are shares of, differs: "wages in the public sector"."""
    before, there = _words_before(claim, ours), _words_before(evidence, theirs)
    unshared = (before - evidence.words) | (there - claim.words)
    noun = theirs.noun is not None and ours.noun is None and theirs.noun.stem not in claim.words
    return bool(unshared) or noun


def _has_other_doer(claim: Scene, ours: Quantity, evidence: Scene, theirs: Quantity) -> bool:
    """Say whether both counts have a subject in front, and another: what "the plant" employs and what "the company"."""
    mine, other = _words_before(claim, ours), _words_before(evidence, theirs)
    shared = mine & other
    return bool(mine - evidence.words) and bool(other - claim.words) and len(shared) < 2


def goes_the_other_way(claim: Scene, ours: Quantity, evidence: Scene, theirs: Quantity) -> bool:
    """Say whether one figure is told of a rise and the other of a fall: "fell 3%" and "rose 3%"."""
    return {direction(claim, ours), direction(evidence, theirs)} == {UP, DOWN}


def direction(scene: Scene, quantity: Quantity) -> str:
    """Return "up" or "down" where a figure is told of a rise or a fall, else an empty text."""
    for index in range(quantity.first - 1, max(-1, quantity.first - _REACH), -1):
        word = scene.stems[index]
        if word in _DIRECTIONS:
            return _DIRECTIONS[word]
    return ""


def _words_before(scene: Scene, quantity: Quantity) -> frozenset[str]:
    return scene.content(range(scene.clause_at(quantity.start).start, quantity.first)) - LIGHT

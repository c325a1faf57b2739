"""Figures of a sentence that say when a claim's figure held: earlier ones, and others in its unit."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.checking.quantities import Quantity, extract
from service.checking.scene import Scene
from service.checking.updates import find_replacements, is_left_behind, is_of_the_past
from service.domain import Value

_TIMES = 5
_CHANCE = 12  # smaller numbers are often equal by chance
_OF_THEN = re.compile(
    r"^(?:by|as of|before|until|(?:immediately|shortly|right) after|(?:at|in) the (?:\w+ )?(?:time|start|beginning|"
    r"spring|summer|autumn|fall|winter|stage)|at the end of|at first|back then)\b|"
    # "On July 1, it was only 38": a state as of a day, where "On July 1, 38 people died" is no state.
    r"^on [^,]{3,30}, [^,]{3,80}? (?:was|were|stood at|had|counted|numbered) (?:only |just |still |about |around )?"
    r"[\d$€£]",
    re.I,
)


def firsts_of(claim: str, scene: Scene) -> list[Quantity]:
    """Return the figures that a claim gives as earlier ones: "was first put at 46", "before the vote it was 51"."""
    given_up = {replacement.old.start for replacement in find_replacements(claim)}
    then = is_of_then(claim)
    return [q for q in scene.quantities if then or q.start in given_up or is_of_the_past(claim, q)]


def gives_first(claim: str) -> bool:
    """Say whether all figures of a claim are ones that it gives as first or earlier: "was first put at 46"."""
    figures = [quantity for quantity in extract(claim) if not quantity.is_ordinal]
    return bool(figures) and all(is_of_the_past(claim, quantity) for quantity in figures)


def is_of_then(claim: str) -> bool:
    """Say whether a claim is about how things stood at a time that it names: "By late July the lake was at 66%"."""
    return _OF_THEN.search(claim) is not None


def left_behind(claim: Scene, evidence: Scene, text: str, firsts: Sequence[Quantity]) -> tuple[Value, ...]:
    """Return a sentence's earlier figures that a claim gives as if they held; a claim with a day means that day."""
    if claim.dates:
        return ()
    return tuple(
        theirs.to_value()
        for ours in claim.quantities
        for theirs in evidence.quantities
        if ours not in firsts and is_repeated(ours, theirs) and is_left_behind(text, theirs)
    )


def rivals(claim: Scene, evidence: Scene) -> tuple[Value, ...]:
    """Return what a sentence gives in the unit of a claim's only figure, unequal but of its order."""
    if len(claim.quantities) != 1:
        return ()
    (ours,) = claim.quantities
    other = [q for q in evidence.quantities if q.unit_name == ours.unit_name and q.value != ours.value]
    alike = [q for q in other if is_of_the_order(ours, q)]
    return (alike[0].to_value(),) if ours.unit_name and len(alike) == 1 else ()


def is_of_the_order(ours: Quantity, theirs: Quantity) -> bool:
    """Say whether neither figure is many times the other, in one unit."""
    one, other = (q.value * (q.unit.factor if q.unit else 1.0) for q in (ours, theirs))
    return one <= _TIMES * other and other <= _TIMES * one


def is_repeated(ours: Quantity, theirs: Quantity) -> bool:
    """Say whether a figure is given again, and is too large for that to be chance."""
    return ours.dimension == theirs.dimension and ours.value == theirs.value and ours.value > _CHANCE

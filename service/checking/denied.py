"""Figures and dates that a text names only to deny them: "built in 1964, not in 1974", "not 14 people but 12"."""

from __future__ import annotations

from dataclasses import replace

from service.checking.quantities import Quantity
from service.checking.scene import Scene
from service.language.tokens import lower_at

# Not "until", "before" or "since": "not until 1974" gives just that year.
_TIMED = frozenset({"in", "on", "at"})


def without_denied(scene: Scene, kept: frozenset[int] = frozenset()) -> Scene:
    """Return a text without the values that it denies where it gives another of their kind in their place.

    Figures that begin at one of the offsets `kept` stay: the caller knows what became of them.
    """
    if all(token.lower != "not" for token in scene.tokens):
        return scene
    starts = {token.start: index for index, token in enumerate(scene.tokens)}
    figures = [q for q in scene.quantities if q.start not in kept and q.value != 1 and _is_denied(scene, q.first)]
    days = [day for day in scene.dates if day.start in starts and _is_denied(scene, starts[day.start])]
    return replace(
        scene,
        quantities=tuple(q for q in scene.quantities if q not in figures or not _has_another(scene, q, figures)),
        dates=scene.dates if len(days) == len(scene.dates) else tuple(day for day in scene.dates if day not in days),
    )


def _is_denied(scene: Scene, index: int) -> bool:
    before = lower_at(scene.tokens, index - 1)
    return before == "not" or (before in _TIMED and lower_at(scene.tokens, index - 2) == "not")


def _has_another(scene: Scene, quantity: Quantity, denied: list[Quantity]) -> bool:
    """Say whether another figure stands in its place; a bare one may: "91 kilometers, not 84"."""
    others = (other for other in scene.quantities if other not in denied)
    return any(other.dimension == quantity.dimension or quantity.noun is None for other in others)

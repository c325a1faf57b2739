"""Finds figures that a text itself replaces: "first put at 46, since risen to 58", "up from 90 to 120"."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import lru_cache

from service.checking.quantities import COUNT, Quantity, extract
from service.checking.wording import CHANGES
from service.domain import Value
from service.language.tokens import Tokens, lower_at, tokenize, word_set

_OLD_BEFORE = frozenset({"initially", "originally", "first", "earlier", "previously", "previous", "initial"})
_OLD_AFTER = frozenset({"earlier", "previously", "initially", "originally"})
_NEW_BEFORE = frozenset(
    {"now", "since", "later", "updated", "currently", "risen", "climbed", "revised", "corrected", "latest"}
)
_NEW_JOINTS = frozenset({"to", "at", "says", "say", "puts", "put", "stands", "is"})
_REACH = 8
_EXTREMES = frozenset({"low", "high", "peak", "record", "maximum", "minimum"})
_GIVEN = word_set("been spoken put given estimated counted stood reckoned reported said named set")


@dataclass(frozen=True, slots=True)
class Update:
    """A figure and the one that replaces it, in the words of one text."""

    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class Replacement:
    """An update with the quantities themselves."""

    old: Quantity
    new: Quantity

    def to_update(self) -> Update:
        """Return it as values; a bare number has the unit of the other."""
        old, new = self.old.to_value(), self.new.to_value()
        unit = new.unit or old.unit
        return Update(
            Value(old.text, old.value, old.unit or unit, old.start, old.end),
            Value(new.text, new.value, unit, new.start, new.end),
        )


def find_updates(text: str) -> tuple[Update, ...]:
    """Return the figures that a text replaces, in order."""
    return tuple(replacement.to_update() for replacement in find_replacements(text))


def is_of_the_past(text: str, quantity: Quantity) -> bool:
    """Say whether a text gives a figure as an earlier one: "was first put at 46", "initially 46"."""
    tokens = tokenize(text)
    before = _words(tokens, max(0, quantity.first - _REACH), quantity.first)
    return bool(set(before) & _OLD_BEFORE) and not set(before) & _NEW_BEFORE


def is_left_behind(text: str, quantity: Quantity) -> bool:
    """Say whether a text gives a figure as one that held before: "on Wednesday it had been 1,900 hectares"."""
    tokens = tokenize(text)
    before = _words(tokens, max(0, quantity.first - _REACH), quantity.first)
    had = "had" in before and bool(set(before[before.index("had") :]) & _GIVEN)
    return (had or is_of_the_past(text, quantity)) and not set(before) & _NEW_BEFORE


@lru_cache(maxsize=512)
def find_replacements(text: str) -> tuple[Replacement, ...]:
    """Return the pairs of neighboring quantities of which one replaces the other."""
    tokens = tokenize(text)
    quantities = tuple(quantity for quantity in extract(text) if not quantity.is_ordinal)
    found: list[Replacement] = []
    for index in range(len(quantities) - 1):
        left, right = quantities[index], quantities[index + 1]
        if not _may_replace(left, right):
            continue
        floor = quantities[index - 1].last if index else 0
        ceiling = quantities[index + 2].first if index + 2 < len(quantities) else len(tokens)
        pair = _order(tokens, left, right, floor, ceiling)
        if pair is not None:
            found.append(Replacement(_filled(pair.old, pair.new), _filled(pair.new, pair.old)))
    return tuple(found)


def _filled(bare: Quantity, other: Quantity) -> Quantity:
    """Return a bare number as counting what the other counts: "put the number of dead at 57, up from 40"."""
    if bare.unit or bare.noun or bare.role:
        return bare
    return replace(bare, unit=other.unit, noun=other.noun, role=other.role)


def with_units(quantities: tuple[Quantity, ...], replaced: tuple[Replacement, ...]) -> tuple[Quantity, ...]:
    """Return quantities with those that replace one another as find_replacements read them."""
    known = {q.start: q for pair in replaced for q in (pair.old, pair.new)}
    return tuple(known.get(quantity.start, quantity) for quantity in quantities)


def _may_replace(left: Quantity, right: Quantity) -> bool:
    if right.first - left.last > 3 * _REACH:
        return False
    named = left.noun and right.noun and left.noun.stem != right.noun.stem
    roles = left.role and right.role and left.role != right.role
    # "from 90 to 120 dollars", "91 kilometers, not 84"
    bare = any(q.dimension == COUNT and q.noun is None for q in (left, right))
    return (left.dimension == right.dimension or bare) and not named and not roles


def _order(tokens: Tokens, left: Quantity, right: Quantity, floor: int, ceiling: int) -> Replacement | None:
    before = _words(tokens, max(floor, left.first - _REACH), left.first)
    between = _words(tokens, left.last, right.first)
    after = _words(tokens, right.last, min(ceiling, right.last + 4))
    changes = bool((set(before) | set(between)) & CHANGES)
    if _ends(before, "from") and between and between[-1] == "to" and set(before) & CHANGES:
        return Replacement(left, right)
    if (
        "instead" in between
        or _has_pair(between, {"rather"}, "than")
        or (_ends(between, "not") and _is_corrected(tokens))
    ):
        return Replacement(right, left)  # "940 jobs instead of the 1,150", "revised: it was 91 meters, not 84"
    if changes and "after" in between and set(between) & _EXTREMES and between[-1] == "of":
        return Replacement(right, left)  # "raised to 36 percent, after a low of 29 percent"
    if between and changes and (between[-1] == "from" or _has_pair(between, {"up", "down"}, "from")):
        return Replacement(right, left)  # "120, up from 90" and "down to 12 from 15"
    is_old = set(before) & _OLD_BEFORE or ("had" in before and "now" in between)
    if is_old and set(between) & _NEW_BEFORE and between[-1] in _NEW_JOINTS | _NEW_BEFORE:
        return Replacement(left, right)
    if is_old and set(between) & CHANGES and between[-1] == "to":
        return Replacement(left, right)  # "an earlier count of 46 has been raised to 58"
    if (set(after) & _OLD_AFTER and changes) or set(between) & {"initial", "previous", "earlier"}:
        return Replacement(right, left) if not set(between) & _NEW_BEFORE else None
    return None


def _has_pair(words: list[str], first: set[str], second: str) -> bool:
    return any(one in first and other == second for one, other in itertools.pairwise(words))


def _is_corrected(tokens: Tokens) -> bool:
    return any(token.lower in {"revised", "corrected", "correction", "mistaken", "wrongly"} for token in tokens)


def _words(tokens: Tokens, first: int, last: int) -> list[str]:
    """Return the words from `first` to `last`, back to the last end of a sentence."""
    words: list[str] = []
    for index in range(first, last):
        word = lower_at(tokens, index)
        words = [] if word in {".", ";", "!", "?"} else [*words, word]
    return words


def _ends(words: list[str], last: str) -> bool:
    return bool(words) and words[-1] == last

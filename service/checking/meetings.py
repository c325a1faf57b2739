"""A value of a claim met by one of the evidence: what comparing finds, before it is gathered."""

from __future__ import annotations

from dataclasses import dataclass

from service.checking.agreement import Outcome
from service.checking.sameness import Surroundings
from service.checking.scene import Scene
from service.checking.updates import Replacement
from service.domain import Relation, Value

QUANTITY, DATE = "quantity", "date"


@dataclass(frozen=True, slots=True)
class Pair:
    """A value of the claim and one of the evidence. `settles`: the evidence's values all lie within the claim's."""

    kind: str
    claim: Value
    evidence: Value
    settles: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A claim and one sentence of evidence, read, with what the sentence itself replaces."""

    claim: Scene
    evidence: Scene
    replaced: tuple[Replacement, ...]
    around: Surroundings
    text: str  # the evidence


@dataclass(frozen=True, slots=True)
class Meeting:
    """One claim value against one of the evidence."""

    outcome: Outcome
    pair: Pair
    relation: Relation = Relation.DIFFERS

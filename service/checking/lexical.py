"""How much of a claim's weight a sentence carries, by the terms that they share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.language.synonyms import LIGHT

LIGHT_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Weights:
    """The claim's terms with their inverse document frequencies (Robertson and Spärck Jones, as in BM25).

    In a small corpus a word like "out" can be rare and still tell nothing, so light words weigh a fraction. `whole` is
    what all of them weigh together.
    """

    of: Mapping[str, float]
    whole: float

    @classmethod
    def measure(cls, terms: Sequence[str], frequency: Mapping[str, int], sentences: int) -> Weights:
        """Weigh terms by the number of sentences, out of all, that hold each."""
        # The corpus may have grown since the sentences were counted: no term is in more than all of them.
        held = {term: min(frequency.get(term, 0), sentences) for term in terms}
        rarity = {term: math.log1p((sentences - count + 0.5) / (count + 0.5)) for term, count in held.items()}
        weights = {term: weight * (LIGHT_SHARE if term in LIGHT else 1.0) for term, weight in rarity.items()}
        return cls(weights, sum(weights.values()))

    def share(self, held: set[str], *more: set[str]) -> float:
        """Return the share of the claim's weight, 0 to 1, that the terms in any of these sets carry."""
        there = held.union(*more)
        found = [weight for term, weight in self.of.items() if term in there]
        return sum(found) / self.whole if found else 0.0

"""Judging within a time budget: the nearest sentences first, and as many as there is time for."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.checking.remembering import RememberingStance
from service.domain import StanceScores
from service.ports import StanceModel

FIRST = 4  # pairs judged before it is known how long one takes; a budget is overrun by no more than so many
_SAFETY = 2.0  # times as long as the last pairs took, a pair may take
_WEIGHT = 0.3  # of the newest call in the running mean


@dataclass(frozen=True, slots=True)
class Budget:
    """How long one check may compute, in seconds from its start; None: as long as it takes."""

    seconds: float | None = None
    clock: Callable[[], float] = time.monotonic


class Pacer:
    """Hands pairs to the model in as few calls as a budget allows: all at once where they surely fit."""

    def __init__(self, model: StanceModel, budget: Budget | None = None) -> None:
        self._model, self._budget = model, budget or Budget()
        self._unknown: Callable[[Sequence[tuple[str, str]]], int] = (
            model.unknown if isinstance(model, RememberingStance) else len
        )
        self._pair_s = 0.0

    def judge(self, pairs: Sequence[tuple[str, str]], started: float) -> list[StanceScores]:
        """Return the scores of the first pairs, in order: of all, or of as many as the budget since `started` allows.

        The first few are always judged, so that a check which was slow to find its sentences still says something.
        """
        if self._budget.seconds is None:
            return self._model.judge(pairs)
        until = started + self._budget.seconds
        scores: list[StanceScores] = []
        while len(scores) < len(pairs):
            now = self._budget.clock()
            if scores and now >= until:
                break
            count = self._how_many(until - now)
            part = pairs[len(scores) : len(scores) + count]
            unknown = self._unknown(part)
            scores += self._model.judge(part)
            if unknown:  # what was known says nothing of how long it takes to compute one
                self._learn((self._budget.clock() - now) / unknown)
        return scores

    def has_time(self, started: float) -> bool:
        """Say whether any of the budget since `started` is left."""
        return self._budget.seconds is None or self._budget.clock() < started + self._budget.seconds

    def _how_many(self, left_s: float) -> int:
        """Return how many pairs surely fit into the time that is left; at least a few."""
        return max(FIRST, int(left_s / (_SAFETY * self._pair_s))) if self._pair_s else FIRST

    def _learn(self, pair_s: float) -> None:
        self._pair_s = pair_s if not self._pair_s else (1 - _WEIGHT) * self._pair_s + _WEIGHT * pair_s

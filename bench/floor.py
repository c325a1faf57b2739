"""The floor: the bare forward passes of both models on exactly the tokens that a check needs, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.embedder import OnnxEmbedder, load_embedder
from models.stance_model import OnnxStanceModel, feed_of, load_stance
from service.assembly import build_pipeline
from service.config import Settings
from service.domain import Query, StanceScores

if TYPE_CHECKING:
    import onnxruntime  # after `models` only, which sets what it needs

Feed = dict[str, NDArray[np.int64]]


class _Noting:
    """A stance model that notes the pairs it is asked for; satisfies `service.ports.StanceModel`."""

    def __init__(self, model: OnnxStanceModel) -> None:
        self._model = model
        self.name, self.thresholds = model.name, model.thresholds
        self.pairs: list[tuple[str, str]] = []

    def fits(self, claim: str) -> bool:
        return self._model.fits(claim)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[StanceScores]:
        self.pairs += pairs  # a claim that nothing settles asks a second time
        return self._model.judge(pairs)


@dataclass(frozen=True, slots=True)
class Passes:
    """What the models are given for one claim: one feed for the embedder, one a pair for the stance model."""

    embed: Feed
    judge: tuple[Feed, ...]


class Floor:
    """Runs the recorded passes on the sessions that serve, with the threads that serve."""

    def __init__(self, settings: Settings, claims: Sequence[str]) -> None:
        embedder, stance = (
            load_embedder(settings.embedder, settings.threads),
            load_stance(settings.stance, settings.threads),
        )
        if not isinstance(embedder, OnnxEmbedder) or not isinstance(stance, OnnxStanceModel):
            raise TypeError("the floor is measured with the packaged models")
        self._embed: onnxruntime.InferenceSession = embedder.session
        self._judge: onnxruntime.InferenceSession = stance.session
        self._pool = ThreadPoolExecutor(settings.threads)
        noting = _Noting(stance)
        pipeline = build_pipeline(settings, stance=noting)
        self.passes: dict[str, Passes] = {}
        for claim in claims:
            noting.pairs.clear()
            pipeline.check(Query(claim))
            ids = embedder.tokens(claim)
            encoded = sorted((stance.encode(*pair) for pair in noting.pairs), key=lambda one: -len(one[0]))
            self.passes[claim] = Passes(feed_of(ids, [0] * len(ids)), tuple(feed_of(*one) for one in encoded))

    def run(self, claim: str) -> float:
        """Return the seconds that the passes of a claim take."""
        passes = self.passes[claim]
        started = time.perf_counter()
        self._embed.run(None, passes.embed)
        list(self._pool.map(lambda feed: self._judge.run(None, feed), passes.judge))
        return time.perf_counter() - started

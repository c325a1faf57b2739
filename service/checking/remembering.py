"""Judgements that were computed before are used again: a check that is repeated costs the model nothing."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from service.domain import StanceScores, Thresholds
from service.ports import StanceModel

Pair = tuple[str, str]


class RememberingStance:
    """A stance model in front of another one, whose last scores it keeps; satisfies `service.ports.StanceModel`.

    The key is a digest of the model's name and both texts, so that no change of the corpus or of the model makes an
    entry false, and no word of a claim is kept. At most `most` entries are held, each in 0.3 kB. For many threads.
    """

    def __init__(self, model: StanceModel, most: int, tell: Callable[[int, int], None]) -> None:
        self._model, self._most, self._tell = model, most, tell
        self._scores: OrderedDict[bytes, StanceScores] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._scores)

    @property
    def name(self) -> str:
        """Return the model's name."""
        return self._model.name

    @property
    def thresholds(self) -> Thresholds:
        """Return the model's thresholds."""
        return self._model.thresholds

    def fits(self, claim: str) -> bool:
        """Return whether the model can read the whole claim."""
        return self._model.fits(claim)

    def unknown(self, pairs: Sequence[Pair]) -> int:
        """Return how many of the pairs would have to be computed."""
        with self._lock:
            return sum(self._key(pair) not in self._scores for pair in pairs)

    def judge(self, pairs: Sequence[Pair]) -> list[StanceScores]:
        """Return the scores of (evidence, claim) pairs, in order; tell how many were known and how many computed."""
        keys = [self._key(pair) for pair in pairs]
        with self._lock:
            found = {key: self._scores[key] for key in keys if key in self._scores}
        missing = {key: pair for key, pair in zip(keys, pairs, strict=True) if key not in found}
        if missing:
            found |= zip(missing, self._model.judge(list(missing.values())), strict=True)
        self._keep(keys, found)
        self._tell(len(pairs) - len(missing), len(missing))
        return [found[key] for key in keys]

    def _keep(self, keys: Sequence[bytes], found: dict[bytes, StanceScores]) -> None:
        with self._lock:
            for key in keys:
                self._scores[key] = found[key]
                self._scores.move_to_end(key)
            while len(self._scores) > self._most:
                self._scores.popitem(last=False)

    def _key(self, pair: Pair) -> bytes:
        # As `repr` writes them, no two pairs of texts look alike, whatever stands in them.
        return hashlib.blake2b(repr((self._model.name, *pair)).encode(), digest_size=16).digest()

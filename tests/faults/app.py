"""The service for gunicorn, with models that need no weights and take as long as `PAIR_S` and `LOAD_S` say."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from service.app import load_app
from service.assembly import build_service
from service.config import Settings
from service.domain import StanceScores
from service.loading import Service
from tests.support import FakeEmbedder, FakeStance


class SlowStance(FakeStance):
    """Takes its time for each pair, as a network does."""

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[StanceScores]:
        time.sleep(float(os.environ.get("PAIR_S", "0")) * len(pairs))
        return super().judge(pairs)


def _build() -> Service:
    time.sleep(float(os.environ.get("LOAD_S", "0")))
    return build_service(_settings, FakeEmbedder(), SlowStance())


_settings = Settings.from_env()
app = load_app(_settings, _build)

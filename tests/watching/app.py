"""The service for gunicorn, with models that need no weights, and a claim that breaks it."""

from collections.abc import Sequence

from service.app import load_app
from service.assembly import build_service
from service.config import Settings
from service.domain import StanceScores
from service.watching import Watches
from tests.support import FakeEmbedder, FakeStance


class Breaking(FakeStance):
    """Fails on a claim that asks for it, with a message that repeats it."""

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[StanceScores]:
        for _, claim in pairs:
            if "unspeakable" in claim:
                raise RuntimeError(f"no tensor for {claim}")
        return super().judge(pairs)


_settings = Settings.from_env()
_watches = Watches.of(_settings)
app = load_app(_settings, lambda: build_service(_settings, FakeEmbedder(), Breaking(), _watches), watches=_watches)

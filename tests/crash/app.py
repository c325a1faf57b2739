"""The service for gunicorn, with models that need no weights: what is tested is the corpus below it."""

from service.app import load_app
from service.assembly import build_service
from service.config import Settings
from tests.support import FakeEmbedder, FakeStance

_settings = Settings.from_env()
app = load_app(_settings, lambda: build_service(_settings, FakeEmbedder(), FakeStance()))

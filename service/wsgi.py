"""What gunicorn imports, once in every worker."""

from service.app import load_app
from service.assembly import build_service, fetch_for
from service.config import Settings

_settings = Settings.from_env()
app = load_app(_settings, lambda: build_service(_settings), fetch_for(_settings))

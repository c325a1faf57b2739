"""What gunicorn imports, once in every worker."""

from service.app import create_app
from service.assembly import build_pipeline
from service.config import Settings
from service.loading import LoadingChecker

_settings = Settings.from_env()
app = create_app(LoadingChecker(lambda: build_pipeline(_settings)).start(), max_body_bytes=_settings.max_body_bytes)

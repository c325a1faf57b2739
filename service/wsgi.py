"""What gunicorn imports, once in every worker."""

from service.app import load_app
from service.assembly import build_service, fetch_for
from service.config import Settings
from service.watching import Watches

_settings = Settings.from_env()
_watches = Watches.of(_settings)
app = load_app(_settings, lambda: build_service(_settings, watch=_watches), fetch_for(_settings), _watches)

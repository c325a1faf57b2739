"""How gunicorn runs the service.

Never set `preload_app`: each worker loads and warms its own models, since one that is forked from a process that has
computed with torch or FAISS hangs at its first check.
"""

from service.config import Settings
from service.loading import MOST_WAITING

_settings = Settings.from_env()

bind = f"{_settings.host}:{_settings.port}"
workers = _settings.workers
worker_class = "gthread"  # health checks are answered while a check is computed
threads = MOST_WAITING + 2
timeout = 120
graceful_timeout = 30
preload_app = False
limit_request_line = 0  # a claim of 1,000 emoji is 12 kB in a query string; the service has its own limits
control_socket_disable = True

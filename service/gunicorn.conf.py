"""How gunicorn runs the service.

Never set `preload_app`: each worker loads and warms its own models, since one that is forked from a process that has
computed with torch or FAISS hangs at its first check.
"""

from typing import Any

from service import figures, logs
from service.config import Settings
from service.loading import MOST_WAITING

_settings = Settings.from_env()
logs.configure(_settings)
figures.share()

bind = f"{_settings.host}:{_settings.port}"
workers = _settings.workers
worker_class = "gthread"  # health checks are answered while a check is computed
threads = MOST_WAITING + 2
timeout = 120
graceful_timeout = 30
preload_app = False
limit_request_line = 0  # a claim of 1,000 emoji is 12 kB in a query string; the service has its own limits
control_socket_disable = True
loglevel = _settings.log_level
logconfig_dict = logs.dict_config(_settings)  # gunicorn's lines in the same form as ours


def child_exit(_server: Any, worker: Any) -> None:
    """Forget what only a living worker has, such as its memory; what it counted stays counted."""
    figures.forget(worker.pid)


def on_exit(_server: Any) -> None:
    """Remove the folder of the workers' figures."""
    figures.remove()

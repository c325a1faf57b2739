"""How gunicorn runs the service.

Never set `preload_app`: each worker loads and warms its own models, since one that is forked from a process that has
computed with torch or FAISS hangs at its first check.
"""

from typing import Any

from service import figures, logs
from service.api.texts import Pace
from service.arrivals import FIELD_BYTES, FIELDS, LONG_AT_ONCE
from service.config import Settings
from service.loading import MOST_PATIENT

_settings = Settings.from_env()
logs.configure(_settings)
figures.share()

bind = f"{_settings.host}:{_settings.port}"
workers = _settings.workers
worker_class = "service.arrivals.ArrivalsWorker"
# All that may wait or take long, and some more: a health check always finds a thread free.
threads = _settings.queue + 1 + Pace().most_at_once + MOST_PATIENT + LONG_AT_ONCE + 11
timeout = 120
# What a worker that ends may still have to do: a whole text, or a check at the end of the line.
graceful_timeout = 15 + max(_settings.text_budget_ms, _settings.queue_wait_ms + _settings.check_budget_ms) // 1000
preload_app = False
limit_request_line = 0  # the head as a whole is limited; a claim of 1,000 emoji is 12 kB in a query string
limit_request_fields = FIELDS
limit_request_field_size = FIELD_BYTES
forwarder_headers = ""  # no client says under which path the service lies: what a proxy keeps closed stays closed
# gunicorn believes nobody, not even a peer on this machine: only WIRECHECK_PROXIES says what is believed.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
control_socket_disable = True
loglevel = _settings.log_level
logconfig_dict = logs.dict_config(_settings)  # gunicorn's lines in the same form as ours


def child_exit(_server: Any, worker: Any) -> None:
    """Forget what only a living worker has, such as its memory; what it counted stays counted."""
    figures.forget(worker.pid)


def on_exit(_server: Any) -> None:
    """Remove the folder of the workers' figures."""
    figures.remove()

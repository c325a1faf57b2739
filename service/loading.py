"""A checker that loads its models and index beside the running server, and says how far it is."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from service.domain import Query, Report
from service.errors import BusyError, NotReadyError
from service.ports import Checker

log = logging.getLogger(__name__)
# Below the threads of one gunicorn worker, so that a health check always finds one free.
MOST_WAITING = 6


class LoadingChecker:
    """Builds a checker in a thread; until it is there, `check` raises `NotReadyError` and `state` says why.

    One check runs at a time: the models already use all the threads they are given, and two at once would fight.
    """

    def __init__(self, build: Callable[[], Checker]) -> None:
        self._build = build
        self._checker: Checker | None = None
        self._failure: str | None = None
        self._turn = threading.Lock()
        self._room = threading.BoundedSemaphore(MOST_WAITING)
        self._thread = threading.Thread(target=self._load, name="loading", daemon=True)

    def start(self) -> LoadingChecker:
        """Begin to load; return itself."""
        self._thread.start()
        return self

    def wait(self, timeout: float) -> None:
        """Wait until loading ended, well or not, at most `timeout` seconds."""
        self._thread.join(timeout)

    def state(self) -> dict[str, str]:
        """Return `ready`, `loading` or `failed: why` for each part."""
        if self._checker is not None:
            return self._checker.state()
        said = f"failed: {self._failure}" if self._failure else "loading"
        return {"models": said, "index": said}

    def check(self, query: Query) -> Report:
        """Return the report, or raise `NotReadyError`."""
        if self._failure:
            raise NotReadyError(f"Loading failed: {self._failure} See the server's log.")
        if self._checker is None:
            raise NotReadyError("The models and the index are still loading: try again in a few seconds.")
        if not self._room.acquire(blocking=False):
            raise BusyError(f"{MOST_WAITING} checks are already waiting: try again in a few seconds.")
        try:
            with self._turn:
                return self._checker.check(query)
        finally:
            self._room.release()

    def _load(self) -> None:
        try:
            self._checker = self._build()
        except Exception as error:  # whatever it is, /readyz must say it rather than load for ever
            log.exception("loading failed")
            self._failure = " ".join(str(error).split()) or type(error).__name__

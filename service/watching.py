"""What watches a service from outside, put together: metrics always, traces where they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Protocol

from service.api.exchanges import Exchange, Watcher
from service.config import Settings
from service.metrics import Metrics
from service.ports import Loaded, Watch
from service.tracing import traces


class _Watching(Watch, Protocol):
    def exchange(self, exchange: Exchange) -> Callable[[], object]: ...


class Watches:
    """All of them; satisfies `service.ports.Watch`."""

    def __init__(self, metrics: Metrics, others: Sequence[_Watching] = ()) -> None:
        self.metrics = metrics
        self._all: tuple[_Watching, ...] = (metrics, *others)

    @classmethod
    def of(cls, settings: Settings) -> Watches:
        """Return those that the settings ask for."""
        return cls(Metrics(), [traces()] if settings.traces else [])

    @property
    def watchers(self) -> list[Watcher]:
        """Return what is told of requests."""
        return [watch.exchange for watch in self._all]

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Tell all of them of a stage."""
        with ExitStack() as stack:
            for watch in self._all:
                stack.enter_context(watch.stage(name))
            yield

    def judged(self, known: int, computed: int) -> None:
        """Tell all of them of judgements."""
        for watch in self._all:
            watch.judged(known, computed)

    def loaded(self, service: Loaded) -> None:
        """Tell all of them that the service is loaded."""
        for watch in self._all:
            watch.loaded(service)

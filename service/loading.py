"""A checker that loads its models and index beside the running server, and says how far it is."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from service.domain import Query, Report
from service.errors import NotReadyError, UnwritableError, public_of
from service.keeping import (
    Answer,
    Archive,
    ArticlePage,
    CheckListing,
    CheckLog,
    CheckPage,
    FactCheckPage,
    FactCheckQuery,
    FactCheckSearch,
    Holding,
    KeptCheck,
    Ledger,
    Listing,
    Match,
    NewArticle,
    OnDuplicate,
    Outcome,
    Pause,
    Receipt,
    go_on,
)
from service.keys import Key, KeyRing
from service.ports import Checker
from service.turns import Turns

log = logging.getLogger(__name__)
MOST_PATIENT = 16  # requests that wait for loading at once, the line for a turn aside
RETRY_S = 2
C = TypeVar("C", bound=Checker)


class PatientArchive(Archive, Protocol):
    """An archive that pauses between two batches of what it embeds."""

    def add(self, new: NewArticle, on_duplicate: OnDuplicate, pause: Pause = go_on) -> Receipt:
        """Keep an article."""
        ...

    def add_all(self, news: Sequence[NewArticle], on_duplicate: OnDuplicate, pause: Pause = go_on) -> list[Outcome]:
        """Keep articles together."""
        ...

    def replace(self, article_id: str, new: NewArticle, matches: Match, pause: Pause = go_on) -> Receipt:
        """Put another text in an article's place."""
        ...


@dataclass(frozen=True, slots=True)
class Service:
    """All that answers requests: a checker, the articles that it checks on, the log of its checks, and the keys."""

    checker: Checker
    archive: PatientArchive
    log: CheckLog
    fact_checks: FactCheckSearch
    keys: KeyRing
    ledger: Ledger

    def state(self) -> dict[str, str]:
        """Return the checker's state."""
        return self.checker.state()

    def check(self, query: Query) -> Report:
        """Return the checker's report."""
        return self.checker.check(query)


class LoadingChecker(Generic[C]):
    """Builds a checker in a thread; `state` says how far it is.

    One check runs at a time: the models already use all the threads they are given, and two at once would fight. Who
    asks while the models load waits as in the line for a turn, so that a worker that replaces another one, at a
    reload or after a crash, refuses nobody; who has waited too long gets `NotReadyError`.
    """

    def __init__(
        self,
        build: Callable[[], C],
        turns: Turns | None = None,
        patience_s: float = 10.0,
        retry_s: float = RETRY_S,
    ) -> None:
        self._build, self._retry_s = build, retry_s
        self._checker: C | None = None
        self._failure: str | None = None  # what is told of it; its cause is in the log
        self._ended = threading.Event()
        self._turns, self._patience_s = turns or Turns(), patience_s
        self._patient = threading.BoundedSemaphore(MOST_PATIENT)
        self._thread = threading.Thread(target=self._load, name="loading", daemon=True)

    def start(self) -> LoadingChecker[C]:
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
        with self.turn() as checker:
            return checker.check(query)

    def loaded(self) -> C:
        """Return what was built, or raise `NotReadyError`; wait a while for what is still loading."""
        if not (self._failure or self._ended.is_set()) and self._patient.acquire(blocking=False):
            try:
                self._ended.wait(self._patience_s)
            finally:
                self._patient.release()
        return self._now()

    @contextmanager
    def turn(self) -> Iterator[C]:
        """Give what was built to one thread at a time; raise `NotReadyError`, `BusyError` where many wait."""
        with self._turns.turn() as left_s:
            if not self._failure:
                self._ended.wait(left_s)
            yield self._now()

    def give_way(self) -> None:
        """Let all who wait have their turns before one goes on with one's own."""
        self._turns.give_way()

    def _now(self) -> C:
        if self._failure:
            raise NotReadyError(f"Loading failed: {self._failure}")
        if self._checker is None:
            raise NotReadyError("The models and the index are still loading: try again in a few seconds.")
        return self._checker

    def _built(self) -> C:
        """Build, again and again while the database is away or held by others: it may come back."""
        while True:
            try:
                return self._build()
            except UnwritableError as error:
                log.warning("%s Trying again in %g seconds.", error, self._retry_s)
                self._failure = error.public
                time.sleep(self._retry_s)

    def _load(self) -> None:
        try:
            self._checker = self._built()
            self._failure = None
        except Exception as error:  # whatever it is, /readyz must say it rather than load for ever
            log.exception("loading failed")
            self._failure = public_of(error)
        finally:
            self._ended.set()


class LoadingArchive:
    """The archive of a service that may still be loading. Only what needs the embedder waits for its turn.

    What has its turn and embeds much lets others have theirs in between.
    """

    def __init__(self, loading: LoadingChecker[Service]) -> None:
        self._loading = loading

    def add(self, new: NewArticle, on_duplicate: OnDuplicate) -> Receipt:
        """Keep an article, as the archive does."""
        with self._loading.turn() as service:
            return service.archive.add(new, on_duplicate, self._loading.give_way)

    def add_all(self, news: Sequence[NewArticle], on_duplicate: OnDuplicate) -> list[Outcome]:
        """Keep articles in one turn, as the archive does."""
        with self._loading.turn() as service:
            return service.archive.add_all(news, on_duplicate, self._loading.give_way)

    def replace(self, article_id: str, new: NewArticle, matches: Match) -> Receipt:
        """Replace an article, as the archive does."""
        with self._loading.turn() as service:
            return service.archive.replace(article_id, new, matches, self._loading.give_way)

    def remove(self, article_id: str, matches: Match) -> None:
        """Drop an article, as the archive does."""
        self._loading.loaded().archive.remove(article_id, matches)

    def get(self, article_id: str) -> Holding:
        """Return an article, as the archive does."""
        return self._loading.loaded().archive.get(article_id)

    def page(self, listing: Listing) -> ArticlePage:
        """Return articles, as the archive does."""
        return self._loading.loaded().archive.page(listing)


class LoadingChecks:
    """The log of a service that may still be loading."""

    def __init__(self, loading: LoadingChecker[Service]) -> None:
        self._loading = loading

    def keep(self, query: Query, report: Report, answer: str) -> None:
        """Keep a check, as the log does."""
        self._loading.loaded().log.keep(query, report, answer)

    def get(self, check_id: str) -> KeptCheck:
        """Return a check, as the log does."""
        return self._loading.loaded().log.get(check_id)

    def page(self, listing: CheckListing) -> CheckPage:
        """Return checks, as the log does."""
        return self._loading.loaded().log.page(listing)


class LoadingLedger:
    """The ledger of a service that may still be loading."""

    def __init__(self, loading: LoadingChecker[Service]) -> None:
        self._loading = loading

    def begin(self, name: str, fingerprint: str) -> Answer | None:
        """Return what was answered, as the ledger does."""
        return self._loading.loaded().ledger.begin(name, fingerprint)

    def end(self, name: str, answer: Answer) -> None:
        """Remember what was answered, as the ledger does."""
        self._loading.loaded().ledger.end(name, answer)

    def release(self, name: str) -> None:
        """Forget a request, as the ledger does."""
        self._loading.loaded().ledger.release(name)


class LoadingFactChecks:
    """The fact-checks of a service that may still be loading; a search needs the embedder, so it waits its turn."""

    def __init__(self, loading: LoadingChecker[Service]) -> None:
        self._loading = loading

    def search(self, query: FactCheckQuery) -> FactCheckPage:
        """Return a page of reviewed claims, as the search does."""
        with self._loading.turn() as service:
            return service.fact_checks.search(query)


class LoadingKeys:
    """The keys of a service that may still be loading: until it is there, nobody is let in."""

    def __init__(self, loading: LoadingChecker[Service]) -> None:
        self._loading = loading

    def is_empty(self) -> bool:
        """Return whether no key is kept."""
        return self._loading.loaded().keys.is_empty()

    def find(self, key_id: str) -> Key | None:
        """Return a key, as the ring does."""
        return self._loading.loaded().keys.find(key_id)

    def used(self, key: Key) -> None:
        """Remember that a key was used, as the ring does."""
        self._loading.loaded().keys.used(key)

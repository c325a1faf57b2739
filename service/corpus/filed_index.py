"""The vector index of an SQLite store: in memory while it is small, mapped from a file that all workers share when not.

What came since the file was made is held in memory. When that is much, one worker makes a new file beside the old one,
and each goes over to it at its next check.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import faiss

from service.corpus import vectors
from service.corpus.approximate import kind_for
from service.corpus.index import VectorIndex
from service.corpus.neighbors import Rows
from service.corpus.store import Store
from service.corpus.vector_files import Mapped, VectorFiles
from service.errors import UnwritableError

log = logging.getLogger(__name__)
RETRY_S = 600.0
_NICENESS = 10
Run = Callable[[Callable[[], None]], None]


def in_thread(work: Callable[[], None]) -> None:
    """Do something beside what serves, on one core and behind what serves."""

    def patiently() -> None:
        faiss.omp_set_num_threads(1)
        if sys.platform == "linux":  # where a thread has a niceness of its own
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        work()

    threading.Thread(target=patiently, name="vector file", daemon=True).start()


@dataclass(frozen=True, slots=True)
class Plan:
    """When vectors are kept in a file, and when it is made anew: sentences, and shares of those in the file.

    A file of 10,000 sentences has 31 MB. A new one costs as much as all, so it waits until a fifth has changed.
    """

    method: str = "auto"
    file_least: int = 10_000
    changed_share: float = 0.2
    changed_few: int = 2_000
    delta_most: int = 50_000


class FiledIndex(VectorIndex):
    """A `VectorIndex` whose rows are a file's, as far as they were there when it was made."""

    def __init__(self, store: Store, files: VectorFiles, plan: Plan | None = None, run: Run = in_thread) -> None:
        self.dimension = files.dimension
        self._files, self._plan, self._run = files, plan or Plan(), run
        self._kind(0)  # refuses a method that there is not
        self._mapped: Mapped | None = None
        self._fresh: Mapped | None = None  # made by another thread, to be gone over to at the next check
        self._at_work, self._not_before = False, 0.0
        self._begin_anew(store, files.model)
        self._renew_if_due()

    @property
    def kind(self) -> str | None:
        """Return the kind of approximate index that is searched, None where all are compared."""
        return self._mapped.manifest.kind if self._mapped and self._base is self._mapped.rows else None

    def is_of(self, revision: int) -> bool:
        """Return whether this is the index of a revision, and no new file waits."""
        return self._fresh is None and super().is_of(revision)

    def catch_up(self, store: Store, model: str) -> None:
        """Become the index of the store's revision at this moment, by a new file where there is one."""
        if self._fresh is not None and self._fresh.manifest.revision <= store.state().revision:
            fresh, self._fresh = self._fresh, None
            self._go_over(fresh)
        if self._lacks_much(store, self.seen):
            self._begin_anew(store, model)
        else:
            super().catch_up(store, model)
        self._renew_if_due()

    def _begin_anew(self, store: Store, model: str) -> None:
        with store.reading() as connection:
            few = vectors.count_after(connection, 0) < self._plan.file_least
        if few or not self._from_file(store):
            self._mapped = None
            self.reset(store.vectors(model, self.dimension))

    def _from_file(self, store: Store) -> bool:
        """Map the store's file, which is made where it is missing; return whether that went well."""
        if self._take(store, self._files.current()):
            return True
        try:
            with self._files.turn():
                # Another process may have made it while this one waited.
                return self._take(store, self._files.current()) or self._take(store, self._files.make(None))
        except (OSError, UnwritableError) as error:
            log.warning("The vectors are held in memory, as no file can be made of them: %s", error)
            self._rest()
            return False

    def _take(self, store: Store, found: Mapped | None) -> bool:
        """Go over to a file and take in what came since, where that is not too much."""
        if found is None or self._lacks_much(store, found.manifest.seen):
            return False
        delta = store.delta(self._files.model, self.dimension, found.manifest.revision, found.manifest.seen)
        if delta is None:
            return False
        self._go_over(found)
        self.apply(delta)
        return True

    def _go_over(self, found: Mapped) -> None:
        all_of_them = self._kind(found.manifest.rows) is None
        self._mapped, self._tail = found, Rows.empty(self.dimension)
        self._base = found.rows.compared_all() if all_of_them else found.rows
        self.revision, self.seen = found.manifest.revision, found.manifest.seen

    def _lacks_much(self, store: Store, seen: int) -> bool:
        """Return whether so much has come that all is better read anew, block by block, than that at once.

        What comes after a sentence that waits to be embedded does not count: a new file would be as far behind, and be
        made again at each check until all is embedded.
        """
        most = min(self._much(self._plan.file_least), self._plan.delta_most)
        with store.reading() as connection:
            if vectors.count_after(connection, seen) <= most:
                return False
            waiting = vectors.first_waiting(connection, self._files.model, seen)
            return vectors.count_after(connection, seen, waiting) > most

    def _much(self, least: int) -> float:
        rows = self._mapped.manifest.rows if self._mapped else 0
        return max(least, self._plan.changed_share * rows)

    def _compact(self) -> None:
        # Of a corpus that is now too small for a new file, what has come and gone would be held for ever.
        if self._mapped is None or len(self) < self._plan.file_least:
            self._mapped = None
            super()._compact()

    def _renew_if_due(self) -> None:
        if not self._at_work and time.monotonic() >= self._not_before and self._is_due():
            self._at_work = True
            self._run(self._renew)

    def _is_due(self) -> bool:
        if len(self) < self._plan.file_least:
            return False
        if self._mapped is None or not self._suits(self._mapped, self._kind(len(self))):
            return True
        return len(self._tail) + self._base.hidden > self._much(self._plan.changed_few)

    def _renew(self) -> None:
        """Make a new file, or find the one that another worker has made."""
        kind, old = self._kind(len(self)), self._mapped and self._mapped.name
        try:
            with self._files.turn():
                found = self._files.current()
                if found is None or found.name == old or not self._suits(found, kind):
                    found = self._files.make(kind)
                self._fresh = found
        except Exception as error:  # whatever it is, the next check would only meet it again
            log.warning("The file of vectors cannot be made anew, and is tried again later: %s", error)
            self._rest()
        finally:
            self._at_work = False

    def _kind(self, sentences: int) -> str | None:
        return kind_for(self._plan.method, sentences)

    def _suits(self, found: Mapped, kind: str | None) -> bool:
        """Return whether a file can be searched in a way: one by one any can."""
        return kind is None or found.manifest.kind == kind

    def _rest(self) -> None:
        self._not_before = time.monotonic() + RETRY_S

"""What a client of the service did and when, so that it can be said what a check may have seen."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.crash.writer import SENTENCES, Step

_NAMED = re.compile(r"in (a\d+) version (\d+)\.$")


@dataclass
class Change:
    """One change of an article; `end` is infinite until it is acknowledged."""

    version: int | None
    begin: float
    end: float = float("inf")


@dataclass
class History:
    """The changes of every article, in order; one client makes them, one after the other."""

    changes: dict[str, list[Change]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def changing(self, step: Step) -> Iterator[None]:
        """Note when a change is sent, and when it is acknowledged."""
        change = Change(step.version, time.monotonic())
        with self.lock:
            self.changes.setdefault(step.article, [Change(None, 0.0, 0.0)]).append(change)
        yield
        change.end = time.monotonic()

    def settle(self, article: str, version: int | None) -> None:
        """Note what has come of a change whose answer was lost with its worker."""
        now = time.monotonic()
        with self.lock:
            last = self.changes[article][-1]
            if last.version == version:
                last.end = now
            else:  # it was never made: until now it might have been
                self.changes[article][-1:] = [
                    Change(last.version, last.begin, now), Change(version, last.begin, now)
                ]  # fmt: skip

    def now(self) -> dict[str, int | None]:
        """Return the version of every article that was last acknowledged."""
        with self.lock:
            return {article: changes[-1].version for article, changes in self.changes.items()}

    def allowed(self, article: str, begin: float, end: float) -> set[int | None]:
        """Return the versions that a check may see that was asked at `begin` and answered at `end`."""
        with self.lock:
            changes = list(self.changes.get(article, [Change(None, 0.0, 0.0)]))
        done = [i for i, change in enumerate(changes) if change.end <= begin]
        # Changes whose times overlap have no order of their own: any of them may be the one that stands.
        first = max((changes[i].begin for i in done), default=0.0)
        standing = {changes[i].version for i in done if changes[i].end >= first}
        return standing | {change.version for change in changes if change.begin <= end and change.end > begin}

    def articles(self) -> list[str]:
        """Return the articles that were ever changed."""
        with self.lock:
            return list(self.changes)


def seen_in(report: Any) -> dict[str, dict[int, set[str]]]:
    """Return the sentences in a report, by article and version."""
    entries = [*report["evidence"], *report["related"], *report["excluded"]]
    entries += [also for entry in entries for also in entry.get("also_in", ())]
    seen: dict[str, dict[int, set[str]]] = {}
    for entry in entries:
        found = _NAMED.search(entry["sentence"])
        assert found is not None, entry["sentence"]
        assert found[1] == entry["article"]["id"]
        seen.setdefault(found[1], {}).setdefault(int(found[2]), set()).add(entry["sentence"])
    return seen


def fault_of(history: History, report: Any, begin: float, end: float) -> str | None:
    """Say what is wrong with a report, or nothing: a stale, missing, half or mixed article.

    All sentences fit into the limit of the check, so an article must be there with all its sentences in one version,
    which is the last that was acknowledged before the check was asked, or one that was in work meanwhile.
    """
    seen = seen_in(report)
    for article in {*history.articles(), *seen}:
        allowed = history.allowed(article, begin, end)
        versions = seen.get(article, {})
        if len(versions) > 1:
            return f"{article} is there in versions {sorted(versions)}"
        version = next(iter(versions), None)
        if version not in allowed:
            return f"{article} is there as {version}, allowed are {allowed}"
        if version is not None and len(versions[version]) != SENTENCES:
            return f"{article} version {version} is there with {len(versions[version])} sentences"
    return None

"""What lets an index follow the corpus: a counter of changes, a version of the content, a log of removed sentences."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from service.corpus.tables import corpus, removals
from service.errors import CorpusError

KEPT = 10_000  # revisions that the log reaches back; an index that is older is made anew
_MODULUS = 1 << 64


@dataclass(frozen=True, slots=True)
class Mark:
    """An article as the version counts it."""

    article_id: str
    digest: str

    @property
    def number(self) -> int:
        """Return its share in the version, below 2^64."""
        hashed = hashlib.sha256(f"{self.article_id}\0{self.digest}".encode()).digest()
        return int.from_bytes(hashed[:8], "big")


@dataclass(frozen=True, slots=True)
class Removal:
    """Sentence ids that are gone, first and last included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class State:
    """The corpus at one moment. `revision` grows with every change; equal articles have an equal `version`."""

    revision: int
    version: str


def state(connection: Connection) -> State:
    """Return the corpus's state, at the cost of one row."""
    row = connection.execute(select(corpus.c.revision, corpus.c.version)).first()
    if row is None:
        raise CorpusError("The store has lost its revision: restore it from a backup, or remove it and start again.")
    return State(row.revision, row.version)


def advance(connection: Connection, added: Iterable[Mark] = (), gone: Iterable[Mark] = ()) -> int:
    """Count one change and return the new revision.

    The version is the sum of the articles' hashes, so a change costs what its articles cost, not the whole corpus.
    """
    before = state(connection)
    total = int(before.version, 16) + sum(mark.number for mark in added) - sum(mark.number for mark in gone)
    after = State(before.revision + 1, f"{total % _MODULUS:016x}")
    connection.execute(update(corpus).values(revision=after.revision, version=after.version))
    return after.revision


def log_removed(connection: Connection, revision: int, ids: Sequence[int]) -> None:
    """Note that the sentences with these ids went with a revision, and forget what is too old to be asked for."""
    rows = [{"revision": revision, "first": r.first, "last": r.last} for r in _ranges(sorted(ids))]
    if rows:
        connection.execute(insert(removals), rows)
    connection.execute(delete(removals).where(removals.c.revision <= revision - KEPT))


def removed_since(connection: Connection, revision: int) -> tuple[Removal, ...]:
    """Return the sentences removed after a revision."""
    wanted = select(removals.c.first, removals.c.last).where(removals.c.revision > revision).order_by(removals.c.id)
    return tuple(Removal(row.first, row.last) for row in connection.execute(wanted))


def _ranges(ids: Sequence[int]) -> Iterator[Removal]:
    start = 0
    for place in range(1, len(ids) + 1):
        if place == len(ids) or ids[place] != ids[place - 1] + 1:
            yield Removal(ids[start], ids[place - 1])
            start = place

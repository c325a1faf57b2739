"""Answers remembered for a day, so that a request that is sent twice does once what it does.

The first request with a key writes its name down before it begins, in a transaction: of two that come at once, in any
two workers, one finds the other's. What was begun and never ended, by a worker that was killed, counts no more after
`LEASE`. An answer that holds a claim is kept no longer than checks are: not at all where none are kept.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from service.corpus.store import Store
from service.corpus.tables import idempotency_keys as keys
from service.errors import DamagedError, InWorkError, KeyReusedError, UnwritableError
from service.keeping import HOLDS_CLAIM, Answer

KEPT = timedelta(days=1)
LEASE = timedelta(minutes=10)  # longer than any one article takes to embed
WAIT_MS = 1_000  # for another writer, at the start
MOST_KEYS = 10_000
MOST_BYTES = 1_000_000  # of one answer; a longer one is not remembered


class StoreLedger:
    """The ledger in a store: all workers share it, and it outlives them."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        keeps_claims: bool = True,
    ) -> None:
        self._store, self._now, self._keeps_claims = store, now, keeps_claims
        with suppress(UnwritableError, DamagedError), store.writing(WAIT_MS) as connection:  # a start goes on without
            self._forget(connection, now())

    def begin(self, name: str, fingerprint: str) -> Answer | None:
        """Return what was answered under a name, or None where this request is the first and is now in work.

        Raises `KeyReusedError` where the name belongs to another request, `InWorkError` where the first has not ended.
        """
        try:
            with self._store.writing() as connection:
                now = self._now()
                self._forget(connection, now)
                row = connection.execute(select(keys).where(keys.c.name == name)).first()
                if row is None:
                    connection.execute(insert(keys).values(name=name, fingerprint=fingerprint, begun_at=now))
                    return None
        except IntegrityError as error:  # where the database lets two transactions write at once
            raise _in_work() from error
        if row.fingerprint != fingerprint:
            raise KeyReusedError(
                "This Idempotency-Key was used for another request in the last 24 hours: give each request its own."
            )
        if row.status is None:
            raise _in_work()
        headers = tuple((str(key), str(value)) for key, value in json.loads(row.headers))
        return Answer(row.status, headers, zlib.decompress(row.body))

    def end(self, name: str, answer: Answer) -> None:
        """Remember what was answered, unless it is too long, or holds a claim where none is kept."""
        if len(answer.body) > MOST_BYTES or (name.startswith(HOLDS_CLAIM) and not self._keeps_claims):
            self.release(name)
            return
        kept = {
            "status": answer.status,
            "headers": json.dumps(answer.headers),
            "body": zlib.compress(answer.body),
        }
        with self._store.writing() as connection:
            connection.execute(update(keys).where(keys.c.name == name).values(**kept))

    def release(self, name: str) -> None:
        """Forget a request that came to nothing, so that it can be sent again, corrected or not."""
        with self._store.writing() as connection:
            connection.execute(delete(keys).where(keys.c.name == name))

    def _forget(self, connection: Connection, now: datetime) -> None:
        too_old = keys.c.begun_at < now - KEPT
        never_ended = and_(keys.c.status.is_(None), keys.c.begun_at < now - LEASE)
        over = select(keys.c.begun_at).order_by(keys.c.begun_at.desc()).offset(MOST_KEYS - 1).limit(1).scalar_subquery()
        gone = [too_old, never_ended, keys.c.begun_at <= over]
        if not self._keeps_claims:
            gone.append(and_(keys.c.status.is_not(None), keys.c.name.startswith(HOLDS_CLAIM)))
        connection.execute(delete(keys).where(or_(*gone)))


def _in_work() -> InWorkError:
    return InWorkError("A request with this Idempotency-Key is being answered: ask again in a few seconds.")

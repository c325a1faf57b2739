"""Reading from replicas, and never from one that lacks what has been written already."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from service.corpus.engines.interface import Backend
from service.errors import UnreachableError

# A server that took long not to answer is not asked again for a while, where another one can be. One that refuses at
# once is asked each time, so that it is read from as soon as it is back.
LONG_S = 0.5
AWAY_S = 5.0
_REVISION = text("SELECT revision FROM corpus")
log = logging.getLogger(__name__)


class Replicas:
    """Streaming replicas of a primary.

    Before a check the primary is asked for its revision, one row, and the check is read from the next replica that has
    come as far: so a client that has just added an article finds it, by whichever process and replica. One that lags
    is passed over, and the primary itself is read where all do. Where the primary is away, a replica serves what it
    has.
    """

    def __init__(
        self, primary: Engine, replicas: Sequence[Engine], backend: Backend, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._primary, self._replicas, self._backend, self._clock = primary, replicas, backend, clock
        self._turn = itertools.count()
        self._away_until: dict[Engine, float] = {}

    def __bool__(self) -> bool:
        return bool(self._replicas)

    @contextmanager
    def one_moment(self) -> Iterator[Connection]:
        """Give a connection, to a replica or the primary, on which all that is read is of one moment."""
        with ExitStack() as stack:
            yield self._chosen(stack)

    @contextmanager
    def primary(self) -> Iterator[Connection]:
        """Give a connection to the primary, as `one_moment` does; raise `UnreachableError` where it is away."""
        if self._replicas and self._is_away(self._primary):
            raise UnreachableError("The database's primary does not answer: try again in a few seconds.")
        with self._noting(self._primary), self._backend.one_moment(self._primary) as connection:
            yield connection

    def close(self) -> None:
        """Give the connections back."""
        for replica in self._replicas:
            replica.dispose()

    def _chosen(self, stack: ExitStack) -> Connection:
        revision = self._asked(self._primary)
        start = next(self._turn)
        for place in range(len(self._replicas)):
            replica = self._replicas[(start + place) % len(self._replicas)]
            if connection := self._far_enough(replica, revision, stack):
                return connection
        # All replicas lag or are away. That the primary is away too is for the caller to hear.
        return stack.enter_context(self._backend.one_moment(self._primary))

    def _asked(self, engine: Engine) -> int | None:
        """Return the revision that a server has, None where it does not answer."""
        if self._is_away(engine):
            return None
        with self._passing_over(engine), engine.connect() as connection:
            return int(connection.execute(_REVISION).scalar_one())
        return None

    def _far_enough(self, replica: Engine, revision: int | None, stack: ExitStack) -> Connection | None:
        if self._is_away(replica):
            return None
        with ExitStack() as tried, self._passing_over(replica):
            connection = tried.enter_context(self._backend.one_moment(replica))
            reached = connection.execute(_REVISION).scalar_one()
            if revision is None or reached >= revision:
                stack.push(tried.pop_all())
                return connection
        return None

    def _is_away(self, engine: Engine) -> bool:
        return self._clock() < self._away_until.get(engine, 0.0)

    @contextmanager
    def _passing_over(self, engine: Engine) -> Iterator[None]:
        """Let it pass that a server does not answer: another one is read."""
        try:
            with self._noting(engine):
                yield
        except UnreachableError as error:
            log.warning("%s Reading goes on elsewhere.", error)

    @contextmanager
    def _noting(self, engine: Engine) -> Iterator[None]:
        """Name it that a server does not answer, and remember it for a while where that took long."""
        begin = self._clock()
        try:
            yield
        except DBAPIError as error:
            named = self._backend.named(error, writing=False)
            if not isinstance(named, UnreachableError):
                raise
            if self._clock() - begin >= LONG_S:
                self._away_until[engine] = self._clock() + AWAY_S
            raise named from error

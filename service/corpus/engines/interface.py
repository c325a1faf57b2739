"""What the store asks of a kind of database beyond the SQL that all of them share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Select
from sqlalchemy.exc import DBAPIError

from service.errors import WirecheckError

WAIT_MS = 10_000  # for another writer to come to an end


@dataclass(frozen=True, slots=True)
class SearchWords:
    """A sentence's search terms and those of its context, each parted by spaces."""

    sentence_id: int
    words: str
    context: str


class Backend(Protocol):
    """One kind of database."""

    def look(self) -> None:
        """Raise `DamagedError` where what was opened is no longer there."""
        ...

    def one_moment(self, engine: Engine) -> AbstractContextManager[Connection]:
        """Give a connection in a transaction in which all that is read is of one moment."""
        ...

    def writing(self, engine: Engine, wait_ms: int, *, lasting: bool) -> AbstractContextManager[Connection]:
        """Give a connection in a transaction that has the only right to write from its start; it is not committed.

        Another writer is waited for as long as `wait_ms`. What is not `lasting` does not wait for the disk.
        """
        ...

    def named(self, error: DBAPIError, *, writing: bool) -> WirecheckError | None:
        """Return what a driver's error means to the user, or None where it is a fault of ours."""
        ...

    def put_words(self, connection: Connection, rows: Sequence[SearchWords]) -> None:
        """Let sentences be found by their search terms."""
        ...

    def drop_sentences(self, connection: Connection, ids: Sequence[int]) -> None:
        """Drop what is kept of sentences for searching."""
        ...

    def best(
        self,
        connection: Connection,
        terms: Sequence[str],
        held: Mapping[str, int],
        chosen: Select[Any] | None,
        count: int,
    ) -> list[int]:
        """Return the ids of the sentences, all or those chosen, that hold the terms best by BM25, ties by id.

        `held` is how many sentences hold each term.
        """
        ...

    def articles_came(self, connection: Connection, ids: Sequence[str]) -> None:
        """Note that articles were put, so that what is searched in the database itself has them too."""
        ...

    def embeddings_came(self, connection: Connection, model: str, keys: Sequence[bytes]) -> None:
        """Note that the sentences with these digests were embedded."""
        ...

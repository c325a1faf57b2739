"""The API keys of a store.

Nothing is remembered between two calls, and no replica is asked, so all workers see a change at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from service.corpus.database import Database
from service.corpus.tables import api_keys
from service.errors import NotFoundError, UnwritableError, WirecheckError
from service.keys import Key, Scope, digest_of, id_in, mint
from service.keys import now as present

_ANY = select(api_keys.c.id).limit(1)  # made once: every request asks it where there is no key


class StoreKeys:
    """Makes, finds, changes and lists the keys of a store."""

    def __init__(self, store: Database, now: Callable[[], datetime] = present) -> None:
        self._store, self._now = store, now

    def create(self, name: str, scopes: Iterable[Scope], days: int | None = None) -> tuple[Key, str]:
        """Keep a new key, good for so many days or for ever; return it with its token, which is nowhere kept."""
        now = self._now()
        key_id, token = mint()
        ends = None if days is None else now + timedelta(days=days)
        key = Key(key_id, name, frozenset(scopes), digest_of(token), now, ends)
        with self._store.writing() as connection:
            connection.execute(insert(api_keys).values(_values(key)))
        return key, token

    def rotate(self, key_id: str) -> tuple[Key, str]:
        """Give a key another secret and as many days as it had; the old secret is refused from then on."""
        with self._store.writing() as connection:
            key = _one(connection, key_id)
            if key.revoked_at is not None:
                raise WirecheckError(f"The key {key.id} was revoked, which is for good: create another one.")
            now = self._now()
            _, token = mint(key.id)
            ends = None if key.expires_at is None else now + (key.expires_at - key.created_at)
            key = replace(key, digest=digest_of(token), created_at=now, expires_at=ends)
            _change(connection, key)
        return key, token

    def revoke(self, key_id: str) -> Key:
        """Refuse a key from now on; one that was revoked before stays as it is."""
        with self._store.writing() as connection:
            key = _one(connection, key_id)
            if key.revoked_at is None:
                key = replace(key, revoked_at=self._now())
                _change(connection, key)
        return key

    def remove(self, key_id: str) -> Key:
        """Forget a key that was revoked."""
        with self._store.writing() as connection:
            key = _one(connection, key_id)
            if key.revoked_at is None:
                raise WirecheckError(f"The key {key.id} is not revoked: revoke it first, so that nothing uses it.")
            connection.execute(delete(api_keys).where(api_keys.c.id == key.id))
        return key

    def all(self) -> list[Key]:
        """Return the keys in the order in which their secrets were made."""
        with self._store.latest() as connection:
            rows = connection.execute(select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id))
            return [_key(row) for row in rows]

    def is_empty(self) -> bool:
        """Return whether no key is kept, not even an expired or a revoked one."""
        with self._store.latest() as connection:
            return connection.execute(_ANY).first() is None

    def find(self, key_id: str) -> Key | None:
        """Return the key with an id."""
        with self._store.latest() as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.id == key_id)).first()
            return None if row is None else _key(row)

    def used(self, key: Key) -> None:
        """Remember on which day a key was used last: one write a day and key."""
        today = self._now().date()
        if key.last_used_on == today:
            return
        with suppress(UnwritableError), self._store.writing() as connection:
            connection.execute(update(api_keys).where(api_keys.c.id == key.id).values(last_used_on=today))


def _one(connection: Connection, key_id: str) -> Key:
    """Return a key by its id, or by the whole key, which is not repeated in an error."""
    row = connection.execute(select(api_keys).where(api_keys.c.id == (id_in(key_id) or key_id))).first()
    if row is None:
        raise NotFoundError("There is no key with this id: `wirecheck keys list` shows the ids.")
    return _key(row)


def _change(connection: Connection, key: Key) -> None:
    connection.execute(update(api_keys).where(api_keys.c.id == key.id).values(_values(key)))


def _values(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": " ".join(sorted(key.scopes)),
        "digest": key.digest,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_on": key.last_used_on,
    }


def _key(row: Row[Any]) -> Key:
    values = row._asdict()
    return Key(**{**values, "scopes": frozenset(map(Scope, row.scopes.split()))})

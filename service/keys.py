"""API keys: who may do what, the secret that shows it, and what is kept of it.

A key reads `wirecheck_<id>_<secret>`. The id is public and finds the row; of the secret only a digest is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Protocol

PREFIX = "wirecheck"
_ID_BYTES, _SECRET_BYTES = 6, 32
_SECRET = "[A-Za-z0-9_-]{43}"  # 32 bytes in base64url  # noqa: S105  the form of one
_TOKEN = re.compile(rf"{PREFIX}_([0-9a-f]{{12}})_{_SECRET}")
# However its letters are escaped in an address, the beginning of a key stays readable.
_SOMEWHERE = re.compile(rf"{PREFIX}_[0-9a-f]{{12}}_")


class Scope(StrEnum):
    """What a key may do; none includes another."""

    CHECK = "check"
    ARTICLES_WRITE = "articles:write"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is kept: all but its secret."""

    id: str
    name: str
    scopes: frozenset[Scope]
    digest: bytes
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_on: date | None = None

    def opens(self, token: str) -> bool:
        """Return whether a token is this key, in a time that does not depend on where the two differ."""
        return hmac.compare_digest(self.digest, digest_of(token))

    def fault(self, now: datetime) -> str | None:
        """Return why the key is good no more, or None."""
        if self.revoked_at is not None:
            return f"was revoked on {self.revoked_at.date()}"
        if self.expires_at is not None and self.expires_at <= now:
            return f"expired on {self.expires_at.date()}"
        return None


class KeyRing(Protocol):
    """Knows the keys as they are now, whatever process has changed them."""

    def is_empty(self) -> bool:
        """Return whether no key is kept, not even an expired or a revoked one."""
        ...

    def find(self, key_id: str) -> Key | None:
        """Return the key with an id."""
        ...

    def used(self, key: Key) -> None:
        """Remember on which day a key was used last."""
        ...


def mint(key_id: str | None = None) -> tuple[str, str]:
    """Return the id and the token of a new key, or a new token for an id."""
    key_id = key_id or secrets.token_hex(_ID_BYTES)
    return key_id, f"{PREFIX}_{key_id}_{secrets.token_urlsafe(_SECRET_BYTES)}"


def id_in(token: str) -> str | None:
    """Return the id that a token states, or None where it has not the form of a key."""
    found = _TOKEN.fullmatch(token)
    return found[1] if found else None


def holds_key(text: str) -> bool:
    """Return whether the beginning of a key stands anywhere in a text."""
    return _SOMEWHERE.search(text) is not None


def digest_of(token: str) -> bytes:
    """Return what is kept of a token.

    Plain SHA-256 is right here. Salts and slow hashes protect what people think up, which can be guessed; 256 random
    bits cannot, and a slow hash would be paid for with every request.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)

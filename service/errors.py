"""The errors that Wirecheck raises on purpose.

WirecheckError                        status  exit
├── SettingError                           -     2   a setting is missing, unknown or out of range
├── ReadingError                           -     1   an article file cannot be read
├── FetchError                           422     1   a page cannot be fetched, or must not be
│   └── NotNowError                      422     1   a page cannot be fetched at this time
├── ModelError                             -     1   model files are missing, damaged or of another kind
├── CorpusError                            -     1   the store cannot be opened or was made by another version
├── NotReadyError                        503     1   the models or the index are still loading
│   ├── BusyError                        503     1   more requests wait than can be answered soon
│   ├── UnwritableError                  503     1   the store cannot be written to now, but what is there is served
│   │   └── UnreachableError             503     1   the database's server does not answer
│   └── DamagedError                     503     1   the store's file is damaged: a backup must be restored
├── NotFoundError                        404     1   what was asked for is not here
├── DuplicateError                       409     1   an article is there already, by its id or its address
├── InWorkError                          409     1   a request with the same idempotency key has not ended yet
├── KeyReusedError                       422     1   an idempotency key belongs to another request
└── ChangedError                         412     1   an article is no longer what the request takes it for

Every message names what is wrong, the limit, and the cure, in one line. Whoever runs the service reads that; whoever
asks it over HTTP reads `public`, which names no path, host, user or address of this installation.
"""

from __future__ import annotations

from typing import ClassVar

SEE_LOG = "The cause is in the server's log, and `wirecheck doctor` on the server says what to do."


class WirecheckError(Exception):
    """Base of all errors that have a message for the user."""

    status = 500
    exit_code = 1
    plainly: ClassVar = "Something failed that should not."  # what is told of an error that is not the asker's

    def __init__(self, message: str, *, public: str | None = None) -> None:
        """Take the message, and what is told over HTTP where the message says too much for that."""
        super().__init__(message)
        self._public = public

    @property
    def public(self) -> str:
        """Return what anybody may read."""
        if self._public is None and self.status == 500:
            return f"{self.plainly} {SEE_LOG}"
        return self._public or str(self)


class SettingError(WirecheckError):
    """A setting is missing, unknown or out of range."""

    exit_code = 2
    plainly = "A setting is missing, unknown or out of range."


class ReadingError(WirecheckError):
    """An article file cannot be read."""


class FetchError(WirecheckError):
    """A page cannot be fetched, or must not be."""

    status = 422


class NotNowError(FetchError):
    """A page cannot be fetched at this time; it may be there later."""


class ModelError(WirecheckError):
    """Model files are missing, damaged or of another kind."""

    plainly = "A model's files are missing, damaged or of another kind."


class CorpusError(WirecheckError):
    """The store cannot be opened or was made by another version."""

    plainly = "The store cannot be opened, or was made by another version."


class NotReadyError(WirecheckError):
    """The models or the index are still loading."""

    status = 503


class BusyError(NotReadyError):
    """More requests wait than can be answered soon; `retry_after_s` says when it is worth asking again."""

    def __init__(self, message: str, retry_after_s: int = 2) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class UnwritableError(NotReadyError):
    """The store cannot be written to now, but what is there is served."""


class UnreachableError(UnwritableError):
    """The database's server does not answer: nothing can be written, and read only where a replica is."""


class DamagedError(NotReadyError):
    """The store's file is damaged: a backup must be restored."""


class NotFoundError(WirecheckError):
    """What was asked for is not here."""

    status = 404


class DuplicateError(WirecheckError):
    """An article is there already, by its id or its address."""

    status = 409


class InWorkError(WirecheckError):
    """A request with the same idempotency key has not ended yet; in `retry_after_s` it may have."""

    status = 409
    retry_after_s = 2


class KeyReusedError(WirecheckError):
    """An idempotency key belongs to another request."""

    status = 422


class ChangedError(WirecheckError):
    """An article is no longer what the request takes it for."""

    status = 412


def public_of(error: BaseException) -> str:
    """Return what anybody may read of an error, whatever it is."""
    return error.public if isinstance(error, WirecheckError) else f"{WirecheckError.plainly} {SEE_LOG}"

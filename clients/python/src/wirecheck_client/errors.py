"""The errors that the client raises.

WirecheckError
├── NotConnectedError          no answer came: the service is down, the address wrong, the network gone
│   └── TimedOutError          no answer came in time
├── UnexpectedAnswerError      an answer came that the contract does not know
└── ProblemError               the service answered with a problem (RFC 9457); `problem` is all of it
    ├── BadRequestError 400  ├── UnauthorizedError 401  ├── ForbiddenError 403      ├── NotFoundError 404
    ├── ConflictError 409    ├── ChangedError 412       ├── TooLargeError 413       ├── InvalidError 422
    ├── BusyError 429        └── ServerError 5xx        └── UnavailableError 503    (429 and 503: `retry_after_s`)
"""

from __future__ import annotations

from wirecheck_client.models import Fault, Problem


class WirecheckError(Exception):
    """Base of all errors that the client raises on purpose."""


class NotConnectedError(WirecheckError):
    """No answer came: the service is down, the address wrong, or the network gone."""


class TimedOutError(NotConnectedError):
    """No answer came in time."""


class UnexpectedAnswerError(WirecheckError):
    """An answer came that the contract does not know."""


class ProblemError(WirecheckError):
    """The service answered with a problem; `retry_after_s` is how long it asks to wait, in seconds."""

    def __init__(self, problem: Problem, retry_after_s: float | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.retry_after_s = retry_after_s

    @property
    def status(self) -> int:
        """Return the HTTP status."""
        return self.problem.status

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Return everything that is wrong, each with its place."""
        return self.problem.errors


class BadRequestError(ProblemError):
    """400: the request cannot be read."""


class UnauthorizedError(ProblemError):
    """401: an API key is missing or unknown."""


class ForbiddenError(ProblemError):
    """403: this may not be done, or not from here."""


class NotFoundError(ProblemError):
    """404: it is not there."""


class ConflictError(ProblemError):
    """409: an article is there already, or a request with the same idempotency key is in work."""


class ChangedError(ProblemError):
    """412: the article is no longer the version that `etag` names."""


class TooLargeError(ProblemError):
    """413: more was sent than the service takes."""


class InvalidError(ProblemError):
    """422: a field or parameter is out of its limits; `faults` names each."""


class BusyError(ProblemError):
    """429: too many requests."""


class ServerError(ProblemError):
    """5xx: the service failed."""


class UnavailableError(ServerError):
    """503: the service is loading, busy, or cannot write now."""


_BY_STATUS: dict[int, type[ProblemError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    412: ChangedError,
    413: TooLargeError,
    422: InvalidError,
    429: BusyError,
    503: UnavailableError,
}


def error_of(problem: Problem, retry_after_s: float | None = None) -> ProblemError:
    """Return the error that stands for a problem."""
    otherwise = ServerError if problem.status >= 500 else ProblemError
    return _BY_STATUS.get(problem.status, otherwise)(problem, retry_after_s)

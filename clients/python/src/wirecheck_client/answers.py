"""What came back: its JSON, or the error that it stands for, and how long to wait before asking again."""

from __future__ import annotations

import email.utils
import json
import time
from dataclasses import dataclass
from typing import Any

import httpx

from wirecheck_client.decoding import decode
from wirecheck_client.errors import (
    NotConnectedError,
    TimedOutError,
    UnexpectedAnswerError,
    WirecheckError,
    error_of,
)
from wirecheck_client.models import Problem

_PROBLEM = "application/problem+json"
_LATER = frozenset({429, 503})
_IN_WORK = 409  # with Retry-After: a request with the same idempotency key has not ended yet
_GATEWAY = frozenset({502, 504})  # a proxy got no answer: what was asked may have been done


@dataclass(frozen=True, slots=True)
class Retries:
    """How often to try again: `most` times, the first after `first_wait_s`, each later one after twice as long.

    A wait that the service asks for goes before that; where it is longer than `longest_wait_s`, nothing is tried.
    """

    most: int = 3
    first_wait_s: float = 0.5
    longest_wait_s: float = 30.0

    def pause(self, tried: int, outcome: httpx.Response | httpx.RequestError, *, repeatable: bool) -> float:
        """Return the seconds to wait before the request is sent again, or raise the error where it must not be."""
        ours = min(self.first_wait_s * 2**tried, self.longest_wait_s)
        if isinstance(outcome, httpx.Response):
            wait, error = _asked_wait(outcome, ours if repeatable else None), problem_in(outcome)
        else:
            never_sent = isinstance(outcome, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
            wait, error = ours if repeatable or never_sent else None, failure(outcome)
        if wait is None or wait > self.longest_wait_s or tried >= self.most:
            raise error from (outcome if isinstance(outcome, Exception) else None)
        return wait


def _asked_wait(response: httpx.Response, ours: float | None) -> float | None:
    asked = retry_after_s(response)
    if asked is not None and response.status_code in _LATER | {_IN_WORK}:  # the service has not done it
        return asked
    return ours if response.status_code in _LATER | _GATEWAY else None


def retry_after_s(response: httpx.Response) -> float | None:
    """Return the seconds that an answer asks to wait, given as seconds or as a date."""
    asked = response.headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(asked).timestamp() - time.time())
    except ValueError:
        return None


def failure(error: httpx.RequestError) -> WirecheckError:
    """Return our error for one of the connection."""
    url = error.request.url
    if isinstance(error, httpx.DecodingError):
        return UnexpectedAnswerError(f"{url} answered what cannot be unpacked ({error}); is there a proxy before it?")
    if isinstance(error, httpx.TimeoutException):
        return TimedOutError(f"{url} did not answer in time; give the client a longer timeout")
    return NotConnectedError(f"{url} cannot be reached ({error}); is the service running there?")


def problem_in(response: httpx.Response) -> WirecheckError:
    """Return the error that an answer of 300 or more stands for; its body must have been read."""
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    if kind != _PROBLEM:
        return UnexpectedAnswerError(
            f"{response.url} answered {response.status_code} without a problem; is there a proxy before the service?"
        )
    return error_of(decode(Problem, body_of(response), "the problem"), retry_after_s(response))


def body_of(response: httpx.Response) -> Any:
    """Return the JSON of an answer."""
    try:
        return response.json()
    except ValueError as error:
        raise UnexpectedAnswerError(
            f"{response.url} answered what is not JSON; is this a Wirecheck service?"
        ) from error


def page_of(response: httpx.Response) -> str:
    """Return the HTML of an answer."""
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        raise UnexpectedAnswerError(f"{response.url} answered what is not HTML; is this a Wirecheck service?")
    return response.text


def line_in(line: str) -> Any:
    """Return the JSON of one line of an answer."""
    try:
        return json.loads(line)
    except ValueError as error:
        raise UnexpectedAnswerError(f"a line is no JSON: {line!r:.60}; was the answer cut off?") from error

"""Pages of the web: each asked for politely, within limits of size and time, from an address that may be asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import urllib3
from protego import Protego
from urllib3.exceptions import HTTPError

from service.errors import FetchError, NotNowError
from service.fetching.addresses import Target, target_of

AGENT = "wirecheck/0.1"
MOST_HOPS = 5
ROBOTS_BYTES = 512_000
_MOVED = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({408, 425, 429})
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost. `delay_s` lies between two requests to one host.

    A host may ask for more time between them; `most_wait_s` is the longest that is then waited.
    """

    most_bytes: int = 5_000_000
    seconds: float = 20.0
    delay_s: float = 1.0
    most_wait_s: float = 30.0
    private: bool = False
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a server said of a page's version, to ask for it again only when it has changed."""

    etag: str | None = None
    modified: str | None = None

    def headers(self) -> dict[str, str]:
        """Return the conditional headers."""
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in pairs.items() if value}


@dataclass(frozen=True, slots=True)
class Page:
    """What came back. `url` is where it was found in the end; `body` is empty where it is `unchanged`."""

    url: str
    body: bytes
    content_type: str
    seen: Seen = field(default_factory=Seen)
    unchanged: bool = False


class Fetcher:
    """Fetches one page at a time, and remembers each host's robots.txt and when it was last asked."""

    def __init__(
        self,
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._limits, self._clock, self._sleep = limits, clock, sleep
        self._robots: dict[str, Protego | None] = {}
        self._asked: dict[str, float] = {}

    @property
    def agent(self) -> str:
        """Return the `User-Agent`: what this is, and where its owner can be reached."""
        return f"{AGENT} (+{self._limits.contact})" if self._limits.contact else AGENT

    def get(self, url: str, seen: Seen | None = None, *, most_bytes: int | None = None) -> Page:
        """Return the page at an address, or raise `FetchError` that says why there is none."""
        until = self._clock() + self._limits.seconds
        most = most_bytes or self._limits.most_bytes
        for _ in range(MOST_HOPS + 1):
            target = target_of(url, private=self._limits.private)
            self._allowed(target)
            until += self._wait(target)
            answer = self._ask(target, (seen or Seen()).headers(), most, until)
            if answer.status in _MOVED and answer.location:
                url = _moved(target, answer.location)
                continue
            return _page(target, answer)
        raise FetchError(f"{url:.200} is moved more than {MOST_HOPS} times: give the address where it ends.")

    def _allowed(self, target: Target) -> None:
        if target.origin not in self._robots:
            self._robots[target.origin] = self._rules(target)
        rules = self._robots[target.origin]
        if rules is not None and not rules.can_fetch(target.url, AGENT):
            raise FetchError(f"{target.url:.200} is closed to programs by the host's robots.txt: add it as a file.")

    def _rules(self, target: Target) -> Protego | None:
        """Return the rules of a host, None where it has none (RFC 9309: also where robots.txt cannot be found)."""
        asked = Target(
            f"{target.origin}/robots.txt", target.scheme, target.host, target.port, "/robots.txt", target.address
        )
        try:
            answer = self._ask(asked, {}, ROBOTS_BYTES, self._clock() + self._limits.seconds)
        except FetchError:
            return None
        if answer.status >= 500:
            raise NotNowError(f"{asked.url} answers {answer.status}: the host says nothing of what may be fetched now.")
        return Protego.parse(answer.body.decode("utf-8", "replace")) if answer.status == 200 else None

    def _wait(self, target: Target) -> float:
        """Wait until the host may be asked again, and return for how long that was, in seconds."""
        rules = self._robots.get(target.origin)
        asked_s = float((rules.crawl_delay(AGENT) if rules else None) or 0.0)
        last, now = self._asked.get(target.origin), self._clock()
        left = 0.0 if last is None else max(0.0, last + max(self._limits.delay_s, asked_s) - now)
        most = max(self._limits.delay_s, self._limits.most_wait_s)
        if left > most:
            raise FetchError(
                f"{target.host} asks for {asked_s:g} seconds between requests; the most waited is {most:g}: try again "
                "later, or add the page as a file."
            )
        if left:
            self._sleep(left)
        self._asked[target.origin] = now + left
        return left

    def _ask(self, target: Target, more: Mapping[str, str], most: int, until: float) -> _Answer:
        headers = {
            "Host": target.host_header, "User-Agent": self.agent, "Accept-Encoding": "gzip, deflate",
            "Accept": "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5", **more,
        }  # fmt: skip
        left = max(0.1, until - self._clock())
        try:
            with _pool(target, left) as pool:
                response = pool.urlopen(
                    "GET", target.path, headers=headers, redirect=False, retries=False, preload_content=False,
                    assert_same_host=False, timeout=urllib3.Timeout(total=left),
                )  # fmt: skip
                try:
                    body = self._read(target, response, most, until)
                finally:
                    response.close()
        except HTTPError as error:
            raise NotNowError(f"{target.url:.200} could not be fetched: {_reason(error)}. Try again later.") from error
        return _Answer(response.status, dict(response.headers), body)

    def _read(self, target: Target, response: urllib3.BaseHTTPResponse, most: int, until: float) -> bytes:
        """Read no more than may be kept, decoded: what is small on the way may be huge here."""
        parts, size = [], 0
        while part := response.read1(_CHUNK, decode_content=True):  # what has come, without waiting for a whole chunk
            size += len(part)
            if size > most:
                raise FetchError(f"{target.url:.200} is longer than {most:,} bytes, the limit: add it as a file.")
            if self._clock() > until:
                raise NotNowError(f"{target.url:.200} took longer than {self._limits.seconds:g} seconds, the limit.")
            parts.append(part)
        return b"".join(parts)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers.items() if key.lower() == name), None)

    @property
    def location(self) -> str | None:
        return self.header("location")


def _moved(target: Target, location: str) -> str:
    try:
        return urljoin(target.url, location)
    except ValueError as error:
        raise FetchError(f"{target.url:.200} is moved to what is no address: {error}.") from error


def _page(target: Target, answer: _Answer) -> Page:
    seen = Seen(answer.header("etag"), answer.header("last-modified"))
    if answer.status == 304:
        return Page(target.url, b"", "", seen, unchanged=True)
    if answer.status in _LATER or answer.status >= 500:
        raise NotNowError(f"{target.url:.200} answers {answer.status}: try again later.")
    if answer.status != 200:
        raise FetchError(f"{target.url:.200} answers {answer.status}: there is no page to read.")
    return Page(target.url, answer.body, answer.header("content-type") or "", seen)


def _pool(target: Target, seconds: float) -> urllib3.HTTPConnectionPool:
    """Return a pool that connects to the checked address and asks for, and verifies, the name."""
    options: dict[str, Any] = {"timeout": urllib3.Timeout(total=seconds), "maxsize": 1}
    if target.scheme == "http":
        return urllib3.HTTPConnectionPool(target.address, target.port, **options)
    named: dict[str, Any] = {"server_hostname": target.host, "assert_hostname": target.host}
    return urllib3.HTTPSConnectionPool(target.address, target.port, **options, **named)


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__

"""What is kept while the service answers: articles that come and go, and checks; who keeps them is a protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from service.domain import Article, FactCheck, Query, Report, Thresholds, Verdict
from service.errors import WirecheckError


@dataclass(frozen=True, slots=True)
class Listing:
    """A validated request for a page of articles, ordered by id: those `after` an id, narrowed as a query is."""

    limit: int = 50
    after: str | None = None
    published_from: datetime | None = None
    published_to: datetime | None = None
    publishers_include: tuple[str, ...] = ()
    publishers_exclude: tuple[str, ...] = ()


class OnDuplicate(StrEnum):
    """What to do with an article that is there already, by its id or its address."""

    SKIP = "skip"
    REPLACE = "replace"
    FAIL = "fail"


class Change(StrEnum):
    """What became of an article that was sent."""

    ADDED = "added"
    REPLACED = "replaced"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article as it was sent: its text or page, as text or in bytes of any encoding, and what was said of it."""

    body: str | bytes
    is_html: bool = False
    id: str | None = None
    title: str | None = None
    publisher: str | None = None
    url: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dropped:
    """How much of what was sent is no part of the article's text: navigation, advertising and other furniture."""

    lines: int = 0
    characters: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an article that was sent, and the article as it is now held."""

    change: Change
    article: Article
    sentences: int
    dropped: Dropped


@dataclass(frozen=True, slots=True)
class Holding:
    """An article that is held, with its number of sentences."""

    article: Article
    sentences: int


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """Some articles in the order of their ids, and the id to go on after; None at the end."""

    articles: tuple[Article, ...]
    after: str | None


Match = Callable[[str], bool]
Outcome = Receipt | WirecheckError


Pause = Callable[[], None]  # called in the middle of what takes long, so that others get their turn


def go_on() -> None:
    """Make no pause."""


class Archive(Protocol):
    """Holds the articles. What one of its calls has answered is kept, and seen by every check that begins then."""

    def add(self, new: NewArticle, on_duplicate: OnDuplicate) -> Receipt:
        """Keep an article, or raise `ReadingError` where it has no text, `DuplicateError` where it is there."""
        ...

    def add_all(self, news: Sequence[NewArticle], on_duplicate: OnDuplicate) -> list[Outcome]:
        """Keep articles together, and return what `add` would have returned or raised for one after the other.

        What raises here, as `UnwritableError` does, keeps none of them.
        """
        ...

    def replace(self, article_id: str, new: NewArticle, matches: Match) -> Receipt:
        """Put another text in an article's place if its digest matches, or raise `NotFoundError`, `ChangedError`."""
        ...

    def remove(self, article_id: str, matches: Match) -> None:
        """Drop an article if its digest matches, or raise `NotFoundError`, `ChangedError`."""
        ...

    def get(self, article_id: str) -> Holding:
        """Return an article, or raise `NotFoundError`."""
        ...

    def page(self, listing: Listing) -> ArticlePage:
        """Return the next articles of a listing."""
        ...


@dataclass(frozen=True, slots=True)
class FactCheckQuery:
    """A validated search for human fact-checks; without `words` all are found. `since` is the earliest review day."""

    words: str = ""
    language: str | None = None
    site: str | None = None
    since: str | None = None
    limit: int = 10
    offset: int = 0

    def wants(self, check: FactCheck) -> bool:
        """Return whether language, site and age of a fact-check are those asked for."""
        if self.language and not (check.language or "").lower().startswith(self.language.lower()):
            return False
        if self.site and check.site != self.site and not check.site.endswith(f".{self.site}"):
            return False
        return self.since is None or (check.review_date or "") >= self.since


@dataclass(frozen=True, slots=True)
class ReviewedClaim:
    """One claim with all that was published about it; never empty."""

    checks: tuple[FactCheck, ...]


@dataclass(frozen=True, slots=True)
class FactCheckPage:
    """Some reviewed claims, and the offset to go on from; None at the end."""

    claims: tuple[ReviewedClaim, ...]
    next: int | None


class FactCheckSearch(Protocol):
    """Finds human fact-checks."""

    def search(self, query: FactCheckQuery) -> FactCheckPage:
        """Return a page of reviewed claims."""
        ...


class Why(StrEnum):
    """Why a stored check may no longer hold."""

    CORRECTED = "corrected"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Cause:
    """An article that fed a check and is no longer what it was."""

    article_id: str
    title: str
    why: Why


@dataclass(frozen=True, slots=True)
class KeptCheck:
    """A check as it was answered: the question, the answer as JSON, and what it rested on."""

    id: str
    checked_at: datetime
    query: Query
    verdict: Verdict
    answer: str
    index_version: str
    embedder: str
    stance_model: str
    thresholds: Thresholds
    stale: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckListing:
    """A validated request for a page of checks, newest first: those before a number, all or the stale ones."""

    limit: int = 50
    before: int | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class CheckPage:
    """Some checks, newest first, and the number to go on before; None at the end."""

    checks: tuple[KeptCheck, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to a request, as it was sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


HOLDS_CLAIM = "claim:"  # begins the name of a request whose answer holds one


class Ledger(Protocol):
    """Remembers what was answered to requests, by names of at most 64 characters that tell nothing of them."""

    def begin(self, name: str, fingerprint: str) -> Answer | None:
        """Return what was answered, or None where this request is the first; raise `KeyReusedError`, `InWorkError`."""
        ...

    def end(self, name: str, answer: Answer) -> None:
        """Remember what was answered."""
        ...

    def release(self, name: str) -> None:
        """Forget a request that came to nothing."""
        ...


class CheckLog(Protocol):
    """Keeps checks, with the articles that fed them."""

    def keep(self, query: Query, report: Report, answer: str) -> None:
        """Keep a check with its answer as JSON, and drop those that are too old."""
        ...

    def get(self, check_id: str) -> KeptCheck:
        """Return a check, or raise `NotFoundError`."""
        ...

    def page(self, listing: CheckListing) -> CheckPage:
        """Return the next checks of a listing."""
        ...

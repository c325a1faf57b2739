"""What stands in an app where nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence

from service.domain import Query, Report
from service.errors import NotFoundError, NotReadyError
from service.keeping import (
    Answer,
    ArticlePage,
    CheckListing,
    CheckPage,
    FactCheckPage,
    FactCheckQuery,
    Holding,
    KeptCheck,
    Listing,
    Match,
    NewArticle,
    OnDuplicate,
    Outcome,
    Receipt,
)
from service.keys import Key


class NoArchive:
    """Stands where an archive stands in an app that has none, and refuses to work."""

    def add(self, new: NewArticle, on_duplicate: OnDuplicate) -> Receipt:
        """Refuse."""
        raise self._refusal()

    def add_all(self, news: Sequence[NewArticle], on_duplicate: OnDuplicate) -> list[Outcome]:
        """Refuse."""
        raise self._refusal()

    def replace(self, article_id: str, new: NewArticle, matches: Match) -> Receipt:
        """Refuse."""
        raise self._refusal()

    def remove(self, article_id: str, matches: Match) -> None:
        """Refuse."""
        raise self._refusal()

    def get(self, article_id: str) -> Holding:
        """Refuse."""
        raise self._refusal()

    def page(self, listing: Listing) -> ArticlePage:
        """Refuse."""
        raise self._refusal()

    def _refusal(self) -> NotReadyError:
        return NotReadyError("this app was made without articles; start the service with wirecheck serve")


class NoChecks:
    """Keeps no check and has none."""

    def keep(self, query: Query, report: Report, answer: str) -> None:
        """Forget it."""

    def get(self, check_id: str) -> KeptCheck:
        """Say that it is not there."""
        raise NotFoundError(f"There is no check {check_id!r:.80}: this app keeps none.")

    def page(self, listing: CheckListing) -> CheckPage:
        """Return an empty page."""
        return CheckPage((), None)


class NoLedger:
    """Remembers no answer: each request is the first."""

    def begin(self, name: str, fingerprint: str) -> Answer | None:
        """Know nothing."""
        return None

    def end(self, name: str, answer: Answer) -> None:
        """Forget it."""

    def release(self, name: str) -> None:
        """Have nothing to forget."""


class NoFactChecks:
    """Finds no fact-check."""

    def search(self, query: FactCheckQuery) -> FactCheckPage:
        """Return an empty page."""
        return FactCheckPage((), None)


class NoKeys:
    """Keeps no key."""

    def is_empty(self) -> bool:
        """Say so."""
        return True

    def find(self, key_id: str) -> Key | None:
        """Find nothing."""
        return None

    def used(self, key: Key) -> None:
        """Forget it."""

"""Articles gathered from the web: pages, feeds, sitemaps, each kept as soon as it is fetched; archives of pages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm

from service.corpus.database import is_of_store
from service.errors import FetchError, NotNowError, WirecheckError
from service.fetching.fetcher import Page, Seen
from service.fetching.listings import MOST_XML_BYTES, pages_of
from service.fetching.warc import pages_in
from service.keeping import Archive, Change, NewArticle, OnDuplicate, Outcome
from service.reading.folder import Skipped, unforeseen
from service.reading.together import together

_TOGETHER = 1_000_000  # bytes of pages that are kept at once; a tenth of it is text
_MOST_LOOKS = 5  # at a feed with pages that are not to be had now; then they are given up
_HTML = ("text/html", "application/xhtml")


class Fetches(Protocol):
    """Fetches pages, as `service.fetching.fetcher.Fetcher` does."""

    def get(self, url: str, seen: Seen | None = None, *, most_bytes: int | None = None) -> Page:
        """Return the page at an address, or raise `FetchError`."""
        ...


@dataclass(slots=True)
class Gathered:
    """What became of the pages so far."""

    added: int = 0
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    later: int = 0  # of those skipped, how many may be there at another time

    def note(self, address: str, outcome: Outcome | Skipped) -> None:
        """Note what became of the page at an address."""
        if isinstance(outcome, Skipped):
            self.skipped.append(outcome)
        elif isinstance(outcome, WirecheckError):
            self.skipped.append(Skipped(address, str(outcome)))
        elif outcome.change is Change.SKIPPED:
            self.unchanged += 1
        else:
            self.added += 1


@dataclass(slots=True)
class _Feed:
    """A feed that is watched: the version that was seen, and how often pages of a later one could not be had."""

    seen: Seen = field(default_factory=Seen)
    looks: int = 0

    def note(self, seen: Seen, later: int) -> None:
        """Take a version for seen, unless some of its pages may be there at the next look."""
        self.looks = self.looks + 1 if later else 0
        if self.looks in (0, _MOST_LOOKS):
            self.seen, self.looks = seen, 0


def is_address(source: str) -> bool:
    """Return whether a source is an address of the web rather than a file."""
    return source.lower().startswith(("http://", "https://"))


class Gatherer:
    """Keeps the pages of sources. What is in the corpus already is not asked for again, so a run can be repeated."""

    def __init__(self, archive: Archive, fetcher: Fetches, is_known: Callable[[str], bool], most_bytes: int) -> None:
        self._archive, self._fetcher = archive, fetcher
        self._is_known, self._most_bytes = is_known, most_bytes

    def gather(self, addresses: Sequence[str], warcs: Sequence[Path]) -> Gathered:
        """Keep what addresses (of pages, feeds or sitemaps) and WARC files hold."""
        done = Gathered()
        with _bar() as bar:
            for address in addresses:
                self._take_each(_to_the_end(address, self._of_address(address, done)), done, bar)
            for path in warcs:
                found = _to_the_end(str(path), pages_in(path, self._most_bytes))
                for pages in together(found, _length, _TOGETHER):
                    self._take(pages, done, bar)
        return done

    def watch(self, feeds: Sequence[str], every_s: float, stop: threading.Event, say: Callable[[str], object]) -> None:
        """Look at feeds again and again until `stop` is set, and keep what is new; a look at a feed never ends it."""
        watched = {feed: _Feed() for feed in feeds}
        while not stop.is_set():
            for feed, state in watched.items():
                if stop.is_set():
                    return
                done = Gathered()
                self._take_each(_to_the_end(feed, self._news_of(feed, state, done)), done, None)
                for skipped in done.skipped:
                    say(f"skipped {skipped.path}: {skipped.reason}")
                if done.added:
                    say(f"{feed}: {done.added} articles added")
            stop.wait(every_s)

    def _of_address(self, address: str, done: Gathered) -> Iterator[Page | Skipped]:
        if self._is_known(address):
            done.unchanged += 1
            return
        yield from self._expanded(address, Seen(), done)

    def _news_of(self, feed: str, state: _Feed, done: Gathered) -> Iterator[Page | Skipped]:
        try:
            page = self._fetcher.get(feed, state.seen, most_bytes=MOST_XML_BYTES)
        except FetchError as error:
            yield Skipped(feed, str(error))
            return
        if page.unchanged:
            return
        yield from self._listed(page, done, must_list=True)
        state.note(page.seen, done.later)

    def _expanded(self, address: str, seen: Seen, done: Gathered) -> Iterator[Page | Skipped]:
        try:
            page = self._fetcher.get(address, seen, most_bytes=MOST_XML_BYTES)
        except FetchError as error:
            yield Skipped(address, str(error))
            return
        yield from self._listed(page, done, must_list=False)

    def _listed(self, page: Page, done: Gathered, *, must_list: bool) -> Iterator[Page | Skipped]:
        """Yield the pages that a feed or sitemap names, or the page itself where it is neither."""
        try:
            addresses = pages_of(page.body, page.url, self._read)
            if addresses is None and must_list:
                yield Skipped(page.url, "is no feed and no sitemap; give the address of one")
            elif addresses is None:
                yield page
            else:
                yield from self._pages(addresses, done)
        except FetchError as error:
            yield Skipped(page.url, str(error))

    def _pages(self, addresses: Iterable[str | Skipped], done: Gathered) -> Iterator[Page | Skipped]:
        for address in addresses:
            if isinstance(address, Skipped):
                yield address
            elif self._is_known(address):
                done.unchanged += 1
            else:
                yield self._fetched(address, done)

    def _fetched(self, address: str, done: Gathered) -> Page | Skipped:
        try:
            return self._fetcher.get(address)
        except FetchError as error:
            done.later += isinstance(error, NotNowError)
            return Skipped(address, str(error))
        except Exception as error:  # whatever it is, the other pages go on
            return unforeseen(address, error)

    def _read(self, address: str) -> bytes:
        return self._fetcher.get(address, most_bytes=MOST_XML_BYTES).body

    def _take_each(self, pages: Iterable[Page | Skipped], done: Gathered, bar: tqdm[Any] | None) -> None:
        for page in pages:
            self._take([page], done, bar)

    def _take(self, pages: Sequence[Page | Skipped], done: Gathered, bar: tqdm[Any] | None) -> None:
        """Keep pages together."""
        read = [page if isinstance(page, Skipped) else self._article(page) for page in pages]
        news = [item for item in read if isinstance(item, NewArticle)]
        outcomes = iter(self._kept(news))
        for page, item in zip(pages, read, strict=True):
            if isinstance(page, Page) and isinstance(item, NewArticle):
                done.note(page.url, next(outcomes))
            elif isinstance(item, Skipped):
                done.skipped.append(item)
        if bar is not None:
            bar.update(len(pages))

    def _article(self, page: Page) -> NewArticle | Skipped:
        try:
            return new_article(page, self._most_bytes)
        except FetchError as error:
            return Skipped(page.url, str(error))

    def _kept(self, news: Sequence[NewArticle]) -> list[Outcome | Skipped]:
        """Keep articles together, or one by one where one of them brings about an error that nobody thought of."""
        try:
            return list(self._archive.add_all(news, OnDuplicate.SKIP)) if news else []
        except Exception as error:
            if is_of_store(error):
                raise
            if len(news) == 1:
                return [unforeseen(news[0].url or "", error)]
        return [outcome for new in news for outcome in self._kept([new])]


def _length(page: Page | Skipped) -> int:
    return 0 if isinstance(page, Skipped) else len(page.body)


def _to_the_end(source: str, pages: Iterable[Page | Skipped]) -> Iterator[Page | Skipped]:
    """Yield the pages of a source; that it cannot be read on ends no other source, but a fault of the store does."""
    try:
        yield from pages
    except (WirecheckError, SQLAlchemyError):
        raise
    except Exception as error:
        yield unforeseen(source, error)


def _bar() -> tqdm[Any]:
    return tqdm(desc="gathering", unit=" pages")


def new_article(page: Page, most_bytes: int) -> NewArticle:
    """Return a page as an article that comes in; raise `FetchError` where it is neither HTML nor text, or too long."""
    kind = page.content_type.lower()
    if kind and not kind.startswith((*_HTML, "text/plain")):
        raise FetchError(
            f"{page.url:.200} is {kind.partition(';')[0]}, not a page or a text: add what it says as text."
        )
    if len(page.body) > most_bytes:
        raise FetchError(f"{page.url:.200} is longer than {most_bytes:,} bytes, the limit: add it as a file.")
    return NewArticle(page.body, is_html=not kind.startswith("text/plain"), url=page.url)

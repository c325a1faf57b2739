"""Gathering: pages, feeds, sitemaps and archives become articles, once each, and what fails is named."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from service.corpus.archive import StoreArchive
from service.corpus.store import Store
from service.errors import DamagedError, FetchError, UnwritableError
from service.fetching.fetcher import Fetcher, Limits, Page, Seen
from service.fetching.listings import listing_of
from service.gathering import Fetches, Gatherer
from service.ports import Vectors
from tests.fetching.conftest import Site
from tests.support import FakeEmbedder

ATOM = '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Quay</title>{}</feed>'
ENTRY = '<entry><title>{0}</title><id>{0}</id><link href="{0}"/></entry>'


def story(number: int) -> str:
    said = f"The barge {number} was towed to the quay on Monday. Its crew of {number + 3} stayed aboard. "
    return f"<html><head><title>Barge {number}</title></head><body><article><p>{said * 3}</p></article></body></html>"


def rss(site: Site, *paths: str) -> str:
    items = "".join(f"<item><title>x</title><link>{site.url(path)}</link></item>" for path in paths)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Quay</title>{items}</channel></rss>'


def urlset(site: Site, *paths: str, kind: str = "url", root: str = "urlset") -> str:
    rows = "".join(f"<{kind}><loc>{site.url(path)}</loc></{kind}>" for path in paths)
    return f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</{root}>'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """One engine is enough: what is kept is the store's affair, and tested there."""
    opened = Store.open(f"sqlite:///{tmp_path / 'wirecheck.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def gatherer(store: Store) -> Gatherer:
    archive = StoreArchive(store, FakeEmbedder())
    fetcher = Fetcher(Limits(delay_s=0.0, private=True))
    return Gatherer(archive, fetcher, lambda url: store.at_address(url) is not None, 1_000_000)


def held(store: Store) -> set[str]:
    articles = store.articles(list(store.fingerprints()))
    return {(article.url or "").rpartition("/")[2] for article in articles}


def test_a_page_is_kept_with_its_address(site: Site, store: Store, gatherer: Gatherer) -> None:
    site.put("/1", story(1))
    done = gatherer.gather([site.url("/1")], [])
    assert (done.added, done.unchanged, done.skipped) == (1, 0, [])
    (article,) = store.articles(list(store.fingerprints()))
    assert (article.title, article.url) == ("Barge 1", site.url("/1"))


def test_a_feed_is_read_and_a_second_run_asks_for_nothing_that_is_there(
    site: Site, store: Store, gatherer: Gatherer
) -> None:
    for number in range(3):
        site.put(f"/{number}", story(number))
    site.put("/feed", rss(site, "/0", "/1", "/2", "/1"), "application/rss+xml")
    assert gatherer.gather([site.url("/feed")], []).added == 3
    site.asked.clear()
    again = gatherer.gather([site.url("/feed")], [])
    assert (again.added, again.unchanged, site.paths()) == (0, 3, ["/feed"])
    assert held(store) == {"0", "1", "2"}


def test_a_run_that_was_stopped_goes_on(site: Site, store: Store, gatherer: Gatherer) -> None:
    site.put("/0", story(0))
    site.put("/feed", rss(site, "/0", "/1"), "application/rss+xml")
    stopped = gatherer.gather([site.url("/feed")], [])
    assert (stopped.added, [skipped.path for skipped in stopped.skipped]) == (1, [site.url("/1")])
    site.put("/1", story(1))
    assert gatherer.gather([site.url("/feed")], []).added == 1
    assert held(store) == {"0", "1"}


@pytest.mark.parametrize("root", ["rss", "urlset"])
def test_a_link_that_is_no_address_is_named_and_the_others_are_followed(
    site: Site, store: Store, gatherer: Gatherer, root: str
) -> None:
    site.put("/0", story(0))
    listed = rss(site, "/1", "/0") if root == "rss" else urlset(site, "/1", "/0")
    site.put("/list", listed.replace(site.url("/1"), "http://[quay"), "application/xml")
    done = gatherer.gather([site.url("/list")], [])
    assert (done.added, [skipped.path for skipped in done.skipped]) == (1, ["http://[quay"])


def test_atom_and_relative_links(site: Site) -> None:
    listing = listing_of(ATOM.format(ENTRY.format("/a") + ENTRY.format("b")).encode(), site.url("/feeds/x"))
    assert listing is not None
    assert listing.pages == (site.url("/a"), site.url("/feeds/b"))


def test_sitemaps_within_sitemaps_and_zipped_ones(site: Site, store: Store, gatherer: Gatherer) -> None:
    for number in range(4):
        site.put(f"/{number}", story(number))
    site.put("/a.xml", urlset(site, "/0", "/1"), "application/xml")
    site.put("/b.xml.gz", gzip.compress(urlset(site, "/2", "/3").encode()), "application/gzip")
    index = urlset(site, "/a.xml", "/b.xml.gz", "/none.xml", kind="sitemap", root="sitemapindex")
    site.put("/sitemap.xml", index, "application/xml")
    done = gatherer.gather([site.url("/sitemap.xml")], [])
    assert done.added == 4
    assert len(done.skipped) == 1
    assert "404" in done.skipped[0].reason


def test_a_sitemap_that_lists_itself_ends(site: Site, store: Store, gatherer: Gatherer) -> None:
    site.put("/loop.xml", urlset(site, "/loop.xml", kind="sitemap", root="sitemapindex"), "application/xml")
    assert gatherer.gather([site.url("/loop.xml")], []).added == 0
    assert len(site.paths()) < 10


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>&x;</loc></url></urlset>',
        b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
        b"<urlset><url><loc>http://x.example/&c;&c;&c;&c;</loc></url></urlset>",
    ],
)
def test_entities_bring_nothing_in(body: bytes) -> None:
    listing = listing_of(body, "http://x.example/sitemap.xml")
    shown = " ".join(listing.pages) if listing else ""
    assert "root:" not in shown
    assert "aaaa" not in shown


@pytest.mark.parametrize(
    "body", [b"", b"<html><p>Low tide.</p></html>", b"Low tide.", b"<", b"<?xml", b"\x1f\x8b broken"]
)
def test_what_is_neither_feed_nor_sitemap_is_a_page_or_a_fault(body: bytes) -> None:
    try:
        assert listing_of(body, "http://x.example/") is None
    except FetchError as error:
        assert "gzip" in str(error)


def test_what_is_no_page_is_named(site: Site, store: Store, gatherer: Gatherer) -> None:
    site.put("/report.pdf", b"%PDF-1.7", "application/pdf")
    site.put("/empty", "<html></html>")
    site.put("/plain.txt", "The lamp on the mole went out. " * 5, "text/plain")
    done = gatherer.gather([site.url(path) for path in ("/report.pdf", "/empty", "/plain.txt")], [])
    assert done.added == 1
    assert [skipped.path for skipped in done.skipped] == [site.url("/report.pdf"), site.url("/empty")]
    assert "application/pdf" in done.skipped[0].reason


# --- what nobody foresaw ------------------------------------------------------------------------------------------


class Odd(Fetcher):
    """Fails on some addresses in a way that it should not."""

    def __init__(self, *odd: str, error: BaseException | None = None) -> None:
        super().__init__(Limits(delay_s=0.0, private=True))
        self._odd, self._error = odd, error or RuntimeError("a word of the page")

    def get(self, url: str, seen: Seen | None = None, *, most_bytes: int | None = None) -> Page:
        if url.endswith(self._odd):
            raise self._error
        return super().get(url, seen, most_bytes=most_bytes)


class OddEmbedder(FakeEmbedder):
    """Fails on the sentences of one page."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self._error = error

    def encode(self, texts: Sequence[str]) -> Vectors:
        if any("barge 1 " in text for text in texts):
            raise self._error
        return super().encode(texts)


def odd_gatherer(store: Store, fetcher: Fetches, embedder: FakeEmbedder | None = None) -> Gatherer:
    archive = StoreArchive(store, embedder or FakeEmbedder())
    return Gatherer(archive, fetcher, lambda url: store.at_address(url) is not None, 1_000_000)


def stories(site: Site) -> None:
    for number in range(3):
        site.put(f"/{number}", story(number))
    site.put("/feed", rss(site, "/0", "/1", "/2"), "application/rss+xml")


UNFORESEEN = "failed with RuntimeError, which was not foreseen"


def test_a_page_that_cannot_be_fetched_for_whatever_reason_is_named(site: Site, store: Store) -> None:
    stories(site)
    done = odd_gatherer(store, Odd("/1")).gather([site.url("/feed")], [])
    assert (done.added, held(store)) == (2, {"0", "2"})
    ((path, reason),) = [(skipped.path, skipped.reason) for skipped in done.skipped]
    assert (path, reason.startswith(UNFORESEEN), "a word" in reason) == (site.url("/1"), True, False)


def test_a_page_that_cannot_be_kept_for_whatever_reason_is_named(site: Site, store: Store) -> None:
    stories(site)
    embedder = OddEmbedder(RuntimeError("a word of the page"))
    done = odd_gatherer(store, Odd("/none"), embedder).gather([site.url("/feed")], [])
    assert (done.added, held(store)) == (2, {"0", "2"})
    ((path, reason),) = [(skipped.path, skipped.reason) for skipped in done.skipped]
    assert (path, reason.startswith(UNFORESEEN), "a word" in reason) == (site.url("/1"), True, False)


def test_a_listing_that_cannot_be_read_for_whatever_reason_is_named(site: Site, store: Store) -> None:
    stories(site)
    site.put("/a.xml", urlset(site, "/0"), "application/xml")
    site.put("/c.xml", urlset(site, "/2"), "application/xml")
    index = urlset(site, "/a.xml", "/b.xml", "/missing.xml", "/c.xml", kind="sitemap", root="sitemapindex")
    site.put("/sitemap.xml", index, "application/xml")
    addresses = [site.url(path) for path in ("/odd.xml", "/sitemap.xml", "/1")]
    done = odd_gatherer(store, Odd("/odd.xml", "/b.xml")).gather(addresses, [])
    assert held(store) == {"0", "1", "2"}
    assert [skipped.path for skipped in done.skipped] == [
        site.url(path) for path in ("/odd.xml", "/b.xml", "/missing.xml")
    ]
    assert [skipped.reason.startswith(UNFORESEEN) for skipped in done.skipped] == [True, True, False]


@pytest.mark.parametrize(
    "error",
    [UnwritableError("The disk is full."), DamagedError("The file is damaged."),
     OperationalError("SELECT 1", {}, Exception("disk I/O error")), OSError(28, "No space left"), KeyboardInterrupt()],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_a_fault_of_the_store_or_an_interrupt_ends_it(site: Site, store: Store, error: BaseException) -> None:
    stories(site)
    gatherer = odd_gatherer(store, Odd("/none"), OddEmbedder(error))
    with pytest.raises(type(error)):
        gatherer.gather([site.url("/feed")], [])
    assert held(store) == {"0"}


@pytest.mark.parametrize("error", [UnwritableError("The disk is full."), KeyboardInterrupt()], ids=repr)
def test_so_does_one_while_it_is_asked_what_is_there(site: Site, store: Store, error: BaseException) -> None:
    stories(site)

    def is_known(url: str) -> bool:
        if url.endswith("/1"):
            raise error
        return False

    gatherer = Gatherer(StoreArchive(store, FakeEmbedder()), Odd("/none"), is_known, 1_000_000)
    with pytest.raises(type(error)):
        gatherer.gather([site.url("/feed"), site.url("/2")], [])
    assert held(store) == {"0"}


# --- archives of pages --------------------------------------------------------------------------------------------


def warc(path: Path, *pages: tuple[str, str, str, str]) -> Path:
    """Write a WARC file, each record zipped by itself where its name says so."""
    with path.open("wb") as out:
        for number, (url, status, kind, body) in enumerate(pages):
            answer = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n{body}".encode()
            head = (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-03-01T00:00:00Z\r\n"
                f"WARC-Record-ID: <urn:uuid:{number}>\r\nContent-Type: application/http; msgtype=response\r\n"
                f"Content-Length: {len(answer)}\r\n\r\n"
            )
            record = head.encode() + answer + b"\r\n\r\n"
            out.write(gzip.compress(record) if path.suffix == ".gz" else record)
    return path


@pytest.mark.parametrize("name", ["pages.warc", "pages.warc.gz"])
def test_a_warc_file_gives_its_pages(store: Store, gatherer: Gatherer, tmp_path: Path, name: str) -> None:
    path = warc(
        tmp_path / name,
        ("https://quay.example/1", "200 OK", "text/html", story(1)),
        ("https://quay.example/2", "404 Not Found", "text/html", story(2)),
        ("https://quay.example/3", "200 OK", "image/png", "x"),
        ("https://quay.example/4", "200 OK", "text/html", story(4)),
    )
    assert gatherer.gather([], [path]).added == 2
    assert held(store) == {"1", "4"}
    assert gatherer.gather([], [path]).unchanged == 2


def test_a_warc_file_that_breaks_off_gives_what_it_has(store: Store, gatherer: Gatherer, tmp_path: Path) -> None:
    pages = [(f"https://quay.example/{n}", "200 OK", "text/html", story(n)) for n in range(6)]
    path = warc(tmp_path / "pages.warc.gz", *pages)
    path.write_bytes(path.read_bytes()[:-700])
    done = gatherer.gather([], [path])
    assert 0 < done.added < 6
    assert done.added == len(store.fingerprints())


# --- watching -----------------------------------------------------------------------------------------------------


def test_watching_adds_what_is_new_and_goes_on_after_a_fault(site: Site, store: Store, gatherer: Gatherer) -> None:
    site.put("/0", story(0))
    site.put("/1", story(1))
    said: list[str] = []

    class Stop(threading.Event):
        """Stands for the time between two looks: what the feed holds changes meanwhile."""

        looks = 0

        def wait(self, timeout: float | None = None) -> bool:
            self.looks += 1
            assert timeout == 60
            if self.looks == 1:
                assert held(store) == {"0"}
                del site.pages["/feed"]
            elif self.looks == 2:
                site.put("/feed", rss(site, "/0", "/1"), "application/rss+xml", ETag='"2"')
            elif self.looks == 4:
                self.set()
            return self.is_set()

    site.put("/feed", rss(site, "/0"), "application/rss+xml", ETag='"1"')
    gatherer.watch([site.url("/feed")], 60, Stop(), said.append)
    assert held(store) == {"0", "1"}
    assert any("404" in line for line in said)
    assert site.paths().count("/0") == 1
    assert [headers.get("If-None-Match") for path, headers in site.asked if path == "/feed"] == [
        None, '"1"', '"1"', '"2"',
    ]  # fmt: skip


def test_what_is_watched_must_be_a_feed(site: Site, store: Store, gatherer: Gatherer) -> None:
    site.put("/page", story(1))
    stop, said = threading.Event(), []
    gatherer.watch([site.url("/page")], 60, stop, lambda line: (said.append(line), stop.set()))
    assert "no feed" in said[0]
    assert held(store) == set()


class Looks(threading.Event):
    """Stands for the times between looks: calls what is to happen in each, and stops after the last."""

    def __init__(self, *between: Callable[[], object]) -> None:
        super().__init__()
        self._between = iter(between)

    def wait(self, timeout: float | None = None) -> bool:
        """Do what comes next."""
        happens = next(self._between, self.set)
        happens()
        return self.is_set()


def busy(site: Site, path: str) -> None:
    site.pages[path] = (503, {}, b"")


def test_a_page_that_is_not_to_be_had_now_is_asked_for_at_the_next_look(
    site: Site, store: Store, gatherer: Gatherer
) -> None:
    site.put("/feed", rss(site, "/0", "/1"), "application/rss+xml", ETag='"1"')
    site.put("/0", story(0))
    busy(site, "/1")
    said: list[str] = []
    gatherer.watch([site.url("/feed")], 60, Looks(lambda: site.put("/1", story(1)), lambda: None), said.append)
    assert held(store) == {"0", "1"}
    assert [line for line in said if "503: try again later" in line]
    assert [headers.get("If-None-Match") for path, headers in site.asked if path == "/feed"] == [None, None, '"1"']
    assert site.paths().count("/0") == 1


def test_a_page_that_never_comes_is_given_up(site: Site, store: Store, gatherer: Gatherer) -> None:
    site.put("/feed", rss(site, "/0", "/1", "/2"), "application/rss+xml", ETag='"1"')
    site.put("/0", story(0))
    busy(site, "/1")  # "/2" is not there at all, which is no reason to ask again
    gatherer.watch([site.url("/feed")], 60, Looks(*[lambda: None] * 7), lambda _: None)
    assert site.paths().count("/1") == 5
    assert held(store) == {"0"}

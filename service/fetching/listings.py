"""Feeds and sitemaps: which pages they name. Both are untrusted XML."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

import feedparser
from lxml import etree

from service.errors import FetchError
from service.reading.folder import Skipped, unforeseen

MOST_XML_BYTES = 50_000_000  # the limit that the sitemap protocol itself sets
_DEEPEST = 3
_SITEMAP_ROOTS = frozenset({"urlset", "sitemapindex"})


@dataclass(frozen=True, slots=True)
class Listing:
    """What a document lists: pages, and further sitemaps to read."""

    pages: tuple[str, ...]
    sitemaps: tuple[str, ...] = ()


def listing_of(body: bytes, url: str) -> Listing | None:
    """Return what a feed or sitemap at an address lists, or None where the document is neither."""
    body = unzipped(body, url)
    root = _root_name(body)
    if root in _SITEMAP_ROOTS:
        return _sitemap(body, url)
    if root in {"rss", "feed", "RDF"}:
        parsed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
        links = (str(entry.get("link") or "") for entry in parsed.entries)
        return Listing(_joined(url, links))
    return None


def pages_of(body: bytes, url: str, read: Callable[[str], bytes]) -> Iterator[str | Skipped] | None:
    """Return the pages of a feed or sitemap, those of the sitemaps within it too, or None where it is neither.

    `read` fetches another sitemap; one for which it raises is passed over.
    """
    listing = listing_of(body, url)
    return None if listing is None else _pages(listing, read, 0)


def _pages(listing: Listing, read: Callable[[str], bytes], depth: int) -> Iterator[str | Skipped]:
    yield from listing.pages
    if depth == _DEEPEST:
        return
    for address in listing.sitemaps:
        inner = _within(address, read)
        if isinstance(inner, Skipped):
            yield inner
        elif inner is not None:
            yield from _pages(inner, read, depth + 1)


def _within(address: str, read: Callable[[str], bytes]) -> Listing | Skipped | None:
    try:
        return listing_of(read(address), address)
    except FetchError as error:
        return Skipped(address, str(error))
    except Exception as error:  # whatever it is, the other sitemaps go on
        return unforeseen(address, error)


def unzipped(body: bytes, url: str) -> bytes:
    """Return the content of a gzip file, or what is none as it is; raise `FetchError` where it is too long."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        with gzip.open(io.BytesIO(body)) as opened:
            content = opened.read(MOST_XML_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise FetchError(f"{url:.200} is a broken gzip file: {error}.") from error
    if len(content) > MOST_XML_BYTES:
        raise FetchError(f"{url:.200} is longer than {MOST_XML_BYTES:,} bytes unzipped, the limit.")
    return content


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=True
    )


def _root_name(body: bytes) -> str:
    head = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith(b"<") or head[:15].lower().startswith((b"<!doctype html", b"<html")):
        return ""
    try:
        root = etree.fromstring(head, _parser())
    except (etree.XMLSyntaxError, ValueError):
        return ""
    return "" if root is None or not isinstance(root.tag, str) else etree.QName(root).localname


def _sitemap(body: bytes, url: str) -> Listing:
    root = etree.fromstring(body.lstrip(b"\xef\xbb\xbf \t\r\n"), _parser())
    found: dict[str, list[str]] = {"url": [], "sitemap": []}
    for entry in root:
        kind = etree.QName(entry).localname if isinstance(entry.tag, str) else ""
        loc = next((c for c in entry if isinstance(c.tag, str) and etree.QName(c).localname == "loc"), None)
        if kind in found and loc is not None and (loc.text or "").strip():
            found[kind].append((loc.text or "").strip())
    return Listing(_joined(url, found["url"]), _joined(url, found["sitemap"]))


def _joined(url: str, links: Iterable[str]) -> tuple[str, ...]:
    """Return links as whole addresses, each once; one that is no address stays as it is, for the fetcher to refuse."""
    return tuple(dict.fromkeys(_whole(url, link) for link in links if link))


def _whole(url: str, link: str) -> str:
    try:
        return urljoin(url, link)
    except ValueError:
        return link

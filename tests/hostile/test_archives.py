"""Feeds, sitemaps and archives: small files that would become huge, and documents that would read others."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import brotli
import pytest

from service.errors import FetchError
from service.fetching.fetcher import Page
from service.fetching.listings import MOST_XML_BYTES, listing_of, unzipped
from service.fetching.warc import pages_in
from service.reading.folder import Skipped

URL = "https://gull.example/sitemap.xml"
SECRET = "a secret of this machine"


def _sitemap(inner: str, doctype: str = "") -> bytes:
    return f'<?xml version="1.0"?>{doctype}<urlset><url><loc>{inner}</loc></url></urlset>'.encode()


def test_laughs_are_not_multiplied() -> None:
    """Ten entities of ten entities each, ten deep: ten thousand million, if they were."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 11))
    body = _sitemap("https://a.example/&l10;", f'<!DOCTYPE urlset [<!ENTITY l0 "ha">{laughs}]>')
    listing = listing_of(body, URL)
    assert listing is None or sum(map(len, listing.pages)) < 10_000


def test_one_long_entity_is_not_multiplied() -> None:
    body = _sitemap("https://a.example/" + "&a;" * 20_000, f'<!DOCTYPE urlset [<!ENTITY a "{"x" * 20_000}">]>')
    listing = listing_of(body, URL)
    assert listing is None or sum(map(len, listing.pages)) < 1_000_000


@pytest.mark.parametrize("kind", ["urlset", "rss"])
@pytest.mark.parametrize(
    "entity", ['<!ENTITY s SYSTEM "{}">', '<!ENTITY % p SYSTEM "{}"> %p;', '<!ENTITY s PUBLIC "a" "{}">']
)
def test_no_entity_reads_a_file(tmp_path: Path, kind: str, entity: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    doctype = f"<!DOCTYPE {kind} [{entity.format(secret.as_uri())}]>"
    link = "https://a.example/&s;"
    item = f"<channel><item><link>{link}</link></item></channel>"
    feed = f'<?xml version="1.0"?>{doctype}<rss version="2.0">{item}</rss>'.encode()
    body = _sitemap(link, doctype) if kind == "urlset" else feed
    listing = listing_of(body, URL)
    assert SECRET not in str(listing)


def test_xml_that_is_deep_is_passed_over() -> None:
    deep = b"<urlset>" + b"<url>" * 100_000 + b"<loc>https://a.example/</loc>"
    listing = listing_of(deep, URL)
    assert listing is None or listing.pages == ()


def test_a_sitemap_that_unpacks_without_end_is_refused() -> None:
    bomb = gzip.compress(b"<urlset>" + b" " * (MOST_XML_BYTES + 10))
    assert len(bomb) < 100_000
    with pytest.raises(FetchError, match="unzipped, the limit"):
        unzipped(bomb, URL)


@pytest.mark.parametrize("harm", [lambda b: b[:20], lambda b: b[:-8] + b"\0" * 8, lambda b: b"\x1f\x8b" + b"\xff" * 50])
def test_a_broken_gzip_file_is_named(harm: object) -> None:
    with pytest.raises(FetchError, match="broken gzip"):
        unzipped(harm(gzip.compress(b"<urlset/>" * 100)), URL)  # type: ignore[operator]


def _warc(path: Path, *bodies: bytes, more: str = "") -> None:
    records = []
    for number, body in enumerate(bodies):
        fields = f"Content-Type: text/html\r\n{more}".rstrip()
        answer = f"HTTP/1.1 200 OK\r\n{fields}\r\n\r\n".encode() + body
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/{number}\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
        )
        records.append(head.encode() + answer + b"\r\n\r\n")
    zipped = path.name.endswith(".gz")
    path.write_bytes(b"".join(gzip.compress(record) if zipped else record for record in records))


@pytest.mark.parametrize("name", ["bomb.warc", "bomb.warc.gz"])
@pytest.mark.parametrize("encoding", ["", "gzip", "deflate", "br"])
def test_an_archive_that_unpacks_into_a_huge_page_is_skipped_and_the_rest_is_read(
    tmp_path: Path, name: str, encoding: str
) -> None:
    path, huge, fine = tmp_path / name, b"\0" * 30_000_000, b"<p>The pier lost its roof.</p>"
    pack = {"": bytes, "gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}[encoding]
    _warc(path, pack(huge), pack(fine), more=f"Content-Encoding: {encoding}" if encoding else "")
    first, second = pages_in(path, 1_000_000)
    assert isinstance(first, Skipped)
    assert "longer than 1,000,000 bytes" in first.reason
    assert isinstance(second, Page)
    assert second.body == fine


@pytest.mark.parametrize(
    "data",
    [b"", b"WARC/1.0\r\n", b"WARC/1.0\r\nContent-Length: -5\r\n\r\n",
     b"WARC/1.0\r\nContent-Length: 99999999999999\r\n\r\nx",
     b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: abc\r\n\r\n", b"\x1f\x8b" + b"\0" * 100, b"\0" * 1000,
     b"WARC/1.0\r\n" + b"X: y\r\n" * 50_000],
)  # fmt: skip
def test_what_is_no_archive_breaks_nothing(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "odd.warc"
    path.write_bytes(data)
    assert all(isinstance(found, Skipped) for found in pages_in(path, 1_000_000))


_HEAD = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/9\r\n"


def _huge_line() -> bytes:
    return f"{_HEAD}X-Long: {'a' * 2_000_000}\r\nContent-Length: 0\r\n\r\n".encode()


def _huge_first_line() -> bytes:
    return b"a" * 2_000_000


def _many_lines() -> bytes:
    return (_HEAD + "X: y\r\n" * 200_000 + "Content-Length: 0\r\n\r\n").encode()


def _one_line_in_many() -> bytes:
    return (_HEAD + "X: y\r\n" + " y\r\n" * 200_000 + "Content-Length: 0\r\n\r\n").encode()


def _huge_answer() -> bytes:
    answer = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Long: {'a' * 2_000_000}\r\n\r\n<p>Pier</p>"
    return f"{_HEAD}Content-Length: {len(answer)}\r\n\r\n{answer}\r\n\r\n".encode()


@pytest.mark.parametrize("name", ["long.warc", "long.warc.gz"])
@pytest.mark.parametrize("made", [_huge_line, _huge_first_line, _many_lines, _one_line_in_many, _huge_answer])
def test_a_head_without_end_ends_the_reading_and_what_came_before_is_kept(
    tmp_path: Path, name: str, made: Callable[[], bytes]
) -> None:
    path = tmp_path / name
    _warc(path, b"<p>The pier lost its roof.</p>")
    path.write_bytes(path.read_bytes() + (gzip.compress(made()) if name.endswith(".gz") else made()))
    first, *rest = pages_in(path, 1_000_000)
    assert isinstance(first, Page)
    (told,) = rest
    assert isinstance(told, Skipped)
    assert told.path == str(path)
    assert "the head of a record is longer than 262,144 bytes" in told.reason
    assert "\n" not in told.reason


def test_what_is_said_of_a_file_that_is_no_archive_is_short(tmp_path: Path) -> None:
    path = tmp_path / "odd.warc"
    path.write_bytes(b"ab\tc" * 20_000 + b"\n")
    (told,) = pages_in(path, 1_000_000)
    assert isinstance(told, Skipped)
    assert len(told.reason) < 500
    assert "\n" not in told.reason


def test_a_page_with_a_huge_address_is_skipped_and_little_of_the_address_is_kept(tmp_path: Path) -> None:
    path, records = tmp_path / "addresses.warc.gz", []
    for length in (2_000, 2_001):
        _warc(path, b"<p>The pier lost its roof.</p>")
        address = "https://a.example/".ljust(length, "a").encode()
        records.append(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"https://a.example/0", address)))
    path.write_bytes(b"".join(records))
    kept, told = pages_in(path, 1_000_000)
    assert isinstance(kept, Page)
    assert isinstance(told, Skipped)
    assert len(told.path) == 200
    assert "more than 2,000 characters" in told.reason


def test_heads_of_many_records_are_not_added_up(tmp_path: Path) -> None:
    """Records without a body follow one another, so that lines only are read for long."""
    path, head = tmp_path / "heads.warc", f"{_HEAD}X: {'a' * 20_000}\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    path.write_bytes(head.encode() * 50)
    _warc(tmp_path / "fine.warc", b"<p>The pier lost its roof.</p>")
    path.write_bytes(path.read_bytes() + (tmp_path / "fine.warc").read_bytes())
    (found,) = pages_in(path, 1_000_000)
    assert isinstance(found, Page)


def _in_chunks(body: bytes, size: int) -> bytes:
    parts = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate", "br"])
def test_no_chunk_is_unpacked_or_held_as_a_whole(tmp_path: Path, encoding: str) -> None:
    path, huge, fine = tmp_path / "chunks.warc", b"\0" * 60_000_000, b"<p>The pier lost its roof.</p>" * 20
    pack = {
        "": bytes, "gzip": gzip.compress, "deflate": zlib.compress, "br": partial(brotli.compress, quality=1)
    }[encoding]  # fmt: skip
    more = "Transfer-Encoding: chunked" + (f"\r\nContent-Encoding: {encoding}" if encoding else "")
    _warc(path, _in_chunks(pack(huge), len(huge)), _in_chunks(pack(fine), 7), more=more)
    tracemalloc.start()
    try:
        first, second = pages_in(path, 100_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(first, Skipped)
    assert "longer than 100,000 bytes" in first.reason
    assert isinstance(second, Page)
    assert second.body == fine
    assert peak < 45_000_000

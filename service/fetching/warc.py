"""WARC files: the pages that an archive of the web holds. Who made a file is not trusted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader, ChunkedDataReader, DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.limitreader import LimitReader

from service.fetching.fetcher import Page
from service.reading.folder import Skipped

SUFFIXES = (".warc", ".warc.gz")
MOST_HEAD_BYTES = 262_144  # of a record, its HTTP head included; browsers take no longer one
MOST_ADDRESS = 2_000  # characters, as over HTTP; a few packed bytes can stand for a head full of them
_PACKED_AT_ONCE = 4_096  # bytes, which unpack into a thousand times as many


def is_warc(path: Path) -> bool:
    """Return whether a file's name is that of a WARC file."""
    return path.name.lower().endswith(SUFFIXES)


def pages_in(path: Path, most_bytes: int) -> Iterator[Page | Skipped]:
    """Yield the pages of a WARC file that were answered with 200 and are HTML or text, or why one is passed over."""
    try:
        with path.open("rb") as stream:
            records = ArchiveIterator(stream)
            records.reader = reader = _BoundedHeads(stream)
            for record in records:
                reader.lines_bytes = 0
                if record.rec_type == "response" and _is_page(record):
                    yield _page(record, most_bytes)
    except (ArchiveLoadFailed, OSError, EOFError, ValueError, AttributeError) as error:  # the last of a cut header
        said = " ".join(str(error).split())
        yield Skipped(str(path), f"cannot be read to its end as WARC: {said:.300}")


class _BoundedHeads(DecompressingBufferedReader):  # type: ignore[misc]
    """Reads lines until they are too long for a head: warcio would hold a line of any length, and any number."""

    lines_bytes = 0

    def read(self, length: int | None = None) -> bytes:
        """Return what follows a head."""
        self.lines_bytes = 0
        return bytes(super().read(length))

    def readline(self, length: int | None = None) -> bytes:
        """Return a line; raise `ArchiveLoadFailed` where it and those before it are longer than a head may be."""
        line, left = b"", MOST_HEAD_BYTES - self.lines_bytes + 1
        wanted = left if length is None else min(length, left)
        while not line.endswith(b"\n") and (part := super().readline(wanted - len(line))):  # it may stop too early
            line += part
        self.lines_bytes += len(line)
        if self.lines_bytes > MOST_HEAD_BYTES:
            raise ArchiveLoadFailed(f"the head of a record is longer than {MOST_HEAD_BYTES:,} bytes, the limit")
        return line


class _Brotli:
    """Unpacks at once no more than a page may have, which a few bytes can stand for a thousand times over."""

    unused_data = b""

    def __init__(self, most_bytes: int) -> None:
        self._packed, self._most_bytes = brotli.Decompressor(), most_bytes

    def decompress(self, data: bytes) -> bytes:
        """Return what data holds, or so much of it that the page is too long."""
        return bytes(self._packed.process(data, output_buffer_limit=self._most_bytes + 1))


def _is_page(record: Any) -> bool:
    headers = record.http_headers
    if headers is None or headers.get_statuscode() != "200":
        return False
    kind = (headers.get_header("Content-Type") or "").lower()
    return kind.startswith(("text/html", "application/xhtml", "text/plain"))


def _page(record: Any, most_bytes: int) -> Page | Skipped:
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    if len(url) > MOST_ADDRESS:
        return Skipped(url[:200], f"has an address of more than {MOST_ADDRESS:,} characters, the limit")
    packed = LimitReader(record.raw_stream, 2 * most_bytes + 1)  # the sizes of chunks may take as much as they hold
    body: bytes = _unpacked(packed, record.http_headers, most_bytes).read(most_bytes + 1)
    if len(body) > most_bytes or packed.limit == 0:
        return Skipped(url, f"is longer than {most_bytes:,} bytes, the limit")
    return Page(url, body, record.http_headers.get_header("Content-Type") or "")


def _unpacked(stream: Any, headers: Any, most_bytes: int) -> Any:
    """Return a stream of a page's bytes. Chunks are put together first: warcio would unpack each as a whole."""
    encoding = (headers.get_header("Content-Encoding") or "").lower()
    if headers.get_header("Transfer-Encoding") == "chunked":
        stream = ChunkedDataReader(stream)
    if encoding == "br":
        stream = BufferedReader(stream)
        stream.decompressor = _Brotli(most_bytes)
    elif encoding in ("gzip", "deflate"):
        stream = BufferedReader(stream, _PACKED_AT_ONCE, encoding)
    return stream

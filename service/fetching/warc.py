"""WARC files: the pages that an archive of the web holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from service.fetching.fetcher import Page
from service.reading.folder import Skipped

SUFFIXES = (".warc", ".warc.gz")


def is_warc(path: Path) -> bool:
    """Return whether a file's name is that of a WARC file."""
    return path.name.lower().endswith(SUFFIXES)


def pages_in(path: Path, most_bytes: int) -> Iterator[Page | Skipped]:
    """Yield the pages of a WARC file that were answered with 200 and are HTML or text, or why one is passed over."""
    try:
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream):
                if record.rec_type == "response" and _is_page(record):
                    yield _page(record, most_bytes)
    except (ArchiveLoadFailed, OSError, EOFError, ValueError, AttributeError) as error:  # the last of a cut header
        yield Skipped(str(path), f"cannot be read to its end as WARC: {error}")


def _is_page(record: Any) -> bool:
    headers = record.http_headers
    if headers is None or headers.get_statuscode() != "200":
        return False
    kind = (headers.get_header("Content-Type") or "").lower()
    return kind.startswith(("text/html", "application/xhtml", "text/plain"))


def _page(record: Any, most_bytes: int) -> Page | Skipped:
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    body: bytes = record.content_stream().read(most_bytes + 1)
    if len(body) > most_bytes:
        return Skipped(url, f"is longer than {most_bytes:,} bytes, the limit")
    return Page(url, body, record.http_headers.get_header("Content-Type") or "")

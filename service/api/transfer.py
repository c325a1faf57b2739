"""How bytes travel: answers compressed where that is right, bodies unpacked within a bound.

Lines of JSON are never compressed: a compressor would hold each back until it has seen more.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterable
from typing import IO, cast

from flask import Flask, Request, Response, request
from flask_compress import Compress
from werkzeug.wsgi import get_input_stream

from service.api.problems import Problem

CODINGS = ("br", "gzip")
MOST_UNPACKED = 1_000_000_000  # bytes of a body in all; what is in it has limits of its own
_KINDS = (
    "application/json", "application/problem+json", "text/plain", "text/html", "text/css", "text/javascript",
    "text/yaml", "image/svg+xml",
)  # fmt: skip


def register(app: Flask) -> None:
    """Unpack the bodies that come to an app; compress its answers."""
    app.config.update(
        COMPRESS_ALGORITHM=list(CODINGS),
        COMPRESS_MIMETYPES=list(_KINDS),
        COMPRESS_STREAMS=False,
        COMPRESS_REGISTER=False,
    )
    compress = Compress(app)
    app.before_request(_unpack)

    @app.after_request
    def _travel(response: Response) -> Response:
        _read_file(response)
        # A part of a file is a part of what was not compressed.
        return response if response.status_code == 206 else compress.after_request(response)


def tag_of(content: bytes) -> str:
    """Return the ETag of a content."""
    return hashlib.sha256(content).hexdigest()[:32]


def tagged(response: Response, tag: str | None = None) -> Response:
    """Give an answer an ETag, that of its content, or make it a 304 where the client has it; return it."""
    response.set_etag(tag or tag_of(response.get_data()))
    response.make_conditional(request)
    return response


def names_version(req: Request, digest: str) -> bool:
    """Return whether If-Match names this digest, also as the ETag of a compressed answer; true where it names none."""
    wanted = req.if_match
    return not wanted or any(map(wanted.contains, (digest, *(f"{digest}:{coding}" for coding in CODINGS))))


def _read_file(response: Response) -> None:
    """Hold a file's content instead of the open file, which the compression would leave open."""
    if not response.direct_passthrough:
        return
    file = response.response
    response.direct_passthrough = False
    if response.status_code == 304:
        response.response = []
    else:
        response.set_data(b"".join(cast("Iterable[bytes]", file)))
    file.close()  # type: ignore[union-attr]


def _unpack() -> None:
    coding = request.headers.get("Content-Encoding", "").strip().lower()
    if coding in ("", "identity"):
        return
    if coding not in ("gzip", "x-gzip"):
        raise Problem(415, "the body's Content-Encoding is not known here; send it as gzip or as it is")
    packed = get_input_stream(request.environ)
    unpacked = io.BufferedReader(_Unpacked(gzip.GzipFile(fileobj=packed)))
    # What comes out has no length that is known before: it is read like a body in chunks, up to the same limits.
    request.environ.update({"wsgi.input": unpacked, "wsgi.input_terminated": True})
    for name in ("CONTENT_LENGTH", "HTTP_CONTENT_ENCODING"):
        request.environ.pop(name, None)


class _Unpacked(io.RawIOBase):
    """Reads what a gzip file holds; raises a problem where it is damaged or grows beyond the bound."""

    def __init__(self, file: gzip.GzipFile) -> None:
        super().__init__()
        self._file, self._read = cast("IO[bytes]", file), 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer, and return how much of it was filled."""
        try:
            content = self._file.read(len(buffer))
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise Problem(400, "the body is no sound gzip; pack it again, or send it as it is") from error
        self._read += len(content)
        if self._read > MOST_UNPACKED:
            raise Problem(413, f"the body unpacks to more than {MOST_UNPACKED:,} bytes, the limit; send it in parts")
        buffer[: len(content)] = content
        return len(content)

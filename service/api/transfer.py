"""How bytes travel: answers compressed where that is right, bodies unpacked within a bound.

Lines of JSON are never compressed: a compressor would hold each back until it has seen more.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Callable, Iterable
from typing import IO, cast

from flask import Flask, Request, Response, request
from flask_compress import Compress
from werkzeug.wsgi import get_input_stream

from service.api.problems import Problem

CODINGS = ("br", "gzip")
MOST_PACKED = 100_000_000  # bytes of a packed body as it travels, where the request sets no smaller limit
MOST_UNPACKED = 1_000_000_000  # bytes of a body in all; what is in it has limits of its own
MOST_RATIO = 100  # unpacked to packed bytes; text has 3 to 10, and gzip could do 1,000
FREE = 1_000_000  # bytes that a body may unpack to in any ratio
_GZIP = 16 + zlib.MAX_WBITS  # zlib's way to say that a gzip head and sum are around the data
_PART = 16_384  # bytes
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
    unpacked = io.BufferedReader(_Unpacked(get_input_stream(request.environ), _limit_of(request)))
    # What comes out has no length that is known before: it is read like a body in chunks, up to the same limits.
    request.environ.update({"wsgi.input": unpacked, "wsgi.input_terminated": True})
    for name in ("CONTENT_LENGTH", "HTTP_CONTENT_ENCODING"):
        request.environ.pop(name, None)


def _limit_of(req: Request) -> Callable[[], int]:
    """Return what says how long a packed body may be. An operation sets its limit later, before it reads."""
    return lambda: min(MOST_PACKED, req.max_content_length or MOST_PACKED)


class _Unpacked(io.RawIOBase):
    """Reads what one gzip member holds; raises a problem where it is damaged, is not the only one or grows too much.

    Not `gzip.GzipFile`: it reads a head byte by byte and any number of empty members, which cost much and give nothing.
    """

    def __init__(self, packed: IO[bytes], limit: Callable[[], int]) -> None:
        super().__init__()
        self._packed, self._limit = packed, limit
        self._member = zlib.decompressobj(wbits=_GZIP)
        self._took, self._gave = 0, 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer, and return how much of it was filled."""
        content = b""
        while not content and not self._member.eof:
            part = self._member.unconsumed_tail or self._part()
            if not part and not self._took:
                return 0
            content = self._unpacked(part, len(buffer))
        if self._member.eof and (self._member.unused_data or self._part()):
            raise Problem(400, "the body goes on after its gzip member; pack all of it as one, or send it as it is")
        self._gave += len(content)
        self._refuse_growth()
        buffer[: len(content)] = content
        return len(content)

    def _unpacked(self, part: bytes, most: int) -> bytes:
        try:
            content = self._member.decompress(part, most)
        except zlib.error as error:
            raise _damaged() from error
        if not part and not content and not self._member.eof:
            raise _damaged()
        return content

    def _part(self) -> bytes:
        """Return what comes next of the body as it travels, counted: it may unpack to nothing."""
        part = self._packed.read(_PART)
        self._took += len(part)
        if self._took > self._limit():
            raise Problem(413, f"the packed body is longer than {self._limit():,} bytes, the limit; send a shorter one")
        return part

    def _refuse_growth(self) -> None:
        if self._gave > MOST_UNPACKED:
            raise Problem(413, f"the body unpacks to more than {MOST_UNPACKED:,} bytes, the limit; send it in parts")
        if self._gave > max(FREE, MOST_RATIO * self._took):
            raise Problem(
                413,
                f"the body unpacks to more than {FREE:,} bytes and {MOST_RATIO} times its packed length, the limits; "
                "send it as it is, or in parts",
            )


def _damaged() -> Problem:
    return Problem(400, "the body is no sound gzip; pack it again, or send it as it is")

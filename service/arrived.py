"""What has come of a request, and whether that is enough to begin with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

HEAD_BYTES = 65_536  # a claim of 1,000 emoji is 12 kB in a query string
BODY_BYTES = 131_072  # a body up to this length is gathered, of a longer one the first part
CHUNKS_WITHIN_S = 1.0  # a body in chunks that takes longer is one that its client makes as it goes
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length[ \t]*:[ \t]*(\d{1,4000})[ \t]*\r\n", re.IGNORECASE)
_WAITS_FOR_US = re.compile(rb"\r\nexpect[ \t]*:", re.IGNORECASE)
_IN_CHUNKS = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)
_CHUNK = re.compile(rb"([0-9a-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r\n", re.IGNORECASE)


@dataclass(slots=True)
class Arrival:
    """What has come of a request so far, and until when the rest must have.

    Once the head is there, `size` says where a body of known length ends, `chunk` where the next chunk begins;
    `is_long` is a request that is handed on before all of it has come.
    """

    until: float
    data: bytearray = field(default_factory=bytearray)
    body: int = 0
    size: int | None = None
    chunk: int | None = None
    is_long: bool = False

    @property
    def is_too_long(self) -> bool:
        """Return whether the head has more bytes than any request here needs."""
        head = self.data.find(_END)
        return len(self.data) > HEAD_BYTES if head < 0 else head > HEAD_BYTES

    def is_there(self) -> bool:
        """Return whether a thread can begin: with all of it, or with as much of a long body as is gathered."""
        if not self.body and (end := self.data.find(_END)) >= 0:
            self.body = end + len(_END)
            self._read_head(bytes(self.data[: end + 2]))
        if not self.body or self.is_long:
            return self.is_long
        if self.chunk is not None and self._has_last_chunk(self.chunk):
            return True
        if self.size is not None and len(self.data) >= self.size:
            return True
        self.is_long = len(self.data) - self.body >= BODY_BYTES
        return self.is_long

    def hurry(self, now: float) -> None:
        """Give a body in chunks that has begun to come a moment more, then take it for a long one."""
        self.until = min(self.until, now + CHUNKS_WITHIN_S) if self.chunk is not None else self.until

    def _read_head(self, head: bytes) -> None:
        self.is_long = bool(_WAITS_FOR_US.search(head))
        if _IN_CHUNKS.search(head):
            self.chunk = self.body
            return
        length = _LENGTH.search(head)
        self.size = self.body + (int(length[1]) if length else 0)

    def _has_last_chunk(self, at: int) -> bool:
        """Go on from where the last look ended; what is no chunk is for the one to refuse who reads the body."""
        while (end := self.data.find(b"\r\n", at)) >= 0:
            found = _CHUNK.match(self.data, at)
            if found is None:
                self.is_long = True
                return True
            length = int(found[1], 16)
            if length == 0:
                return self.data.find(_END, end) >= 0
            self.chunk = at = found.end() + length + 2
        return False

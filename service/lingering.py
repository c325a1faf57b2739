"""How connections end: each hears the last word, and none is waited for.

A socket that is closed while its client still sends is reset by the system, and the client may lose the answer that it
was sent (RFC 9112, section 9.6). So we say that we send no more, throw away what still comes, and close when the
client does. gunicorn does this by blocking, in its event loop; here the poller wakes us.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

SILENT_S = 2.0  # a client that sends nothing more for so long has its answer, or never takes it
LINGERS_S = 10.0  # and this is how long one that goes on sending is listened to
MOST = 200  # connections at once; where more come, the oldest are closed
_BLOCK, _BLOCKS = 65_536, 16  # bytes to throw away in one go, so that one fast client does not keep the others waiting


@dataclass(slots=True)
class _Last:
    """A connection that has its answer, and until when it is listened to."""

    silent_at: float
    until: float


class Lingering:
    """Connections that have their answer and are not closed yet. Used by the event loop only."""

    def __init__(
        self,
        poller: selectors.BaseSelector,
        closed: Callable[[], object],
        *,
        most: int = MOST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take what wakes us, and what to call for each connection that has been closed."""
        self._poller, self._closed, self._most, self._clock = poller, closed, most, clock
        self._there: dict[socket.socket, _Last] = {}  # the oldest first

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._there)

    def add(self, sock: socket.socket) -> None:
        """Send no more to a client, and close the connection as soon as it does, or after a while."""
        try:
            sock.setblocking(False)
            sock.shutdown(socket.SHUT_WR)
            self._poller.register(sock, selectors.EVENT_READ, self._throw_away)
        except (OSError, ValueError):  # it is closed already
            self._end(sock)
            return
        now = self._clock()
        self._there[sock] = _Last(now + SILENT_S, now + LINGERS_S)
        self._throw_away(sock)
        while len(self._there) > self._most:
            self._leave(next(iter(self._there)))

    def expire(self) -> None:
        """Close those whose time is over."""
        now = self._clock()
        for sock, last in list(self._there.items()):
            if now >= min(last.silent_at, last.until):
                self._leave(sock)

    def _throw_away(self, sock: socket.socket) -> None:
        if sock not in self._there:  # closed in this same turn of the loop, to make room
            return
        for _ in range(_BLOCKS):
            try:
                ended = not socket.socket.recv(sock, _BLOCK)  # of TLS too the bytes as they are: nobody reads them
            except BlockingIOError:
                return
            except OSError:
                ended = True
            if ended:
                self._leave(sock)
                return
            self._there[sock].silent_at = self._clock() + SILENT_S

    def _leave(self, sock: socket.socket) -> None:
        del self._there[sock]
        with suppress(OSError, KeyError, ValueError):
            self._poller.unregister(sock)
        self._end(sock)

    def _end(self, sock: socket.socket) -> None:
        with suppress(OSError):
            sock.close()
        self._closed()

"""A gunicorn worker that slow clients cannot hold up: no thread is given to a request before it has arrived.

gunicorn's own `gthread` worker reads a request in one of its threads and waits there for as long as the client likes,
so as many slow clients as there are threads stop it for everybody. Here the event loop gathers what comes in, for all
connections at once; a thread gets a request whose head and (short) body are there. A longer body is read in the thread
as it comes, at a least rate.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from gunicorn import http
from gunicorn.http.errors import LimitRequestHeaders, ParseException
from gunicorn.workers.gthread import ThreadWorker

HEAD_BYTES = 65_536  # a claim of 1,000 emoji is 12 kB in a query string
FIELDS, FIELD_BYTES = 100, 8_190  # headers, and the length of one
BODY_BYTES = 131_072  # a body up to this length is gathered, of a longer one the first part
ARRIVES_WITHIN_S = 15.0  # the head, and what is gathered of the body
STALLS_S = 20.0  # a client that takes or gives nothing for so long has gone
GRACE_S, LEAST_BYTES_S = 20.0, 2_000  # what a client may wait in all, and what each second more must have brought
IDLE_AT_STOP_S = 2.0  # a connection that has sent nothing is not waited for when the worker ends
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
_STREAMED = re.compile(rb"\r\n(?:transfer-encoding|expect|upgrade)[ \t]*:", re.IGNORECASE)


@dataclass(slots=True)
class Arrival:
    """What has come of a request so far, and until when the rest must have; `size` once its head is there."""

    until: float
    data: bytearray = field(default_factory=bytearray)
    size: int | None = None

    @property
    def is_too_long(self) -> bool:
        """Return whether the head has more bytes than any request here needs."""
        head = self.data.find(_END)
        return len(self.data) > HEAD_BYTES if head < 0 else head > HEAD_BYTES

    def is_there(self) -> bool:
        """Return whether a thread can begin: with the head, and as much of the body as is gathered."""
        if self.size is None and (end := self.data.find(_END)) >= 0:
            self.size = end + len(_END) + _gathered_of_body(bytes(self.data[: end + 2]))
        return self.size is not None and len(self.data) >= self.size


def _gathered_of_body(head: bytes) -> int:
    if _STREAMED.search(head):  # a body of unknown length, or one that waits for our word
        return 0
    length = _LENGTH.search(head)
    return min(int(length[1]), BODY_BYTES) if length else 0


class PatientSocket(socket.socket):
    """A socket whose reads and writes end: by a longest pause, and by a least rate of what comes in."""

    clock: Callable[[], float] = staticmethod(time.monotonic)

    def begin(self) -> None:
        """Begin to wait for a request, without blocking."""
        self.waited_s, self.received = 0.0, 0
        self.setblocking(False)

    def setblocking(self, flag: bool) -> None:
        """Wait for the client, but not for ever."""
        self.settimeout(STALLS_S if flag else 0.0)

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """Return what has come; raise `TimeoutError` where a client has kept us waiting too long for too little."""
        started = self.clock()
        data = super().recv(bufsize, flags)
        self.waited_s += self.clock() - started  # the time in which we compute is not the client's
        self.received += len(data)
        if self.waited_s > GRACE_S + self.received / LEAST_BYTES_S:
            raise TimeoutError(f"the client sent {self.received:,} bytes in {self.waited_s:.0f} seconds")
        return data


class ArrivalsWorker(ThreadWorker):  # type: ignore[misc]
    """Gathers each request in the event loop and hands it to a thread when it is there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arrivals: dict[Any, Arrival] = {}

    def enqueue_req(self, conn: Any) -> None:
        """Begin to gather a request: of a new connection, or the next one of a kept one. Runs in the event loop."""
        if self.cfg.is_ssl:  # what comes is not readable before the handshake, which a thread does
            super().enqueue_req(conn)
            return
        if not isinstance(conn.sock, PatientSocket):
            conn.sock = PatientSocket(fileno=conn.sock.detach())
        conn.sock.begin()
        if conn.parser is None:
            conn.parser = http.get_parser(self.cfg, conn.sock, conn.client)
        patience = ARRIVES_WITHIN_S if self.alive else IDLE_AT_STOP_S
        arrival = Arrival(time.monotonic() + patience, bytearray(conn.parser.unreader.take_buffered()))
        self._arrivals[conn] = arrival
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_more, conn))
        self._on_more(conn, conn.sock)

    def _on_more(self, conn: Any, _sock: Any) -> None:
        """Take what has come, and hand the request on where that is enough."""
        arrival = self._arrivals[conn]
        while not arrival.is_there():
            try:
                part = socket.socket.recv(conn.sock, HEAD_BYTES)
            except BlockingIOError:
                return
            except OSError:
                part = b""
            if not part:
                self._drop(conn)
                return
            arrival.data += part
            if arrival.size is None and arrival.is_too_long:
                self._drop(conn, _TOO_LONG)
                return
        self._release(conn)
        conn.parser.unreader.unread(bytes(arrival.data))
        conn.data_ready = True
        super().enqueue_req(conn)

    def _release(self, conn: Any) -> None:
        del self._arrivals[conn]
        self.poller.unregister(conn.sock)

    def _drop(self, conn: Any, last_word: bytes = b"") -> None:
        self._release(conn)
        self.nr_conns -= 1
        if last_word:
            with suppress(OSError):
                conn.sock.send(last_word)
        conn.close()

    def murder_pending(self) -> None:
        """Send away whose request has not come in time. The event loop calls this at least once a second."""
        super().murder_pending()
        now = time.monotonic()
        for conn, arrival in list(self._arrivals.items()):
            if now > arrival.until:
                self._drop(conn, _TOO_SLOW if arrival.data else b"")

    def set_accept_enabled(self, enabled: bool) -> None:
        """At the end take in who has connected already, and then let the system refuse who comes later.

        Otherwise connections that nobody accepts any more would be reset when the worker has ended.
        """
        if enabled or self.alive:
            super().set_accept_enabled(enabled)
            return
        for listener in self.sockets:
            before = -1
            while self._accepting and before < self.nr_conns:
                before = self.nr_conns
                self.accept(listener)
        super().set_accept_enabled(False)
        for listener in self.sockets:
            listener.close()
        until = time.monotonic() + IDLE_AT_STOP_S
        for arrival in self._arrivals.values():
            if not arrival.data:
                arrival.until = min(arrival.until, until)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer what is no HTTP with a problem, as all other errors are answered."""
        if isinstance(exc, LimitRequestHeaders):
            last_word = _TOO_LONG
        elif isinstance(exc, ParseException):
            last_word = _problem(400, "Bad Request", f"this is no HTTP request: {exc!s:.200}")
        else:
            self.log.error("a request failed outside the service", exc_info=exc)
            last_word = _problem(500, "Internal Server Error", "the service failed on this request; see its log")
        with suppress(OSError):
            client.send(last_word)


def _problem(status: int, title: str, detail: str) -> bytes:
    members = {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": "", "errors": []}
    body = (json.dumps(members) + "\n").encode()
    head = (
        f"HTTP/1.1 {status} {title}\r\nContent-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


_TOO_SLOW = _problem(
    408,
    "Request Timeout",
    f"the request did not arrive within {ARRIVES_WITHIN_S:g} seconds; send it again, over a faster connection",
)
_TOO_LONG = _problem(
    431,
    "Request Header Fields Too Large",
    f"the request line and headers are longer than {HEAD_BYTES:,} bytes together, one header than {FIELD_BYTES:,}, "
    f"or there are more than {FIELDS}; send less, a long claim as a body",
)

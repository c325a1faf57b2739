"""A gunicorn worker that slow clients cannot hold up: no thread is given to a request before it has arrived.

gunicorn's own `gthread` worker reads a request in one of its threads and waits there for as long as the client likes,
so as many slow clients as there are threads stop it for everybody. Here the event loop gathers what comes in, for all
connections at once; a thread gets a request that is there and never waits for its client to send. Only a longer body,
or one that comes in chunks bit by bit, is read in a thread as it comes, at a least rate: a few of those at once, so
that they take no thread from others. Nor does anybody wait for a client to close its connection (`lingering.py`).
"""

from __future__ import annotations

import json
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn import http
from gunicorn.http.errors import LimitRequestHeaders, ParseException
from gunicorn.workers.gthread import ThreadWorker

from service.arrived import BODY_BYTES, HEAD_BYTES, Arrival
from service.lingering import Lingering

FIELDS, FIELD_BYTES = 100, 8_190  # headers, and the length of one
ARRIVES_WITHIN_S = 15.0  # the head, and what is gathered of the body
STALLS_S = 20.0  # a client that takes or gives nothing for so long has gone
GRACE_S, LEAST_BYTES_S = 20.0, 2_000  # what a client may wait in all, and what each second more must have brought
LONG_AT_ONCE = 8  # bodies that are read in threads as they come
LONG_WAIT_S = 15.0  # how long one more of these waits for its turn
RETRY_AFTER_S = 10  # what is said to one that has waited in vain
IDLE_AT_STOP_S = 2.0  # a connection that has sent nothing is not waited for when the worker ends


class PatientSocket(socket.socket):
    """A socket whose reads and writes end: by a longest pause, and by a least rate of what comes in.

    Where `waits` is false a read takes what is there and waits for nothing.
    """

    waits = False
    clock: Callable[[], float] = staticmethod(time.monotonic)

    def begin(self) -> None:
        """Begin to wait for a request, without blocking."""
        self.waits, self.waited_s, self.received = False, 0.0, 0
        self.setblocking(False)

    def setblocking(self, flag: bool) -> None:
        """Wait for the client, but not for ever."""
        self.settimeout(STALLS_S if flag else 0.0)

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """Return what has come; raise `TimeoutError` where a client has kept us waiting too long for too little."""
        if not self.waits:
            return self._at_once(bufsize, flags)
        started = self.clock()
        data = super().recv(bufsize, flags)
        self.waited_s += self.clock() - started  # the time in which we compute is not the client's
        self.received += len(data)
        if self.waited_s > GRACE_S + self.received / LEAST_BYTES_S:
            raise TimeoutError(f"the client sent {self.received:,} bytes in {self.waited_s:.0f} seconds")
        return data

    def shutdown(self, how: int) -> None:
        """End one direction or both; after our last word nothing is waited for."""
        self.waits = False
        super().shutdown(how)

    def _at_once(self, bufsize: int, flags: int) -> bytes:
        patience = self.gettimeout()
        self.settimeout(0.0)
        try:
            return super().recv(bufsize, flags)
        except BlockingIOError:
            raise TimeoutError("the client has not sent this yet") from None
        finally:
            self.settimeout(patience)


class ArrivalsWorker(ThreadWorker):  # type: ignore[misc]
    """Gathers each request in the event loop and hands it to a thread when it is there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arrivals: dict[Any, Arrival] = {}
        self._long: set[Any] = set()  # connections whose bodies threads read as they come
        self._waiting: dict[Any, float] = {}  # those that wait for a turn to be one of these, and until when
        self._lingering: Lingering

    def run(self) -> None:
        """Serve until the end, as gunicorn does."""
        self._lingering = Lingering(self.poller, self._count_down)
        super().run()

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
                arrival.hurry(time.monotonic())
                return
            except OSError:
                part = b""
            if not part:
                self._drop(conn)
                return
            arrival.data += part
            if not arrival.body and arrival.is_too_long:
                self._drop(conn, _TOO_LONG)
                return
        self._hand_on(conn)

    def _hand_on(self, conn: Any) -> None:
        """Let a thread answer a request, one that it will have to wait for in its turn."""
        arrival = self._release(conn)
        conn.parser.unreader.unread(bytes(arrival.data))
        conn.data_ready = True
        if arrival.is_long:
            self._waiting[conn] = time.monotonic() + LONG_WAIT_S
            self._begin_long()
        else:
            super().enqueue_req(conn)

    def _begin_long(self) -> None:
        while self._waiting and len(self._long) < LONG_AT_ONCE:
            conn = next(iter(self._waiting))
            del self._waiting[conn]
            self._long.add(conn)
            conn.sock.waits = True
            super().enqueue_req(conn)

    def _release(self, conn: Any) -> Arrival:
        self.poller.unregister(conn.sock)
        return self._arrivals.pop(conn)

    def _drop(self, conn: Any, last_word: bytes = b"") -> None:
        self._release(conn)
        self._end(conn, last_word)

    def _end(self, conn: Any, last_word: bytes = b"") -> None:
        if last_word:
            with suppress(OSError):
                conn.sock.send(last_word)
        self._lingering.add(conn.sock)

    def _count_down(self) -> None:
        self.nr_conns -= 1

    def _keepalive_after(self, conn: Any, keepalive: bool) -> bool:
        """Return whether the next request can follow; a body that nobody read and that is not here forbids it.

        gunicorn would wait for it, in the thread, and give a second answer where it is damaged.
        """
        if isinstance(conn.sock, PatientSocket):
            conn.sock.waits = False
        with suppress(ParseException, OSError):
            return bool(super()._keepalive_after(conn, keepalive))
        return False

    def finish_request(self, conn: Any, fs: Future[object]) -> None:
        """Keep a connection for its next request, or end it without waiting for it. Runs in the event loop."""
        self._long.discard(conn)
        if not fs.cancelled() and fs.exception() is None and fs.result():
            super().finish_request(conn, fs)
        else:
            self._end(conn)
        self._begin_long()

    def murder_pending(self) -> None:
        """Send away whose request has not come in time. The event loop calls this at least once a second."""
        super().murder_pending()
        now = time.monotonic()
        for conn, arrival in list(self._arrivals.items()):
            if now > arrival.until:
                self._expire(conn, arrival)
        for conn, until in list(self._waiting.items()):
            if now > until:
                del self._waiting[conn]
                self._end(conn, _TOO_MANY)
        self._lingering.expire()

    def _expire(self, conn: Any, arrival: Arrival) -> None:
        if arrival.chunk is not None:
            arrival.is_long = True
            self._hand_on(conn)
        elif arrival.data:
            self._drop(conn, _TOO_SLOW)
        else:  # it expects no answer
            self._release(conn)
            self._count_down()
            conn.close()

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


def _problem(status: int, title: str, detail: str, headers: str = "") -> bytes:
    members = {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": "", "errors": []}
    body = (json.dumps(members) + "\n").encode()
    head = (
        f"HTTP/1.1 {status} {title}\r\nContent-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n"
    )
    return head.encode() + body


_TOO_SLOW = _problem(
    408,
    "Request Timeout",
    f"the request did not arrive within {ARRIVES_WITHIN_S:g} seconds; send it again, over a faster connection",
)
_TOO_MANY = _problem(
    503,
    "Service Unavailable",
    f"{LONG_AT_ONCE} requests with long bodies are being read already, and none ended within {LONG_WAIT_S:g} seconds; "
    f"try again in {RETRY_AFTER_S} seconds, or send no more than {BODY_BYTES:,} bytes at once and give their length",
    f"Retry-After: {RETRY_AFTER_S}\r\n",
)
_TOO_LONG = _problem(
    431,
    "Request Header Fields Too Large",
    f"the request line and headers are longer than {HEAD_BYTES:,} bytes together, one header than {FIELD_BYTES:,}, "
    f"or there are more than {FIELDS}; send less, a long claim as a body",
)

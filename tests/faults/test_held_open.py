"""Clients that have been answered, or stop in the middle of a body, and hold their end open: others are served."""

from __future__ import annotations

import json
import selectors
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress

import pytest

from service import arrivals, lingering
from service.arrived import BODY_BYTES, CHUNKS_WITHIN_S, Arrival
from service.lingering import Lingering
from tests.faults.running import PATIENCE, SAID, Running, running

HANGS = 10.0  # seconds after which an answer is taken for one that never comes
POST = b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
CHECK = POST % b"/v1/check"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CLAIM = b'{"claim": "The lamp on the mole was dark."}'
ENDED = {
    "closed": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    "old": b"GET /healthz HTTP/1.0\r\n\r\n",
    "long head": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: a\r\n" * 12_000,
    "no http": b"no http at all\r\n\r\n",
    "too long": CHECK + b"Content-Length: 9000000\r\n\r\n" + b" " * BODY_BYTES,
    "too long in chunks": CHECK + CHUNKED + b"\r\n30000\r\n" + b" " * 0x30000 + b"\r\n",
    "not read": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n" + CHUNKED + b"\r\n5\r\nab",
}
HELD = {
    "a chunk begun": CHECK + CHUNKED + b"\r\n50\r\n" + CLAIM[:20],
    "no chunk": CHECK + CHUNKED + b"\r\n",
    "no last chunk": CHECK + CHUNKED + b"\r\n%x\r\n%s\r\n" % (len(CLAIM), CLAIM),
    "no chunks at all": CHECK + CHUNKED + b"\r\nzz\r\n" + CLAIM,
    "our word": CHECK + b"Expect: 100-continue\r\nContent-Length: 50\r\n\r\n",
    "an article": POST % b"/v1/articles" + b"Content-Length: 400000\r\n\r\n" + b" " * BODY_BYTES,
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("held")) as server:
        server.add("a1")
        yield server


@contextmanager
def _held(service: Running, sent: bytes, many: int) -> Iterator[list[socket.socket]]:
    found: list[socket.socket] = []
    try:
        for _ in range(many):
            connection = socket.create_connection(("127.0.0.1", service.port), timeout=HANGS)
            found.append(connection)
            with suppress(OSError):  # it has been sent away before it had said all
                connection.sendall(sent)
        yield found
    finally:
        for connection in found:
            connection.close()


def _all(connection: socket.socket) -> bytes:
    answer = b""
    with suppress(OSError):
        while part := connection.recv(65_536):
            answer += part
    return answer


def _serves(service: Running) -> None:
    for _ in range(3):
        assert service.ask("GET", "/healthz", timeout=HANGS).status == 200
    with closing(socket.create_connection(("127.0.0.1", service.port), timeout=HANGS)) as connection:
        connection.sendall(CHECK + CHUNKED + b"Connection: close\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(CLAIM), CLAIM))
        assert _all(connection).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("many", [12, 60])
@pytest.mark.parametrize("kind", ENDED)
def test_who_is_answered_and_stays_holds_nobody_up(service: Running, kind: str, many: int) -> None:
    with _held(service, ENDED[kind], many) as connections:
        _serves(service)
        assert connections[-1].recv(7) == b"HTTP/1."


@pytest.mark.parametrize("kind", HELD)
def test_who_stops_in_a_body_holds_nobody_up(service: Running, kind: str) -> None:
    """There are more of them than threads."""
    with _held(service, HELD[kind], 60):
        time.sleep(CHUNKS_WITHIN_S + 1.5 if kind == "a chunk begun" else 0)  # until threads have as many as they take
        _serves(service)


def test_a_long_body_gets_its_turn_when_others_have_gone(service: Running) -> None:
    body = json.dumps({"id": "long", "text": SAID}).encode() + b" " * BODY_BYTES * 2
    kind = {"Content-Type": "application/json"}
    with ThreadPoolExecutor(1) as pool:
        with _held(service, HELD["an article"], arrivals.LONG_AT_ONCE):
            _serves(service)
            answer = pool.submit(service.ask, "POST", "/v1/articles?on_duplicate=replace", body, **kind)
            time.sleep(0.3)
            assert not answer.done()
        assert answer.result(PATIENCE).status in (200, 201)


def test_what_does_not_arrive_or_gets_no_turn_in_time_is_told_so(service: Running) -> None:
    with _held(service, HELD["an article"], arrivals.LONG_AT_ONCE + 1) as held, closing(service.connect()) as slow:
        slow.sendall(CHECK)
        held[-1].settimeout(PATIENCE)
        late, waited = (_all(connection).partition(b"\r\n\r\n") for connection in (slow, held[-1]))
    assert late[0].startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in late[0]
    assert "did not arrive within 15 seconds" in json.loads(late[2])["detail"]
    assert waited[0].startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 10" in waited[0]
    assert "8 requests with long bodies are being read already" in json.loads(waited[2])["detail"]


@pytest.mark.parametrize("in_chunks", [False, True])
@pytest.mark.parametrize("pause_s", [0.0, 0.02])
def test_a_refusal_reaches_a_client_that_goes_on_sending(service: Running, in_chunks: bool, pause_s: float) -> None:
    """It reads nothing before it has sent all: much at once, or less for more than a second."""
    block, blocks = (b" " * 200_000, 100) if not pause_s else (b" " * 20_000, 60)
    length = CHUNKED if in_chunks else b"Content-Length: %d\r\n" % (len(block) * blocks)
    with closing(service.connect()) as connection:
        connection.sendall(CHECK + length + b"\r\n")
        for _ in range(blocks):
            connection.sendall(b"%x\r\n%s\r\n" % (len(block), block) if in_chunks else block)
            time.sleep(pause_s)
        connection.sendall(b"0\r\n\r\n" if in_chunks else b"")
        head, _, body = _all(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413 ")
    assert "the limit; send a shorter one" in json.loads(body)["detail"]


@pytest.mark.parametrize("body", [b"zz\r\n" + CLAIM, b"5\r\n{}{}{}{}\r\n0\r\n\r\n"], ids=["no size", "no end"])
def test_a_damaged_body_is_the_fault_of_its_client(service: Running, body: bytes) -> None:
    with closing(socket.create_connection(("127.0.0.1", service.port), timeout=HANGS)) as connection:
        connection.sendall(CHECK + CHUNKED + b"Connection: close\r\n\r\n" + body)
        connection.shutdown(socket.SHUT_WR)
        answer = _all(connection)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"the body is damaged: " in answer


def test_a_damaged_body_that_nobody_read_gets_no_second_answer(service: Running) -> None:
    with closing(service.connect()) as connection:
        connection.sendall(b"POST /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\n" + CHUNKED + b"\r\nzz\r\n")
        answer = _all(connection)
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert answer.count(b"HTTP/1.1") == 1


class Closing:
    """Connections that linger, a clock that is set by hand, and how many have been closed."""

    def __init__(self, most: int = 3) -> None:
        self.now, self.closed, self.poller = 0.0, 0, selectors.DefaultSelector()
        self.all = Lingering(self.poller, self._count, most=most, clock=lambda: self.now)

    def _count(self) -> None:
        self.closed += 1

    def add(self) -> socket.socket:
        """Let a connection linger; return the client's end."""
        ours, theirs = socket.socketpair()
        theirs.settimeout(HANGS)
        self.all.add(ours)
        return theirs

    def turn(self) -> None:
        """Do what the event loop does."""
        for key, _ in self.poller.select(0):
            key.data(key.fileobj)
        self.all.expire()


def test_one_that_ends_is_closed_with_its_client() -> None:
    it = Closing()
    with closing(it.add()) as client:
        client.sendall(b"more")
        it.turn()
        assert client.recv(1) == b""  # it is told that nothing more comes
        assert (len(it.all), it.closed) == (1, 0)
        client.shutdown(socket.SHUT_WR)
        it.turn()
    assert (len(it.all), it.closed, len(it.poller.get_map())) == (0, 1, 0)


def test_one_that_is_silent_is_closed_and_one_that_goes_on_later() -> None:
    it = Closing()
    with closing(it.add()) as silent, closing(it.add()) as talks:
        for step in range(1, 100):
            it.now = step * lingering.SILENT_S / 2
            with suppress(OSError):
                talks.sendall(b"more")
            it.turn()
            assert (len(it.all) < 2) == (it.now >= lingering.SILENT_S)
            if not len(it.all):
                break
        assert it.now == lingering.LINGERS_S
        assert it.closed == 2
        assert silent.recv(1) == b""


def test_of_too_many_the_oldest_is_closed() -> None:
    it = Closing(most=3)
    clients = [it.add() for _ in range(5)]
    assert (len(it.all), it.closed) == (3, 2)
    for client in clients[:2]:
        with pytest.raises(OSError):
            client.sendall(b"more")
        client.close()
    for client in clients[2:]:
        client.sendall(b"more")
        client.close()
    it.turn()
    assert (len(it.all), it.closed) == (0, 5)


def test_one_that_is_closed_already_is_counted_once() -> None:
    it = Closing()
    ours, theirs = socket.socketpair()
    ours.close()
    it.all.add(ours)
    theirs.close()
    assert (len(it.all), it.closed) == (0, 1)


@pytest.mark.parametrize(
    ("sent", "there", "long"),
    [
        (b"", False, False),
        (b"5\r\nabcde\r\n", False, False),
        (b"5\r\nabcde\r\n0\r\n", False, False),
        (b"5\r\nabcde\r\n0\r\n\r\n", True, False),
        (b"5;a=b\r\na\r\n\r\n\r\n0\r\nX: y\r\n", False, False),
        (b"5;a=b\r\na\r\n\r\n\r\n0\r\nX: y\r\n\r\n", True, False),
        (b"5\r\nabcde\r\n0\r\n\r\nGET / HTTP", True, False),
        (b"g\r\n", True, True),
        (b"-5\r\n", True, True),
        (b"0x5\r\n", True, True),
        (b"\r\n", True, True),
        (b"%x\r\n" % BODY_BYTES + b"a" * BODY_BYTES, True, True),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_body_in_chunks_is_there_with_its_last_chunk(sent: bytes, there: bool, long: bool, at_once: bool) -> None:
    """`long` is what a thread must wait for: what is no chunk is among it, so that nobody else waits for that."""
    arrival = Arrival(until=9.0)
    whole = CHECK + CHUNKED + b"\r\n" + sent
    step = len(whole) if at_once else max(1, len(sent) // 20)
    for place in range(0, len(whole), step):
        assert not arrival.is_there() or b"GET" in sent
        arrival.data += whole[place : place + step]
    assert (arrival.is_there(), arrival.is_long) == (there, long)

"""Clients that send or take their bytes slowly, or too many: others are served meanwhile, and they are sent away."""

from __future__ import annotations

import json
import random
import socket
import time
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from service import arrivals
from service.arrived import BODY_BYTES
from tests.faults.running import PATIENCE, Running, ask_on, running

MANY = 120  # connections: several times the threads of a worker
HEAD = b"POST /v1/check HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("slow")) as server:
        server.add("a1")
        yield server


def _opened(service: Running, sent: bytes) -> list[socket.socket]:
    found = []
    for _ in range(MANY):
        connection = service.connect()
        connection.sendall(sent)
        found.append(connection)
    return found


def _closed(connections: list[socket.socket]) -> None:
    for connection in connections:
        connection.close()


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"POST /v1/check HT", id="half a request line"),
        pytest.param(HEAD + b"X-Slow: ", id="half a head"),
        pytest.param(HEAD + b'Content-Length: 90\r\n\r\n{"claim": "The l', id="half a body"),
        pytest.param(HEAD + b"Content-Length: 60000\r\n\r\n" + b" " * 50_000, id="most of a body"),
    ],
)
def test_clients_that_stop_in_the_middle_hold_nobody_up(service: Running, sent: bytes) -> None:
    slow = _opened(service, sent)
    try:
        assert service.check().status == 200
        assert service.ask("GET", "/healthz").status == 200
        for connection in slow[:3]:  # one more byte now and then, as such an attack does
            with suppress(OSError):
                connection.sendall(b"a" if sent else b"P")
        assert service.check().status == 200
    finally:
        _closed(slow)


def test_a_request_in_pieces_is_one_request(service: Running) -> None:
    body = json.dumps({"claim": "The lamp on the mole was dark."}).encode()
    whole = HEAD + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body
    with closing(service.connect()) as slow:
        slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for place in range(0, len(whole), 7):
            slow.sendall(whole[place : place + 7])
            time.sleep(0.001)
        answer = b""
        while part := slow.recv(65_536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_requests_sent_together_are_answered_in_order(service: Running) -> None:
    first = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    last = b"GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    with closing(service.connect()) as connection:
        connection.sendall(first * 3 + last[:20])
        time.sleep(0.05)
        connection.sendall(last[20:])
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    assert answer.count(b"HTTP/1.1 200 ") == 3
    assert answer.count(b"HTTP/1.1 404 ") == 1


def test_a_kept_connection_is_used_again(service: Running) -> None:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)
    with closing(connection):
        for _ in range(3):
            assert ask_on(connection, "POST", "/v1/check", {"claim": "The lamp was dark."}).status == 200


@pytest.mark.parametrize("kind", ["length", "chunks", "expect"])
def test_a_long_body_comes_in_whole(service: Running, kind: str) -> None:
    """Longer than what is gathered: the thread reads the rest. And one that waits for our word gets it."""
    text = " ".join(random.Random(kind).choices("gull lamp tide barge rope crane bell mast ferry".split(), k=30_000))
    body = json.dumps({"id": f"long-{kind}", "text": text}).encode()
    assert len(body) > BODY_BYTES
    head = b"POST /v1/articles?on_duplicate=replace HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    with closing(service.connect()) as connection:
        if kind == "chunks":
            connection.sendall(head + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
            for place in range(0, len(body), 30_000):
                part = body[place : place + 30_000]
                connection.sendall(b"%x\r\n" % len(part) + part + b"\r\n")
            connection.sendall(b"0\r\n\r\n")
        else:
            more = b"Expect: 100-continue\r\n" if kind == "expect" else b""
            connection.sendall(head + more + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body))
            if kind == "expect":
                assert connection.recv(65_536).startswith(b"HTTP/1.1 100 ")
            connection.sendall(body)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    assert b"HTTP/1.1 201 " in answer


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 9_000 + b"\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 200 + b"\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 20_000, b"431"),
        (b"no http at all\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
        (HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", b"400"),
        (HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (HEAD + b"Content-Length: -5\r\n\r\n", b"400"),
        (HEAD + b"Bad Name: 5\r\n\r\n", b"400"),
    ],
    ids=["line", "header", "headers", "endless headers", "words", "tls", "two lengths", "smuggled", "negative", "name"],
)
def test_what_is_no_request_is_a_problem(service: Running, sent: bytes, status: bytes) -> None:
    with closing(service.connect()) as connection:
        with suppress(OSError):
            connection.sendall(sent)
        answer = b""
        with suppress(OSError):
            while part := connection.recv(65_536):
                answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status), answer
    assert b"application/problem+json" in head
    assert json.loads(body)["status"] == int(status)
    assert service.check().status == 200


def test_a_client_that_goes_away_costs_nothing_but_its_place(service: Running) -> None:
    for _ in range(50):
        with closing(service.connect()) as connection:
            connection.sendall(HEAD + b"Content-Length: 40\r\n\r\n")
    assert service.check().status == 200


@pytest.mark.parametrize(
    ("clock", "received", "refused"),
    [(1.0, 10, False), (19.0, 10, False), (21.0, 10, True), (21.0, 10_000, False), (60.0, 10_000, True)],
)
def test_a_body_needs_a_least_rate(clock: float, received: int, refused: bool) -> None:
    """20 seconds of grace, then 2,000 bytes for each second of waiting."""
    ours, theirs = socket.socketpair()
    moments = iter([0.0, clock])
    patient = arrivals.PatientSocket(fileno=ours.detach())
    with closing(theirs), closing(patient):
        patient.clock = lambda: next(moments)  # type: ignore[method-assign]
        patient.begin()
        patient.setblocking(True)
        patient.waits = True
        theirs.sendall(b"a" * received)
        if refused:
            with pytest.raises(TimeoutError, match=f"{received:,} bytes in {clock:.0f} seconds"):
                patient.recv(65_536)
        else:
            assert len(patient.recv(65_536)) == received


def test_a_read_of_what_must_be_there_waits_for_nothing() -> None:
    ours, theirs = socket.socketpair()
    patient = arrivals.PatientSocket(fileno=ours.detach())
    with closing(theirs), closing(patient):
        patient.begin()
        patient.setblocking(True)
        theirs.sendall(b"a")
        assert patient.recv(10) == b"a"
        with pytest.raises(TimeoutError, match="has not sent this"):
            patient.recv(10)
        assert patient.gettimeout() == arrivals.STALLS_S  # what is written still waits for the client


def test_no_read_or_write_of_a_thread_lasts_for_ever() -> None:
    ours, theirs = socket.socketpair()
    patient = arrivals.PatientSocket(fileno=ours.detach())
    with closing(theirs), closing(patient):
        patient.setblocking(True)
        assert patient.gettimeout() == arrivals.STALLS_S
        patient.setblocking(False)
        assert patient.gettimeout() == 0.0

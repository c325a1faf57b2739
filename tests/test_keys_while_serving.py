"""Keys made and withdrawn by the command line while a real service runs: every worker goes by it at once."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from tests.crash.traffic import ROOT, Server
from tests.ports import free_port

PATIENCE = 120.0
ARTICLE = {"id": "pier", "text": "The pier lost its roof in the gale."}
ASKED = 24  # enough that both workers are among those who answer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("keys"), 2, free_port())
    found.start()
    try:
        _wait_for_both(found)
        yield found
    finally:
        found.kill_everything()


def _wait_for_both(server: Server) -> None:
    """Wait until no worker that answers still loads."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with ThreadPoolExecutor(8) as pool:
            if set(pool.map(lambda _: ask(server, "GET", "/readyz"), range(ASKED))) == {200}:
                return
    pytest.fail((server.folder / "log").read_text())


def keys(server: Server, *arguments: str) -> str:
    env = {**os.environ, "WIRECHECK_DATA": str(server.folder)}
    command = [sys.executable, "-m", "service.cli", "keys", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True, timeout=PATIENCE)
    return done.stdout.strip()


def ask(server: Server, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    try:
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, {"Content-Type": "application/json", **(headers or {})})
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


def all_of(server: Server, token: str | None) -> set[int]:
    """Return the answers to many requests at once, each on a connection of its own."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    with ThreadPoolExecutor(8) as pool:
        return set(
            pool.map(lambda _: ask(server, "POST", "/v1/articles?on_duplicate=skip", ARTICLE, headers), range(ASKED))
        )


def test_a_key_counts_from_its_making_to_its_revocation_in_every_worker(server: Server) -> None:
    assert len(server.worker_ids()) == 2
    assert all_of(server, None) <= {200, 201}
    token = keys(server, "create", "--name", "Desk", "--scope", "articles:write")
    assert all_of(server, None) == {401}
    assert all_of(server, token) == {200}
    fresh = keys(server, "rotate", token)
    assert all_of(server, token) == {401}
    assert all_of(server, fresh) == {200}
    keys(server, "revoke", fresh)
    assert all_of(server, fresh) == all_of(server, None) == {401}
    keys(server, "delete", fresh)
    assert all_of(server, None) == {200}
    log = (server.folder / "log").read_text()
    assert token.split("_", 2)[2] not in log
    assert fresh.split("_", 2)[2] not in log
    assert "Traceback" not in log


@pytest.mark.parametrize("size", [100, 8_000, 70_000])
def test_no_header_stops_it(server: Server, size: int) -> None:
    """What is too long for gunicorn is refused by it, with 4xx, before it reaches us."""
    assert 400 <= ask(server, "GET", "/v1/articles", headers={"Authorization": "Bearer " + "A" * size}) < 500
    assert ask(server, "GET", "/v1/articles") == 200


def test_two_headers_are_no_key(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    try:
        connection.putrequest("GET", "/v1/articles")
        for _ in range(2):
            connection.putheader("Authorization", "Bearer wirecheck_0123456789ab_" + "A" * 43)
        connection.endheaders()
        assert connection.getresponse().status == 401
    finally:
        connection.close()


def test_a_large_body_without_a_key_is_not_read_and_the_next_request_served(server: Server) -> None:
    """A client that sends on without looking finds the connection closed; one that looks finds 401."""
    keys(server, "create", "--name", "Desk", "--scope", "articles:write")
    with suppress(ConnectionError):
        assert ask(server, "POST", "/v1/articles", {"text": "A boat came in. " * 250_000}) == 401
    assert ask(server, "POST", "/v1/articles", ARTICLE) == 401
    assert ask(server, "GET", "/v1/articles") == 200

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
from flask import Flask
from werkzeug.serving import make_server

from service.app import create_app
from service.corpus.archive import StoreArchive
from service.corpus.checks import StoreChecks
from service.corpus.ledger import StoreLedger
from service.corpus.store import Store
from tests.fakes import FakeChecker
from tests.support import FakeEmbedder
from wirecheck_client import AsyncClient, Client, Retries

AT_ONCE = Retries(first_wait_s=0.0)


class InLoop:
    """The asynchronous client, asked as the other one is: what it awaits is awaited, what it yields is listed."""

    def __init__(self, inner: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._inner, self._loop = inner, loop

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._called(found) if callable(found) else InLoop(found, self._loop)

    def _called(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            found = method(*args, **options)
            if inspect.isasyncgen(found):
                return iter(self._loop.run_until_complete(_listed(found)))
            return self._loop.run_until_complete(found)

        return call


async def _listed(found: AsyncIterator[Any]) -> list[Any]:
    return [item async for item in found]


class AsyncTransport(httpx.AsyncBaseTransport):
    """Hands each request to a transport that answers at once."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        sent = httpx.Request(request.method, request.url, headers=request.headers, content=await request.aread())
        answer = self._inner.handle_request(sent)
        raw = b"".join(answer.stream)  # type: ignore[arg-type]
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(raw))


@pytest.fixture
def checker() -> FakeChecker:
    return FakeChecker()


@pytest.fixture
def store(tmp_path: Any) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'wirecheck.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def app(checker: FakeChecker, store: Store) -> Flask:
    return create_app(checker, StoreArchive(store, FakeEmbedder()), StoreChecks(store, 30), ledger=StoreLedger(store))


@pytest.fixture(params=["sync", "async"])
def connect(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """What makes a client of either kind, over a transport or to an address."""
    loop = asyncio.new_event_loop()
    opened: list[Any] = []

    def connected(transport: httpx.BaseTransport | None = None, base_url: str = "http://127.0.0.1", **more: Any) -> Any:
        options = {"retries": AT_ONCE, **more}
        client: Any = (
            Client(base_url, transport=transport, **options)
            if request.param == "sync"
            else InLoop(
                AsyncClient(base_url, transport=AsyncTransport(transport) if transport else None, **options), loop
            )
        )
        opened.append(client)
        return client

    yield connected
    for client in opened:
        (client.close if request.param == "sync" else client.aclose)()
    loop.close()


@pytest.fixture
def client(connect: Callable[..., Any], app: Flask) -> Any:
    return connect(httpx.WSGITransport(app))


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The app behind a socket."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()

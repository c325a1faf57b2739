"""What every test stands on."""

from __future__ import annotations

import itertools
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from service import logs
from service.config import Settings
from service.corpus.store import Store
from tests import postgres

Line = dict[str, Any]

ENGINES = ("sqlite", "postgresql")
EMPTY = """
SET lock_timeout = '10s';
TRUNCATE articles, sentences, origins, sentence_origins, embeddings, removals, checks, check_articles,
    sentence_words, sentence_terms, sentence_vectors, indexed, api_keys,
    idempotency_keys RESTART IDENTITY;
UPDATE sentence_totals SET sentences = 0, tokens = 0;
UPDATE corpus SET revision = 1, version = '0000000000000000', grouped = 0;
"""
_numbers = itertools.count()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the machine that runs the tests reach no test."""
    for name in list(os.environ):
        if name.startswith(("WIRECHECK_", "OTEL_", "PROMETHEUS_")):
            monkeypatch.delenv(name)


class _Stderr:
    """Standard error as it is now: pytest changes it between a fixture and its test."""

    def write(self, text: str) -> None:
        sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def _configure(settings: Settings) -> None:
    logs.configure(settings)
    (handler,) = logging.root.handlers
    handler.setStream(_Stderr())


@pytest.fixture
def configured() -> Iterator[Callable[[Settings], None]]:
    """What lets this process log as settings say, until the test ends."""
    before = logging.root.handlers[:], logging.root.level
    yield _configure
    structlog.reset_defaults()
    logging.captureWarnings(False)
    logging.root.handlers[:], level = before
    logging.root.setLevel(level)


@pytest.fixture
def lines(configured: Callable[[Settings], None], capsys: pytest.CaptureFixture[str]) -> Callable[[], list[Line]]:
    """What returns the lines that were logged as JSON since it was last asked."""
    configured(Settings(log="json", log_level="debug"))
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """One PostgreSQL for all tests, with a database `empty_corpus` to copy."""
    with postgres.server() as server:
        server.start("max_connections=200", "full_page_writes=off", "autovacuum=off")
        server.run("CREATE DATABASE empty_corpus")
        Store.open(server.url("empty_corpus")).close()
        yield server


@pytest.fixture(scope="session")
def emptied() -> list[str]:
    """The names of databases that are there and empty: to empty one takes less long than to make one."""
    return []


@pytest.fixture
def new_database(postgres_server: postgres.Server, emptied: list[str]) -> Iterator[Callable[[], str]]:
    """Give what returns the address of a PostgreSQL database of an empty corpus, another one each time."""
    lent: list[str] = []

    def lend() -> str:
        if emptied:
            lent.append(emptied.pop())
        else:
            lent.append(f"corpus_{next(_numbers)}")
            postgres_server.run(f"CREATE DATABASE {lent[-1]} TEMPLATE empty_corpus")
        return postgres_server.url(lent[-1])

    yield lend
    for name in lent:
        postgres_server.run(EMPTY, name)
    emptied.extend(lent)


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a corpus of its own, on each engine in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'wirecheck.sqlite3'}"
    made: str = request.getfixturevalue("new_database")()
    return made


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A corpus, on each engine in turn."""
    opened = Store.open(url)
    yield opened
    opened.close()

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.corpus.archive import StoreArchive
from service.corpus.store import Store
from tests.fakes import FakeChecker
from tests.support import FakeEmbedder


@pytest.fixture
def checker() -> FakeChecker:
    return FakeChecker()


@pytest.fixture
def client(checker: FakeChecker) -> FlaskClient:
    return create_app(checker).test_client()


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def desk(checker: FakeChecker, store: Store, embedder: FakeEmbedder) -> FlaskClient:
    """A client of a service with articles, none yet."""
    return create_app(checker, StoreArchive(store, embedder), max_article_bytes=5_000).test_client()

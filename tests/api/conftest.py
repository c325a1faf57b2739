from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from service.api.policy import Policy
from service.app import create_app
from service.corpus.archive import StoreArchive
from service.corpus.checks import StoreChecks
from service.corpus.keys import StoreKeys
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


@pytest.fixture
def ring(store: Store) -> StoreKeys:
    return StoreKeys(store)


@pytest.fixture
def made(store: Store, ring: StoreKeys) -> Callable[[Policy], FlaskClient]:
    def make(policy: Policy) -> FlaskClient:
        archive, log = StoreArchive(store, FakeEmbedder()), StoreChecks(store, 30)
        return create_app(FakeChecker(), archive, log, keys=ring, policy=policy).test_client()

    return make

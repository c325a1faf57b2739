from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from tests.fakes import FakeChecker


@pytest.fixture
def checker() -> FakeChecker:
    return FakeChecker()


@pytest.fixture
def client(checker: FakeChecker) -> FlaskClient:
    return create_app(checker).test_client()

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.corpus.store import Store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "wirecheck.sqlite3"


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{file}")
    yield opened
    opened.close()

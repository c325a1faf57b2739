from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a corpus on SQLite."""
    return tmp_path / "data" / "wirecheck.sqlite3"

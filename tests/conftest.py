"""What every test stands on."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the machine that runs the tests reach no test."""
    for name in list(os.environ):
        if name.startswith("WIRECHECK_"):
            monkeypatch.delenv(name)

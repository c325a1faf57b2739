"""What every test stands on."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from service import logs
from service.config import Settings

Line = dict[str, Any]


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

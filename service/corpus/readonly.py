"""A store that cannot be written to, opened to be read: what is there is served, and a change is refused."""

from __future__ import annotations

import logging
import os
import sqlite3
from pathlib import Path

from sqlalchemy import Engine, create_engine

from service.errors import CorpusError

log = logging.getLogger(__name__)


def open_read_only(database: str | None) -> Engine | None:
    """Return an engine over an SQLite file that is there and cannot be written to, or None where it can.

    In such a place SQLite cannot make the files that its write-ahead log needs, so the file is opened as one that
    nobody changes. Raise `CorpusError` where changes still wait in the log, which only a writer can take in.
    """
    file = Path(database or ":memory:")
    if not file.is_file() or (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)):
        return None
    waiting = file.with_name(f"{file.name}-wal")
    if waiting.exists() and waiting.stat().st_size:
        raise CorpusError(
            f"The store {file} cannot be written to, and its last changes are still in {waiting.name}: make file and "
            "folder writable once, so that they are taken in."
        )
    log.warning("The store %s cannot be written to: what is there is served, and changes are refused.", file)
    address = f"{file.resolve().as_uri()}?immutable=1"
    return create_engine(
        "sqlite://", hide_parameters=True, creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False)
    )

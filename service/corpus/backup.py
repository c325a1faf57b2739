"""A copy of the store while it is in use, and a copy put back, also under a running service.

Both go by SQLite's online backup, which copies one moment of the database, and both are whole or not at all: a backup
is written under another name and renamed, a restore is one transaction of the store.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from service.corpus import revisions
from service.corpus.store import Store
from service.corpus.tables import api_keys, articles, checks, corpus
from service.errors import CorpusError, WirecheckError

_BEGINNING = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup holds, or what was restored from it."""

    articles: int
    checks: int
    bytes: int


def back_up(file: Path, target: Path, *, replace: bool = False) -> Copied:
    """Copy the store to a new file; with `replace`, over an old backup. Raise `CorpusError` where that fails."""
    if not file.exists():
        raise CorpusError(f"There is no store at {file}: nothing to back up. Check WIRECHECK_DATA.")
    if target.exists() and not replace:
        raise CorpusError(f"{target} is there already: name another file, or replace it with --replace.")
    part = target.with_name(f".{target.name}.part")
    try:
        _copy(file, part)
        copied = _counted(part)
        part.replace(target)
        _sync(target)
    except (OSError, sqlite3.Error) as error:
        raise CorpusError(f"{file} cannot be backed up to {target}: {error}. Nothing was changed.") from error
    finally:
        part.unlink(missing_ok=True)
    return copied


def restore(backup: Path, file: Path) -> Copied:
    """Make the store what a backup holds; workers that run follow with their next check.

    The revision goes on from the higher one of both, further than any index follows by deltas, so every index is made
    anew. API keys stay as they are now, else a key that was revoked since would be good again; where none can be read,
    they are the backup's. Raise `CorpusError` where the file is no backup or the store cannot be written; it is then
    as it was.
    """
    _is_store(backup)
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        passing = Path(folder) / "restored.sqlite3"
        try:
            _copy(backup, passing)
            _go_on(passing, _revision(file))
            _keep_keys(passing, file)
            copied = _counted(passing)
            _copy(passing, file)
        except (OSError, sqlite3.Error, WirecheckError) as error:
            raise CorpusError(f"{backup} cannot be restored to {file}: {error}. The store is as it was.") from error
    return copied


def _copy(source: Path, target: Path) -> None:
    with contextlib.closing(_connect(source)) as one, contextlib.closing(_connect(target)) as other:
        one.backup(other)
        faults = other.execute("PRAGMA quick_check(1)").fetchone()
        if faults != ("ok",):
            raise sqlite3.DatabaseError(f"the copy is damaged: {faults[0]}")


def _connect(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=30)


def _is_store(backup: Path) -> None:
    try:
        with backup.open("rb") as begin:
            if begin.read(len(_BEGINNING)) != _BEGINNING:
                raise CorpusError(f"{backup} is not a backup of Wirecheck: name a file that `wirecheck backup` wrote.")
        with contextlib.closing(_connect(backup)) as connection:
            connection.execute("SELECT revision FROM corpus").fetchone()
    except (OSError, sqlite3.Error) as error:
        raise CorpusError(f"{backup} cannot be read as a backup: {error}. Name another file.") from error


def _revision(file: Path) -> int:
    """Return the revision of the store that is to be replaced, 0 where there is none that can be read."""
    if not file.exists():
        return 0
    try:
        with contextlib.closing(_connect(file)) as connection:
            row = connection.execute("SELECT revision FROM corpus").fetchone()
    except sqlite3.DatabaseError:
        return 0
    return int(row[0]) if row else 0


def _go_on(file: Path, revision: int) -> None:
    """Migrate the copy, and let its revision be one that no index has seen or can follow to."""
    store = _opened(file)
    try:
        with store.writing() as connection:
            after = max(revision, revisions.state(connection).revision) + 2 * revisions.KEPT
            connection.execute(update(corpus).values(revision=after, grouped=after))
    finally:
        store.close()


def _keep_keys(file: Path, before: Path) -> None:
    """Put the keys of the store that is to be replaced in the place of those of the copy."""
    rows = _key_rows(before)
    if not rows:
        return
    store = _opened(file)
    try:
        with store.writing() as connection:
            connection.execute(delete(api_keys))
            connection.execute(insert(api_keys), rows)
    finally:
        store.close()


def _key_rows(file: Path) -> list[dict[str, Any]]:
    if not file.exists():
        return []
    try:
        store = _opened(file)
        try:
            with store.reading() as connection:
                return [dict(row) for row in connection.execute(select(api_keys)).mappings()]
        finally:
            store.close()
    except (SQLAlchemyError, WirecheckError):
        return []


def _counted(file: Path) -> Copied:
    store = _opened(file)
    try:
        with store.reading() as connection:
            held, kept = (
                connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (articles, checks)
            )
    finally:
        store.close()
    return Copied(held, kept, file.stat().st_size)


def _opened(file: Path) -> Store:
    return Store.open(URL.create("sqlite", database=str(file)).render_as_string())


def _sync(target: Path) -> None:
    """See the new name through to the disk, not only the file's content."""
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

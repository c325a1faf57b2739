"""A copy of the store while it is in use, and a copy put back, also under a running service.

Both go by SQLite's online backup, which copies one moment of the database, and both are whole or not at all: a backup
is written under another name and renamed, a restore is one transaction of the store.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, func, select, update

from service.corpus import revisions
from service.corpus.files import make_file, make_folder
from service.corpus.replaced import KeyRows, give_keys, is_no_database, key_rows, revision
from service.corpus.store import Store
from service.corpus.tables import api_keys, articles, checks, corpus
from service.errors import CorpusError, WirecheckError

WAIT_S = 30.0  # for others to let go of the file
_PAGES = 16  # copied at once; even an empty store has more, so that its right to write is held before all are copied
_BEGINNING = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup holds, or what was restored from it."""

    articles: int
    checks: int
    keys: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and whether its API keys had to be the backup's."""

    held: Copied
    keys_of_backup: bool

    def __str__(self) -> str:
        keys = f"the {self.held.keys} API keys are those of before, not the backup's."
        if self.keys_of_backup:
            keys = (
                f"there was no sound store, so the {self.held.keys} API keys are the backup's: see `wirecheck keys "
                "list`, and revoke again those that were revoked since."
            )
        return f"{self.held.articles} articles and {self.held.checks} checks; {keys}"


def back_up(file: Path, target: Path, *, replace: bool = False) -> Copied:
    """Copy the store to a new file; with `replace`, over an old backup. Raise `CorpusError` where that fails."""
    if not file.exists():
        raise CorpusError(f"There is no store at {file}: nothing to back up. Check WIRECHECK_DATA.")
    if target.exists() and not replace:
        raise CorpusError(f"{target} is there already: name another file, or replace it with --replace.")
    part = target.with_name(f".{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        make_file(part)
        _copy(file, part, WAIT_S)
        copied = _counted(part)
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
        _sync(target)
    except (OSError, sqlite3.Error) as error:
        raise CorpusError(f"{file} cannot be backed up to {target}: {error}. Nothing was changed.") from error
    finally:
        part.unlink(missing_ok=True)
    return copied


def restore(backup: Path, file: Path, wait_s: float = WAIT_S) -> Restored:
    """Make the store what a backup holds; workers that run follow with their next check.

    The revision goes on from the higher one of both, further than any index follows by deltas, so every index is made
    anew. API keys stay as they are now, none included, else a key that was revoked since would be good again; they are
    the backup's only where there is no store, or a damaged one. Raise `CorpusError` where the file is no backup, or
    the store cannot be read or written within `wait_s`; it is then as it was.
    """
    _is_store(backup)
    make_folder(file.parent)
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        passing = Path(folder) / "restored.sqlite3"
        try:
            _copy(backup, passing, wait_s)
            _go_on(passing, revision(file, wait_s))
            keys = key_rows(file, wait_s)
            if keys is not None:
                give_keys(passing, keys)
            held = _counted(passing)
            _put(passing, file, keys, wait_s)
        except (OSError, sqlite3.Error, WirecheckError) as error:
            raise CorpusError(f"{backup} cannot be restored to {file}: {error}. The store is as it was.") from error
    return Restored(held, keys_of_backup=keys is None)


def _put(passing: Path, file: Path, keys: KeyRows | None, wait_s: float) -> None:
    """Copy over the store, unless a key was changed since they were read: it is as it was then."""

    def refuse_changed() -> None:
        if keys is not None and key_rows(file, wait_s) != keys:
            raise CorpusError("an API key was changed meanwhile; restore again")

    make_file(file)
    try:
        _copy(passing, file, wait_s, refuse_changed)
    except sqlite3.DatabaseError as error:
        if not is_no_database(error):
            raise
        _set_aside(file)
        make_file(file)
        _copy(passing, file, wait_s)


def _set_aside(file: Path) -> None:
    """Give a file into which nothing can be written another name, and those of its log, which are of no other use."""
    for ending in ("", "-wal", "-shm"):
        old = file.with_name(file.name + ending)
        if old.exists():
            old.replace(file.with_name(f"{file.name}.damaged{ending}"))


def _copy(source: Path, target: Path, wait_s: float, once_held: Callable[[], None] = lambda: None) -> None:
    """Copy a database; `once_held` is called when nobody else can write to the target, and may raise to leave it."""
    begun = False

    def go_on(status: int, _left: int, _all: int) -> None:
        nonlocal begun
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):  # `backup` by itself would try for ever
            raise sqlite3.OperationalError(f"it is locked by another program for {wait_s:g} seconds; end that first")
        if not begun:
            begun = True
            once_held()

    with (
        closing(sqlite3.connect(source, timeout=wait_s)) as one,
        closing(sqlite3.connect(target, timeout=wait_s)) as other,
    ):
        one.backup(other, pages=_PAGES, progress=go_on)
        faults = other.execute("PRAGMA quick_check(1)").fetchone()
        if faults != ("ok",):
            raise sqlite3.DatabaseError(f"the copy is damaged: {faults[0]}")


def _is_store(backup: Path) -> None:
    try:
        with backup.open("rb") as begin:
            if begin.read(len(_BEGINNING)) != _BEGINNING:
                raise CorpusError(f"{backup} is not a backup of Wirecheck: name a file that `wirecheck backup` wrote.")
        with closing(sqlite3.connect(backup, timeout=WAIT_S)) as connection:
            connection.execute("SELECT revision FROM corpus").fetchone()
    except (OSError, sqlite3.Error) as error:
        raise CorpusError(f"{backup} cannot be read as a backup: {error}. Name another file.") from error


def _go_on(file: Path, before: int) -> None:
    """Migrate the copy, and let its revision be one that no index has seen or can follow to."""
    store = _opened(file)
    try:
        with store.writing() as connection:
            after = max(before, revisions.state(connection).revision) + 2 * revisions.KEPT
            connection.execute(update(corpus).values(revision=after, grouped=after))
    finally:
        store.close()


def _counted(file: Path) -> Copied:
    store = _opened(file)
    try:
        with store.reading() as connection:
            held, kept, keys = (
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (articles, checks, api_keys)
            )
    finally:
        store.close()
    return Copied(held, kept, keys, file.stat().st_size)


def _opened(file: Path) -> Store:
    return Store.open(URL.create("sqlite", database=str(file)).render_as_string())


def _sync(target: Path) -> None:
    """See the new name through to the disk, not only the file's content."""
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

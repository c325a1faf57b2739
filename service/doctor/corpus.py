"""What is kept: the data folder, the database in it, the folder of articles. Nothing is changed by looking."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from service.config import Settings
from service.corpus.database import MIGRATIONS
from service.doctor.finding import Finding, Level
from service.reading.folder import SUFFIXES

_LITTLE, _FEW = 100_000_000, 1_000_000_000  # bytes that stop a change of the corpus soon, or some day
_RESTORE = "put a backup in its place with `wirecheck restore FILE`, or remove the file and start again"


def data(settings: Settings, free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free) -> Finding:
    """Say whether the data folder can be written to and has room."""
    folder = settings.data.resolve()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir():
        return Finding("data", Level.FAILED, f"{there} is not a folder", "set WIRECHECK_DATA to a folder")
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        cure = "make it writable for this user, or set WIRECHECK_DATA; until then nothing can be added or kept"
        return Finding("data", Level.FAILED, f"{there} cannot be written to ({error.strerror})", cure)
    free = free_bytes(there)
    said = f"{folder}, {free / 1e9:,.1f} GB free"
    if free < _FEW:
        level = Level.FAILED if free < _LITTLE else Level.WARNING
        return Finding("data", level, said, "make room, or set WIRECHECK_DATA to a folder on another disk")
    return Finding("data", Level.OK, said)


def database(settings: Settings) -> Finding:
    """Say whether the database is whole and of this version."""
    file = settings.database_file
    if not file.exists():
        return Finding("database", Level.OK, f"none yet; `wirecheck serve` makes {file.name}")
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            if said != "ok":
                return Finding("database", Level.FAILED, f"{file} is damaged ({said})", _RESTORE)
            return _by_version(file, connection)
    except sqlite3.OperationalError as error:
        return Finding("database", Level.FAILED, f"{file} cannot be read ({error})", "make it readable for this user")
    except sqlite3.DatabaseError as error:
        return Finding("database", Level.FAILED, f"{file} is damaged ({error})", _RESTORE)


def _by_version(file: Path, connection: sqlite3.Connection) -> Finding:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"alembic_version", "articles"} <= tables:
        return Finding("database", Level.FAILED, f"{file} is not a store of Wirecheck", "set another WIRECHECK_DATA")
    (found,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    (count,) = connection.execute("SELECT count(*) FROM articles").fetchone()
    known = [script.revision for script in _scripts().walk_revisions()]
    if found not in known:
        said = f"{file} was made by another version (migration {found}; this one has {known[0]})"
        return Finding("database", Level.FAILED, said, "install that version, or restore a backup made before it")
    if found != known[0]:
        said = f"{count:,} articles, whole, at migration {found}; the next start brings it to {known[0]}"
        return Finding("database", Level.WARNING, said, "run `wirecheck backup` before that start")
    return Finding("database", Level.OK, f"{count:,} articles, whole, at migration {found}")


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return ScriptDirectory.from_config(config)


def articles(settings: Settings) -> Finding:
    """Say whether there are articles that may be read."""
    folder = settings.articles
    files = [path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()]
    closed = [path for path in files if not _may(path, os.R_OK)]
    if not _may(folder, os.R_OK | os.X_OK) or closed:
        shown = closed[0] if closed else folder
        said = f"{len(closed) or 'the'} of {len(files)} files cannot be read, as {shown}"
        return Finding("articles", Level.FAILED, said, "make them readable for this user")
    if not files:
        kinds = ", ".join(sorted(SUFFIXES))
        return Finding("articles", Level.WARNING, f"{folder} holds no article", f"put files in ({kinds}), or use `add`")
    return Finding("articles", Level.OK, f"{len(files):,} files in {folder}")


def _may(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)

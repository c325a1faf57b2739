"""A store's vectors in files beside its database, mapped by every process that searches them.

`DATABASE.vectors/NAME/` holds `ids` (int64), `bare` and `in_context` (float32), row by row in the order of the ids,
perhaps what FAISS wrote for an approximate search of each, and `manifest.json` with a checksum of all. The database
says which NAME is its own, so that nothing is taken for a corpus's file that is another's, as after a backup was put
back. The database is the truth: a file that is damaged, stale or not there is made anew from it.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
import sys
import zlib
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from service.corpus import approximate
from service.corpus.approximate import Approximate
from service.corpus.contexts import contextual
from service.corpus.engines.upsert import or_replace
from service.corpus.files import make_folder
from service.corpus.neighbors import Rows
from service.corpus.store import Store
from service.corpus.tables import vector_files
from service.corpus.vectors import in_blocks

if sys.platform != "win32":
    import fcntl

log = logging.getLogger(__name__)
FORMAT = 1
IDS, BARE, IN_CONTEXT, MANIFEST, LOCK = "ids", "bare", "in_context", "manifest.json", "lock"
_KINDS = ("<i8", "<f4", "<f4")
_READ_BYTES = 1 << 22


@dataclass(frozen=True, slots=True)
class Manifest:
    """What files hold: the index of a revision, as `SentenceVectors` says it, and the CRC-32 of each by its name."""

    format: int
    model: str
    dimension: int
    rows: int
    revision: int
    seen: int
    kind: str | None
    checksums: dict[str, int]


@dataclass(frozen=True, slots=True)
class Mapped:
    """Rows that are a file's, of one revision of the store."""

    name: str
    manifest: Manifest
    rows: Rows


class VectorFiles:
    """The files of one model's vectors; one process makes them, all may map them."""

    def __init__(self, store: Store, file: Path, model: str, dimension: int) -> None:
        self._store, self.model, self.dimension = store, model, dimension
        self._folder = file.with_name(f"{file.name}.vectors")

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Let one process at a time make files, and others wait for it; a process that dies gives its turn back."""
        make_folder(self._folder)
        with (self._folder / LOCK).open("wb") as lock:
            if sys.platform != "win32":
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def current(self) -> Mapped | None:
        """Map what the store names as its file; None where there is none, or it is damaged or of another make."""
        # Not as of the moment that this thread may be reading, but as of now: another process may just have made it.
        with self._store.outside() as connection:
            wanted = select(vector_files.c.name).where(vector_files.c.model == self.model)
            name = connection.execute(wanted).scalar()
        if name is None:
            return None
        try:
            return self._mapped(name)
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            log.warning("The vectors in %s cannot be used and are read from the store: %s", self._folder / name, error)
            return None

    def make(self, kind: str | None) -> Mapped:
        """Write the vectors of this moment, with an approximate index where a kind is given, and map them.

        Only within one's turn. Raises `OSError` or `UnwritableError` where that fails; all is then as it was. What
        serves meanwhile goes on.
        """
        name = secrets.token_hex(8)
        part = self._folder / f".{name}.part"
        try:
            part.mkdir()
            self._write(part, kind)
            part.rename(self._folder / name)
            _sync(self._folder)
            made = self._mapped(name)
            with self._store.writing() as connection:
                named = or_replace(connection, vector_files, ["name"]).values(model=self.model, name=name)
                connection.execute(named)
                kept = set(connection.execute(select(vector_files.c.name)).scalars())
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            shutil.rmtree(self._folder / name, ignore_errors=True)
            raise
        self._sweep(kept)
        return made

    def _write(self, folder: Path, kind: str | None) -> None:
        with self._store.one_moment() as connection:
            rows, revision, seen = self._write_rows(connection, folder)
        names = [IDS, BARE, IN_CONTEXT]
        if kind is not None and rows:
            for name in (BARE, IN_CONTEXT):
                approximate.make(kind, self._matrix(folder / name, rows), folder / f"{name}.{kind}")
                names.append(f"{name}.{kind}")
        checksums = {name: _checksum(folder / name) for name in names}
        held = Manifest(FORMAT, self.model, self.dimension, rows, revision, seen, kind if rows else None, checksums)
        (folder / MANIFEST).write_text(json.dumps(asdict(held), indent=1), encoding="utf-8")
        for file in [*(folder / name for name in names), folder / MANIFEST, folder]:
            _sync(file)

    def _write_rows(self, connection: Connection, folder: Path) -> tuple[int, int, int]:
        """Write block by block; return the number of rows, the revision, and up to which id all has been seen."""
        count = revision = seen = 0
        behind = False
        with ExitStack() as stack:
            opened = [stack.enter_context((folder / name).open("wb")) for name in (IDS, BARE, IN_CONTEXT)]
            for block in in_blocks(connection, self.model, self.dimension):
                mixed = contextual(block.vectors, block.article_numbers)
                columns: tuple[NDArray[Any], ...] = (block.ids, block.vectors, mixed)
                for file, values, kind in zip(opened, columns, _KINDS, strict=True):
                    values.astype(kind).tofile(file)
                count, revision = count + len(block.ids), block.revision
                seen = seen if behind else block.seen
                behind = behind or block.missing > 0
        return count, revision, seen

    def _mapped(self, name: str) -> Mapped:
        """Map a file; raise an error that says what is wrong with it."""
        folder = self._folder / name
        held = Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        if (held.format, held.model, held.dimension) != (FORMAT, self.model, self.dimension):
            raise ValueError("it was made by another version, or for another model")
        for file, checksum in held.checksums.items():
            if _checksum(folder / file) != checksum:
                raise ValueError(f"{file} is damaged")
        faster = None
        if held.kind is not None:
            faster = Approximate.open(held.kind, [folder / f"{matrix}.{held.kind}" for matrix in (BARE, IN_CONTEXT)])
        ids = _array(folder / IDS, "<i8", (held.rows,))
        matrices = self._matrix(folder / BARE, held.rows), self._matrix(folder / IN_CONTEXT, held.rows)
        return Mapped(name, held, Rows(ids, matrices, faster))

    def _matrix(self, file: Path, rows: int) -> NDArray[Any]:
        return _array(file, "<f4", (rows, self.dimension))

    def _sweep(self, kept: Collection[str]) -> None:
        """Remove what no model of the store needs any more; who has it mapped keeps it until it maps another."""
        for folder in self._folder.iterdir():
            if folder.is_dir() and folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)


def _array(file: Path, kind: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """Map a file as an array that cannot be written to; an empty file cannot be mapped."""
    if not shape[0]:
        return np.empty(shape, dtype=kind)
    return np.asarray(np.memmap(file, dtype=kind, mode="r", shape=shape))


def _checksum(file: Path) -> int:
    found = 0
    with file.open("rb") as opened:
        while part := opened.read(_READ_BYTES):
            found = zlib.crc32(part, found)
    return found


def _sync(file: Path) -> None:
    """Have a file or folder on the disk, so that a power cut leaves it whole."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

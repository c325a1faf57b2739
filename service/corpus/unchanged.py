"""A folder of articles is not read again where neither it nor the corpus has changed since it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from service.corpus.outcome import Intake
from service.corpus.store import Store
from service.ports import Embedder
from service.reading.folder import Skipped, files_of

_READERS = Path(__file__).parents[1]
# Another release of these may read a file in another way, as may other code of ours.
_PACKAGES = ("charset-normalizer", "lxml", "markdown-it-py", "python-dateutil", "sentencex", "trafilatura")


@dataclass(frozen=True, slots=True)
class _Note:
    """What a folder was, by a digest of its files and of all that reads them, and what came of it."""

    mark: str
    revision: int
    version: str
    unchanged: int
    skipped: tuple[Skipped, ...]


def sync_changed(store: Store, embedder: Embedder, folder: Path, max_bytes: int, note: Path) -> Intake:
    """Make the corpus hold what the folder holds, as `sync_folder` does; `note` is a file that may be lost.

    Where nothing has changed, every file is still hashed, but none is parsed and the embedder does nothing.
    """
    try:
        mark = _mark(folder, (str(folder.resolve()), embedder.name, str(max_bytes)))
    except OSError:  # the reader tells of a file that cannot be read by its name
        mark = ""
    state, before = store.state(), _read(note)
    if mark and before and (before.mark, before.revision, before.version) == (mark, state.revision, state.version):
        return Intake(0, before.unchanged, 0, 0, before.skipped)
    from service.corpus.intake import sync_folder  # all that reads articles is slow to import

    intake = sync_folder(store, embedder, folder, max_bytes)
    if mark:
        _write(note, store, folder, intake, mark)
    return intake


def _mark(folder: Path, about: tuple[str, ...]) -> str:
    seen = hashlib.sha256(repr((about, [(name, metadata.version(name)) for name in _PACKAGES])).encode())
    for path in _code():
        seen.update(path.read_bytes())
    for found in files_of(folder):
        if isinstance(found, Skipped):
            seen.update(repr(found).encode())
            continue
        with found.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        seen.update(repr((found.relative_to(folder).as_posix(), digest)).encode())
    return seen.hexdigest()


def _code() -> Iterator[Path]:
    for room in ("reading", "language"):
        yield from sorted((_READERS / room).rglob("*.py"))


def _read(note: Path) -> _Note | None:
    try:
        said = json.loads(note.read_text(encoding="utf-8"))
        return _Note(**{**said, "skipped": tuple(Skipped(**each) for each in said["skipped"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(note: Path, store: Store, folder: Path, intake: Intake, mark: str) -> None:
    """Note a run, unless another process has changed what it left: the next start then looks at all again."""
    name = str(folder.resolve())
    with store.one_moment():
        state = store.state()
        held = sum(fingerprint.folder == name for fingerprint in store.fingerprints().values())
    if held != intake.added + intake.unchanged:
        return
    known = _Note(mark, state.revision, state.version, held, intake.skipped)
    with suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        fresh = note.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(known)), encoding="utf-8")
        fresh.replace(note)

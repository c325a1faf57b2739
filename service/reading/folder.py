"""Which files of a folder are articles. Light to import: a folder that has not changed is only hashed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = frozenset({".txt", ".html", ".htm", ".md", ".json", ".jsonl"})


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a line of one (`rows.jsonl#3`), that was left out, and why."""

    path: str
    reason: str


def unforeseen(path: str, error: Exception) -> Skipped:
    """Return that something was left out for an error that nobody thought of; its text may repeat what was read."""
    kind = type(error).__name__
    return Skipped(path, f"failed with {kind}, which was not foreseen: report this, or go on without it")


def files_of(folder: Path) -> Iterator[Path | Skipped]:
    """Yield the article files under a folder in the order of their paths, and what there is that is none."""
    return _walk(folder, folder, frozenset({folder.resolve()}))


def _walk(folder: Path, root: Path, above: frozenset[Path]) -> Iterator[Path | Skipped]:
    """Yield article files in order. `above` holds the real folders on the way here, so that no link goes in circles."""
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        name = folder.relative_to(root).as_posix()
        yield Skipped(name, f"cannot be listed: {error.strerror or error}; allow the folder to be read")
        return
    for entry in entries:
        name = entry.relative_to(root).as_posix()
        try:
            real = entry.resolve()
            outside = not real.is_relative_to(root.resolve())
            is_folder, is_file = entry.is_dir(), entry.is_file()
        except (OSError, RuntimeError):
            yield Skipped(name, "is a link that leads in circles; remove it")
            continue
        if outside and (is_folder or entry.suffix.lower() in SUFFIXES):
            yield Skipped(name, "is a link that leaves the folder and is not followed; copy the file in")
        elif is_folder and real not in above:
            yield from _walk(entry, root, above | {real})
        elif entry.suffix.lower() in SUFFIXES and not is_folder:
            if is_file:
                yield entry
            else:
                yield Skipped(name, "is no regular file; put an article file in its place")

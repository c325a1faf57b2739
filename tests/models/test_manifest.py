"""A model folder is verified before it is used, and what is wrong with it is named."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from models.stance_model import Manifest, OnnxStanceModel, load_stance
from service.domain import Thresholds
from service.errors import ModelError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two files that are no model but have the right digests."""
    contents = {"graph.onnx": b"not a graph", "head/tokenizer.json": b"{}"}
    for name, content in contents.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    manifest = {
        "name": "tiny",
        "graph": "graph.onnx",
        "max_tokens": 16,
        "temperature": 1.5,
        "bias": [0.1, -0.2, 0.1],
        "thresholds": {"supports": 0.6, "conflicts": 0.7},
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    return tmp_path


def test_a_whole_folder_is_read(folder: Path):
    manifest = Manifest.read(folder)
    assert (manifest.name, manifest.max_tokens, manifest.temperature) == ("tiny", 16, 1.5)
    assert manifest.bias == (0.1, -0.2, 0.1)
    assert manifest.thresholds == Thresholds(0.6, 0.7)


@pytest.mark.parametrize("name", ["graph.onnx", "head/tokenizer.json"])
def test_a_missing_file_is_named(folder: Path, name: str):
    (folder / name).unlink()
    with pytest.raises(ModelError, match=rf"{name} is missing.*restore"):
        Manifest.read(folder)


@pytest.mark.parametrize("name", ["graph.onnx", "head/tokenizer.json"])
def test_a_damaged_byte_is_found_and_its_file_named(folder: Path, name: str):
    content = bytearray((folder / name).read_bytes())
    content[0] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match=rf"{name} is damaged: its sha256 is \w{{12}}…, the manifest says \w{{12}}…"):
        OnnxStanceModel.load(folder, threads=1)


def test_a_manifest_that_is_no_json_is_named(folder: Path):
    (folder / "manifest.json").write_text("{")
    with pytest.raises(ModelError, match=r"manifest\.json cannot be read"):
        load_stance(str(folder), threads=1)


def test_a_manifest_without_a_key_names_the_key(folder: Path):
    raw = json.loads((folder / "manifest.json").read_text())
    del raw["temperature"]
    (folder / "manifest.json").write_text(json.dumps(raw))
    with pytest.raises(ModelError, match=r"manifest\.json cannot be read \(KeyError\('temperature'\)\)"):
        Manifest.read(folder)


def test_a_folder_without_a_manifest_is_named(tmp_path: Path):
    with pytest.raises(ModelError, match=r"manifest\.json cannot be read"):
        OnnxStanceModel.load(tmp_path, threads=1)

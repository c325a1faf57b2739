"""Models that are damaged or missing: the service starts, says so, and answers nothing that it has not judged."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from models.embedder import OnnxEmbedder
from models.packaged import FOLDER as MINILM
from models.stance_model import FOLDER
from service.errors import ModelError
from tests.faults.running import Running

weights = pytest.mark.skipif(not (FOLDER / "manifest.json").exists(), reason="models/stance has no weights")


def _cut(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def _turned(path: Path) -> None:
    """Change one byte in the middle: nothing but a digest tells."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1]))


@weights
@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda folder: _cut(folder / "stance.onnx"), "stance.onnx is damaged: its sha256"),
        (lambda folder: _turned(folder / "stance.onnx"), "stance.onnx is damaged: its sha256"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "tokenizer.json is missing"),
        (lambda folder: (folder / "manifest.json").write_text("{"), "manifest.json cannot be read"),
        (shutil.rmtree, "cannot be loaded"),
    ],
    ids=["cut", "a bit", "no tokenizer", "half a manifest", "no folder"],
)
def test_a_damaged_stance_model_is_named_and_nothing_is_judged(tmp_path: Path, harm: object, said: str) -> None:
    folder = tmp_path / "stance"
    shutil.copytree(FOLDER, folder)
    harm(folder)  # type: ignore[operator]
    server = Running(tmp_path, {"STANCE": str(folder)}, app="service.wsgi:app")
    server.start(until_ready=False)
    try:
        server.until(lambda: "failed" in server.ask("GET", "/readyz").json["detail"])
        for answer in (server.ask("GET", "/readyz"), server.check(), server.add("a1")):
            assert answer.status == 503
            assert answer.is_problem
            assert "A model's files are missing, damaged or of another kind" in answer.json["detail"]
            assert str(tmp_path) not in answer.body.decode()
            assert "retry-after" in answer.headers
        assert said in server.log
        assert server.ask("GET", "/healthz").status == 200
    finally:
        server.kill()


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("harm", [_cut, _turned])
def test_a_damaged_embedder_is_not_loaded(tmp_path: Path, name: str, harm: object) -> None:
    folder = tmp_path / "model"
    shutil.copytree(MINILM, folder)
    OnnxEmbedder.load(folder, 1)
    harm(folder / name)  # type: ignore[operator]
    with pytest.raises(ModelError, match=rf"{name} is damaged.*Restore the folder from the release"):
        OnnxEmbedder.load(folder, 1)

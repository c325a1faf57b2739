"""The serving graph: export from torch, fusion, and the ways to store it small."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from sentence_transformers import CrossEncoder
from tokenizers import Tokenizer
from torch import Tensor, nn

from models.network import load_network

OPSET = 17
BIG = 1024  # initializers with fewer numbers stay in fp32: they weigh nothing
HEAD = ("/align", "/compare", "/decide")
EMBEDDING = ("EmbedLayerNormalization",)
LAST_LAYER = ("/e/encoder/layer.5", "Attention_5")


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to store the graph. `spared` are the beginnings of the names of nodes that stay in floating point."""

    name: str
    int8: bool = True
    spared: tuple[str, ...] = ()
    per_channel: bool = True
    reduce_range: bool = True


RECIPES = (
    Recipe("int8"),
    Recipe("int8, head in fp16", spared=HEAD),
    Recipe("int8, weights scaled by tensor", per_channel=False),
    Recipe("int8, full range of weights", reduce_range=False),
    Recipe("int8, embeddings and head in fp16", spared=(*HEAD, *EMBEDDING)),
    Recipe("int8, embeddings, last layer and head in fp16", spared=(*HEAD, *EMBEDDING, *LAST_LAYER)),
    Recipe("fp16 weights", int8=False),
)


def save_half(source: Path, target: Path) -> None:
    """Write the network in `source` to `target` with fp16 weights, its tokenizer without truncation and padding."""
    model = load_network(str(source)).half()
    model.save_pretrained(str(target), create_model_card=False)
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(target / "tokenizer.json"))


class _Logits(nn.Module):
    """The network from token ids to logits, as the exporter needs it."""

    def __init__(self, model: CrossEncoder) -> None:
        super().__init__()
        self.e: Any = model[0].model
        self.h: Any = model[1]

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        tokens = self.e(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        mask = attention_mask.to(tokens.dtype)
        claim = mask * token_type_ids.to(tokens.dtype)
        logits: Tensor = self.h.logits(tokens, mask - claim, claim)
        return logits


def export(folder: Path, target: Path) -> None:
    """Write the fp32 graph of the network in `folder`, its attention and normalization fused for onnxruntime.

    Inputs `input_ids`, `attention_mask`, `token_type_ids` (batch, tokens) int64; output `logits` (batch, 3).
    """
    from onnxruntime.transformers.optimizer import optimize_model

    module = _Logits(load_network(str(folder), attention="eager")).eval()
    ids = torch.randint(1000, 20000, (2, 12))
    types = torch.tensor([[0] * 7 + [1] * 5] * 2)
    axes = {0: "batch", 1: "tokens"}
    names = ["input_ids", "attention_mask", "token_type_ids"]
    plain = target.with_suffix(".plain.onnx")
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own age and of traced constants
        torch.onnx.export(
            module,
            (ids, torch.ones_like(ids), types),
            str(plain),
            dynamo=False,
            opset_version=OPSET,
            input_names=names,
            output_names=["logits"],
            dynamic_axes={**dict.fromkeys(names, axes), "logits": {0: "batch"}},
        )
    fused = optimize_model(str(plain), model_type="bert", num_heads=12, hidden_size=384, opt_level=0)
    fused.save_model_to_file(str(target))
    plain.unlink()


def store(full: Path, target: Path, recipe: Recipe) -> None:
    """Write the fp32 graph `full` to `target` by a recipe; what stays in floating point is stored in fp16."""
    if recipe.int8:
        from onnxruntime.quantization import QuantType, quantize_dynamic

        names = [node.name for node in onnx.load(full).graph.node if node.name.startswith(recipe.spared)]
        spared = [*names, *(f"{name}_MatMul" for name in names)]  # the quantizer renames Gemm nodes first
        quantize_dynamic(
            str(full),
            str(target),
            weight_type=QuantType.QInt8,
            per_channel=recipe.per_channel,
            reduce_range=recipe.reduce_range,
            nodes_to_exclude=spared if recipe.spared else [],
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )
    else:
        target.write_bytes(full.read_bytes())
    _store_in_half(target)


def _store_in_half(path: Path) -> None:
    """Store large fp32 weights as fp16, cast back when the session is built: half the file, the same arithmetic."""
    model = onnx.load(path)
    casts = []
    for weights in model.graph.initializer:
        if weights.data_type != TensorProto.FLOAT or np.prod(weights.dims) < BIG:
            continue
        half = numpy_helper.from_array(numpy_helper.to_array(weights).astype(np.float16), f"{weights.name}_half")
        casts.append(helper.make_node("Cast", [half.name], [weights.name], to=TensorProto.FLOAT))
        weights.CopyFrom(half)
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, path)

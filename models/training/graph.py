"""The serving graph: export from torch, fusion, and the ways to store it small."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from sentence_transformers import CrossEncoder
from tokenizers import Tokenizer
from torch import Tensor, nn

from models.network import load_network
from models.training.rows import Feed, by_rows, look

if TYPE_CHECKING:
    from onnxruntime.transformers.onnx_model import OnnxModel

OPSET = 17
INT8_BY_INT8 = 4
BIG = 1024  # initializers with fewer numbers stay in fp32: they weigh nothing
EMBEDDINGS = ["EmbedLayerNormalization"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to store the graph.

    `block`: matrices in int8, each run of so many inputs with a scale of its own, and so the activations that meet
    it; 0 leaves them as they are. `dynamic`: matrices in int8, activations scaled by what runs together. `by_token`:
    matrices in int8, the activations of each token with a scale of their own. `embeddings`: the word embeddings in
    int8 too. What remains is stored in fp16.
    """

    name: str
    by_token: bool = False
    block: int = 0
    dynamic: bool = False
    embeddings: bool = False


RECIPES = (
    Recipe("int8, activations scaled as a whole", dynamic=True),
    Recipe("int8, activations scaled by token", by_token=True),
    Recipe("int8 in blocks of 64", block=64, embeddings=True),
    Recipe("int8 in blocks of 64, embeddings in fp16", block=64),
    Recipe("fp16 weights"),
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
    fused(plain, heads=12, size=384).save_model_to_file(str(target))


def fused(plain: Path, heads: int, size: int) -> OnnxModel:
    """Return an encoder's graph as the exporter wrote it, fused for onnxruntime; the file is removed."""
    from onnxruntime.transformers.fusion_options import FusionOptions
    from onnxruntime.transformers.optimizer import optimize_model

    options = FusionOptions("bert")
    options.use_multi_head_attention = True  # it leaves the matrices of attention as they are
    found: OnnxModel = optimize_model(
        str(plain), model_type="bert", num_heads=heads, hidden_size=size, opt_level=0, optimization_options=options
    )
    plain.unlink()
    plain_normalization(found.model)
    return found


def plain_normalization(model: onnx.ModelProto) -> None:
    """Put two additions and a `LayerNormalization` for each `SkipLayerNormalization`: a sixth of its time in 1.31."""
    nodes = []
    for node in model.graph.node:
        if node.op_type != "SkipLayerNormalization":
            nodes.append(node)
            continue
        tokens, skipped, weight, bias, before = node.input
        name = node.output[0]
        epsilon = next(each.f for each in node.attribute if each.name == "epsilon")
        nodes += [
            helper.make_node("Add", [tokens, skipped], [f"{name}_sum"]),
            helper.make_node("Add", [f"{name}_sum", before], [f"{name}_whole"]),
            helper.make_node("LayerNormalization", [f"{name}_whole", weight, bias], [name], axis=-1, epsilon=epsilon),
        ]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def store(full: Path, target: Path, recipe: Recipe, feeds: Sequence[Feed]) -> None:
    """Write the fp32 graph `full` to `target` by a recipe; what stays in floating point is stored in fp16.

    `feeds` is what the graph is looked at with where a recipe needs to know what it meets.
    """
    target.write_bytes(full.read_bytes())
    if recipe.by_token:
        _quantize_tokens(target, feeds)
    if recipe.block:
        _quantize_blocks(target, recipe.block)
    if recipe.dynamic:
        _quantize(target, None)
    elif recipe.embeddings:
        _quantize(target, EMBEDDINGS)
    _store_in_half(target)


def _quantize_tokens(path: Path, feeds: Sequence[Feed]) -> None:
    model = onnx.load(path)
    onnx.save(by_rows(model, look(model, feeds)), path)


def _quantize_blocks(path: Path, block: int) -> None:
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    # Accuracy level 4 multiplies int8 by int8; the lower ones take the weights back to floating point first.
    quantizer = MatMulNBitsQuantizer(
        onnx.load(path), bits=8, block_size=block, is_symmetric=True, accuracy_level=INT8_BY_INT8
    )
    quantizer.process()
    quantizer.model.save_model_to_file(str(path))


def _quantize(path: Path, kinds: list[str] | None) -> None:
    """Quantize nodes of some kinds, or all that can be, with scales taken at run time."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        str(path),
        str(path),
        op_types_to_quantize=kinds,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )


def _store_in_half(path: Path) -> None:
    """Store large fp32 weights as fp16, cast back when the session is built: half the file, the same arithmetic."""
    model = onnx.load(path)
    casts = []
    for weights in model.graph.initializer:
        if weights.data_type != TensorProto.FLOAT or len(weights.dims) < 2 or np.prod(weights.dims) < BIG:
            continue  # scales and biases are small
        half = numpy_helper.from_array(numpy_helper.to_array(weights).astype(np.float16), f"{weights.name}_half")
        casts.append(helper.make_node("Cast", [half.name], [weights.name], to=TensorProto.FLOAT))
        weights.CopyFrom(half)
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, path)

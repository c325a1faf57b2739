"""Matrices in int8 with a scale for each column, and activations in int8 with a scale for each token.

onnxruntime's `MatMulIntegerToFloat` is the fastest product that it has on processors with int8 instructions, about
twice as fast as blocks that each have a scale. Its own way to get there scales all of a pair's activations by the
largest one, which flips 4 labels in 100. Here every token has its own scale, and

- what is large in the same channel in every text moves from the activations into the weights (Xiao et al.,
  "SmoothQuant", 2023),
- the weights of one input after the other are rounded, and those that are left make up for it (Frantar et al.,
  "GPTQ", 2023),
- what GELU gives, none of it below -0.17, has most of the 256 numbers for what is above zero.

The graph then takes one pair at a time, as the service runs it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

Floats = NDArray[np.float32]
Feed = Mapping[str, NDArray[Any]]

MICROSOFT = "com.microsoft"
TOP = 127  # the largest int8
ZERO, GELU_ZERO = 128, 18  # what stands for 0 in uint8
GELU_LEAST = 0.17  # GELU gives nothing below -0.17
AFTER_ATTENTION, AFTER_LAYER = 0.7, 1.0  # how much of a channel's size moves into the weights
CLIPS = np.linspace(0.6, 1, 21)  # shares of a column's largest weight that are tried as the largest number
DAMPING = 0.01


@dataclass(frozen=True, slots=True)
class Seen:
    """What meets a matrix with k inputs in the texts that were looked at: second moments (k, k), largest size (k,)."""

    moments: NDArray[np.float64]
    largest: Floats


@dataclass(frozen=True, slots=True)
class _Quantized:
    """Names in the graph: the uint8 tensor, its scales (1, tokens, 1), its zero point; and the smoothing (k,)."""

    tensor: str
    scale: str
    zero: str
    smoothing: Floats


@dataclass(slots=True)
class _Graph:
    """Nodes and constants as they are written."""

    nodes: list[NodeProto] = field(default_factory=list)
    constants: dict[str, TensorProto] = field(default_factory=dict)

    def add(self, kind: str, inputs: Sequence[str], output: str, domain: str = "", **attributes: Any) -> str:
        """Write a node and return the name of what it gives."""
        self.nodes.append(helper.make_node(kind, list(inputs), [output], domain=domain, **attributes))
        return output

    def constant(self, name: str, values: NDArray[np.generic]) -> str:
        """Write a constant once and return its name."""
        self.constants[name] = numpy_helper.from_array(values, name)
        return name


def look(model: ModelProto, feeds: Sequence[Feed]) -> dict[str, Seen]:
    """Run the fp32 graph over `feeds`; return by its name what each tensor that meets a matrix was like."""
    watched = ModelProto()
    watched.CopyFrom(model)
    names = sorted({node.input[0] for node, _ in _products(model)})
    watched.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    session = onnxruntime.InferenceSession(watched.SerializeToString(), providers=["CPUExecutionProvider"])
    found: dict[str, Seen] = {}
    for feed in feeds:
        for name, values in zip(names, session.run(names, feed), strict=True):
            rows = values.reshape(-1, values.shape[-1])
            moments, largest = rows.astype(np.float64).T @ rows, np.abs(rows).max(axis=0)
            before = found.get(name)
            found[name] = Seen(
                moments if before is None else before.moments + moments,
                largest if before is None else np.maximum(before.largest, largest),
            )
    return found


def by_rows(model: ModelProto, seen: Mapping[str, Seen]) -> ModelProto:
    """Return the fp32 graph with every product of tokens and a matrix in int8."""
    made = {output: node.op_type for node in model.graph.node for output in node.output}
    matrices: dict[str, Floats] = {}
    sizes: dict[str, list[Floats]] = {}
    for node, matrix in _products(model):
        matrices[node.output[0]] = matrix
        sizes.setdefault(node.input[0], []).append(np.abs(matrix).max(axis=1))
    graph, quantized = _Graph(), dict[str, _Quantized]()
    for node in model.graph.node:
        if node.output[0] not in matrices:
            graph.nodes.append(node)
            continue
        source = node.input[0]
        if source not in quantized:
            smoothing = _smoothing(source, seen[source], np.max(sizes[source], axis=0), made.get(source, ""))
            quantized[source] = _quantize(graph, source, smoothing, made.get(source) == "BiasGelu")
        _multiply(graph, node.output[0], quantized[source], matrices[node.output[0]], seen[source])
    return _with(model, graph)


def _products(model: ModelProto) -> Iterator[tuple[NodeProto, Floats]]:
    """Yield the products of tokens with a matrix of weights, and the matrix (inputs, outputs)."""
    weights = {each.name: each for each in model.graph.initializer if len(each.dims) == 2}
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in weights:
            yield node, numpy_helper.to_array(weights[node.input[1]]).astype(np.float32)


def _smoothing(name: str, seen: Seen, weights: Floats, made_by: str) -> Floats:
    """Return what each channel (k,) is divided by; ones but behind a normalization, where few channels are large."""
    if made_by not in {"LayerNormalization", "EmbedLayerNormalization"}:
        return np.ones_like(seen.largest)
    share = AFTER_ATTENTION if "attention" in name else AFTER_LAYER
    moved = np.maximum(seen.largest, 1e-4) ** share / np.maximum(weights, 1e-4) ** (1 - share)
    even = moved / np.exp(np.log(moved).mean())
    clipped: Floats = np.clip(even, 0.05, 20).astype(np.float32)
    return clipped


def _quantize(graph: _Graph, source: str, smoothing: Floats, gelu: bool) -> _Quantized:
    zero, name, even = (GELU_ZERO if gelu else ZERO), f"{source}_int8", source
    if np.any(smoothing != 1):
        even = graph.add("Mul", [source, graph.constant(f"{name}_smoothing", 1 / smoothing)], f"{name}_even")
    sizes = even if gelu else graph.add("Abs", [even], f"{name}_sizes")
    largest = graph.add("ReduceMax", [sizes], f"{name}_largest", axes=[-1], keepdims=1)
    share = graph.constant(f"share_{zero}", np.array([1 / (255 - zero)], np.float32))
    # Never so small that the least that GELU gives, or a token of nothing but zeros, would have no number.
    least = graph.constant(f"least_{zero}", np.array([GELU_LEAST / zero if gelu else 1e-9], np.float32))
    scale = graph.add("Max", [graph.add("Mul", [largest, share], f"{name}_shares"), least], f"{name}_scale")
    flat = graph.add("Reshape", [scale, graph.constant("flat", np.array([-1], np.int64))], f"{name}_scales")
    return _Quantized(
        graph.add("QuantizeLinear", [even, flat, _zeros(graph, zero)], name, axis=1),
        scale,
        graph.constant(f"zero_{zero}", np.array(zero, np.uint8)),
        smoothing,
    )


def _zeros(graph: _Graph, zero: int) -> str:
    """Return the zero point once for each token."""
    name = f"zeros_{zero}"
    if not any(name in node.output for node in graph.nodes):
        tokens = graph.add("Shape", ["input_ids"], f"{name}_tokens", start=1, end=2)
        graph.add("ConstantOfShape", [tokens], name, value=helper.make_tensor("zero", TensorProto.UINT8, [1], [zero]))
    return name


def _multiply(graph: _Graph, output: str, met: _Quantized, matrix: Floats, seen: Seen) -> None:
    smooth = matrix * met.smoothing[:, None]
    moments = seen.moments / np.outer(met.smoothing, met.smoothing)
    scales = _column_scales(smooth, np.diag(moments))
    inputs = [
        met.tensor,
        graph.constant(f"{output}_weights", rounded(smooth, moments, scales)),
        graph.constant("one", np.array(1, np.float32)),
        graph.constant(f"{output}_scales", scales),
        met.zero,
    ]
    product = graph.add("MatMulIntegerToFloat", inputs, f"{output}_product", MICROSOFT)
    graph.add("Mul", [product, met.scale], output)


def _column_scales(matrix: Floats, importance: NDArray[np.float64]) -> Floats:
    """Return the scale (n,) of each column (k, n) that loses least, an error counting as its input's mean square."""
    whole = np.maximum(np.abs(matrix).max(axis=0), 1e-9) / TOP
    best, least = whole.copy(), np.full(matrix.shape[1], np.inf)
    for clip in CLIPS:
        scales = whole * clip
        errors = (np.clip(np.round(matrix / scales), -TOP, TOP) * scales - matrix) ** 2
        lost = importance @ errors
        best, least = np.where(lost < least, scales, best), np.minimum(lost, least)
    chosen: Floats = best.astype(np.float32)
    return chosen


def rounded(matrix: Floats, moments: NDArray[np.float64], scales: Floats) -> NDArray[np.int8]:
    """Return a matrix (k, n) in int8, rounded by GPTQ given the second moments (k, k) of its inputs."""
    order = np.argsort(-np.diag(moments))
    left, hessian = matrix[order].astype(np.float64), moments[np.ix_(order, order)].copy()
    hessian[np.diag_indices_from(hessian)] += DAMPING * np.diag(hessian).mean()
    passed_on = np.linalg.cholesky(np.linalg.inv(hessian)).T
    found = np.zeros(matrix.shape, np.int8)
    for place, row in enumerate(order):
        found[row] = np.clip(np.round(left[place] / scales), -TOP, TOP)
        error = (left[place] - found[row] * scales) / passed_on[place, place]
        left[place + 1 :] -= np.outer(passed_on[place, place + 1 :], error)
    return found


def _with(model: ModelProto, graph: _Graph) -> ModelProto:
    written = ModelProto()
    written.CopyFrom(model)
    used = {name for node in graph.nodes for name in node.input}
    kept = [each for each in model.graph.initializer if each.name in used]
    del written.graph.node[:]
    del written.graph.initializer[:]
    written.graph.node.extend(graph.nodes)
    written.graph.initializer.extend([*kept, *graph.constants.values()])
    return written

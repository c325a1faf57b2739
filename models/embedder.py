"""The embedder: our own through onnxruntime, or any Sentence Transformers model through torch.

Sentence Transformers defines our model, exports its graph (`models.training.embedder_graph`) and checks in the tests
that both give the same vectors; to serve it neither that library nor torch is imported.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from models.files import digests, verify
from models.packaged import FOLDER, OURS, fingerprint, folder_of
from service.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from service.ports import Embedder

GRAPH, TENSORS, WEIGHTS, TOKENIZER = "graph.onnx", "weights.json", "model.safetensors", "tokenizer.json"
AT_ONCE = 8  # texts a forward pass; 4, 8, 16 and 32 are equally fast, and fewer need less memory


class OnnxEmbedder:
    """Our model; satisfies `service.ports.Embedder`.

    Texts of the same number of tokens run together, so that nothing is padded, as many batches at once as there are
    threads.
    """

    def __init__(self, session: onnxruntime.InferenceSession, tokenizer: Tokenizer, name: str, threads: int) -> None:
        self.session = session
        self._tokenizer = tokenizer
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="embedder")
        self.name = name
        self.dimension = int(session.get_outputs()[0].shape[-1])

    @classmethod
    def load(cls, folder: Path, threads: int) -> OnnxEmbedder:
        """Verify and load a folder; raise `ModelError` where a file is missing, damaged or of another kind."""
        for name, expected in digests(folder).items():
            verify(folder / name, expected)
        try:
            longest = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))["max_seq_length"]
            tokenizer = _tokenizer(folder / TOKENIZER, longest)
            session = _session(folder)
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise ModelError(
                f"The embedder in {folder} cannot be loaded ({error!r:.200}): restore the folder from the release."
            ) from error
        return cls(session, tokenizer, f"{OURS}@{fingerprint(folder)}", threads)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return (len(texts), dimension) float32 vectors of length 1."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        # A tokenizer that is given many texts works in threads of its own, one that is given one does not.
        encoded = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]
        parts = list(_of_one_length(encoded))
        runs = self._pool.map(self._run, ([encoded[place] for place in part] for part in parts))
        for part, found in zip(parts, runs, strict=True):
            vectors[part] = found
        return vectors

    def tokens(self, text: str) -> list[int]:
        """Return the token ids of a text as the network reads it."""
        return self._tokenizer.encode(text).ids

    def _run(self, rows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        ids = np.array(rows, dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        vectors: NDArray[np.float32] = self.session.run(None, feed)[0]
        return vectors


def _of_one_length(encoded: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Yield places of texts of one length, `AT_ONCE` at most, the longest first so that no thread ends late."""
    by_length: dict[int, list[int]] = defaultdict(list)
    for place, ids in enumerate(encoded):
        by_length[len(ids)].append(place)
    for _, places in sorted(by_length.items(), reverse=True):
        for start in range(0, len(places), AT_ONCE):
            yield places[start : start + AT_ONCE]


def _tokenizer(path: Path, longest: int) -> Tokenizer:
    text = path.read_text(encoding="utf-8")
    try:
        tokenizer = Tokenizer.from_str(text)
    except Exception as error:  # the library raises no narrower type
        raise ValueError(f"{path.name}: {error}") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest)
    return tokenizer


def _session(folder: Path) -> onnxruntime.InferenceSession:
    """Give each matrix that the graph names its numbers, which are stored at half precision."""
    names = json.loads((folder / TENSORS).read_text(encoding="utf-8"))
    weights = load_file(folder / WEIGHTS)
    arrays = [weights[name[:-2]].T if name.endswith(".T") else weights[name] for name in names]
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array, np.float32)) for array in arrays]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = 1, 1
    options.add_external_initializers(names, values)
    return onnxruntime.InferenceSession((folder / GRAPH).read_bytes(), options, providers=["CPUExecutionProvider"])


class SentenceEmbedder:
    """Any Sentence Transformers model; satisfies `service.ports.Embedder`."""

    def __init__(self, model: SentenceTransformer, name: str) -> None:
        self._model = model
        self.name = name
        self.dimension = int(model.get_embedding_dimension() or 0)

    @classmethod
    def load(cls, wanted: str, threads: int) -> SentenceEmbedder:
        """Load a packaged name, a folder, or any Sentence Transformers name; raise `ModelError` where none is found.

        The name that keys the embedding cache ends in a digest of the configuration and the weights' size, so that
        other weights under the same name are not mistaken for these.
        """
        import torch  # half a gigabyte that the packaged model does without
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(threads)
        folder = folder_of(wanted)
        try:
            model = SentenceTransformer(str(folder or wanted), device="cpu")
        except (OSError, ValueError) as error:
            raise ModelError(
                f"The embedder {wanted} cannot be loaded: {str(error).splitlines()[0]} "
                "Set WIRECHECK_EMBEDDER to a folder or to an installed model."
            ) from error
        return cls(model, f"{wanted}@{fingerprint(folder)}" if folder else wanted)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return (len(texts), dimension) float32 vectors of length 1."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors: NDArray[np.float32] = self._model.encode(
            list(texts), normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return vectors


def load_embedder(wanted: str, threads: int) -> Embedder:
    """Load our model, or any Sentence Transformers package, folder or name."""
    return OnnxEmbedder.load(FOLDER, threads) if wanted == OURS else SentenceEmbedder.load(wanted, threads)

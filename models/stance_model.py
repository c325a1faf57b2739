"""The stance model as the service runs it: our own network through onnxruntime, or any NLI `CrossEncoder`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from models.files import MANIFEST, unreadable, verify
from service.domain import StanceScores, Thresholds
from service.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

DEFAULT = "wirecheck-stance"
FOLDER = Path(__file__).parent / "stance"
LEAST_EVIDENCE_TOKENS = 64
SPECIAL_TOKENS = 3  # [CLS] evidence [SEP] claim [SEP]
EXACT_PRODUCTS = "session.x64quantprecision"
NAMES = {"entailment": "supports", "contradiction": "conflicts", "neutral": "neutral"}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `manifest.json` says of the files beside it. `bias` is in the order supports, conflicts, neutral."""

    name: str
    graph: str
    max_tokens: int
    temperature: float
    bias: tuple[float, float, float]
    thresholds: Thresholds
    files: dict[str, str]

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read and verify a model folder; raise `ModelError` that names the missing or damaged file."""
        path = folder / MANIFEST
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            manifest = cls(
                raw["name"], raw["graph"], raw["max_tokens"], raw["temperature"], tuple(raw["bias"]),
                Thresholds(**raw["thresholds"]), raw["files"],
            )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise unreadable(path, error) from error
        for name, expected in manifest.files.items():
            verify(folder / name, expected)
        return manifest


def session_of(graph: Path) -> onnxruntime.InferenceSession:
    """Load a graph to run on one thread, its int8 products without overflow on every processor."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = 1, 1
    # Without VNNI, x86's product of uint8 and int8 overflows in silence; uint8 and uint8, which is slower, does not.
    options.add_session_config_entry(EXACT_PRODUCTS, "1")
    return onnxruntime.InferenceSession(graph.read_bytes(), options, providers=["CPUExecutionProvider"])


def feed_of(ids: Sequence[int], types: Sequence[int]) -> dict[str, NDArray[np.int64]]:
    """Return token ids and types (n,) as the graphs take them: inputs (1, n) by name, nothing masked."""
    row = np.array([ids], np.int64)
    return {"input_ids": row, "token_type_ids": np.array([types], np.int64), "attention_mask": np.ones_like(row)}


class OnnxStanceModel:
    """Our network; satisfies `service.ports.StanceModel`.

    Every pair is run alone, as many at once as there are threads, so that its answer is the same in any company. A
    batch would be slower, since it pads and its activations no longer fit the cache; the graph, whose scales are those
    of one pair's tokens, takes none.
    """

    def __init__(
        self, manifest: Manifest, tokenizer: Tokenizer, session: onnxruntime.InferenceSession, threads: int
    ) -> None:
        self._manifest = manifest
        self._tokenizer = tokenizer
        self.session = session
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="stance")

    @classmethod
    def load(cls, folder: Path, threads: int) -> OnnxStanceModel:
        """Verify and load a model folder; raise `ModelError` where a file is missing or damaged."""
        manifest = Manifest.read(folder)
        session = session_of(folder / manifest.graph)
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return cls(manifest, tokenizer, session, threads)

    @property
    def name(self) -> str:
        """Return the name and the digest of the graph that serves."""
        return f"{self._manifest.name}@{self._manifest.files[self._manifest.graph][:12]}"

    @property
    def thresholds(self) -> Thresholds:
        """Return the operating point in the manifest."""
        return self._manifest.thresholds

    def fits(self, claim: str) -> bool:
        """Return whether the claim leaves room for some evidence."""
        tokens = len(self._tokenizer.encode(claim, add_special_tokens=False).ids)
        return tokens <= self._manifest.max_tokens - SPECIAL_TOKENS - LEAST_EVIDENCE_TOKENS

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[StanceScores]:
        """Return calibrated probabilities for (evidence, claim) pairs, in order."""
        # The longest first, so that no thread is left with a long one when the others are done. Each thread reads its
        # own tokens, so that none waits for those of all.
        order = sorted(range(len(pairs)), key=lambda place: -len(pairs[place][0]))
        judged = dict(zip(order, self._pool.map(self._judge_one, (pairs[place] for place in order)), strict=True))
        return [judged[place] for place in range(len(pairs))]

    def _judge_one(self, pair: tuple[str, str]) -> StanceScores:
        ids, types = self.encode(*pair)
        logits = self.session.run(None, feed_of(ids, types))[0][0]
        scaled = logits.astype(np.float64) / self._manifest.temperature + np.array(self._manifest.bias)
        return StanceScores(*(float(p) for p in softmax(scaled)))

    def encode(self, evidence: str, claim: str) -> tuple[list[int], list[int]]:
        """Return token ids and types, the evidence shortened to fit, the claim whole."""
        claim_tokens: Encoding = self._tokenizer.encode(claim, add_special_tokens=False)
        room = max(0, self._manifest.max_tokens - SPECIAL_TOKENS - len(claim_tokens.ids))
        evidence_tokens = self._tokenizer.encode(evidence, add_special_tokens=False)
        evidence_tokens.truncate(room)
        pair = self._tokenizer.post_process(evidence_tokens, claim_tokens)
        return pair.ids, pair.type_ids


class CrossEncoderStance:
    """Any Sentence Transformers `CrossEncoder` with the three NLI labels; satisfies `service.ports.StanceModel`."""

    def __init__(self, model: CrossEncoder, name: str) -> None:
        names = getattr(model.config, "id2label", None) or {}
        labels = {str(label).lower(): int(number) for number, label in names.items()}
        if set(labels) != set(NAMES):
            raise ModelError(
                f"The stance model {name} has the labels {sorted(labels)}; needed are {sorted(NAMES)}. "
                "Set WIRECHECK_STANCE to a natural-language-inference cross-encoder."
            )
        self._columns = [labels[nli] for nli in NAMES]
        self._model = model
        self.name = name
        self.thresholds = Thresholds()

    @classmethod
    def load(cls, wanted: str) -> CrossEncoderStance:
        """Load a folder or a name; raise `ModelError` where there is none or it has other labels."""
        from sentence_transformers import CrossEncoder  # torch is not loaded for the default model

        try:
            model = CrossEncoder(wanted, device="cpu", local_files_only=Path(wanted).is_dir())
        except (OSError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise ModelError(f"The stance model {wanted} cannot be loaded: {reason} Check WIRECHECK_STANCE.") from error
        return cls(model, wanted)

    def fits(self, claim: str) -> bool:
        """Return whether the claim leaves room for some evidence."""
        room = min(int(self._model.max_seq_length or 512), 10_000) - SPECIAL_TOKENS - LEAST_EVIDENCE_TOKENS
        return len(self._model.tokenizer(claim, add_special_tokens=False)["input_ids"]) <= room

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[StanceScores]:
        """Return softmax probabilities for (evidence, claim) pairs, in order."""
        if not pairs:
            return []
        shorten = {"text": {"truncation": "only_first"}}
        logits = self._model.predict(list(pairs), show_progress_bar=False, processing_kwargs=shorten)
        return [StanceScores(*(float(p) for p in row)) for row in softmax(logits[:, self._columns])]


def load_stance(wanted: str, threads: int) -> OnnxStanceModel | CrossEncoderStance:
    """Load our own model, a folder with a manifest, or any `CrossEncoder` name or folder."""
    folder = FOLDER if wanted == DEFAULT else Path(wanted)
    if wanted == DEFAULT or (folder / "manifest.json").exists():
        return OnnxStanceModel.load(folder, threads)
    return CrossEncoderStance.load(wanted)


def softmax(logits: NDArray[Any]) -> NDArray[np.float64]:
    """Return the softmax over the last axis."""
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    result: NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
    return result

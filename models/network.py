"""The stance network's head: it compares the claim with the evidence, token by token.

The encoder reads evidence and claim as one sequence (`[CLS] evidence [SEP] claim [SEP]`). A linear layer on `[CLS]`
alone learns slowly from an encoder that was trained to embed single sentences, so the head compares the two segments
explicitly: every claim token is set against the evidence tokens it attends to (the soft alignment of Parikh et al.,
"A Decomposable Attention Model for Natural Language Inference", 2016, with the difference and product features of
Chen et al., "Enhanced LSTM for Natural Language Inference", 2017), and the mean vectors of both segments are compared
as in Conneau et al., "InferSent", 2017.
"""

from __future__ import annotations

from typing import Any

import torch
from sentence_transformers import CrossEncoder
from sentence_transformers.base.modules import Module, Transformer
from torch import Tensor, nn

LABELS = ("supports", "conflicts", "neutral")
HEAD_FOLDER = "1_ComparisonHead"


class ComparisonHead(Module):
    """Turn token embeddings of an evidence-claim pair into three logits, in the order of `LABELS`.

    Input features: `token_embeddings` (batch, tokens, hidden_size), `attention_mask` and `token_type_ids`
    (batch, tokens); token type 1 marks the claim. Output feature: `scores` (batch, 3).
    """

    config_keys = ["hidden_size", "align_size", "compare_size", "mlp_size", "dropout"]  # noqa: RUF012  # as the base has it

    def __init__(
        self,
        hidden_size: int = 384,
        align_size: int = 128,
        compare_size: int = 192,
        mlp_size: int = 384,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.hidden_size = hidden_size
        self.align_size = align_size
        self.compare_size = compare_size
        self.mlp_size = mlp_size
        self.dropout = dropout
        self.align = nn.Linear(hidden_size, align_size, bias=False)
        self.compare = nn.Sequential(nn.Linear(4 * hidden_size, compare_size), nn.GELU())
        self.decide = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(5 * hidden_size + 2 * compare_size, mlp_size),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(mlp_size, len(LABELS)),
        )

    def forward(self, features: dict[str, Tensor | Any], **kwargs: Any) -> dict[str, Tensor | Any]:
        """Add `scores` (batch, 3) to the features."""
        tokens = features["token_embeddings"]
        mask = features["attention_mask"].to(tokens.dtype)
        claim = mask * features["token_type_ids"].to(tokens.dtype)
        features["scores"] = self.logits(tokens, evidence=mask - claim, claim=claim)
        return features

    def logits(self, tokens: Tensor, evidence: Tensor, claim: Tensor) -> Tensor:
        """Return (batch, 3) logits from tokens (batch, n, hidden) and the two 0/1 segment masks (batch, n)."""
        keys = self.align(tokens)
        weights = keys @ keys.transpose(1, 2) / self.align_size**0.5
        weights = weights.masked_fill(evidence.unsqueeze(1) == 0, -1e4).softmax(dim=-1)
        aligned = weights @ tokens
        compared = self.compare(torch.cat([tokens, aligned, tokens - aligned, tokens * aligned], dim=-1))
        compared_max = compared.masked_fill(claim.unsqueeze(-1) == 0, -1e4).amax(dim=1)
        u, v = _mean(tokens, evidence), _mean(tokens, claim)
        pooled = [tokens[:, 0], u, v, (u - v).abs(), u * v, _mean(compared, claim), compared_max]
        return self.decide(torch.cat(pooled, dim=-1))  # type: ignore[no-any-return]

    def save(self, output_path: str, *args: Any, safe_serialization: bool = True, **kwargs: Any) -> None:
        """Write `config.json` and `model.safetensors` to the folder `output_path`."""
        self.save_config(output_path)
        self.save_torch_weights(output_path, safe_serialization=safe_serialization)

    @classmethod
    def load(  # type: ignore[override]  # a hub's arguments mean nothing for a local folder
        cls, model_name_or_path: str, subfolder: str = "", **kwargs: Any
    ) -> ComparisonHead:
        """Read what `save` wrote."""
        place: dict[str, Any] = {"subfolder": subfolder, "local_files_only": True}
        head = cls(**cls.load_config(model_name_or_path, **place))
        cls.load_torch_weights(model_name_or_path, model=head, **place)
        return head


def _mean(vectors: Tensor, mask: Tensor) -> Tensor:
    """Mean of vectors (batch, n, d) over the positions where mask (batch, n) is 1; zero where none is."""
    return (vectors * mask.unsqueeze(-1)).sum(dim=1) / mask.sum(dim=1, keepdim=True).clamp(min=1)


def load_network(folder: str, attention: str = "sdpa") -> CrossEncoder:
    """Return the fp32 network in a folder as a Sentence Transformers `CrossEncoder`."""
    encoder = Transformer(folder, model_kwargs={"attn_implementation": attention, "dtype": torch.float32})
    head = ComparisonHead.load(folder, subfolder=HEAD_FOLDER).float()
    network: CrossEncoder = CrossEncoder(modules=[encoder, head], device="cpu")
    return network

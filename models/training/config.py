"""The frozen configuration of one training run, read from TOML."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Config:
    """Every number that shapes the weights; `minutes` caps the schedule by training time.

    `begin` holds the weights to go on from; without it a run starts from the encoder in the package `start`. `keep` is
    the share of them in what the run leaves as final.
    `stories` says how often the claims of which files come in a pass, `articles` how often those of running articles
    do. `served` is how many near sentences each claim that is left open gets, of the sets in `served_folders`; `mined`
    holds what `mine.py` wrote about the claims that are settled.
    """

    seed: int
    data: Path
    start: str
    begin: Path | None
    dropout: bool
    average: float
    processes: int
    bf16: bool
    minutes: float
    pairs: int
    warmup: float
    encoder_rate: float
    head_rate: float
    weight_decay: float
    batch_tokens: int
    meet_steps: int
    checkpoint_seconds: float
    evaluate_pairs: int
    evaluate_sample: int
    max_tokens: int
    events: int
    phrasings: int
    edited_figures: int
    wrong_sentences: int
    served: int
    served_folders: tuple[Path, ...]
    mined: Path | None
    leads: float
    factual_sources: tuple[str, ...]
    stories: dict[str, float]
    shares: dict[str, float]
    articles: float = 0.0
    keep: float = 0.0

    @classmethod
    def read(cls, path: Path) -> Config:
        """Read a TOML file; an unknown or missing key is a TypeError that names it."""
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        mixture = raw.pop("mixture")
        flat = {**{k: v for k, v in raw.items() if k != "schedule"}, **raw["schedule"], **mixture}
        flat["data"] = Path(flat["data"])
        flat["begin"] = Path(flat["begin"]) if flat.get("begin") else None
        flat["factual_sources"] = tuple(flat["factual_sources"])
        flat["served_folders"] = tuple(Path(folder) for folder in flat["served_folders"])
        flat["mined"] = Path(flat["mined"]) if flat.get("mined") else None
        return cls(**flat)

    def for_epoch(self, epoch: int) -> Config:
        """Return the configuration with the seed of this epoch's sample of pairs."""
        return replace(self, seed=self.seed + epoch)

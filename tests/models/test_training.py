"""A short real run of the trainer on made-up pairs: killed at a checkpoint, it goes on from there and finishes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.distributed as dist

from models.network import load_network
from models.training.config import Config
from models.training.train import DEFAULT_CONFIG, WATCHED, Trainer

ROWS = [
    ("The library in Elm opened in 1911.", "The library in Elm opened in 1911.", "entailment"),
    ("The library in Elm opened in 1911.", "The library in Elm opened in 1943.", "contradiction"),
    ("The library in Elm opened in 1911.", "The library in Elm has two floors.", "neutral"),
    ("Nine boats left the port of Fir at dawn.", "Boats left the port of Fir.", "entailment"),
    ("Nine boats left the port of Fir at dawn.", "No boat left the port of Fir.", "contradiction"),
    ("Nine boats left the port of Fir at dawn.", "The captain of the first boat is 60 years old.", "neutral"),
]


class Killed(BaseException):
    """What stands for the kill."""


class Mortal(Trainer):
    """Dies right after its first checkpoint."""

    def _checkpoint(self) -> None:
        super()._checkpoint()
        raise Killed


@pytest.fixture
def config(tmp_path: Path) -> Config:
    data = tmp_path / "data"
    (data / "dev").mkdir(parents=True)
    _write(data / "train.jsonl.gz", 12)
    for name in WATCHED:
        _write(data / "dev" / f"{name}.jsonl.gz", 1)
    return replace(
        Config.read(DEFAULT_CONFIG), data=data, processes=1, pairs=90, batch_tokens=256, meet_steps=2,
        checkpoint_seconds=0.0, evaluate_pairs=40, evaluate_sample=3, events=20, edited_figures=4, wrong_sentences=0,
        factual_sources=("made_up",), shares={},
    )  # fmt: skip


@pytest.fixture
def group(tmp_path: Path) -> Iterator[None]:
    dist.init_process_group("gloo", init_method=f"file://{tmp_path / 'rendezvous'}", rank=0, world_size=1)
    yield
    dist.destroy_process_group()


@pytest.mark.usefixtures("group")
def test_a_killed_run_goes_on_from_its_checkpoint(config: Config, tmp_path: Path):
    folder = tmp_path / "run"
    folder.mkdir()
    with pytest.raises(Killed):
        Mortal(config, folder, 0).run()
    kept = torch.load(folder / "checkpoint.pt", weights_only=True)
    assert 0 < kept["progress"]["pairs"] < config.pairs
    assert not (folder / "final").exists()

    trainer = Trainer(config, folder, 0)
    start = trainer.model[1].decide[4].weight.detach().clone()
    trainer.run()
    assert not torch.equal(start, kept["model"]["1.decide.4.weight"])
    assert config.pairs <= trainer.progress.pairs < config.pairs + 60
    ended = torch.load(folder / "checkpoint.pt", weights_only=True)["optimizer"]["state"]
    resumed = kept["optimizer"]["state"]
    assert min(s["step"] for s in ended.values()) > max(s["step"] for s in resumed.values()) > 0

    history = json.loads((folder / "history.json").read_text(encoding="utf-8"))
    assert [row["pairs"] for row in history] == sorted(row["pairs"] for row in history)
    assert set(WATCHED) < set(history[-1])
    for name in ("best", "final"):
        scores = load_network(str(folder / name)).predict([ROWS[0][:2]], show_progress_bar=False)
        assert scores.shape == (1, 3)


def _write(path: Path, times: int) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as out:
        for premise, hypothesis, label in ROWS * times:
            row = {"premise": premise, "hypothesis": hypothesis, "label": label, "src": "made_up/train"}
            out.write(json.dumps(row) + "\n")

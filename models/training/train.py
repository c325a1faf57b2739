"""Train the stance model: `python -m models.training.train RUN_FOLDER [--config FILE]`.

Starts from the encoder in the installed package that the configuration names, or from another run's weights where it
names them as `begin`, checkpoints into RUN_FOLDER, and goes on
from the last checkpoint when run again. On a CPU, one single-threaded process a core is a fifth faster than one
process with a thread a core and loses far less to other work on the machine; the processes average their weights every
few steps (local SGD: Stich, "Local SGD converges fast and communicates little", 2019), since averaging gradients at
every step cost a quarter of the time.
"""

from __future__ import annotations

import argparse
import importlib.resources
import json
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from sentence_transformers import CrossEncoder
from sentence_transformers.base.modules import Transformer
from tokenizers import Tokenizer
from torch import Tensor
from torch.multiprocessing.spawn import spawn
from torch.nn import functional
from tqdm import tqdm

from models.network import ComparisonHead, load_network
from models.training.articles import article_pairs
from models.training.config import Config
from models.training.events import event_pairs
from models.training.mixture import Example, batches, build, describe, tokenize
from models.training.pairs import read_pairs
from models.training.stories import story_pairs

DEFAULT_CONFIG = Path(__file__).with_name("config.toml")
TWO_WAY = ("fever_symmetric__v0_2_dev", "fool_me_twice__pairs_dev")
WATCHED = (
    "te_new_protocols__dev", "snli__dev", "semiauto_nli_wiki__test", "cad_nli__dev", "check_covid__pairs_dev",
    "infotabs__dev", *TWO_WAY,
)  # fmt: skip


@dataclass(slots=True)
class Progress:
    """Where a run stands; `history` is the learning curve, one row a look at dev.

    `seconds` are those of a processor, so that a run that is stopped for a while loses nothing of its schedule.
    """

    epoch: int = 0
    batch: int = 0
    pairs: int = 0
    seconds: float = 0.0
    best: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)

    def share(self, config: Config) -> float:
        """Return how much of the schedule is behind, 0 to 1."""
        return min(1.0, max(self.pairs / config.pairs, self.seconds / 60 / config.minutes))


def new_model(package: str) -> CrossEncoder:
    """Return the encoder in `package` with an untrained comparison head."""
    folder = str(importlib.resources.files(package) / "model")
    # On a CPU, torch's fused attention spends ten times the forward pass on the way back.
    encoder = Transformer(folder, max_seq_length=256, model_kwargs={"attn_implementation": "eager"})
    network: CrossEncoder = CrossEncoder(modules=[encoder, ComparisonHead()], device="cpu")
    return network


def collate(examples: Sequence[Example]) -> dict[str, Tensor]:
    """Pad examples into `input_ids`, `token_type_ids`, `attention_mask`, all (batch, longest)."""
    longest = max(len(example.ids) for example in examples)
    ids = np.zeros((len(examples), longest), np.int64)
    types, mask = np.zeros_like(ids), np.zeros_like(ids)
    for row, example in enumerate(examples):
        size = len(example.ids)
        ids[row, :size], types[row, :size], mask[row, :size] = example.ids, example.types, 1
    arrays = {"input_ids": ids, "token_type_ids": types, "attention_mask": mask}
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def scores(model: CrossEncoder, examples: Sequence[Example], bf16: bool) -> Tensor:
    """Return (n, 3) fp32 logits; `bf16` multiplies matrices in bfloat16, the weights stay in fp32."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
        logits: Tensor = model(collate(examples))["scores"]
    return logits.float()


def loss_sum(model: CrossEncoder, examples: Sequence[Example], bf16: bool = False) -> Tensor:
    """Return the summed cross-entropy, each source's label shares added to the logits.

    Adding the log prior in training (Menon et al., "Long-tail learning via logit adjustment", 2021) lets a source
    that lacks a label teach the others' difference without teaching that the label never comes.
    """
    logits = scores(model, examples, bf16)
    prior = torch.from_numpy(np.stack([example.prior for example in examples]))
    target = torch.from_numpy(np.stack([example.target for example in examples]))
    return functional.cross_entropy(logits + prior, target, reduction="sum")


class Trainer:
    """One process of the run; process 0 writes the files."""

    def __init__(self, config: Config, folder: Path, rank: int) -> None:
        self.config, self.folder, self.rank = config, folder, rank
        self.model = load_network(str(config.begin), "eager") if config.begin else new_model(config.start)
        self._mode(training=True)
        tokenizer_file = importlib.resources.files(config.start) / "model" / "tokenizer.json"
        self.tokenizer = Tokenizer.from_str(tokenizer_file.read_text(encoding="utf-8"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self.progress = Progress()
        self.loss = 1.1
        self.meetings = 0
        encoder: Any = self.model[0].model
        encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        encoder.pooler.requires_grad_(False)  # the head reads tokens, not the pooled vector
        self.parameters = [p for p in self.model.parameters() if p.requires_grad]
        self.averaged = [p.detach().clone() for p in self.parameters]
        self.optimizer = torch.optim.AdamW(self._groups(), weight_decay=config.weight_decay, fused=True)
        self.dev = self._dev()

    def _mode(self, training: bool) -> None:
        self.model[0].train(training and self.config.dropout)
        self.model[1].train(training)

    def _groups(self) -> list[dict[str, object]]:
        encoder = [p for p in self.model[0].parameters() if p.requires_grad]
        return [
            {"params": encoder, "peak": self.config.encoder_rate},
            {"params": list(self.model[1].parameters()), "peak": self.config.head_rate},
        ]

    def _dev(self) -> dict[str, list[Example]]:
        size, rng = self.config.evaluate_sample, np.random.default_rng(0)
        found = {}
        for name in WATCHED:
            examples = tokenize(list(read_pairs(self.config.data / "dev" / f"{name}.jsonl.gz")), self.tokenizer, 160)
            found[name] = [examples[i] for i in rng.permutation(len(examples))[:size]]
        own = list(event_pairs(random.Random(5), size, held_out=True))
        found["own_held_out"] = tokenize(own, self.tokenizer, 160)
        stories = list(story_pairs(random.Random(5), 1, held_out=True))
        found["stories_held_out"] = tokenize(stories, self.tokenizer, 160)[: 2 * size]
        articles = list(article_pairs(random.Random(5), 1, held_out=True))
        found["articles_held_out"] = tokenize(articles, self.tokenizer, 160)[: 2 * size]
        return found

    def run(self) -> None:
        """Train from where the folder stands to the end of the schedule."""
        self._resume()
        bar = tqdm(total=1000, desc="training", disable=self.rank != 0, mininterval=10)
        next_look = self.progress.pairs + self.config.evaluate_pairs
        saved = self.progress.seconds
        pairs, started = 0, time.process_time()
        for number, batch in enumerate(self._stream(), start=1):
            self._step(batch)
            pairs += len(batch)
            if number % self.config.meet_steps:
                continue
            self._meet(pairs, started)
            done = self.progress.share(self.config) >= 1.0
            if self.progress.pairs >= next_look or done:
                next_look += self.config.evaluate_pairs
                self._look()
            if self.progress.seconds - saved > self.config.checkpoint_seconds or done:
                saved = self.progress.seconds
                self._checkpoint()
            bar.n = round(1000 * self.progress.share(self.config))
            bar.set_postfix(pairs=self.progress.pairs, loss=self.loss, refresh=False)
            bar.update(0)
            if done:
                break
            pairs, started = 0, time.process_time()
        if self.rank == 0:
            with self._averaged_weights():
                self._keep_of_begin()
                self.model.save_pretrained(str(self.folder / "final"), create_model_card=False)

    @torch.no_grad()
    def _keep_of_begin(self) -> None:
        """Move the weights towards those that the run began from, which carries further than either (WiSE-FT).

        Wortsman et al., "Robust fine-tuning of zero-shot models", 2022.
        """
        if self.config.keep and self.config.begin:
            begun = load_network(str(self.config.begin), "eager").state_dict()
            for name, weights in self.model.named_parameters():
                weights.lerp_(begun[name], self.config.keep)

    def _stream(self) -> Iterator[list[Example]]:
        """Yield this process's batches, epoch after epoch, from where the progress stands."""
        world = self.config.processes
        while True:
            config = self.config.for_epoch(self.progress.epoch)
            examples = build(config, self.tokenizer)
            if self.rank == 0:
                print(f"epoch {self.progress.epoch}\n{describe(examples)}", flush=True)
            groups = list(batches(examples, config.batch_tokens, config.seed))
            rounds = len(groups) // world
            for number in range(self.progress.batch, rounds):
                self.progress.batch = number + 1
                yield groups[number * world + self.rank]
            self.progress.epoch, self.progress.batch = self.progress.epoch + 1, 0

    def _step(self, examples: Sequence[Example]) -> None:
        loss = loss_sum(self.model, examples, self.config.bf16) / len(examples)
        loss.backward()  # type: ignore[no-untyped-call]
        self.loss += 0.01 * (loss.item() - self.loss)
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        share = self.progress.share(self.config)
        factor = min(1.0, share / self.config.warmup) * (1.0 - share)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * max(factor, 1e-3)
        self.optimizer.step()
        self.optimizer.zero_grad()

    @torch.no_grad()
    def _meet(self, pairs: int, started: float) -> None:
        """Average the weights of all processes, and agree on how far the run has come."""
        flat = torch.cat([*(p.flatten() for p in self.parameters), torch.tensor([float(pairs)])])
        dist.all_reduce(flat)
        offset = 0
        for parameter in self.parameters:
            size = parameter.numel()
            parameter.copy_(flat[offset : offset + size].view_as(parameter) / self.config.processes)
            offset += size
        # A young average follows fast, so that the first weights do not linger in it.
        self.meetings += 1
        step = max(1.0 - self.config.average, 1.0 / (self.meetings + 1))
        for slow, parameter in zip(self.averaged, self.parameters, strict=True):
            slow.lerp_(parameter, step)
        elapsed = torch.tensor([time.process_time() - started])
        dist.broadcast(elapsed, 0)
        self.progress.pairs += int(flat[-1])
        self.progress.seconds += float(elapsed)

    @contextmanager
    @torch.no_grad()
    def _averaged_weights(self) -> Iterator[None]:
        """Lend the model its averaged weights (Polyak and Juditsky, 1992), and put its own back."""
        own = [parameter.detach().clone() for parameter in self.parameters]
        for parameter, slow in zip(self.parameters, self.averaged, strict=True):
            parameter.copy_(slow)
        self._mode(training=False)
        try:
            yield
        finally:
            self._mode(training=True)
            for parameter, kept in zip(self.parameters, own, strict=True):
                parameter.copy_(kept)

    def _look(self) -> None:
        """Measure dev accuracy, the sets shared among the processes, and keep the best model by its mean."""
        with self._averaged_weights():
            self._measure()

    @torch.inference_mode()
    def _measure(self) -> None:
        counts = torch.zeros(len(self.dev), 2)
        for number, (name, examples) in enumerate(self.dev.items()):
            for start in range(self.rank * 25, len(examples), 25 * self.config.processes):
                part = examples[start : start + 25]
                counts[number, 0] += self._right(part, two_way=name in TWO_WAY)
                counts[number, 1] += len(part)
        dist.all_reduce(counts)
        accuracy = {name: float(100 * right / total) for name, (right, total) in zip(self.dev, counts, strict=True)}
        mean = sum(accuracy.values()) / len(accuracy)
        row = {"pairs": float(self.progress.pairs), "minutes": self.progress.seconds / 60, "mean": mean, **accuracy}
        self.progress.history.append(row)
        if self.rank == 0:
            print(json.dumps({key: round(value, 1) for key, value in row.items()}), flush=True)
            if mean > self.progress.best:
                self.model.save_pretrained(str(self.folder / "best"), create_model_card=False)
        self.progress.best = max(self.progress.best, mean)

    def _right(self, examples: Sequence[Example], two_way: bool) -> float:
        logits = scores(self.model, examples, self.config.bf16)
        if two_way:
            logits = logits[:, :2]
        target = torch.from_numpy(np.stack([example.target for example in examples]))
        # A name swap is right when it is not called support.
        return float(target.gather(1, logits.argmax(1, keepdim=True)).gt(0).sum())

    def _checkpoint(self) -> None:
        if self.rank:
            return
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "averaged": self.averaged,
            "meetings": self.meetings,
            "progress": asdict(self.progress),
        }
        fresh = self.folder / "checkpoint.new"
        torch.save(state, fresh)
        fresh.replace(self.folder / "checkpoint.pt")
        (self.folder / "history.json").write_text(json.dumps(self.progress.history, indent=1), encoding="utf-8")

    def _resume(self) -> None:
        path = self.folder / "checkpoint.pt"
        if not path.exists():
            return
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.averaged, self.meetings = state["averaged"], state["meetings"]
        self.progress = Progress(**state["progress"])


def _process(rank: int, config: Config, folder: Path) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(config.seed + rank)
    rendezvous = f"file://{folder / 'rendezvous'}"
    dist.init_process_group("gloo", init_method=rendezvous, rank=rank, world_size=config.processes)
    Trainer(config, folder, rank).run()
    dist.destroy_process_group()


def main() -> None:
    """Parse the command line and start the processes."""
    parser = argparse.ArgumentParser(description="Train the stance model, going on from the folder's last checkpoint.")
    parser.add_argument("folder", type=Path, help="where checkpoints, the learning curve and the model go")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG)
    args = parser.parse_args()
    folder: Path = args.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rendezvous").unlink(missing_ok=True)
    config = Config.read(args.config)
    spawn(_process, args=(config, folder), nprocs=config.processes)  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()

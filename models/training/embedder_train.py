"""Train the embedder to put claims beside what bears on them: `python -m models.training.embedder_train RUN_FOLDER`.

The package's encoder goes on with a contrastive loss: a claim is to be nearer to its sentence than to all others of its
batch and to one wrong sentence each (Henderson et al., "Efficient natural language response suggestion for smart
reply", 2017; hard negatives: Karpukhin et al., "Dense passage retrieval for open-domain question answering", 2020). The
word vectors stay as they are. The processes average their weights every few steps, as those of `train.py` do.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer
from torch import Tensor
from torch.multiprocessing.spawn import spawn
from torch.nn import functional

from models.embedder import TOKENIZER
from models.packaged import folder_of
from models.training.embedder_graph import PACKAGE
from models.training.triples import Triple, read_triples

MOST_TOKENS = 64
PART = 16  # texts of like length a forward pass


@dataclass(frozen=True, slots=True)
class Schedule:
    """Every number that shapes the weights; `minutes` are of wall time, and the rate falls to nothing with them."""

    minutes: float = 20.0
    steps: int = 100_000  # at most
    rate: float = 4e-5
    warmup_steps: int = 100
    batch: int = 64
    scale: float = 20.0  # what cosines are multiplied with, as the encoder was trained
    back: float = 0.3  # weight of the loss that looks for the claim, given the sentence
    meet_steps: int = 10
    average: float = 0.99
    turns: int = 4
    seed: int = 7
    processes: int = 2


class Run:
    """One process's part of a run."""

    def __init__(self, schedule: Schedule, folder: Path, rank: int) -> None:
        self._schedule, self._folder, self._rank = schedule, folder, rank
        package = str(folder_of(PACKAGE))
        # On a CPU, torch's fused attention spends ten times the forward pass on the way back.
        self.model = SentenceTransformer(package, device="cpu", model_kwargs={"attn_implementation": "eager"}).eval()
        encoder: Any = self.model[0]
        self._encoder = encoder.model
        self._encoder.embeddings.requires_grad_(False)
        self._tokenizer = Tokenizer.from_file(f"{package}/{TOKENIZER}")
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MOST_TOKENS)
        self._parameters = [p for p in self._encoder.parameters() if p.requires_grad]
        self._averages = [p.detach().clone() for p in self._parameters]
        self._started, self._step = time.monotonic(), 0

    def train(self, triples: Sequence[Triple]) -> None:
        """Go on until the time is up, then write the averaged weights."""
        schedule = self._schedule
        optimizer = torch.optim.AdamW(self._parameters, lr=schedule.rate, weight_decay=0.01)
        for step, batch in enumerate(self._batches(triples), start=1):
            self._step = step
            share = self._share()
            for group in optimizer.param_groups:
                group["lr"] = schedule.rate * min(1.0, step / schedule.warmup_steps) * max(0.03, 1.0 - share)
            loss = self._loss(batch)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(self._parameters, 1.0)
            optimizer.step()
            self._note()
            if step % schedule.meet_steps == 0 and self._meet():
                break
        if self._rank == 0:
            self._write()

    def _share(self) -> float:
        timed = (time.monotonic() - self._started) / 60 / self._schedule.minutes
        return max(timed, self._step / self._schedule.steps)

    def _batches(self, triples: Sequence[Triple]) -> Iterator[list[Triple]]:
        """Yield batches of sentences of like length, in another order for each process and pass."""
        rng = random.Random(self._schedule.seed + 1 + self._rank)
        size = self._schedule.batch
        while True:
            order = rng.sample(triples, len(triples))
            for start in range(0, len(order) - 8 * size, 8 * size):
                some = sorted(order[start : start + 8 * size], key=lambda triple: len(triple.bears))
                parts = [some[place : place + size] for place in range(0, len(some), size)]
                yield from rng.sample(parts, len(parts))

    def _loss(self, batch: Sequence[Triple]) -> Tensor:
        claims = self._vectors([triple.claim for triple in batch])
        sentences = self._vectors([triple.bears for triple in batch] + [triple.wrong for triple in batch])
        groups = [triple.group for triple in batch]
        same = torch.tensor([[i != j and one == two for j, two in enumerate(groups)] for i, one in enumerate(groups)])
        scores = claims @ sentences.T * self._schedule.scale
        scores = scores.masked_fill(torch.cat([same, torch.zeros_like(same)], dim=1), -1e4)
        right = torch.arange(len(batch))
        back = functional.cross_entropy(scores[:, : len(batch)].T, right)
        return functional.cross_entropy(scores, right) + self._schedule.back * back

    def _vectors(self, texts: Sequence[str]) -> Tensor:
        """Return unit vectors (n, d); texts of like length run together."""
        rows = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]
        order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
        found = []
        for start in range(0, len(order), PART):
            part = [rows[place] for place in order[start : start + PART]]
            longest = max(map(len, part))
            ids = torch.tensor([row + [0] * (longest - len(row)) for row in part])
            mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in part])
            with torch.autocast("cpu", dtype=torch.bfloat16):
                tokens = self._encoder(input_ids=ids, attention_mask=mask).last_hidden_state
            weights = mask.unsqueeze(-1).float()
            found.append(functional.normalize((tokens.float() * weights).sum(1) / weights.sum(1), dim=1))
        places = torch.empty(len(order), dtype=torch.long)
        places[torch.tensor(order)] = torch.arange(len(order))
        return torch.cat(found)[places]

    @torch.no_grad()
    def _note(self) -> None:
        past = min(self._schedule.average, 1.0 - 1.0 / self._step)
        for average, weights in zip(self._averages, self._parameters, strict=True):
            average.lerp_(weights, 1.0 - past)

    @torch.no_grad()
    def _meet(self) -> bool:
        """Take the mean of all processes' weights; return whether the time of any is up."""
        done = torch.tensor(float(self._share() >= 1.0))
        dist.all_reduce(done)
        for weights in self._parameters:
            dist.all_reduce(weights)
            weights /= dist.get_world_size()
        return bool(done.item())

    @torch.no_grad()
    def _write(self) -> None:
        for weights, average in zip(self._parameters, self._averages, strict=True):
            weights.copy_(average)
        self._encoder.save_pretrained(str(self._folder))


def _process(rank: int, schedule: Schedule, folder: Path, data: Path) -> None:
    torch.set_num_threads(1)
    dist.init_process_group(
        "gloo", init_method=f"file://{folder.resolve()}/rendezvous", rank=rank, world_size=schedule.processes
    )
    torch.manual_seed(schedule.seed)
    sets = (data / "factcheck/scifact", data / "factcheck/check_covid")
    triples = read_triples(random.Random(schedule.seed), data / "nli/train.jsonl.gz", sets, schedule.turns)
    if rank == 0:
        print(f"{len(triples):,} triples", flush=True)
    Run(schedule, folder, rank).train(triples)


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(description="Train the embedder on claims and what bears on them.")
    parser.add_argument("run", type=Path, help="the folder to write the weights into")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--minutes", type=float, default=20.0)
    args = parser.parse_args()
    args.run.mkdir(parents=True, exist_ok=True)
    (args.run / "rendezvous").unlink(missing_ok=True)
    schedule = Schedule(minutes=args.minutes)
    spawn(_process, (schedule, args.run, args.data), nprocs=schedule.processes)  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()

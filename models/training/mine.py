"""Near sentences that a model reads against what is known of a claim: `python -m models.training.mine WEIGHTS OUT`.

A supported claim has no sentence in the articles that conflicts with it, nor a refuted one a sentence that supports
it: what the model takes for one says something else, and is neutral. These are the mistakes that turn a verdict, and
hardly any public pair is like them (hard negatives: Xiong et al., "Approximate nearest neighbor negative contrastive
learning for dense text retrieval", 2021).
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import CrossEncoder
from tokenizers import Tokenizer
from tqdm import tqdm

from models.network import LABELS, load_network
from models.training.config import Config
from models.training.mixture import Example, keep_for_training, tokenize
from models.training.pairs import NEUTRAL, Pair
from models.training.served import Settled, near_settled
from models.training.train import scores

NEAREST = 30  # sentences a claim
READ_AS = 0.4  # the probability from which a sentence counts as read so
BATCH = 24
WRONG = {"supports": LABELS.index("conflicts"), "conflicts": LABELS.index("supports")}


def mined_pairs(settled: Sequence[Settled], probabilities: NDArray[np.float32]) -> Iterator[Pair]:
    """Yield as neutral what `probabilities` (n, 3) read against the side that is known of the claim."""
    for each, row in zip(settled, probabilities, strict=True):
        if row[WRONG[each.side]] >= READ_AS:
            yield Pair(each.evidence, each.claim, NEUTRAL, each.source, "mined")


@torch.inference_mode()
def read_by(model: CrossEncoder, examples: Sequence[Example], bf16: bool) -> NDArray[np.float32]:
    """Return probabilities (n, 3) of the examples, of which like lengths run together."""
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].ids))
    found = np.zeros((len(examples), len(LABELS)), np.float32)
    for start in tqdm(range(0, len(order), BATCH), desc="reading", unit=" batches", mininterval=10):
        part = order[start : start + BATCH]
        found[part] = scores(model, [examples[i] for i in part], bf16).softmax(dim=1).numpy()
    return found


def main() -> None:
    """Parse the command line, read, and write pairs in the form of the public ones."""
    parser = argparse.ArgumentParser(description="Write near sentences that a model reads against a claim's verdict.")
    parser.add_argument("weights", type=Path, help="the folder of the model that reads")
    parser.add_argument("out", type=Path, help="the JSON lines to write, gzipped")
    parser.add_argument("--config", type=Path, required=True, help="the run that the pairs are for")
    args = parser.parse_args()
    config = Config.read(args.config)
    tokenizer = Tokenizer.from_file(str(args.weights / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    found = [each for folder in config.served_folders for each in near_settled(folder, NEAREST)]
    kept = [each for each in found if keep_for_training(Pair(each.evidence, each.claim, NEUTRAL, each.source))]
    model = load_network(str(args.weights), "eager")
    model.eval()
    examples = tokenize([Pair(e.evidence, e.claim, NEUTRAL, e.source) for e in kept], tokenizer, 512)
    pairs = list(mined_pairs(kept, read_by(model, examples, config.bf16)))
    with gzip.open(args.out, "wt", encoding="utf-8") as file:
        for pair in pairs:
            row = {"premise": pair.evidence, "hypothesis": pair.claim, "label": "neutral", "src": pair.source}
            file.write(json.dumps(row) + "\n")
    print(f"{len(pairs):,} of {len(kept):,} near sentences are read against what is known of their claim")


if __name__ == "__main__":
    main()

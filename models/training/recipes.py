"""The search for the fastest graph that answers as the fp32 graph does."""

from __future__ import annotations

import logging
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

from models.stance_model import feed_of
from models.training.graph import RECIPES, Recipe, store
from models.training.measure import Cost, DevSet, compare, logits, runner
from models.training.pairs import Pair
from models.training.stories import story_pairs

MET, MET_SEED = 400, 11  # pairs that a graph is looked at with

log = logging.getLogger("release")


def choose(
    full: Path,
    target: Path,
    tokenizer: Path,
    sample: Sequence[DevSet],
    threads: int,
    recipes: Sequence[Recipe] = RECIPES,
) -> tuple[Cost, ...]:
    """Write the first recipe's graph that holds to `target`; return what each one tried costs, the chosen one last.

    Recipes are ordered from fast to slow; the last one is taken as it is.
    """
    reference = runner(full, tokenizer, threads)
    feeds = [feed_of(*reference.encode(pair.evidence, pair.claim)) for pair in _met()]
    expected = [logits(reference, each.pairs) for each in sample]
    tried: list[Cost] = []
    with tempfile.TemporaryDirectory() as scratch:
        for recipe in recipes:
            graph = Path(scratch) / "tried.onnx"
            store(full, graph, recipe, feeds)
            size = graph.stat().st_size / 1e6
            tried.append(compare(recipe.name, size, runner(graph, tokenizer, threads), sample, expected))
            log.info("%s", tried[-1])
            if tried[-1].holds:
                break
        target.write_bytes(graph.read_bytes())
    return tuple(tried)


def _met() -> list[Pair]:
    """Return pairs like those that the service meets; no dev set's, by which the recipes are compared."""
    rng = random.Random(MET_SEED)
    return rng.sample(list(story_pairs(rng, 1, files="**/*.jsonl")), MET)

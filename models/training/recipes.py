"""The search for the smallest graph that answers as the fp32 graph does."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path

from models.training.graph import RECIPES, Recipe, store
from models.training.measure import Cost, DevSet, compare, logits, runner

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

    Recipes are ordered from small and fast to large; the last one is taken as it is.
    """
    reference = runner(full, tokenizer, threads)
    expected = [logits(reference, each.pairs) for each in sample]
    tried: list[Cost] = []
    with tempfile.TemporaryDirectory() as scratch:
        for recipe in recipes:
            graph = Path(scratch) / "tried.onnx"
            store(full, graph, recipe)
            size = graph.stat().st_size / 1e6
            tried.append(compare(recipe.name, size, runner(graph, tokenizer, threads), sample, expected))
            log.info("%s", tried[-1])
            if tried[-1].holds:
                break
        target.write_bytes(graph.read_bytes())
    return tuple(tried)

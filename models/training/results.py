"""What a release measured, as it is written to `results.json`."""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

from models.training.calibration import Bin, Calibration, Point
from models.training.measure import Cost, KindResult, SetResult, Speed
from models.training.probes import Probe
from service.domain import Thresholds

SOURCES = Path(__file__).with_name("sources.toml")


@dataclass(frozen=True, slots=True)
class Source:
    """Public training data: its licence, whom to credit, and the pairs of it in one pass of training."""

    name: str
    licence: str
    credit: str
    pairs: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """A probe or held-out event with the calibrated probabilities and the stance that the service would give."""

    probe: Probe
    scores: tuple[float, float, float]
    stance: str

    @property
    def right(self) -> bool:
        """Return whether the stance is the label."""
        return self.stance == self.probe.label


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Calibration fit on half of each three-way dev set; errors and points are of the other half, weights balanced."""

    calibration: Calibration
    error_before: float
    error_after: float
    bins: tuple[Bin, ...]
    bins_before: tuple[Bin, ...]
    supports: Point
    conflicts: Point
    chosen: bool = False  # the thresholds were given, not fit on these sets

    @property
    def thresholds(self) -> Thresholds:
        """Return the operating point as the service takes it."""
        return Thresholds(self.supports.threshold, self.conflicts.threshold)


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one serving graph. `batch_spread` is the fp32 network's, a pair alone against in a batch."""

    calibrated: Calibrated
    sets: dict[str, SetResult]
    events: dict[str, KindResult]
    speed: Speed
    batch_spread: float
    probes: tuple[Judged, ...]
    event_errors: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Training:
    """How the weights came about; `history` is the learning curve, `own_pairs` our own, a pass.

    `earlier_pairs` were seen by the run whose weights this one began from, 0 where it began from the encoder; `keep` is
    the share of those weights in the released ones.
    """

    base: str
    model: str
    minutes: float
    processes: int
    encoder_rate: float
    head_rate: float
    warmup: float
    batch_tokens: int
    max_tokens: int
    dropout: bool
    average: float
    earlier_pairs: int
    own_pairs: dict[str, int]
    history: tuple[dict[str, float], ...]
    sources: tuple[Source, ...]
    keep: float = 0.0

    @property
    def pairs_a_pass(self) -> int:
        """Return the public and own pairs of one pass."""
        return sum(source.pairs for source in self.sources) + sum(self.own_pairs.values())


@dataclass(frozen=True, slots=True)
class Results:
    """Everything the card is written from. The last one of `tried` is the graph that serves."""

    name: str
    created: str
    tried: tuple[Cost, ...]
    measured: Measured
    training: Training

    @property
    def serving(self) -> Cost:
        """Return what the graph that serves costs against fp32."""
        return self.tried[-1]

    def as_json(self) -> str:
        """Return the results as indented JSON, figures rounded to four digits."""
        return json.dumps(_rounded(asdict(self)), indent=1, ensure_ascii=False) + "\n"


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value


def read_sources(pairs: dict[str, int], path: Path = SOURCES) -> tuple[Source, ...]:
    """Return the sources with their pair counts; a source in the data that the file lacks is a KeyError naming it."""
    listed = [Source(**row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["source"]]
    unknown = set(pairs) - {source.name for source in listed}
    if unknown:
        raise KeyError(f"{path.name} does not list {sorted(unknown)}: add licence and credit before a release.")
    return tuple(Source(s.name, s.licence, s.credit, pairs.get(s.name, 0)) for s in listed)

"""What checking needs from outside, as protocols: the real parts and the tests' fakes fit without importing this."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from service.domain import Query, Report, StanceScores, Thresholds

if TYPE_CHECKING:  # NumPy takes long to import, and the command line does without it
    import numpy as np
    from numpy.typing import NDArray

Vectors: TypeAlias = "NDArray[np.float32]"


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def name(self) -> str:
        """Return the model id that keys the cache; another model or revision has another name."""
        ...

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return (len(texts), dimension) float32 vectors of length 1."""
        ...


class StanceModel(Protocol):
    """Says what evidence says of a claim."""

    @property
    def name(self) -> str:
        """Return the model id shown in every answer."""
        ...

    @property
    def thresholds(self) -> Thresholds:
        """Return the operating point that was chosen for this model."""
        ...

    def fits(self, claim: str) -> bool:
        """Return whether the model can read the whole claim; evidence is shortened to fit, a claim never is."""
        ...

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[StanceScores]:
        """Return calibrated probabilities for (evidence, claim) pairs, in order."""
        ...


class Checker(Protocol):
    """Answers queries once it is ready."""

    def state(self) -> dict[str, str]:
        """Return each part (`models`, `index`) with `ready`, `loading`, or `failed: why`."""
        ...

    def check(self, query: Query) -> Report:
        """Return the report, or raise `NotReadyError` while anything is loading."""
        ...


@dataclass(frozen=True, slots=True)
class Holdings:
    """How much the store keeps, at one moment."""

    articles: int
    sentences: int
    embeddings: int
    revision: int


@dataclass(frozen=True, slots=True)
class IndexSize:
    """The rows of an index: those that are searched, and those that are masked until the next copy."""

    rows: int
    removed: int
    revision: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """What can be told of a service once it is loaded; each count is taken when it is asked for."""

    embedder: str
    stance: str
    holdings: Callable[[], Holdings]
    index: Callable[[], IndexSize]


class Watch(Protocol):
    """Is told from outside how a service works, and changes nothing in it."""

    def stage(self, name: str) -> AbstractContextManager[object]:
        """Return what is entered when a stage of a check begins and left when it ends; stages nest in `check`."""
        ...

    def judged(self, known: int, computed: int) -> None:
        """Be told how many judgements were known from before, and how many were computed."""
        ...

    def loaded(self, service: Loaded) -> None:
        """Be told that the service is loaded."""
        ...


class Unwatched:
    """Watches nothing."""

    def stage(self, name: str) -> AbstractContextManager[object]:
        """Do nothing."""
        return nullcontext()

    def judged(self, known: int, computed: int) -> None:
        """Do nothing."""

    def loaded(self, service: Loaded) -> None:
        """Do nothing."""

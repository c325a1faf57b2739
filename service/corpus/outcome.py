"""What came of reading articles into the corpus."""

from __future__ import annotations

from dataclasses import dataclass

from service.reading.folder import Skipped


@dataclass(frozen=True, slots=True)
class Intake:
    """What a run of adding did."""

    added: int
    unchanged: int
    removed: int
    embedded: int
    skipped: tuple[Skipped, ...]

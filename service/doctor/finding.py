"""What the doctor found on looking at one thing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a thing stands; only `FAILED` makes the command fail."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it stands, what was seen, and what to do where that is needed."""

    name: str
    level: Level
    said: str
    cure: str = ""

    def line(self) -> str:
        """Return it for a terminal."""
        end = f": {self.cure}" if self.cure else ""
        return f"{self.level.value:8} {self.name:9} {self.said}{end}"

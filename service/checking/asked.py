"""A claim as the rules read it, once for all sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from service.checking.allegations import named_in, statement
from service.checking.attribution import is_speech_claim, reported
from service.checking.blame import Charge, charge_of
from service.checking.silence import silent_in
from service.domain import Attribution

_NEGATIVE = re.compile(
    r"\b(?:not|never|no|none|nothing|nobody|neither|nor|without|false|falsely|untrue|unfounded|baseless|innocent|"
    r"wrong\w*|lack\w*|den(?:y|ies|ied))\b|n['’]t\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A claim as the rules read it: about speech (`said` is what), a charge against somebody, or that one was silent.

    `negative`: it says that something is not so; `names`: whom and what it names.
    """

    text: str
    speech: Attribution | None = None
    said: str | None = None
    charge: Charge | None = None
    silent: str | None = None
    negative: bool = False
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, claim: str) -> Self:
        """Read a claim."""
        speech = is_speech_claim(claim)
        found = reported(claim) if speech else None
        return cls(
            claim,
            speech,
            statement(claim, found) if found else None,
            None if speech else charge_of(claim),
            silent_in(claim),
            is_negative(claim),
            named_in(claim),
        )


def is_negative(text: str) -> bool:
    """Say whether a text says that something is not so."""
    return bool(_NEGATIVE.search(text))

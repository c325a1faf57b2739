"""Sentences that only make sense with the one before them."""

from __future__ import annotations

import re

_POINTS_BACK = (
    r"(?:this|these|those|the|such) (?:assertions?|accusations?|allegations?|claims?|charges?|reports?|matter|"
    r"suggestions?|statements?|story|figures?|decision|plan|incident|warnings?|requests?|attack|issue|theory|account)\b"
)
_LEANS = re.compile(
    r"^(?:[\"“'‘]?(?:he|she|it|they|this|that|these|those|his|her|its|their|both|neither)\b|"
    r"the (?:same|latter|former)\b)|" + _POINTS_BACK,
    re.IGNORECASE,
)
_ONLY_POINTS_BACK = re.compile(rf"^\W*(?:that |of |to )?(?:it|this|that|them|{_POINTS_BACK})\W*$", re.IGNORECASE)


def leans(sentence: str) -> bool:
    """Return whether a sentence opens with a pronoun or points back ("this claim") to the sentence before it."""
    return bool(_LEANS.search(sentence))


def only_points_back(content: str) -> bool:
    """Return whether what is said is nothing but a word for what was said before: "the assertion"."""
    return bool(_ONLY_POINTS_BACK.match(content))
